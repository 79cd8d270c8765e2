"""A bare HTTP/1.1 server on 127.0.0.1 whose every byte the test decides: servers that lie, stall, cut and compress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Reply = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One request, and the way to answer it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(self, body: bytes = b"", *, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        names = {"content-type": kind, "content-length": str(len(body)), **{k.replace("_", "-"): v for k, v in headers.items()}}
        head = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        await self.send(f"HTTP/1.1 {status} X\r\n{head}connection: close\r\n\r\n".encode() + body)

    async def begin(self, kind: str = "text/event-stream") -> None:
        """Headers of an answer that lasts until the connection closes."""
        await self.send(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n".encode())

    async def event(self, data: str) -> None:
        await self.send(f"data: {data}\n\n".encode())

    async def left(self, timeout_s: float = 5) -> bool:
        """Whether the other side hangs up in time."""
        with suppress(ConnectionError):
            async with asyncio.timeout(timeout_s):
                return await self.reader.read(1) == b""
        return True


@dataclass
class Wire:
    """The running server. `requests` holds what came, `connections` how often somebody connected, `ended` that one is over."""

    reply: Reply
    port: int = 0
    connections: int = 0
    requests: list[Exchange] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            exchange = await _read(reader, writer)
            self.requests.append(exchange)
            await self.reply(exchange)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.ended.set()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = lines[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Exchange(method, path, headers, body, writer, reader)


@asynccontextmanager
async def wire(reply: Reply) -> AsyncIterator[Wire]:
    """Run a server that answers every request by `reply`."""
    served = Wire(reply)
    server = await asyncio.start_server(served.connected, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
