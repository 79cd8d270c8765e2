import asyncio
import gzip
import ssl
import subprocess
import time
from contextlib import asynccontextmanager

import httpx2
import pytest

from kiebot.providers import openai_transport
from kiebot.providers.openai_transport import Transport


class Server:
    """Answers each request with the next answer: bytes, or a list of bytes, seconds to wait, and None to hang up."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.connections = 0
        self.requests = []
        self.left = asyncio.Event()

    async def meet(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
                self.requests.append((head, await reader.readexactly(size)))
                answer = self.answers.pop(0)
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    if piece is None:
                        return
                    if isinstance(piece, bytes):
                        writer.write(piece)
                    else:
                        await asyncio.sleep(piece)
        except asyncio.IncompleteReadError:
            self.left.set()
        finally:
            writer.close()


@asynccontextmanager
async def client_of(*answers, **more):
    server, secure = Server(*answers), more.pop("ssl", None)
    async with (
        await asyncio.start_server(server.meet, "127.0.0.1", 0, ssl=secure) as listening,
        httpx2.AsyncClient(transport=Transport(), timeout=more.pop("timeout", 2)) as client,
    ):
        where = "https://localhost" if secure else "http://127.0.0.1"
        url = f"{where}:{listening.sockets[0].getsockname()[1]}/v1?a=b"
        yield client, url, server
        await client.aclose()  # else the server would wait for more requests


def sized(body, head=b""):
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%s\r\n%s" % (len(body), head, body)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data):
    return b"%X;x=y\r\n%s\r\n" % (len(data), data)


async def test_a_request_arrives_as_it_was_made():
    async with client_of(sized(b"yes", b"X-One: 1\r\n")) as (client, url, server):
        answer = await client.post(url, json={"text": "Привет"}, headers={"x-key": "k"})
        assert (answer.status_code, answer.reason_phrase, answer.headers["x-one"], answer.text) == (200, "OK", "1", "yes")
        head, body = server.requests[0]
        assert head.startswith(b"POST /v1?a=b HTTP/1.1\r\n")
        assert b"\r\nx-key: k\r\n" in head
        assert body.decode() == '{"text":"Привет"}'


async def test_a_body_in_chunks_is_put_together_however_it_is_cut():
    whole = chunk(b"one ") + chunk(b"two\r\n") + chunk(b"x" * 5000) + b"0\r\ntrailer: 1\r\n\r\n"
    async with client_of([CHUNKED, *(bytes([byte]) for byte in whole)]) as (client, url, _):
        assert (await client.get(url)).content == b"one two\r\n" + b"x" * 5000


async def test_a_connection_is_used_again_when_its_answer_was_read_whole():
    async with client_of(sized(b"1"), CHUNKED + chunk(b"2") + b"0\r\n\r\n", sized(b"")) as (client, url, server):
        assert [(await client.get(url)).text for _ in range(3)] == ["1", "2", ""]
        assert server.connections == 1


@pytest.mark.parametrize(
    "first",
    [
        sized(b"1", b"Connection: close\r\n"),
        b"HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n1",
        sized(b"1") + b"what nobody asked for",
        [sized(b"1"), None],
    ],
)
async def test_a_connection_that_cannot_be_used_again_is_not(first):
    async with client_of(first, sized(b"2")) as (client, url, server):
        assert (await client.get(url)).text == "1"
        await asyncio.sleep(0.02)
        assert (await client.get(url)).text == "2"
        assert server.connections == 2


async def test_a_body_without_a_length_lasts_as_long_as_the_connection():
    async with client_of([b"HTTP/1.1 200 OK\r\n\r\nall ", 0.01, b"of it", None]) as (client, url, _):
        assert (await client.get(url)).text == "all of it"


async def test_words_on_the_way_are_passed_over():
    async with client_of(b"HTTP/1.1 102 Processing\r\nx: y\r\n\r\n" + sized(b"done")) as (client, url, _):
        assert (await client.get(url)).text == "done"


async def test_an_answer_that_has_no_body_has_none():
    async with client_of(b"HTTP/1.1 204 No Content\r\n\r\n", sized(b"next")) as (client, url, server):
        assert (await client.get(url)).content == b""
        assert (await client.get(url)).text == "next"
        assert server.connections == 1


async def test_a_compressed_body_is_read():
    async with client_of(sized(gzip.compress(b"small"), b"content-encoding: gzip\r\n")) as (client, url, _):
        assert (await client.get(url)).text == "small"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"-5\r\n",
        CHUNKED + b"1" * 2000,
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000,
    ],
)
async def test_what_is_not_http_is_an_error(answer):
    async with client_of(answer) as (client, url, _):
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get(url)


@pytest.mark.parametrize(
    "answer", [[None], [CHUNKED, chunk(b"half"), None], [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", None]]
)
async def test_a_connection_that_ends_too_soon_is_an_error(answer):
    async with client_of(answer) as (client, url, _):
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get(url)


async def test_silence_is_a_timeout():
    async with client_of([1], [CHUNKED + chunk(b"x"), 1], timeout=0.1) as (client, url, _):
        for _ in range(2):
            with pytest.raises(httpx2.ReadTimeout):
                await client.get(url)


async def test_a_server_that_takes_nothing_is_a_timeout():
    async def deaf(reader, writer):
        writer.transport.pause_reading()
        await asyncio.sleep(1)
        writer.transport.abort()

    async with (
        await asyncio.start_server(deaf, "127.0.0.1", 0) as listening,
        httpx2.AsyncClient(transport=Transport(), timeout=0.2) as client,
    ):
        with pytest.raises(httpx2.WriteTimeout):
            await client.post(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/", content=b"x" * 64 * 2**20)


async def test_a_large_body_arrives_whole():
    async with client_of(sized(b"yes")) as (client, url, server):
        body = bytes(range(256)) * 4 * 2**12
        assert (await client.post(url, content=body)).text == "yes"
        assert server.requests[0][1] == body


async def test_a_connection_whose_request_was_answered_before_its_end_is_not_used_again():
    connections = 0

    async def hasty(reader, writer):
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too large\r\ncontent-length: 2\r\n\r\nno")
        await asyncio.sleep(1)
        writer.transport.abort()

    async with (
        await asyncio.start_server(hasty, "127.0.0.1", 0) as listening,
        httpx2.AsyncClient(transport=Transport(), timeout=5) as client,
    ):
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        for number in (1, 2):
            answer = await client.post(url, content=b"x" * 64 * 2**20)
            assert (answer.status_code, answer.text, connections) == (413, "no", number)


async def test_nobody_at_the_address():
    async with httpx2.AsyncClient(transport=Transport()) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get("http://127.0.0.1:9/")
        with pytest.raises(httpx2.UnsupportedProtocol):
            await client.get("ftp://127.0.0.1:9/")


async def test_a_header_cannot_smuggle_another():
    async with client_of(sized(b"")) as (client, url, server):
        with pytest.raises(httpx2.LocalProtocolError):
            await client.get(url, headers={"authorization": "Bearer a\r\nx-evil: 1"})
        assert server.requests == []


async def test_more_than_fits_into_memory_comes_only_as_fast_as_it_is_read():
    size = 8 * 2**20
    async with (
        client_of([b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size, b"x" * size]) as (client, url, _),
        client.stream("GET", url) as answer,
    ):
        await asyncio.sleep(0.1)
        assert len(answer.stream._stream.line.came) < 2 * openai_transport.MOST_BUFFERED
        assert sum([len(piece) async for piece in answer.aiter_raw()]) == size


async def test_small_pieces_are_gathered_but_the_first_and_the_end_are_not_waited_for():
    pieces = [part for number in range(30) for part in (chunk(b"%d " % number), 0.01)]
    async with client_of([CHUNKED, *pieces, b"0\r\n\r\n"]) as (client, url, _), client.stream("GET", url) as answer:
        began, moments, found = time.monotonic(), [], []
        async for piece in answer.aiter_raw():
            moments.append(time.monotonic() - began)
            found.append(piece)
        assert b"".join(found) == b"".join(b"%d " % number for number in range(30))
        assert openai_transport.AT_ONCE < len(found) < 15
        assert moments[0] < openai_transport.GATHER_S


async def test_hanging_up_in_the_middle_is_heard_by_the_server():
    async with client_of([CHUNKED + chunk(b"x"), 0.2, chunk(b"y"), 0]) as (client, url, server):
        async with client.stream("GET", url) as answer:
            async for _ in answer.aiter_raw():
                break
        async with asyncio.timeout(2):
            await server.left.wait()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(the file of a certificate of localhost that vouches for itself, what a server needs to show it)."""
    folder = tmp_path_factory.mktemp("tls")
    key, file = folder / "key", folder / "certificate"
    command = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {key} -out {file} -days 2"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command.split(), *subject], check=True, capture_output=True)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(file, key)
    return file, shown


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return certificate[1]


