"""The guarded fetcher: the only way in which kiebot follows a URL that somebody else chose.

Every hop is resolved here, judged on the resolved address and connected to exactly that address, so that neither a redirect nor
a second DNS answer leads inside. Host and TLS name stay those of the URL.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from kiebot.errors import KiebotError
from kiebot.http.addresses import Resolve, is_public, resolve
from kiebot.http.client import describe
from kiebot.http.lanes import tls
from kiebot.http.sniff import HEAD_BYTES, sniff

MAX_REDIRECTS = 5
CHUNK_BYTES = 256 * 1024
PORTS = (80, 443)
REDIRECTS = (301, 302, 303, 307, 308)


class DownloadError(KiebotError):
    """Nothing was stored. `reason` is one of: url, address, redirects, status, size, encoding, empty, timeout, network."""

    def __init__(self, reason: str, message: str = "", *, status: int = 0) -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason
        self.status = status

    @property
    def may_pass(self) -> bool:
        """Whether the same download may succeed later."""
        return self.reason in ("timeout", "network") or self.status in (408, 425, 429) or self.status >= 500


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A stored file. `mime` is what its first bytes say."""

    size: int
    mime: str
    sha256: str


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to checked addresses only. `allowed_hosts` ("127.0.0.1:8081") are the operator's own services."""

    def __init__(
        self,
        allowed_hosts: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = resolve,
        wire: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._allowed_hosts = allowed_hosts
        self._resolve = resolve
        # No keep-alive: a pooled connection would be found by its address, whatever name it was opened for.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._wire = wire or httpx.AsyncHTTPTransport(verify=tls(), trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the first checked address that takes a connection."""
        fault: httpx.TransportError = httpx.ConnectError("no address")
        for address in await self._addresses(request.url):
            try:
                return await self._wire.handle_async_request(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                fault = exc
        raise fault

    async def _addresses(self, url: httpx.URL) -> list[str]:
        port = url.port or (443 if url.scheme == "https" else 80)
        own = f"{url.host}:{port}" in self._allowed_hosts
        if not own and port not in PORTS:
            raise DownloadError("address", f"port {port}")
        try:
            found = await self._resolve(url.host, port)
        except (OSError, UnicodeError) as exc:
            raise httpx.ConnectError(f"no address for the host: {exc}") from exc
        usable = found if own else [address for address in found if is_public(address)]
        if not usable:
            raise DownloadError("address", "the host has no public address")
        return usable

    async def aclose(self) -> None:
        await self._wire.aclose()


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request to a literal address; the Host header is set already, TLS is checked against the name."""
    extensions = dict(request.extensions)
    if request.url.scheme == "https":
        extensions["sni_hostname"] = request.url.host
    url = request.url.copy_with(host=address)
    return httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


async def download(
    url: str,
    path: Path,
    *,
    max_bytes: int,
    timeout_s: float,
    allowed_hosts: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Downloaded:
    """Store what the URL leads to at `path`, whole or not at all. Raises DownloadError.

    `headers` (a provider's key) are sent to the first origin only, never across a redirect to another one.
    """
    part = path.with_name(path.name + ".part")
    wire = transport or GuardedTransport(allowed_hosts)
    timeout = httpx.Timeout(min(30.0, timeout_s), connect=10)
    plain = {"accept-encoding": "identity"}
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(transport=wire, timeout=timeout, trust_env=False, headers=plain) as client,
        ):
            stored = await _follow(client, url, part, dict(headers or {}), max_bytes)
        await asyncio.to_thread(os.replace, part, path)
        return stored
    except (TimeoutError, httpx.TimeoutException) as exc:
        raise DownloadError("timeout", describe(exc)) from exc
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
        raise DownloadError("url", describe(exc)) from exc
    except httpx.HTTPError as exc:
        raise DownloadError("network", describe(exc)) from exc
    finally:
        part.unlink(missing_ok=True)


async def _follow(client: httpx.AsyncClient, url: str, part: Path, headers: dict[str, str], max_bytes: int) -> Downloaded:
    target = _checked_url(httpx.URL(url))
    for _ in range(MAX_REDIRECTS + 1):
        async with client.stream("GET", target, headers=headers) as response:
            if response.status_code not in REDIRECTS:
                return await _store(response, part, max_bytes)
            onward = _checked_url(target.join(response.headers.get("location", "")))
        if (onward.scheme, onward.host, onward.port) != (target.scheme, target.host, target.port):
            headers = {}
        target = onward
    raise DownloadError("redirects", f"more than {MAX_REDIRECTS}")


def _checked_url(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise DownloadError("url", f"scheme {url.scheme!r}")
    return url


async def _store(response: httpx.Response, part: Path, max_bytes: int) -> Downloaded:
    if response.status_code != 200:
        raise DownloadError("status", str(response.status_code), status=response.status_code)
    if int(response.headers.get("content-length", "0")) > max_bytes:
        raise DownloadError("size", f"announced over {max_bytes} bytes")
    digest, size, head = hashlib.sha256(), 0, b""
    with part.open("wb") as file:
        async for chunk in _decoded(response):
            size += len(chunk)
            if size > max_bytes:
                raise DownloadError("size", f"over {max_bytes} bytes")
            if len(head) < HEAD_BYTES:
                head += chunk[:HEAD_BYTES]
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
    if not size:
        raise DownloadError("empty")
    return Downloaded(size, sniff(head), digest.hexdigest())


async def _decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body in bounded pieces. A server that compresses although we asked it not to gets a bounded decoder."""
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip", "deflate"):
        raise DownloadError("encoding", encoding[:40])
    inflate = None if encoding == "identity" else zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    async for raw in response.aiter_raw(CHUNK_BYTES):
        if inflate is None:
            yield raw
            continue
        for chunk in _inflated(inflate, raw):
            yield chunk
    if inflate is not None and not inflate.eof:
        raise DownloadError("network", "the compressed body ends early")


def _inflated(inflate: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    try:
        while raw:
            chunk = inflate.decompress(raw, CHUNK_BYTES)
            raw = inflate.unconsumed_tail
            if chunk:
                yield chunk
    except zlib.error as exc:
        raise DownloadError("encoding", str(exc)) from exc
