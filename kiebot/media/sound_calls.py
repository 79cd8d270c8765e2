"""What the parent asks of the confined child about sound. Every answer is checked: the child may have been taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from kiebot.media.loudness import WAVEFORM, WAVEFORM_TOP

CALL_WITHIN_S = 120.0
BUDGET_S = 45.0  # of one call, for the parts; the one that is being cut then still has to end


@dataclass(frozen=True, slots=True)
class Part:
    """Some minutes of what is said, as Ogg with Opus. `silent`: there is nothing to be heard in it."""

    start_s: float
    end_s: float
    silent: bool
    path: Path


@dataclass(frozen=True, slots=True)
class Parts:
    """The next parts of a sound, in order. `done`: the last one is among them."""

    duration_s: float
    parts: list[Part]
    done: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice message. `waveform` is how Telegram draws it."""

    path: Path
    duration_s: float
    waveform: list[int]


def cut_parts(confined: Confined, path: Path, *, start_s: float, part_s: float, most_s: float, out_dir: Path) -> Parts:
    """The sound of a file from `start_s` on, in parts of at most `part_s`, as many as one call has time for.

    Raises ConfinedError; refused: no-sound, too-long (more than `most_s`), broken, codec.
    """
    args = {"start_s": start_s, "part_s": part_s, "most_s": most_s, "budget_s": BUDGET_S}
    answer = confined.call("sound_parts", args, [path], out_dir=out_dir, timeout_s=CALL_WITHIN_S)
    data = answer.data
    try:
        parts = [_part(row, file) for row, file in zip(data["parts"], answer.files, strict=True)]
        report = Parts(float(data["duration_s"]), parts, bool(data["done"]))
    except (KeyError, TypeError, ValueError) as exc:
        raise ConfinedError("protocol", "no parts") from exc
    ends = [start_s, *(part.end_s for part in parts)]
    if not parts or any(end >= following for end, following in pairwise(ends)):
        raise ConfinedError("protocol", "parts that lead nowhere")
    return report


def make_voice(confined: Confined, sounds: Sequence[Path], *, out_dir: Path) -> Voice:
    """One voice message of sounds in any format, one after another. Raises ConfinedError."""
    answer = confined.call("voice", {}, sounds, out_dir=out_dir, timeout_s=CALL_WITHIN_S)
    try:
        drawn = [min(WAVEFORM_TOP, max(0, int(value))) for value in answer.data["waveform"][:WAVEFORM]]
        return Voice(answer.files[0], float(answer.data["duration_s"]), drawn)
    except (KeyError, IndexError, TypeError, ValueError) as exc:
        raise ConfinedError("protocol", "no voice") from exc


def _part(row: Any, path: Path) -> Part:
    return Part(float(row["start_s"]), float(row["end_s"]), bool(row["silent"]), path)
