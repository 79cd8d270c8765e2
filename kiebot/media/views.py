"""What a model that looks is shown: a picture scaled down, or moments of a clip. The child's operation `view`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.errors import ConfinedError
from kiebot.media.ffmpeg import frame_command, probe_command
from kiebot.media.probe import parse_probe
from kiebot.media.tool import run_tool

MOST_FRAMES = 8
MOST_SIDE = 2048
LAST_FRAME_S = 0.2  # the last frame of a clip begins about so long before its end


def view_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """JPEGs of one file: {"side": 1568} of a picture, {"side": 768, "frames": 8} of a clip, evenly through it."""
    side, frames = args.get("side"), args.get("frames", 0)
    if len(files) != 1 or type(side) is not int or not 1 <= side <= MOST_SIDE:
        raise ConfinedError("protocol", "one file and a side expected")
    if type(frames) is not int or not 0 <= frames <= MOST_FRAMES:
        raise ConfinedError("protocol", "too many frames")
    made = _frames(files[0], folder, frames, side) if frames else [_picture(files[0], folder / "view.jpg", side)]
    return Answer({}, made)


def _picture(source: Path, target: Path, side: int) -> Path:
    picture = importlib.import_module("kiebot.media.picture")  # Pillow only for those calls that need it
    with picture.opened(source, picture.SCANS) as image:
        picture.write_view(image, target, side)
    return target


def _frames(source: Path, folder: Path, count: int, side: int) -> list[Path]:
    probe = parse_probe(run_tool(probe_command(source)))
    if not probe.has_video:
        raise ConfinedError("refused", "no-video")
    made = [_frame(source, folder / f"{number}.jpg", at_s, side) for number, at_s in enumerate(moments(probe.duration_s, count))]
    found = [path for path in made if path.exists()]  # a moment after the last frame gives none
    if not found:
        raise ConfinedError("refused", "broken")
    return found


def _frame(source: Path, target: Path, at_s: float, side: int) -> Path:
    run_tool(frame_command(source, target, at_s=at_s, side=side))
    return target


def moments(duration_s: float, count: int) -> list[float]:
    """So many moments from the first frame to the last, evenly; a clip of unknown length has only its first."""
    last_s = duration_s - LAST_FRAME_S
    if last_s <= 0 or count < 2:
        return [0.0]
    return [number * last_s / (count - 1) for number in range(count)]
