"""The child's operations on media: probe, thumbnail, picture."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.errors import ConfinedError
from kiebot.media.ffmpeg import probe_command, thumbnail_command
from kiebot.media.probe import Probe, parse_probe
from kiebot.media.tool import run_tool

MAX_THUMBNAIL_BYTES = 200_000
_THUMBNAIL_QUALITIES = (4, 12, 31)


def probe_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """The fields of `Probe`."""
    return Answer(asdict(_probe(_only(files))))


def thumbnail_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """The fields of `Probe` and one JPEG, of the moment `at_s` or of the beginning when the file is shorter."""
    source = _only(files)
    probe = _probe(source)
    if not probe.has_video:
        raise ConfinedError("refused", "no-video")
    at_s = args.get("at_s", 0)
    if not isinstance(at_s, (int, float)) or not 0 <= at_s < probe.duration_s:
        at_s = 0
    target = folder / "thumbnail.jpg"
    write_thumbnail(source, target, at_s=at_s)
    return Answer(asdict(probe), [target])


def write_thumbnail(source: Path, target: Path, *, at_s: float) -> None:
    """A JPEG small enough for Telegram to show before the video is there."""
    for quality in _THUMBNAIL_QUALITIES:
        run_tool(thumbnail_command(source, target, at_s=at_s, quality=quality))
        if not target.exists():  # the last frame begins before `at_s`
            run_tool(thumbnail_command(source, target, at_s=0, quality=quality))
        if target.exists() and target.stat().st_size <= MAX_THUMBNAIL_BYTES:
            return
    raise ConfinedError("refused", "broken")


def picture_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """{"format", "width", "height", "animated"}; with {"photo": true} also a JPEG with "photo_width" and "photo_height", with
    {"small": side} another one, at most so large."""
    picture = importlib.import_module("kiebot.media.picture")  # Pillow only for those calls that need it
    with picture.opened(_only(files)) as image:
        data, made = asdict(picture.describe(image)), list[Path]()
        if args.get("photo"):
            made.append(folder / "photo.jpg")
            data["photo_width"], data["photo_height"] = picture.write_photo(image, made[-1])
        if args.get("small"):
            made.append(folder / "small.jpg")
            picture.write_view(image, made[-1], int(args["small"]))
    return Answer(data, made)


def _probe(source: Path) -> Probe:
    return parse_probe(run_tool(probe_command(source)))


def _only(files: list[Path]) -> Path:
    if len(files) != 1:
        raise ConfinedError("protocol", "one file expected")
    return files[0]