async def test_an_answer_comes_in_pieces_over_tls_and_its_connection_is_kept(trusted):
    pieces = [part for number in range(20) for part in (chunk(b"%d " % number), 0.01)]
    async with client_of([CHUNKED, *pieces, b"0\r\n\r\n"], sized(b"next"), ssl=trusted) as (client, url, server):
        began = time.monotonic()
        async with client.stream("POST", url, content="Привет" * 50_000) as answer:
            found = [(time.monotonic() - began, piece) async for piece in answer.aiter_raw()]
        assert b"".join(piece for _, piece in found) == b"".join(b"%d " % number for number in range(20))
        assert found[-1][0] - found[0][0] > 0.05  # not all at the end
        assert (await client.get(url)).text == "next"
        assert server.connections == 1
        assert server.requests[0][1].decode() == "Привет" * 50_000


async def test_a_tls_connection_that_the_server_closed_is_not_used_again(trusted):
    async with client_of([sized(b"1"), None], sized(b"2"), ssl=trusted) as (client, url, server):
        assert (await client.get(url)).text == "1"
        await asyncio.sleep(0.05)
        assert (await client.get(url)).text == "2"
        assert server.connections == 2


async def test_a_tls_connection_that_ends_too_soon_is_an_error(trusted):
    async with client_of([CHUNKED, chunk(b"half"), None], ssl=trusted) as (client, url, _):
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get(url)


