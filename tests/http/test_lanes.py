import asyncio
import socket
import ssl
import subprocess
from contextlib import asynccontextmanager

import httpx
import pytest

from kiebot.http import lanes
from kiebot.http.lanes import Lanes


class KeepingServer:
    """An HTTP/1.1 server that keeps its connections, and counts them."""

    def __init__(self):
        self.opened = 0
        self.open = 0
        self.most_open = 0
        self.hang_up_after_answer = False
        self.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        self.wait_s = 0.0

    async def connected(self, reader, writer):
        self.opened += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(self.wait_s)
                writer.write(self.answer)
                if self.hang_up_after_answer:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def keeping_server(**more):
    served = KeepingServer()
    server = await asyncio.start_server(served.connected, "127.0.0.1", 0, **more)
    served.port = server.sockets[0].getsockname()[1]
    served.url = f"{'https' if more else 'http'}://127.0.0.1:{served.port}/"
    try:
        yield served
    finally:
        server.close()


@asynccontextmanager
async def client(most=4, idle_s=30, timeout=5, **more):
    async with httpx.AsyncClient(transport=Lanes(most, idle_s=idle_s), timeout=timeout, trust_env=False, **more) as http:
        yield http


async def test_one_connection_carries_one_request_after_the_other():
    async with keeping_server() as server, client() as http:
        for _ in range(5):
            assert (await http.get(server.url)).text == "ok"
        assert server.opened == 1


async def test_requests_at_once_share_no_connection_and_never_take_more_than_allowed():
    async with keeping_server() as server, client(most=3) as http:
        server.wait_s = 0.02
        answers = await asyncio.gather(*[http.get(server.url) for _ in range(12)])
        assert [answer.text for answer in answers] == ["ok"] * 12
        assert (server.opened, server.most_open) == (3, 3)


async def test_two_hosts_share_no_connection():
    async with keeping_server() as one, keeping_server() as other, client() as http:
        await http.get(one.url)
        await http.get(other.url)
        await http.get(one.url)
        assert (one.opened, other.opened) == (1, 1)


async def test_a_connection_that_the_server_hung_up_is_not_used_again():
    async with keeping_server() as server, client() as http:
        server.hang_up_after_answer = True
        for _ in range(3):
            assert (await http.get(server.url)).text == "ok"
            await asyncio.sleep(0.02)
        assert server.opened == 3


async def test_a_connection_idle_for_too_long_is_closed_and_a_new_one_made():
    async with keeping_server() as server, client(idle_s=0.05) as http:
        await http.get(server.url)
        await asyncio.sleep(0.1)
        await http.get(server.url)
        await asyncio.sleep(0.02)
        assert (server.opened, server.open) == (2, 1)


async def test_connections_of_a_rush_are_closed_when_it_is_over():
    async with keeping_server() as server, client(most=4, idle_s=0.05) as http:
        server.wait_s = 0.02
        await asyncio.gather(*[http.get(server.url) for _ in range(4)])
        for _ in range(6):
            await asyncio.sleep(0.02)
            await http.get(server.url)
        await asyncio.sleep(0.02)
        assert server.open == 1


async def test_whoever_waits_too_long_for_a_connection_was_never_sent():
    async with keeping_server() as server, client(most=1, timeout=httpx.Timeout(5, pool=0.05)) as http:
        server.wait_s = 0.3
        first = asyncio.create_task(http.get(server.url))
        await asyncio.sleep(0.02)
        with pytest.raises(httpx.PoolTimeout):
            await http.get(server.url)
        assert (await first).text == "ok"
        assert (await http.get(server.url)).text == "ok"


async def test_a_cancelled_request_leaves_room_for_the_next_and_no_half_answer_behind():
    async with keeping_server() as server, client(most=1) as http:
        server.wait_s = 0.2
        cancelled = asyncio.create_task(http.get(server.url))
        await asyncio.sleep(0.05)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        server.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nnew"
        assert (await http.get(server.url)).text == "new"
        assert server.opened == 2


async def test_an_answer_that_nobody_read_to_its_end_closes_its_connection():
    async with keeping_server() as server, client(most=1) as http:
        server.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + b"0" * 10
        async with http.stream("GET", server.url) as answer:
            assert answer.status_code == 200
        server.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        assert (await http.get(server.url)).text == "ok"
        assert server.opened == 2


async def test_faults_come_in_httpx_words():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    async with keeping_server() as server, client(timeout=0.1) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{closed}/")
        with pytest.raises(httpx.UnsupportedProtocol):
            await http.get("ftp://127.0.0.1/")
        server.answer = b"nonsense\r\n\r\n"
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(server.url)
        server.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhalf"
        server.hang_up_after_answer = True
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(server.url)
        server.wait_s = 0.5
        with pytest.raises(httpx.ReadTimeout):
            await http.get(server.url)


@pytest.fixture
def own_certificate(tmp_path):
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 1 -subj /CN=127.0.0.1"
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(own_certificate):
    async with keeping_server(ssl=own_certificate) as server, client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(server.url)


def test_the_certificates_are_read_once():
    assert lanes.tls() is lanes.tls()
