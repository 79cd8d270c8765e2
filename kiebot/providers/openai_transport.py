"""HTTP/1.1 for answers that come in pieces of a few letters: the transport under the `openai` package's client.

The client's own transport hands each piece through five layers and two watches of the clock, which was half of the processor time
of an answer. This one reads the connection in one place, and gathers: after the first pieces, which are handed on at once, it
waits a moment and hands on all that came meanwhile. The end of a body is never waited for.

Connections are kept for the next request. Errors are httpx2's own, so that the package and its callers see no difference. It goes
straight to the host: proxies that the environment names are not used, here as in all of kiebot.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2

AT_ONCE = 4  # pieces of a body: the person sees the first words as soon as there are any
GATHER_S = 0.15
KEEP_S = 20.0  # servers close an idle connection after 5 to 75 s; one that closed while we wrote costs a try
MOST_KEPT = 50
MOST_BUFFERED = 256 * 1024
SLICE = 256 * 1024  # of a body is written at once: with TLS all of it is enciphered before the loop goes on
LONGEST_HEAD = 64 * 1024
LONGEST_SIZE_LINE = 1024
CONNECT_STAGGER_S = 0.25  # between the addresses of a host
NO_BODY = frozenset({204, 304})

Origin = tuple[str, str, int]
Keep = Callable[["Line"], None]  # what to do with a connection whose answer was read to its end


class Transport(httpx2.AsyncBaseTransport):
    """Requests of one client, each over a connection of its own, kept connections first."""

    def __init__(self) -> None:
        self._kept: dict[Origin, list[Line]] = {}
        self._tls: ssl.SSLContext | None = None

    def prepare(self) -> None:
        """Read the certificates that are trusted, SSL_CERT_FILE's if it is set. It takes a while: called in a thread."""
        self._tls = httpx2.create_ssl_context()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and wait for the head of the answer; its body is read by who gets it."""
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        head, body = _head(request), b"".join([part async for part in request.stream])  # type: ignore[union-attr]
        line = await self._line(request.url, timeouts.get("connect"))
        try:
            await line.send(head, body, timeouts.get("write"))
            status, reason, headers = await _answer_head(line, timeouts.get("read"))
        except BaseException:
            line.drop()
            raise
        stream = _body(line, request.method, status, headers, timeouts.get("read"), self._keep)
        return httpx2.Response(status, headers=headers, stream=stream, extensions={"reason_phrase": reason})

    async def aclose(self) -> None:
        """Close what is kept."""
        for lines in self._kept.values():
            for line in lines:
                line.drop()
        self._kept.clear()

    async def _line(self, url: httpx2.URL, timeout_s: float | None) -> Line:
        origin = (url.scheme, url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80))
        kept = self._kept.get(origin, [])
        while kept:
            line = kept.pop()
            if line.usable:
                return line
            line.drop()
        return await self._connect(origin, timeout_s)

    async def _connect(self, origin: Origin, timeout_s: float | None) -> Line:
        scheme, host, port = origin
        if scheme not in ("http", "https"):
            raise httpx2.UnsupportedProtocol(f"no such protocol: {scheme!r}")
        if scheme == "https" and self._tls is None:
            await asyncio.to_thread(self.prepare)
        loop = asyncio.get_running_loop()
        secure: dict[str, Any] = {"ssl": self._tls, "server_hostname": host} if scheme == "https" else {}
        try:
            async with asyncio.timeout(timeout_s):
                _, line = await loop.create_connection(
                    lambda: Line(loop, origin), host, port, happy_eyeballs_delay=CONNECT_STAGGER_S, **secure
                )
        except TimeoutError as exc:
            raise httpx2.ConnectTimeout(str(exc)) from exc
        except OSError as exc:
            raise httpx2.ConnectError(str(exc)) from exc
        return line

    def _keep(self, line: Line) -> None:
        kept = self._kept.setdefault(line.origin, [])
        now = line.idle_since = line.loop.time()
        while kept and (len(kept) >= MOST_KEPT or now - kept[0].idle_since > KEEP_S):
            kept.pop(0).drop()
        kept.append(line)


class Line(asyncio.Protocol):
    """One connection: what came and was not read yet, and who waits for more."""

    def __init__(self, loop: asyncio.AbstractEventLoop, origin: Origin) -> None:
        self.loop = loop
        self.origin = origin
        self.came = bytearray()
        self.ended = False
        self.idle_since = 0.0
        self.cut_short = False  # of a request only a part was written: no other one can follow
        self._fault: Exception | None = None
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._gathering = False
        self._full = False
        self._paused = False

    @property
    def usable(self) -> bool:
        """Whether a kept connection can carry another request: nobody closed it, and nothing came that nobody asked for."""
        return not self.ended and not self.came and self.loop.time() - self.idle_since < KEEP_S

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self.came += data
        if len(self.came) > MOST_BUFFERED and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        if self._waiter is not None and (not self._gathering or self._paused or self.came.endswith(b"0\r\n\r\n")):
            self._wake()

    def eof_received(self) -> None:
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._fault = exc
        self._wake()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()

    async def send(self, head: bytes, body: bytes, timeout_s: float | None) -> None:
        """Write a request. An answer that comes before all of it is written ends the writing: the server has seen enough."""
        await self._write(head + body[:SLICE], timeout_s)
        for start in range(SLICE, len(body), SLICE):
            if self.came or self.ended:
                self.cut_short = True
                return
            await asyncio.sleep(0)  # others have their turn between two slices
            await self._write(body[start : start + SLICE], timeout_s)

    async def _write(self, piece: bytes, timeout_s: float | None) -> None:
        assert self._transport is not None
        self._transport.write(piece)
        while self._full and not self.came and not self.ended:
            if not await self._wait(timeout_s, 0.0):
                raise httpx2.WriteTimeout("the request was not taken in time")

    async def more(self, timeout_s: float | None, gather_s: float = 0.0) -> bool:
        """Wait until more has come, and then for what else comes within `gather_s`. False when nothing more will come."""
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        before = len(self.came)
        while len(self.came) == before and not self.ended:
            if not await self._wait(timeout_s, gather_s):
                raise httpx2.ReadTimeout("nothing came in time")
        if self._fault is not None and len(self.came) == before:
            raise httpx2.ReadError(str(self._fault)) from self._fault
        return len(self.came) > before

    def drop(self) -> None:
        """Close it at once, whatever is on its way."""
        self.ended = True
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self, timeout_s: float | None, gather_s: float) -> bool:
        """Sleep until something happens. False when nothing did within `timeout_s`."""
        waiter = self._waiter = self.loop.create_future()
        self._gathering = gather_s > 0
        clocks = [self.loop.call_later(gather_s, self._gathered)] if gather_s else []
        if timeout_s is not None:
            clocks.append(self.loop.call_later(timeout_s, self._give_up, waiter))
        try:
            return await waiter is None
        except TimeoutError:
            return False
        finally:
            self._waiter = None
            for clock in clocks:
                clock.cancel()

    def _gathered(self) -> None:
        """From now on the next byte is enough."""
        self._gathering = False
        if self.came:
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _give_up(self, waiter: asyncio.Future[None]) -> None:
        if not waiter.done():
            waiter.set_exception(TimeoutError())


class Body(httpx2.AsyncByteStream):
    """The body of an answer, up to its end or to the end of the connection."""

    def __init__(self, line: Line, timeout_s: float | None, keep: Keep | None) -> None:
        self.line = line
        self.over = False
        self._timeout_s = timeout_s
        self._keep = keep
        self._closed = False

    def take(self) -> bytes:
        """What of the buffer is body; sets `over` at the end."""
        whole = bytes(self.line.came)
        self.line.came.clear()
        return whole

    def cut(self) -> None:
        """The connection ended: without a length that is the end of the body."""
        self.over = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = 0
        while not self.over:
            piece = self.take()
            if piece:
                pieces += 1
                yield piece
            elif not self.over and not await self.line.more(self._timeout_s, GATHER_S if pieces >= AT_ONCE else 0.0):
                self.cut()
        await self.aclose()

    async def aclose(self) -> None:
        """Keep the connection when all of the body was read, else hang up: that ends the work at the server."""
        if self._closed:
            return
        self._closed = True
        if self.over and self._keep is not None and not (self.line.ended or self.line.cut_short):
            self._keep(self.line)
        else:
            self.line.drop()


class SizedBody(Body):
    """A body whose length was said."""

    def __init__(self, line: Line, timeout_s: float | None, keep: Keep | None, size: int) -> None:
        super().__init__(line, timeout_s, keep)
        self._left = size
        self.over = size == 0

    def take(self) -> bytes:
        piece = bytes(self.line.came[: self._left])
        del self.line.came[: self._left]
        self._left -= len(piece)
        self.over = self._left == 0
        return piece

    def cut(self) -> None:
        raise httpx2.RemoteProtocolError("the connection ended before the answer did")


class ChunkedBody(Body):
    """A body in chunks: each begins with its size, the last one is empty."""

    def __init__(self, line: Line, timeout_s: float | None, keep: Keep | None) -> None:
        super().__init__(line, timeout_s, keep)
        self._left = 0  # of the chunk that is being read, with the line break after it
        self._trailer = False

    def take(self) -> bytes:
        """All that is here, without the frame around it."""
        came, found, at = self.line.came, [], 0
        while not self.over:
            if self._left:
                piece = came[at : at + self._left]
                at += len(piece)
                self._left -= len(piece)
                found.append(piece[: max(0, len(piece) + self._left - 2)] if self._left < 2 else piece)
                if self._left:
                    break
            end = came.find(b"\n", at)
            if end < 0:
                if len(came) - at > LONGEST_SIZE_LINE:
                    raise httpx2.RemoteProtocolError("a chunk without a size")
                break
            self._begin_chunk(bytes(came[at:end]).strip())
            at = end + 1
        del came[:at]
        return b"".join(found)

    def _begin_chunk(self, words: bytes) -> None:
        if self._trailer:  # headers after the last chunk, up to an empty line
            self.over = not words
            return
        digits = words.partition(b";")[0].strip()
        if not digits or len(digits) > 16 or digits.strip(b"0123456789abcdefABCDEF"):
            raise httpx2.RemoteProtocolError("a chunk without a size")
        size = int(digits, 16)
        self._trailer = size == 0
        self._left = size + 2 if size else 0

    def cut(self) -> None:
        raise httpx2.RemoteProtocolError("the connection ended before the answer did")


def _head(request: httpx2.Request) -> bytes:
    """The request up to its body."""
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%s: %s" % field for field in request.headers.raw]
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise httpx2.LocalProtocolError("a line break inside a header")
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def _answer_head(line: Line, timeout_s: float | None) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """Status, reason and headers of the answer; those that only say that it is on its way are passed over."""
    while True:
        while (end := line.came.find(b"\r\n\r\n")) < 0:
            if len(line.came) > LONGEST_HEAD:
                raise httpx2.RemoteProtocolError("the head of the answer has no end")
            if not await line.more(timeout_s):
                raise httpx2.RemoteProtocolError("the connection ended without an answer")
        head = bytes(line.came[:end])
        del line.came[: end + 4]
        status, reason, headers = _parsed(head)
        if status >= 200:
            return status, reason, headers


def _parsed(head: bytes) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    first, *lines = head.split(b"\r\n")
    version, _, rest = first.partition(b" ")
    status, _, reason = rest.partition(b" ")
    if not version.startswith(b"HTTP/1.") or len(status) != 3 or not status.isdigit():
        raise httpx2.RemoteProtocolError("this is not an answer in HTTP/1.1")
    headers = [(name.strip(), value.strip()) for name, colon, value in (field.partition(b":") for field in lines) if colon]
    if version == b"HTTP/1.0":
        headers.append((b"connection", b"close"))
    return int(status), reason, headers


def _body(line: Line, method: str, status: int, headers: list[tuple[bytes, bytes]], timeout_s: float | None, keep: Keep) -> Body:
    known = {name.lower(): value.lower() for name, value in headers}
    to_keep = keep if known.get(b"connection") != b"close" else None
    if method == "HEAD" or status in NO_BODY:
        return SizedBody(line, timeout_s, to_keep, 0)
    if known.get(b"transfer-encoding", b"").endswith(b"chunked"):
        return ChunkedBody(line, timeout_s, to_keep)
    size = known.get(b"content-length", b"")
    if size.isdigit():
        return SizedBody(line, timeout_s, to_keep, int(size))
    return Body(line, timeout_s, None)
