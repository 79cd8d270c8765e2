import asyncio
import gzip
import hashlib

import httpx
import pytest

from kiebot.http.guarded import DownloadError, GuardedTransport, download
from tests.fakes.wire import wire

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 1000


async def fetch(url, path, *, allowed=(), max_bytes=1_000_000, timeout_s=3, **more):
    return await download(url, path, max_bytes=max_bytes, timeout_s=timeout_s, allowed_hosts=frozenset(allowed), **more)


async def refusal(url, path, **more):
    with pytest.raises(DownloadError) as caught:
        await fetch(url, path, **more)
    assert list(path.parent.iterdir()) == []
    return caught.value


async def test_a_file_of_an_allowed_host_is_stored_with_its_size_type_and_digest(tmp_path):
    async with wire(lambda exchange: exchange.answer(PNG, kind="text/html")) as server:
        stored = await fetch(server.url + "/a.png", tmp_path / "out", allowed={server.host})
    assert (tmp_path / "out").read_bytes() == PNG
    assert (stored.size, stored.mime, stored.sha256) == (len(PNG), "image/png", hashlib.sha256(PNG).hexdigest())
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "localhost",
    "localhost.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_loopback_is_connected_to(tmp_path, host):
    async with wire(lambda exchange: exchange.answer(PNG)) as server:
        assert (await refusal(f"http://{host}:{server.port}/", tmp_path / "out")).reason in ("address", "url")
        assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://1.1.1.1/",
        "ftp://1.1.1.1/",
        "http://user@1.1.1.1/",
        "http:///x",
        "http://①②⑦.0.0.1/",
        "x",
        "",
    ],
)
async def test_urls_that_are_not_plain_http_are_refused(tmp_path, url):
    assert (await refusal(url, tmp_path / "out")).reason == "url"


async def test_other_ports_than_those_of_the_web_are_refused(tmp_path):
    assert (await refusal("http://1.1.1.1:25/", tmp_path / "out")).reason == "address"


async def test_a_redirect_inside_is_refused_and_the_inner_server_sees_nothing(tmp_path):
    async with wire(lambda exchange: exchange.answer(b"secret")) as inner:
        async with wire(lambda exchange: exchange.answer(status=302, Location=inner.url + "/meta")) as outer:
            assert (await refusal(outer.url, tmp_path / "out", allowed={outer.host})).reason == "address"
            assert outer.connections == 1
        assert inner.connections == 0


@pytest.mark.parametrize(
    "inside",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        "//10.0.0.1/",
        "http://2852039166/",
    ],
)
async def test_a_redirect_to_a_metadata_service_is_refused(tmp_path, inside):
    async with wire(lambda exchange: exchange.answer(status=302, Location=inside)) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host})).reason == "address"


async def test_a_proxy_of_the_environment_does_not_fetch_for_us(tmp_path, monkeypatch):
    async with wire(lambda exchange: exchange.answer(b"through the proxy")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with wire(lambda exchange: exchange.answer(PNG)) as server:
            assert (await fetch(server.url, tmp_path / "out", allowed={server.host})).mime == "image/png"
        (tmp_path / "out").unlink()
        assert (await refusal("http://10.0.0.1/", tmp_path / "out")).reason == "address"
        assert proxy.connections == 0


async def test_a_host_is_allowed_with_its_port_only(tmp_path):
    async with wire(lambda exchange: exchange.answer(PNG)) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={"127.0.0.1", "127.0.0.1:1"})).reason == "address"
        assert server.connections == 0


async def test_a_trickle_of_bytes_runs_into_the_deadline_of_the_whole(tmp_path):
    async def trickle(exchange):
        await exchange.begin("image/png")
        while not exchange.writer.is_closing():
            await exchange.send(b"0")
            await asyncio.sleep(0.02)

    async with wire(trickle) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host}, timeout_s=0.3)).reason == "timeout"


async def test_a_compressed_body_that_ends_early_is_no_file(tmp_path):
    half = gzip.compress(PNG)[:-20]
    async with wire(lambda exchange: exchange.answer(half, Content_Encoding="gzip")) as server:
        error = await refusal(server.url, tmp_path / "out", allowed={server.host})
    assert (error.reason, error.may_pass) == ("network", True)


async def test_what_only_says_that_it_is_compressed_is_refused(tmp_path):
    async with wire(lambda exchange: exchange.answer(PNG, Content_Encoding="gzip")) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host})).reason == "encoding"


async def test_a_redirect_to_a_file_is_refused(tmp_path):
    async with wire(lambda exchange: exchange.answer(status=302, Location="file:///etc/passwd")) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host})).reason == "url"


