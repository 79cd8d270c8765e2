"""The TL layer: Pyrogram's own classes, read and written from the server's side.

Telethon 1.45 speaks the same layer as kurigram 2.2.26 (229) with the same constructors, so nothing is translated for it.
"""

from __future__ import annotations

import time
from io import BytesIO
from typing import Any

from pyrogram.raw.all import layer as LAYER
from pyrogram.raw.all import objects
from pyrogram.raw.core import TLObject
from pyrogram.raw.core.primitives import Vector

from kiebot.errors import KiebotError

__all__ = ["LAYER", "Refused", "Wire", "now", "read_tl", "utf16_length", "with_changes"]

_guess_by_size = Vector.read_bare


def _read_boxed(data: BytesIO, size: int) -> Any:
    """An element of an untyped vector. In requests it is boxed whatever its size.

    The library guesses from the byte count, and takes objects of 4 or 8 bytes (inputUserSelf, inputMessageID) for numbers.
    """
    constructor = int.from_bytes(data.getbuffer()[data.tell() : data.tell() + 4], "little")
    return TLObject.read(data) if constructor in objects else _guess_by_size(data, size)


Vector.read_bare = staticmethod(_read_boxed)


class Refused(KiebotError):
    """What the data centre answers instead of a result: an RPC error with its code and name."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(name)
        self.code = code
        self.name = name


class Wire:
    """Something already serialised that is put into larger objects or sent as it is."""

    __slots__ = ("_data",)
    QUALNAME = "Wire"

    def __init__(self, data: bytes) -> None:
        self._data = data

    def write(self, *_: Any) -> bytes:
        return self._data


def read_tl(data: bytes) -> Any:
    return TLObject.read(BytesIO(data))


def with_changes(original: Any, **changes: Any) -> Any:
    """A copy of a TL object in which some fields differ."""
    copy = original.__class__.__new__(original.__class__)
    for field in original.__slots__:
        setattr(copy, field, getattr(original, field))
    for field, value in changes.items():
        setattr(copy, field, value)
    return copy


def now() -> int:
    return int(time.time())


def utf16_length(text: str) -> int:
    """The length of a text as Telegram counts it: characters outside the basic plane count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