async def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(certificate):
    async with client_of(sized(b"secret"), ssl=certificate[1]) as (client, url, server):
        with pytest.raises(httpx2.ConnectError, match="self-signed certificate"):
            await client.get(url)
        assert server.requests == []


async def test_the_certificate_of_another_host_is_refused_before_anything_is_sent(trusted):
    async with client_of(sized(b"secret"), ssl=trusted) as (client, url, server):
        with pytest.raises(httpx2.ConnectError, match="not valid for"):
            await client.get(url.replace("localhost", "127.0.0.1"))
        assert server.requests == []


async def test_who_does_not_speak_tls_is_refused():
    async def speak_plainly(_, writer):
        writer.write(sized(b"open"))
        writer.close()

    async with (
        await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as listening,
        httpx2.AsyncClient(transport=Transport()) as client,
    ):
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/")


async def test_a_handshake_that_does_not_end_is_a_timeout():
    async with (
        await asyncio.start_server(lambda *_: asyncio.sleep(1), "127.0.0.1", 0) as listening,
        httpx2.AsyncClient(transport=Transport(), timeout=0.2) as client,
    ):
        with pytest.raises(httpx2.ConnectTimeout):
            await client.get(f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/")


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with client_of(sized(b"directly")) as (client, url, _):
        assert (await client.get(url)).text == "directly"