async def test_five_redirects_are_followed_and_six_are_not(tmp_path):
    async def hop(exchange):
        left = int(exchange.path.strip("/"))
        await (exchange.answer(PNG) if left == 0 else exchange.answer(status=307, Location=f"/{left - 1}"))

    async with wire(hop) as server:
        assert (await fetch(server.url + "/5", tmp_path / "out", allowed={server.host})).size == len(PNG)
        (tmp_path / "out").unlink()
        assert (await refusal(server.url + "/6", tmp_path / "out", allowed={server.host})).reason == "redirects"


async def test_the_key_of_one_host_is_not_carried_to_another(tmp_path):
    async with wire(lambda exchange: exchange.answer(PNG)) as other:
        async with wire(lambda exchange: exchange.answer(status=302, Location=other.url)) as first:
            allowed = {first.host, other.host}
            await fetch(first.url, tmp_path / "out", allowed=allowed, headers={"authorization": "Bearer k"})
            assert first.requests[0].headers["authorization"] == "Bearer k"
        assert "authorization" not in other.requests[0].headers


async def test_a_name_that_resolves_anew_each_time_leads_nowhere_else(tmp_path):
    """DNS rebinding: the address that was judged is the one connected to, and every hop is judged again."""
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["192.0.2.1", "10.0.0.1"]

    async with wire(lambda exchange: exchange.answer(b"secret")) as inner:
        transport = GuardedTransport(resolve=rebinding)
        for _ in range(3):
            assert (await refusal("http://rebind.example/", tmp_path / "out", transport=transport)).reason == "address"
        assert (len(asked), inner.connections) == (3, 0)


async def test_host_header_and_tls_name_stay_those_of_the_url():
    seen = []

    class Recorder(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            seen.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"]))
            return httpx.Response(200)

    async def public(host, port):
        return ["1.1.1.1"]

    transport = GuardedTransport(resolve=public, wire=Recorder())
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("https://files.example/a")
    assert seen == [("1.1.1.1", "files.example", "files.example")]


async def test_the_second_address_is_tried_when_the_first_takes_no_connection(tmp_path):
    async with wire(lambda exchange: exchange.answer(PNG)) as server:

        async def two(host, port):
            return ["127.255.255.1", "127.0.0.1"]

        transport = GuardedTransport(frozenset({f"files.local:{server.port}"}), resolve=two)
        assert (await fetch(f"http://files.local:{server.port}/", tmp_path / "out", transport=transport)).size == len(PNG)


async def test_an_announced_size_over_the_limit_is_refused_before_reading(tmp_path):
    async with wire(lambda exchange: exchange.answer(PNG)) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host}, max_bytes=100)).reason == "size"


async def test_an_unannounced_size_is_counted_while_it_streams(tmp_path):
    async def endless(exchange):
        await exchange.begin("image/png")
        while not exchange.writer.is_closing():
            await exchange.send(b"0" * 100_000)

    async with wire(endless) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host})).reason == "size"


async def test_a_gzip_bomb_is_counted_after_decoding(tmp_path):
    bomb = gzip.compress(bytes(200_000_000), 1)

    async def bombs(exchange):
        await exchange.answer(bomb, Content_Encoding="gzip")

    async with wire(bombs) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host}, timeout_s=10)).reason == "size"


async def test_a_body_that_was_compressed_unasked_is_decoded(tmp_path):
    async with wire(lambda exchange: exchange.answer(gzip.compress(PNG), Content_Encoding="gzip")) as server:
        assert (await fetch(server.url, tmp_path / "out", allowed={server.host})).mime == "image/png"
        assert server.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
async def test_encodings_without_a_bounded_decoder_are_refused(tmp_path, encoding):
    async with wire(lambda exchange: exchange.answer(PNG, Content_Encoding=encoding)) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host})).reason == "encoding"


@pytest.mark.parametrize(("status", "later"), [(404, False), (403, False), (410, False), (500, True), (503, True), (429, True)])
async def test_a_bad_status_stores_nothing_and_says_whether_it_may_pass(tmp_path, status, later):
    async with wire(lambda exchange: exchange.answer(b"no", status=status)) as server:
        error = await refusal(server.url, tmp_path / "out", allowed={server.host})
    assert (error.reason, error.status, error.may_pass) == ("status", status, later)


async def test_an_empty_body_is_an_error(tmp_path):
    async with wire(lambda exchange: exchange.answer(b"")) as server:
        assert (await refusal(server.url, tmp_path / "out", allowed={server.host})).reason == "empty"


async def test_a_connection_cut_in_the_middle_leaves_no_file(tmp_path):
    async def cut(exchange):
        await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"0" * 10)

    async with wire(cut) as server:
        error = await refusal(server.url, tmp_path / "out", allowed={server.host})
    assert (error.reason, error.may_pass) == ("network", True)


async def test_a_stalling_server_runs_into_the_timeout(tmp_path):
    async def stall(exchange):
        await exchange.begin("image/png")
        await exchange.left()

    async with wire(stall) as server:
        error = await refusal(server.url, tmp_path / "out", allowed={server.host}, timeout_s=0.3)
    assert (error.reason, error.may_pass) == ("timeout", True)
