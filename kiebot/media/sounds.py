"""The child's operations on sound: cut what is said into parts that a model takes, make a voice message."""

from __future__ import annotations

import sys
import time
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.errors import ConfinedError
from kiebot.media.ffmpeg import SPEECH_RATE, probe_command, samples_command, speech_command, voice_command
from kiebot.media.loudness import is_silent, levels, quietest_s, waveform
from kiebot.media.probe import parse_probe
from kiebot.media.tool import run_tool

LOOK_BACK_S = 60.0  # a part is cut at a pause within its last minute
MOST_PARTS = 100  # of one call
MOST_SOUNDS = 20
SHORT_BY_S = 1.0  # a window that has so much less than was asked for is the last one


@dataclass(frozen=True)
class Cut:
    """One part of a sound, and whether anything can be heard in it."""

    start_s: float
    end_s: float
    silent: bool


def parts_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """{"start_s", "part_s", "budget_s", "most_s"} → {"duration_s", "done", "parts": Cuts} and an Ogg file a part.

    Parts are at most `part_s` long. It ends once `budget_s` of time are used up; then it is not done.
    """
    if len(files) != 1:
        raise ConfinedError("protocol", "one file expected")
    start_s, part_s, budget_s, most_s = (_number(args, name) for name in ("start_s", "part_s", "budget_s", "most_s"))
    duration_s = _duration_s(files[0])
    if duration_s > most_s or start_s > most_s:
        raise ConfinedError("refused", "too-long")
    ends_at = time.monotonic() + budget_s
    cuts, made, done = [], [], False
    for cut, path, last in _cut(files[0], duration_s, start_s, part_s, folder):
        cuts.append(cut)
        made.append(path)
        done = last
        if time.monotonic() > ends_at or len(cuts) == MOST_PARTS or cut.end_s > most_s:
            break
    return Answer({"duration_s": duration_s, "done": done, "parts": [asdict(cut) for cut in cuts]}, made)


def voice_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """Sounds in any format → one voice message, {"duration_s", "waveform"}."""
    if not 0 < len(files) <= MOST_SOUNDS:
        raise ConfinedError("protocol", "sounds expected")
    target, bare = folder / "voice.ogg", folder / "voice.pcm"
    run_tool(voice_command(files, target))
    duration_s = parse_probe(run_tool(probe_command(target, sound=True)), sound=True).duration_s
    found: list[float] = []
    for start_s in range(0, max(1, int(duration_s)), int(LOOK_BACK_S)):
        run_tool(samples_command(target, bare, start_s=start_s, length_s=LOOK_BACK_S))
        found += levels(_samples(bare), SPEECH_RATE)
    return Answer({"duration_s": duration_s, "waveform": waveform(found)}, [target])


def _duration_s(source: Path) -> float:
    """0 where nobody knows. A picture of a kind that is not looked at does not matter: only the sound is decoded."""
    try:
        probe = parse_probe(run_tool(probe_command(source, sound=True)), sound=True)
    except ConfinedError as error:
        if error.reason != "refused":
            raise
        return 0.0
    if not probe.has_audio:
        raise ConfinedError("refused", "no-sound")
    return probe.duration_s


def _cut(source: Path, duration_s: float, start_s: float, part_s: float, folder: Path) -> Iterator[tuple[Cut, Path, bool]]:
    """Each part, its file, and whether it is the last one."""
    bare = folder / "part.pcm"
    while True:
        run_tool(samples_command(source, bare, start_s=start_s, length_s=part_s))
        samples = _samples(bare)
        last = _is_last(duration_s, start_s, part_s, len(samples) / SPEECH_RATE)
        found = levels(samples, SPEECH_RATE)
        if not last and found:
            kept_s = quietest_s(found, min(LOOK_BACK_S, part_s / 2))
            samples, found = samples[: int(kept_s * SPEECH_RATE)], found[: int(kept_s * 10)]
        length_s = len(samples) / SPEECH_RATE or part_s  # a hole in the file: on to what follows it
        target = folder / f"part-{start_s:.0f}.ogg"
        _write(samples, bare, target)
        yield Cut(start_s, start_s + length_s, is_silent(found)), target, last
        if last:
            return
        start_s += length_s


def _is_last(duration_s: float, start_s: float, asked_s: float, got_s: float) -> bool:
    if duration_s:
        return start_s + asked_s >= duration_s
    return got_s < asked_s - SHORT_BY_S


def _samples(path: Path) -> array[int]:
    samples = array("h")
    content = path.read_bytes() if path.exists() else b""
    samples.frombytes(content[: len(content) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _write(samples: array[int], bare: Path, target: Path) -> None:
    """Encode the part. `bare` holds the samples already, perhaps more of them than the part has."""
    if not samples:
        target.write_bytes(b"")
        return
    with bare.open("r+b") as file:
        file.truncate(len(samples) * samples.itemsize)
    run_tool(speech_command(bare, target))


def _number(args: dict[str, Any], name: str) -> float:
    value = args.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise ConfinedError("protocol", f"{name} is no number")
    return float(value)
