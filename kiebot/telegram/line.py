"""The connection to Telegram, with less in between than the library's own.

For each packet the library goes to a thread and back to encrypt it, and starts two or three tasks that watch the clock. That is
right for a file; a chat's packets are a few hundred bytes, whose encryption takes less than the way there. So here a chat's
packets are encrypted where they are, what is sent in one round of the loop goes out in one write, and a read is one read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from pyrogram.connection.proxy import Proxy
from pyrogram.connection.transport import TCPAbridged

READ_BYTES = 64 * 1024
SMALL_BYTES = 16 * 1024  # packets that may wait for the end of the loop's round
SHORT_WORDS = 126  # a packet's length is counted in words of four bytes


class Here(Executor):
    """Runs at once, in the event loop. What it returns is done, so that `await` does not even give way."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        done = self._loop.create_future()
        try:
            done.set_result(call(*args, **kwargs))
        except Exception as exc:  # noqa: BLE001 - raised again by `await`
            done.set_exception(exc)
        return done


class Line(TCPAbridged):  # type: ignore[misc]
    """A connection of the library's most compact framing."""

    def __init__(
        self,
        ipv6: bool = False,
        proxy: Proxy | None = None,
        crypto_executor_workers: int = 1,
        loop: asyncio.AbstractEventLoop | None = None,
        dc_id: int | None = None,
    ) -> None:
        super().__init__(ipv6, proxy, crypto_executor_workers, loop, dc_id=dc_id)
        if dc_id is not None and dc_id > 0:  # below zero it carries files
            self.crypto_executor = Here(self.loop)
        self._came = bytearray()
        self._leaving: list[bytes] = []

    async def send(self, data: bytes, *args: Any) -> None:
        """Send a packet."""
        if not self._bare() or self.writer is None or self.writer.is_closing() or not self.marker_event.is_set():
            await super().send(data, *args)
            return
        self._leaving.append(_framed(data))
        if len(data) > SMALL_BYTES:
            self._leave()
            try:
                await self.writer.drain()
            except ConnectionError as exc:
                raise OSError(exc) from exc
        elif len(self._leaving) == 1:
            self.loop.call_soon(self._leave)

    def _bare(self) -> bool:
        """Whether nothing disguises the connection."""
        return self._web_carrier is None and self._records is None and self._encrypt is None

    def _leave(self) -> None:
        """Write what has gathered."""
        leaving, self._leaving = self._leaving, []
        if leaving and self.writer is not None and not self.writer.is_closing():
            self.writer.write(b"".join(leaving))

    async def _recv_from_socket(self, length: int) -> bytes | None:
        """Exactly so many bytes, or None when the connection ended or nothing came for long."""
        while len(self._came) < length:
            piece = await self._piece()
            if not piece:
                return None
            self._came += piece
        found = bytes(self._came[:length])
        del self._came[:length]
        return found

    async def _piece(self) -> bytes:
        if self.reader is None:
            return b""
        try:
            async with asyncio.timeout(self.TIMEOUT):
                return bytes(await self.reader.read(READ_BYTES))
        except (TimeoutError, OSError):
            return b""


def _framed(data: bytes) -> bytes:
    words = len(data) // 4
    return (bytes([words]) if words <= SHORT_WORDS else b"\x7f" + words.to_bytes(3, "little")) + data
