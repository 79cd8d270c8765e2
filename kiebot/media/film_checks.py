"""What the parent looks at before it believes an answer about a film. Nothing is decoded here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from kiebot.media.film_commands import FPS
from kiebot.media.mp4 import Mp4, Track, read_mp4

JPEG_HEAD = b"\xff\xd8\xff"
SOUND_OFF_S = 0.05  # so much may the sound be longer or shorter than the picture: one packet is 0.02 s


@contextmanager
def answered(
    confined: Confined,
    op: str,
    args: dict[str, Any],
    files: Sequence[Path],
    out_dir: Path,
    timeout_s: float,
    *,
    count: int | None,
) -> Iterator[Answer]:
    """The answer to one call, with so many files (None: the caller counts); they do not stay when it turns out to be wrong."""
    answer = confined.call(op, args, files, out_dir=out_dir, timeout_s=timeout_s)
    try:
        if count is not None and len(answer.files) != count:
            raise ConfinedError("protocol", "another number of files")
        yield answer
    except BaseException as exc:
        for file in answer.files:
            file.unlink(missing_ok=True)
        if isinstance(exc, ArithmeticError | LookupError | TypeError | ValueError):
            raise ConfinedError("protocol", "not the answer") from exc
        raise


def checked_piece(path: Path, frames: int, width: int, height: int) -> Track:
    """The one track of a piece, when it is what was asked for."""
    film = read_mp4(path)
    if len(film.tracks) != 1:
        raise ConfinedError("protocol", "not a piece")
    check_video(film.video, frames, width, height)
    return film.video


def check_video(track: Track, frames: int, width: int, height: int) -> None:
    """Raises ConfinedError."""
    if (track.format, track.samples, track.width, track.height) != ("avc1", frames, width, height) or not track.header:
        raise ConfinedError("protocol", "another picture")
    if abs(track.seconds - frames / FPS) > 0.5 / FPS:
        raise ConfinedError("protocol", "another length")


def check_sound(film: Mp4, wanted_s: float) -> None:
    """Raises ConfinedError."""
    found = [track for track in film.tracks if track.kind == "soun"]
    if len(found) != 1 or found[0].format != "mp4a" or abs(found[0].seconds - wanted_s) > SOUND_OFF_S:
        raise ConfinedError("protocol", "another sound")


def check_picture(path: Path, most_bytes: int) -> None:
    """Raises ConfinedError."""
    with path.open("rb") as file:
        head = file.read(len(JPEG_HEAD))
    if head != JPEG_HEAD or path.stat().st_size > most_bytes:
        raise ConfinedError("protocol", "another picture")
