"""What people want of a film besides the film: all pictures on one sheet, all parts in one ZIP."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.errors import KiebotError
from kiebot.films import captions, script
from kiebot.films.script import Look
from kiebot.media import calls, film_calls
from kiebot.services.film_screens import HEADINGS
from kiebot.store.failpoint import failpoint
from kiebot.worker.tasks.film_bench import Bench
from kiebot.worker.tasks.film_pieces import subtitles

MOST_ZIP_BYTES = 2_000 * 10**6
SMALL_SIDE = 320
KINDS = {"picture": "pictures", "clip": "clips", "voice": "voice"}  # columns of a scene, and their folders in the ZIP
IN_SCRIPT = ("number", "start_s", "end_s", "narration", "image_prompt", "motion_prompt", "treatment")


class TooLarge(KiebotError):
    """More than a bot may send."""


class FilmSides:
    """Bound once in worker/app.py."""

    def __init__(self, *, confined: Confined) -> None:
        self._confined = confined

    def sheet(self, bench: Bench) -> dict[str, Any]:
        """All pictures with their scenes' numbers, as one photo."""
        scenes = [scene for scene in bench.scenes() if scene.picture is not None]
        pictures, numbers = [Path(scene.picture["path"]) for scene in scenes], [scene.number for scene in scenes]
        made = film_calls.contact_sheet(self._confined, pictures, out_dir=bench.scratch, numbers=numbers)
        report = calls.picture(self._confined, made, out_dir=bench.scratch, small=SMALL_SIDE)
        return _file(bench.keep(made, "sheet"), "image/jpeg", "sheet.jpg") | {"width": report.width, "height": report.height}

    def parts(self, bench: Bench) -> dict[str, Any]:
        """Everything that the film is made of. Raises TooLarge."""
        scenes = bench.scenes()
        members = list(_members(bench, scenes))
        if sum(path.stat().st_size for _, path in members) > MOST_ZIP_BYTES:
            raise TooLarge("the parts of the film")
        made = bench.scratch / "parts.zip"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:  # pictures, clips and sounds are packed already
            for name, words in _texts(bench, scenes):
                archive.writestr(name, words, zipfile.ZIP_DEFLATED)
            for name, path in members:
                archive.write(path, name)
        failpoint("film-zipped")
        return _file(bench.keep(made, "parts"), "application/zip", captions.file_name(bench.film.title, "zip"))


def _members(bench: Bench, scenes: Sequence[Any]) -> Iterator[tuple[str, Path]]:
    """The files, and what they are called in the ZIP. Raises FileNotFoundError when one is gone."""
    for scene in scenes:
        for column, kind in KINDS.items():
            path = (getattr(scene, column) or {}).get("path")
            if path:
                yield captions.part_name(kind, scene.number, Path(path).suffix.lstrip(".")), Path(path)
    music = (bench.film.memo.get("music") or {}).get("path")
    if music:
        yield f"music{Path(music).suffix}", Path(music)


def _texts(bench: Bench, scenes: Sequence[Any]) -> Iterator[tuple[str, str]]:
    film = bench.film
    written, look = [script.scene_of(scene) for scene in scenes], Look.from_json(film.look)
    told = {
        "title": film.title,
        "look": film.look,
        "scenes": [_told(scene) for scene in scenes],
    }
    yield captions.SCRIPT_NAME, script.readable(film.title, look, written, HEADINGS, prompts=True)
    yield "script.json", json.dumps(told, ensure_ascii=False, indent=2)
    yield captions.SUBTITLES_NAME, captions.srt(subtitles(scenes, bench.aspect))


def _told(scene: Any) -> dict[str, Any]:
    return {name: getattr(scene, name) for name in IN_SCRIPT}


def _file(path: Path, mime: str, name: str) -> dict[str, Any]:
    return {"path": str(path), "mime": mime, "name": name, "size": path.stat().st_size}
