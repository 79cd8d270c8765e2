"""The proxy that a link-following process is given: where it leads, and where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from kiebot.http.tunnel import Tunnel

BODY = b"x" * 300_000


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    said = head.split(b"\r\n")[0] if b"/head" in head else BODY
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(said) + said)
    await writer.drain()
    writer.close()


@pytest.fixture
async def site() -> AsyncIterator[str]:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def _get(tunnel: Tunnel, url: str) -> httpx.Response:
    async with tunnel as proxy, httpx.AsyncClient(proxy=proxy, trust_env=False) as client:
        return await client.get(url)


async def test_a_plain_request_goes_on_as_the_site_expects_it(site: str) -> None:
    answer = await _get(Tunnel(10**6, frozenset([site])), f"http://{site}/head?a=1")
    assert answer.content == b"GET /head?a=1 HTTP/1.1"


async def test_a_tunnel_for_tls_is_opened_to_the_named_host(site: str) -> None:
    async with Tunnel(10**6, frozenset([site])) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.rpartition(":")[2]))
        writer.write(f"CONNECT {site} HTTP/1.1\r\nHost: {site}\r\n\r\n".encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"GET /head HTTP/1.1\r\n\r\n")
        assert (await reader.read()).endswith(b"GET /head HTTP/1.1")
        writer.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::1]/"])
async def test_no_address_inside_is_reached(url: str) -> None:
    assert (await _get(Tunnel(10**6), url)).status_code in (403, 502)  # 502: this machine has no IPv6


async def test_a_name_that_leads_inside_and_another_port_are_refused(site: str) -> None:
    async def inside(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    assert (await _get(Tunnel(10**6, resolve=inside), "http://example.org/")).status_code == 403
    assert (await _get(Tunnel(10**6), "http://example.org:8080/")).status_code == 403


async def test_more_bytes_than_allowed_end_the_connection(site: str) -> None:
    tunnel = Tunnel(100_000, frozenset([site]))
    with pytest.raises(httpx.RemoteProtocolError):
        await _get(tunnel, f"http://{site}/")
    assert tunnel.overrun


async def test_what_is_no_request_is_answered_with_an_error() -> None:
    async with Tunnel(10**6) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.rpartition(":")[2]))
        writer.write(b"\xff\xfe nonsense\r\n\r\n")
        assert b" 502 " in await reader.read()
        writer.close()
