"""The files behind the results, made when somebody fetches them and kept by what they show: the same order is drawn once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kiebot.sandbox.ai.clips import Clip, Probe, enlarge_clip, probe, save_clip
from kiebot.sandbox.ai.retouch import COVER, Wish, opened, paint, save
from kiebot.sandbox.ai.sizes import LARGEST_CLIP, LONGEST_S, clip_height, clip_size, seconds
from kiebot.sandbox.ai.sounds import STEMS, save_extension, save_filtered, save_speech, save_tune
from kiebot.sandbox.ai.tasks import Task, Tasks
from kiebot.sandbox.ai.uploads import LOOPBACK, Uploads

AT_ONCE = 2
COVER_END = "-cover.jpg"
WORDS = ("prompt", "text", "title", "style", "content", "lyrics")
SOUND_SWITCHES = ("sound", "audio", "generate_audio", "generate_audio_switch")


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of an input that lie on this machine."""

    images: tuple[Path, ...] = ()
    videos: tuple[Path, ...] = ()
    audios: tuple[Path, ...] = ()
    mask: Path | None = None


class Renderer:
    """Makes files, a few at once."""

    def __init__(self, tasks: Tasks, uploads: Uploads) -> None:
        self._tasks = tasks
        self._uploads = uploads
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._making: dict[Path, asyncio.Task[None]] = {}

    async def path(self, name: str) -> Path | None:
        """The file behind a name; None when no task has it. Raises ProgramFault."""
        task = self._tasks.of_file(name)
        plain = name.replace(COVER_END, ".mp3")
        if task is None or plain not in task.files:
            return None
        sources = await self._sources(task)
        target = self._tasks.files / f"{_key(task, name, sources)}{Path(name).suffix}"
        if not target.exists():
            making = self._making.get(target) or self._begin(task, name, sources, target)
            await asyncio.shield(making)
        return target

    async def stop(self) -> None:
        """End what is being made; the next fetch makes it anew."""
        for making in self._making.values():
            making.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    def _begin(self, task: Task, name: str, sources: Sources, target: Path) -> asyncio.Task[None]:
        making = asyncio.create_task(self._make(task, name, sources, target))
        self._making[target] = making
        making.add_done_callback(lambda _: self._making.pop(target, None))
        return making

    async def _make(self, task: Task, name: str, sources: Sources, target: Path) -> None:
        async with self._turn:
            plain = name.replace(COVER_END, "")
            if name.endswith(COVER_END):
                await _picture(Wish("cover", _number(plain), {}, words=words(task) or COVER, seed=task.seed), target)
            elif task.output == "image":
                wish = Wish(task.makes, _number(name), task.taken, sources.images, sources.mask, words(task), task.seed)
                await _picture(wish, target)
            elif task.output == "video":
                await _clip(task, sources, target)
            else:
                await _sound(task, _number(name), sources, target)

    async def _sources(self, task: Task) -> Sources:
        found: dict[str, list[Path]] = {"image": [], "video": [], "audio": []}
        mask = None
        for parameter, kind, url in task.sources:
            path = await self._lent(url)
            if path is not None and parameter.startswith("mask"):
                mask = path
            elif path is not None:
                found[kind].append(path)
        for parent in task.parents:
            made_by = self._tasks.of_file(parent)
            if made_by is not None and (path := await self.path(parent)) is not None:
                found[made_by.output].append(path)
        return Sources(tuple(found["image"]), tuple(found["video"]), tuple(found["audio"]), mask)

    async def _lent(self, url: str) -> Path | None:
        """An upload or an earlier result; nothing from other machines."""
        parts = urlsplit(url)
        if parts.hostname not in LOOPBACK:
            return None
        if parts.path.startswith("/files/uploads/"):
            return self._uploads.path_of(url)
        return await self.path(Path(unquote(parts.path)).name)


def words(task: Task) -> str:
    """What is written on a picture: the person's words."""
    return next((str(task.taken[name]) for name in WORDS if task.taken.get(name)), "")


def _number(name: str) -> int:
    return int(Path(name).stem.partition("-")[2])


def _key(task: Task, name: str, sources: Sources) -> str:
    """Equal for files that would look the same."""
    mask = (sources.mask,) if sources.mask else ()
    used = [[path.name, stat.st_size, stat.st_mtime_ns] for path in _all(sources, mask) for stat in (path.stat(),)]
    about = [task.makes, task.model, task.taken, task.seed, name.partition("-")[2], used]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:32]


def _all(sources: Sources, mask: tuple[Path, ...]) -> tuple[Path, ...]:
    return (*sources.images, *sources.videos, *sources.audios, *mask)


async def _picture(wish: Wish, target: Path) -> None:
    part = target.with_name(f"{target.stem}.part{target.suffix}")

    def draw() -> None:
        save(paint(wish), part)
        os.replace(part, target)

    await asyncio.to_thread(draw)


async def _clip(task: Task, sources: Sources, target: Path) -> None:
    video = sources.videos[0] if sources.videos else None
    if task.makes == "upscaled_clip" and video is not None:
        await enlarge_clip(video, await _enlarged_side(task, video), target)
        return
    seen = await probe(video) if video is not None else None
    heard = await probe(sources.audios[0]) if sources.audios else None
    length = heard.seconds if heard is not None and "duration" not in task.input else 0.0
    if seen is not None and not length and "duration" not in task.input:
        length = seen.seconds
    clip = Clip(
        prompt=words(task),
        size=clip_size(task.taken, await _shape(sources, seen)),
        seconds=min(LONGEST_S, length) or seconds("clip", task.taken),
        image=sources.images[0] if sources.images else None,
        video=video,
        audio=sources.audios[0] if sources.audios else None,
        silent=any(task.taken.get(name) is False for name in SOUND_SWITCHES),
        seed=task.seed,
    )
    await save_clip(clip, target)


async def _shape(sources: Sources, seen: Probe | None) -> float:
    """Width by height of what a clip starts from."""
    if seen is not None and seen.height:
        return seen.width / seen.height
    if sources.images:
        first = await asyncio.to_thread(opened, sources.images[0])
        return first.width / first.height
    return 16 / 9


async def _enlarged_side(task: Task, video: Path) -> int:
    """The shorter side of an enlarged clip: what was asked for, or so many times what it was."""
    asked, factor = clip_height(task.taken), task.taken.get("upscale_factor")
    if asked is None and factor:
        seen = await probe(video)
        asked = int(min(seen.width, seen.height) * float(str(factor)))
    return min(LARGEST_CLIP, asked or LARGEST_CLIP) // 2 * 2


async def _sound(task: Task, number: int, sources: Sources, target: Path) -> None:
    lent = (*sources.audios, *sources.videos)
    if task.makes == "speech":
        await save_speech(task.taken, target)
    elif task.makes in ("voice", "stems", "wave") and lent:
        await save_filtered(lent[0], STEMS[number - 1] if task.makes == "stems" else task.makes, target)
    elif task.makes == "extension" and lent:
        await save_extension(lent[0], f"{words(task)} {number}{task.seed}", task.length_s, target, task.taken)
    else:
        await save_tune(f"{words(task)} {number}{task.seed}", task.length_s, target, task.taken)
