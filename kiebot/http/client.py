"""The pooled client that providers speak through: one exchange in, one answer or one fault out.

Providers never see httpx. What they need to know of a failure is a single fact: may the request have arrived?
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from kiebot.errors import KiebotError

MAX_ANSWER_BYTES = 8 * 1024 * 1024
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
        except ValueError:
            return None


class HttpClient:
    """One keep-alive pool for calls to providers' APIs. No proxy from the environment, no redirects, bounded answers."""

    def __init__(self, *, timeout_s: float = 30, connections: int = 64) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_s, connect=min(10.0, timeout_s)),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=30),
            trust_env=False,
            follow_redirects=False,
        )

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Answer:
        """Send one request (`body` goes as JSON) and read its whole answer. Raises HttpFault."""
        arguments: dict[str, Any] = {"headers": headers, "params": params}
        if body is not None:
            arguments["json"] = body
        try:
            async with self._client.stream(method, url, **arguments) as response:
                return Answer(response.status_code, dict(response.headers), await _read(response))
        except NEVER_SENT as exc:
            raise HttpFault(describe(exc), sent=False) from exc
        except httpx.HTTPError as exc:
            raise HttpFault(describe(exc), sent=True) from exc

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise HttpFault(f"the answer is over {MAX_ANSWER_BYTES} bytes", sent=True)
    return bytes(body)


def describe(exc: Exception) -> str:
    """The class and text of an exception of httpx, without the URL, which may carry a token."""
    return f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
