"""The child's operations on a whole film: the join, and the sheet on which all its pictures are seen at once."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.errors import ConfinedError
from kiebot.media import film_commands
from kiebot.media.mp4 import read_mp4
from kiebot.media.operations import write_thumbnail
from kiebot.media.tool import run_tool


def join_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """{"title", "language", "captions"}; the sound, perhaps captions, the pieces in order → the film and its thumbnail."""
    captions = files[1] if args["captions"] else None
    sound, parts = files[0], files[2 if captions else 1 :]
    tracks = [read_mp4(part).video for part in parts]
    if len({track.header for track in tracks}) != 1:
        raise ConfinedError("refused", "mixed")
    listed, target, thumbnail = folder / "parts.txt", folder / "film.mp4", folder / "thumbnail.jpg"
    listed.write_text(film_commands.join_list(parts), encoding="utf-8")
    command = film_commands.join_command(listed, sound, captions, target, title=args["title"], language=args["language"])
    run_tool(command)
    write_thumbnail(parts[0], thumbnail, at_s=tracks[0].seconds / 3)
    return Answer({"frames": sum(track.samples for track in tracks)}, [target, thumbnail])


def sheet_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """{"numbers", "columns"} and pictures → one JPEG of all of them."""
    sheet = importlib.import_module("kiebot.media.sheet")  # Pillow only for those calls that need it
    target = folder / "sheet.jpg"
    sheet.write_sheet(files, args["numbers"], args["columns"], target)
    return Answer({}, [target])
