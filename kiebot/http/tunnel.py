"""A proxy on loopback for a process that follows links: each connection goes to a checked public address, bytes are counted.

It is opened for one download and closed after it. The names are resolved here, not by the process that asks.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

from kiebot.http.addresses import Resolve, is_public, resolve
from kiebot.http.guarded import PORTS

HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024
CONNECT_S = 10.0
HEAD_END = b"\r\n\r\n"


class Refused(Exception):
    """The answer to a request that is not let through."""


class Tunnel:
    """Takes CONNECT and plain requests. At most `max_bytes` come in. `allowed_hosts` ("127.0.0.1:8081") may be inside."""

    def __init__(self, max_bytes: int, allowed_hosts: frozenset[str] = frozenset(), *, resolve: Resolve = resolve) -> None:
        self._left = max_bytes
        self._allowed_hosts = allowed_hosts
        self._resolve = resolve
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def overrun(self) -> bool:
        """Whether more wanted to come in than was allowed."""
        return self._left < 0

    async def __aenter__(self) -> str:
        """The address of the proxy."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            head = await reader.readuntil(HEAD_END)
            await self._pass_on(head, reader, writer)
        except Refused:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, _, fields = head.partition(b"\r\n")
        method, target, version = line.decode("ascii").split(" ")
        if method == "CONNECT":
            url = urlsplit(f"//{target}")
            first, answer = b"", b"HTTP/1.1 200 Connection established\r\n\r\n"
        else:
            url = urlsplit(target)
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            first, answer = f"{method} {path} {version}\r\n".encode() + _closing(fields), b""
        there = await self._connect(url.hostname or "", url.port or (443 if method == "CONNECT" else 80))
        writer.write(answer)
        there[1].write(first)
        await self._exchange((reader, writer), there)

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        own = f"{host}:{port}" in self._allowed_hosts
        if not own and port not in PORTS:
            raise Refused
        usable = [address for address in await self._resolve(host, port) if own or is_public(address)]
        if not usable:
            raise Refused
        async with asyncio.timeout(CONNECT_S):
            return await asyncio.open_connection(usable[0], port)

    async def _exchange(
        self, near: tuple[asyncio.StreamReader, asyncio.StreamWriter], far: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    ) -> None:
        """Both directions, until the far side ends or has sent too much."""
        sending = asyncio.create_task(_copy(near[0], far[1]))
        try:
            while self._left >= 0 and (chunk := await far[0].read(CHUNK_BYTES)):
                self._left -= len(chunk)
                near[1].write(chunk)
                await near[1].drain()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            far[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()


def _closing(fields: bytes) -> bytes:
    """The fields of a plain request, for one exchange only: the next one may go to another host."""
    kept = [line for line in fields.split(b"\r\n") if line and not line.lower().startswith((b"connection:", b"proxy-"))]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])
