import asyncio
import gzip
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiebot.http.client import MAX_ANSWER_BYTES, HttpClient, HttpFault
from tests.fakes.wire import wire


@pytest.fixture
async def client():
    client = HttpClient(timeout_s=1)
    yield client
    await client.aclose()


async def test_a_request_goes_out_as_json_and_comes_back_whole(client):
    async def echo(exchange):
        await exchange.answer(exchange.body, X_Seen=exchange.headers["authorization"])

    async with wire(echo) as server:
        answer = await client.send("POST", server.url + "/a", headers={"authorization": "Bearer k"}, body={"x": "щ"})
    assert (answer.status, answer.json(), answer.headers["x-seen"]) == (200, {"x": "щ"}, "Bearer k")


async def test_a_body_that_is_no_json_is_none(client):
    async with wire(lambda exchange: exchange.answer(b"<html>", kind="text/html")) as server:
        assert (await client.send("GET", server.url)).json() is None


async def test_redirects_are_not_followed(client):
    async with wire(lambda exchange: exchange.answer(status=302, Location="/b")) as server:
        assert (await client.send("GET", server.url)).status == 302
        assert server.connections == 1


async def test_a_closed_port_means_never_sent(client):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(HttpFault) as caught:
        await client.send("POST", f"http://127.0.0.1:{port}/", body={})
    assert not caught.value.sent


async def test_a_request_without_an_answer_may_have_arrived(client):
    async def hang(exchange):
        assert await exchange.left()

    async def hang_up(exchange):
        return None

    for reply in (hang, hang_up):
        async with wire(reply) as server:
            with pytest.raises(HttpFault) as caught:
                await client.send("POST", server.url, body={})
        assert caught.value.sent


STOPPED = """
import asyncio, sys
from kiebot.http.client import HttpClient

async def main():
    client = HttpClient(timeout_s=0.5)
    answer = await client.send("POST", sys.argv[1], body={"order": 1})
    print(answer.status, answer.body.decode())
    await client.aclose()

asyncio.run(main())
"""


async def test_an_answer_that_came_while_the_process_was_stopped_is_read(tmp_path):
    stopped = asyncio.Event()

    async def accepts(exchange):
        child.send_signal(signal.SIGSTOP)
        stopped.set()
        await exchange.answer(b'{"taskId": "7"}')

    async with wire(accepts) as server:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", STOPPED, server.url, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        try:
            await asyncio.wait_for(stopped.wait(), 20)
            await asyncio.sleep(2.5)  # longer than it waits for an answer
            child.send_signal(signal.SIGCONT)
            said, _ = await asyncio.wait_for(child.communicate(), 20)
        finally:
            if child.returncode is None:
                child.kill()
    assert said.decode().strip() == '200 {"taskId": "7"}'
    assert len(server.requests) == 1


async def test_a_host_without_an_address_means_never_sent(client):
    with pytest.raises(HttpFault) as caught:
        await client.send("POST", "http://no-such-host.invalid/", body={})
    assert not caught.value.sent


async def test_a_trickle_of_bytes_does_not_hold_a_call_for_ever():
    async def trickle(exchange):
        await exchange.begin("application/json")
        while not exchange.writer.is_closing():
            await exchange.send(b" ")
            await asyncio.sleep(0.02)

    client = HttpClient(timeout_s=0.1)
    async with wire(trickle) as server:
        with pytest.raises(HttpFault, match="TimeoutError") as caught:
            await client.send("GET", server.url)
    await client.aclose()
    assert caught.value.sent


async def test_we_say_who_we_are_and_take_no_compressed_answers(client):
    async with wire(lambda exchange: exchange.answer(b"{}")) as server:
        await client.send("GET", server.url)
        headers = server.requests[0].headers
    assert headers["user-agent"].startswith("kiebot/")
    assert headers["accept-encoding"] == "identity"


async def test_an_answer_that_is_compressed_all_the_same_is_read(client):
    async with wire(lambda exchange: exchange.answer(gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")) as server:
        assert (await client.send("GET", server.url)).json() == {"a": 1}


async def test_a_cookie_is_not_sent_back(client):
    async with wire(lambda exchange: exchange.answer(b"{}", Set_Cookie="a=b")) as server:
        await client.send("GET", server.url)
        await client.send("GET", server.url)
        assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize("body", [b"", b'{"code":200,"data":{"taskId":', b"[" * 100_000, b"\xff\xfe"])
async def test_nonsense_is_none_as_json(client, body):
    async with wire(lambda exchange: exchange.answer(body)) as server:
        assert (await client.send("GET", server.url)).json() is None


async def test_an_endless_answer_is_cut_off(client):
    async def endless(exchange):
        await exchange.begin("application/json")
        while not exchange.writer.is_closing():
            await exchange.send(b"[" * 1_000_000)

    async with wire(endless) as server:
        with pytest.raises(HttpFault, match=str(MAX_ANSWER_BYTES)):
            await client.send("GET", server.url)


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client = HttpClient(timeout_s=1)
    async with wire(lambda exchange: exchange.answer(b"{}")) as server:
        assert (await client.send("GET", server.url)).status == 200
    await client.aclose()


def test_httpx_comes_without_its_command_line():
    code = "import sys, kiebot.http.client; print('rich' in sys.modules, 'pygments' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]
