"""What an MP4 file says of itself, read from its boxes without decoding anything: enough to check a piece of a film. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kiebot.errors import ConfinedError

MOST_INDEX_BYTES = 16 << 20  # of ten minutes it is under 1 MB
_HOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_DEEPEST = 4  # of them: trak, mdia, minf, stbl
_ENTRY_BYTES = 16  # what stands before the first entry of a list of sample formats, and that entry's own size and name
_AVC_FIELDS = 78  # of a video entry, before the boxes within it


@dataclass(frozen=True, slots=True)
class Track:
    """`kind` is "vide", "soun" or "text"; `header` the H.264 settings a decoder needs, as hex; sizes and header of video only."""

    kind: str
    format: str
    samples: int
    seconds: float
    width: int = 0
    height: int = 0
    header: str = ""


@dataclass(frozen=True, slots=True)
class Mp4:
    """`streamable`: its index stands before the pictures."""

    tracks: list[Track]
    streamable: bool

    @property
    def video(self) -> Track:
        """The one video track. Raises ConfinedError."""
        found = [track for track in self.tracks if track.kind == "vide"]
        if len(found) != 1:
            raise ConfinedError("protocol", "no video track")
        return found[0]


def read_mp4(path: Path) -> Mp4:
    """Raises ConfinedError when it is none."""
    try:
        with path.open("rb") as file:
            index, streamable = _index(file, path.stat().st_size)
        boxes = list(_boxes(index, 0, len(index)))
        starts = [number for number, (kind, _, _) in enumerate(boxes) if kind == b"trak"]
        ends = [*starts[1:], len(boxes)]
        tracks = [_track(index, boxes[start:end]) for start, end in zip(starts, ends, strict=True)]
    except (ValueError, IndexError, KeyError, ZeroDivisionError) as exc:
        raise ConfinedError("protocol", "not an MP4") from exc
    return Mp4(tracks, streamable)


def _index(file: BinaryIO, size: int) -> tuple[bytes, bool]:
    """The inside of `moov`, and whether it comes before the data."""
    at, data_seen = 0, False
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind, taken = int.from_bytes(head[:4]), head[4:8], 8
        if length == 1:
            length, taken = int.from_bytes(head[8:16]), 16
        if not taken <= length <= size - at:
            raise ValueError("a box of impossible length")
        if kind == b"moov":
            if length > MOST_INDEX_BYTES:
                raise ValueError("an index too large")
            file.seek(at + taken)
            return file.read(length - taken), not data_seen
        data_seen = data_seen or kind == b"mdat"
        at += length
    raise ValueError("no index")


def _boxes(data: bytes, at: int, end: int, deepest: int = _DEEPEST) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of every box, those within others right after them."""
    while at + 8 <= end:
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if not 8 <= length <= end - at:
            raise ValueError("a box of impossible length")
        yield kind, at + 8, at + length
        if kind in _HOLDERS and deepest:
            yield from _boxes(data, at + 8, at + length, deepest - 1)
        at += length


def _track(data: bytes, boxes: list[tuple[bytes, int, int]]) -> Track:
    found = {kind: data[start:end] for kind, start, end in boxes}
    described = found[b"stsd"]
    kind, sample_format = found[b"hdlr"][8:12].decode("latin-1"), described[12:16].decode("latin-1")
    samples, seconds = int.from_bytes(found[b"stsz"][8:12]), _seconds(found[b"mdhd"])
    if kind != "vide":
        return Track(kind, sample_format, samples, seconds)
    entry = described[_ENTRY_BYTES:]
    width, height = int.from_bytes(entry[24:26]), int.from_bytes(entry[26:28])
    inside = {name: entry[start:end].hex() for name, start, end in _boxes(entry, _AVC_FIELDS, len(entry))}
    return Track(kind, sample_format, samples, seconds, width, height, inside.get(b"avcC", ""))


def _seconds(described: bytes) -> float:
    """From `mdhd`, whose numbers are longer in its version 1."""
    if described[0] == 1:
        return int.from_bytes(described[24:32]) / int.from_bytes(described[20:24])
    return int.from_bytes(described[16:20]) / int.from_bytes(described[12:16])
