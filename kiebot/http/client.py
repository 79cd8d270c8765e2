"""The pooled client that providers speak through: one exchange in, one answer or one fault out.

Providers never see httpx. What they need to know of a failure is a single fact: may the request have arrived?
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
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

    `timeout_s` bounds the whole answer, after at most 10 s each for a free connection, TCP and TLS.
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
        timeout = httpx.Timeout(patience_s, connect=connect_s, pool=connect_s)
        try:
            # Without httpx's client, whose cookies, redirects and defaults we do not want: a fifth less time for an exchange.
            request = httpx.Request(method, url, extensions={"timeout": timeout.as_dict()}, **arguments)
            async with asyncio.timeout(3 * connect_s + patience_s):  # a trickle of bytes never runs into a read timeout
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
