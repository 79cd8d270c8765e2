"""A film in the middle of its making: rows and files as the stages before left them, and the worker's part that goes on."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kiebot.catalog import loading
from kiebot.config.keys import Billing, Limits
from kiebot.config.keys import Film as Rules
from kiebot.confined.runner import Confined
from kiebot.films.choices import Choices
from kiebot.providers.openai_audio import Server, Speaker
from kiebot.services import film_stages, film_studio
from kiebot.services.catalogue import LiveCatalogue
from kiebot.services.film_studio import Studio
from kiebot.services.pricing import Tariff
from kiebot.store import films, jobs
from kiebot.store.db import transaction
from kiebot.worker.runner import Runner
from kiebot.worker.tasks.film import FilmTasks

SCENE_S = 1
NARRATION = ("Старый маяк стоит на краю света.", "Ночью он светит кораблям.", "Утром он спит.")


@cache
def media(kind: str, source: str, *more: str) -> bytes:
    """A picture or a clip as ffmpeg draws it."""
    to = ["-f", "image2pipe", "-c:v", "mjpeg"] if kind == "jpg" else ["-f", "mp4", "-movflags", "frag_keyframe+empty_moov"]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *more, *to, "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def clip(number: int) -> bytes:
    """As films are, so that it is copied: no test waits for an encoder without need."""
    more = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    return media("mp4", f"color=c=0x{number}0{number}080:size=1280x720:rate=30:duration={SCENE_S}", *more)


def noise() -> bytes:
    """A clip of nearly 1 MB in a film, however little there is to see."""
    return media("mp4", "color=gray:size=160x90:rate=12:duration=1,noise=alls=45:allf=t", "-c:v", "mpeg4", "-q:v", "2")


def picture(number: int) -> bytes:
    return media("jpg", f"testsrc=size=320x180:rate=1:duration=1,hue=h={40 * number}", "-frames:v", "1")


def bind(data_dir: Path, queue: Any) -> None:
    rules, catalogue = Rules(segments=2, segment_s=2), LiveCatalogue(loading.load())
    film_studio.bind(Studio(rules, Limits(), Tariff(Billing()), catalogue, queue, data_dir))


@dataclass
class Reel:
    """One film, as tests see it."""

    id: int

    @property
    def row(self) -> Any:
        return films.get(self.id)

    @property
    def scenes(self) -> list[Any]:
        return films.scenes(self.id)

    @property
    def folder(self) -> Path:
        return film_studio.folder(self.id)

    def begin(self, do: str, **given: Any) -> Any:
        """Order local work for it, as the services do."""
        with transaction(durable=True):
            if "aspect" not in given and do in ("voice", "assembly"):
                films.change(self.id, state="working", stage=do)
                film_stages.local(self.row, do, price=0)
            else:
                film_stages.film_orders.local(self.row, do, **given)
        return films.works(self.id)[-1].job


def new_film(account: Any, *, scenes: int = 2, **chosen: Any) -> Reel:
    """A film whose clips are there; nothing of it was spoken or assembled."""
    usual = Choices(
        seconds=scenes * SCENE_S, segment_s=SCENE_S, aspect="16:9", style="cinematic", language="ru", voice="anna",
        image_model="", animation_model="", subtitles="track", music=False, transition="none", max_mb=0,
    )  # fmt: skip
    choices = {**usual.to_json(), **chosen}
    with transaction(durable=True):
        film = films.add(
            account=account.id, chat_id=7, language="en", state="working", stage="voice", title="Маяк", choices=choices,
            prices={"script": 0, "picture": 0, "clip": 0, "voice": 0, "music": 0}, idea="a lighthouse",
            look={"characters": [{"name": "Anton", "look": "a grey cap"}], "look": "watercolour"},
        )  # fmt: skip
        rows = [_scene(film.id, number) for number in range(1, scenes + 1)]
        films.add_scenes(film.id, rows)
    return Reel(film.id)


def _scene(film_id: int, number: int) -> dict[str, Any]:
    folder = film_studio.bound().data_dir / "media" / f"{film_id}{number}"
    folder.mkdir(parents=True)
    return {
        "number": number,
        "start_s": (number - 1.0) * SCENE_S,
        "end_s": float(number * SCENE_S),
        "narration": NARRATION[number - 1],
        "picture": file(folder / "1.jpg", picture(number), "image/jpeg"),
        "clip": file(folder / "2.mp4", clip(number), "video/mp4"),
    }


def file(path: Path, content: bytes, mime: str) -> dict[str, Any]:
    path.write_bytes(content)
    return {"path": str(path), "mime": mime, "name": path.name, "size": len(content)}


def runner_of(parts: Any, audio: Any, stopping: threading.Event | None = None) -> Runner:
    """The worker's part that makes films, with a speech server or without."""
    server = Server(audio.url if audio else "", "key", "model-1")
    speaker = Speaker(parts.http, server, "usual")
    tasks = FilmTasks(confined=Confined(), speaker=speaker, loop=parts.loop, scripts={}, stopping=stopping)
    return Runner(tasks.steps(), "this life", lambda: None)


def drive(runner: Runner, job: Any, most: int = 30) -> Any:
    """Claim the job until it ends."""
    for _ in range(most):
        jobs.change(job.id, next_poll_at=None)
        runner.run(job.id)
        found = jobs.get(job.id)
        if found.state in jobs.ENDED_STATES:
            return found
    raise AssertionError(f"still {found.state}: {found.input}")


def probed(path: str | Path) -> dict[str, Any]:
    """What ffprobe says: seconds, and the streams by kind."""
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-print_format", "json", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    streams = {stream["codec_type"]: stream for stream in told["streams"]}
    return {"seconds": float(told["format"]["duration"]), **streams}
