"""A form with one file, read from the disk while it is sent: a video of 100 MB takes one piece of memory at a time."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx

PIECE_BYTES = 256 * 1024


class FileForm(httpx.AsyncByteStream):
    """multipart/form-data with `fields` and the file at `path` as the field "file". Can be sent once or again."""

    def __init__(self, path: Path, *, name: str, mime: str, fields: Mapping[str, str]) -> None:
        self._path = path
        boundary = secrets.token_hex(16)
        parts = [_part(boundary, field) + value.encode() + b"\r\n" for field, value in fields.items()]
        self._head = b"".join(parts) + _part(boundary, "file", name, mime)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        length = len(self._head) + path.stat().st_size + len(self._tail)
        self.headers = {"content-type": f"multipart/form-data; boundary={boundary}", "content-length": str(length)}

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        with await asyncio.to_thread(self._path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                yield piece
        yield self._tail


def _part(boundary: str, field: str, name: str | None = None, mime: str | None = None) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"'
    if name is not None:
        head += f'; filename="{_quoted(name)}"\r\nContent-Type: {_quoted(mime or "application/octet-stream")}'
    return f"{head}\r\n\r\n".encode()


def _quoted(value: str) -> str:
    """As browsers write it: a name can neither end its quotes nor its line."""
    return value.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
