"""The words of scenes as WAV files of an exact number of samples (RATE, one channel, 16 bits), and where a piece of the film's
sound lies in them. Pure but for the files."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from kiebot.errors import ConfinedError
from kiebot.media.adts import PACKET_SAMPLES
from kiebot.media.film_commands import RATE

PIECE_PACKETS = 2812  # about a minute
LEAD_PACKETS = 94  # two seconds, in which what ducks the music gets to know how loud it is
REST_PACKETS = 2  # an encoder looks ahead


@dataclass(frozen=True, slots=True)
class Heard:
    """What is encoded to get one piece of the sound: `count` samples from `start` of the film on.

    They are in `tracks`, without the first `skip` samples; of the packets the first `drop` are left out, then `keep` kept.
    """

    tracks: range
    skip: int
    start: int
    count: int
    drop: int
    keep: int


def sound_pieces(lengths: Sequence[int]) -> int:
    """In how many pieces the sound of tracks of such lengths is made. It ends with the last whole packet."""
    return -(-(sum(lengths) // PACKET_SAMPLES) // PIECE_PACKETS)


def heard(lengths: Sequence[int], number: int) -> Heard:
    """For piece `number`, from 0."""
    total, ends = sum(lengths), list(accumulate(lengths))
    first = number * PIECE_PACKETS
    last = min(first + PIECE_PACKETS, total // PACKET_SAMPLES)
    lead = LEAD_PACKETS if number else 0
    start, end = (first - lead) * PACKET_SAMPLES, min(total, (last + REST_PACKETS) * PACKET_SAMPLES)
    begins = [0, *ends]
    tracks = [track for track, length in enumerate(lengths) if begins[track] < end and begins[track] + length > start]
    skip = start - begins[tracks[0]]
    return Heard(range(tracks[0], tracks[-1] + 1), skip, start, end - start, lead + 1, last - first)


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
