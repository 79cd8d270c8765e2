"""The pooled client that providers speak through: one exchange in, one answer or one fault out.

Providers never see httpx. What they need to know of a failure is a single fact: may the request have arrived?
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from kiebot import __version__
from kiebot.errors import KiebotError
from kiebot.http.lanes import Lanes
from kiebot.http.multipart import FileForm

MAX_ANSWER_BYTES = 8 * 1024 * 1024
OWN_HEADERS = {"user-agent": f"kiebot/{__version__}", "accept": "application/json", "accept-encoding": "identity"}
KEPT_IDLE_S = 30.0  # shorter than what servers and balancers keep
LONGEST_TICK_S = 1.0
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class HttpFault(KiebotError):
    """No complete answer came. `sent` is false only when the request certainly never reached the other side."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or None when it is something else (an HTML error page, an empty body)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class HttpClient:
    """Kept connections for calls to providers' APIs. No proxy from the environment, no redirects, bounded answers.

    `timeout_s` bounds the whole answer, after at most 10 s for a connection. Only time in which this process runs is counted: an
    answer that came while it was stopped is still read, and an order does not become one of which nobody knows.
    """

    def __init__(self, *, timeout_s: float = 30, connections: int = 128) -> None:
        self._timeout_s = timeout_s
        self._lanes = Lanes(connections, idle_s=KEPT_IDLE_S)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: object = None,
        form: FileForm | None = None,
        timeout_s: float | None = None,
        most_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """Send one request (`body` goes as JSON, `form` as it is) and read its whole answer. Raises HttpFault."""
        patience_s = timeout_s or self._timeout_s
        connect_s = min(10.0, patience_s)
        arguments: dict[str, Any] = {
            "params": params,
            "headers": {**OWN_HEADERS, **(headers or {}), **(form.headers if form else {})},
        }
        if body is not None:
            arguments["json"] = body
        if form is not None:
            arguments["content"] = form
        timeout = httpx.Timeout(None, connect=connect_s, pool=connect_s)
        try:
            # Without httpx's client, whose cookies, redirects and defaults we do not want: a fifth less time for an exchange.
            request = httpx.Request(method, url, extensions={"timeout": timeout.as_dict()}, **arguments)
            async with awake(connect_s + patience_s):
                return await self._exchange(request, most_bytes)
        except NEVER_SENT as exc:
            raise HttpFault(describe(exc), sent=False) from exc
        except (TimeoutError, httpx.HTTPError) as exc:
            raise HttpFault(describe(exc), sent=True) from exc

    async def _exchange(self, request: httpx.Request, most_bytes: int) -> Answer:
        response = await self._lanes.handle_async_request(request)
        try:
            return Answer(response.status_code, dict(response.headers), await _read(response, most_bytes))
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._lanes.aclose()


@asynccontextmanager
async def awake(seconds: float) -> AsyncIterator[None]:
    """asyncio.timeout, told by ticks: a process that stands still (stopped, or its machine asleep) misses all but one of them."""
    async with asyncio.timeout(None) as limit:
        ticks = _Ticks(limit, seconds)
        try:
            yield
        finally:
            ticks.stop()


class _Ticks:
    """Ends a timeout after so many seconds of ticks."""

    def __init__(self, limit: asyncio.Timeout, seconds: float) -> None:
        self._limit = limit
        self._left_s = seconds
        self._tick_s = min(LONGEST_TICK_S, seconds / 4)
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_later(self._tick_s, self._tick)

    def _tick(self) -> None:
        self._left_s -= self._tick_s
        if self._left_s > 0:
            self._next = self._loop.call_later(self._tick_s, self._tick)
        else:
            self._limit.reschedule(self._loop.time())

    def stop(self) -> None:
        self._next.cancel()


async def _read(response: httpx.Response, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes() if "content-encoding" in response.headers else response.aiter_raw():
        body += chunk
        if len(body) > most_bytes:
            raise HttpFault(f"the answer is over {most_bytes} bytes", sent=True)
    return bytes(body)


def describe(exc: Exception) -> str:
    """The class and text of an exception of httpx, without the URL, which may carry a token."""
    return f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
