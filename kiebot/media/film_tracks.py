"""One scene's words as a WAV file of an exact number of samples: RATE, one channel, 16 bits. Pure but for the file."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiebot.errors import ConfinedError
from kiebot.media.film_commands import RATE


def write_track(target: Path, spoken: bytes, lead: int, samples: int) -> None:
    """Words after `lead` samples of silence, and silence up to exactly `samples`."""
    with wave.open(str(target), "wb") as track:
        track.setparams((1, 2, RATE, samples, "NONE", ""))
        track.writeframes(bytes(2 * lead) + spoken + bytes(2 * (samples - lead) - len(spoken)))


def read_track(path: Path) -> bytes:
    """Its samples as bytes. Raises ConfinedError when it is no track."""
    with _opened(path) as track:
        return track.readframes(track.getnframes())


def track_samples(path: Path) -> int:
    """How many samples it has. Raises ConfinedError when it is no track."""
    with _opened(path) as track:
        return track.getnframes()


@contextmanager
def _opened(path: Path) -> Iterator[wave.Wave_read]:
    try:
        with wave.open(str(path), "rb") as track:
            if (track.getnchannels(), track.getsampwidth(), track.getframerate()) != (1, 2, RATE):
                raise ConfinedError("protocol", "no track")
            yield track
    except (wave.Error, EOFError) as exc:
        raise ConfinedError("protocol", "no track") from exc
