"""Bare AAC as a row of packets (ADTS): they can be counted, cut and put one after another. Pure.

An encoder hears each packet together with the one before it. So sound that was encoded in pieces is whole again when every
piece began a little earlier than it is needed, and the packets of that beginning are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kiebot.errors import ConfinedError

PACKET_SAMPLES = 1024
_HEADER_BYTES = 7


def packets(data: bytes) -> Iterator[bytes]:
    """Raises ConfinedError when something else is between them."""
    at = 0
    while at < len(data):
        head = data[at : at + _HEADER_BYTES]
        if len(head) < _HEADER_BYTES or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
            raise ConfinedError("protocol", "not a sound")
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        if not _HEADER_BYTES <= length <= len(data) - at:
            raise ConfinedError("protocol", "not a sound")
        yield data[at : at + length]
        at += length


def count_packets(path: Path) -> int:
    """Raises ConfinedError when it is no such file."""
    return sum(1 for _ in packets(path.read_bytes()))
