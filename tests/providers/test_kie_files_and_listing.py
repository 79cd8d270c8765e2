import asyncio
import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.kie import UPLOAD_URL, Kie
from tests.fakes.kie import running_kie
from tests.fakes.wire import wire
from tests.providers.conftest import saying

Kind = ProviderErrorKind


async def hang_up(exchange):
    return None


async def test_a_file_is_uploaded_under_a_name_that_nobody_can_guess(http, tmp_path):
    path = tmp_path / "17.input"
    path.write_bytes(b"\xff\xd8\xff" + bytes(300_000))
    with running_kie() as fake:
        kie = Kie(http, "key", fake.url)
        first = await kie.upload(path, "паспорт Ивана.JPG", "image/jpeg")
        other = await kie.upload(path, "паспорт Ивана.JPG", "image/jpeg")
        assert [kept == ("image/jpeg", path.read_bytes()) for kept in fake.uploaded.values()] == [True, True]
    assert first.url != other.url
    assert urlsplit(first.url).path.endswith(".jpg")
    assert first.expires_at == pytest.approx(time.time() + 24 * 3600, abs=5)


@pytest.mark.parametrize(
    ("name", "mime", "suffix"),
    [
        ("a.MP4", "video/mp4", ".mp4"),
        ("voice", "audio/ogg", ".ogg"),
        ("x.\u202egnp", "image/png", ".png"),
        ("a.b/../../etc", "image/png", ".png"),
        ("", "nonsense", ""),
    ],
)
async def test_of_a_persons_file_name_only_a_harmless_ending_leaves(http, tmp_path, name, mime, suffix):
    path = tmp_path / "f"
    path.write_bytes(b"data")
    with running_kie() as fake:
        await Kie(http, "key", fake.url).upload(path, name, mime)
        (kept,) = fake.uploaded
    folder, _, file = kept.partition("/")
    assert (folder, len(file), file[32:]) == ("kiebot", 32 + len(suffix), suffix)


async def test_the_key_goes_with_an_upload_and_older_answers_are_understood(http, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"data")
    answer = {"success": True, "code": 200, "data": {"fileId": "1", "fileUrl": "https://files.example/f"}}
    async with wire(saying(answer)) as server:
        uploaded = await Kie(http, "key", "http://127.0.0.1:9", upload_url=server.url).upload(path, "a.png", "image/png")
        assert server.requests[0].path == "/api/file-stream-upload"
        assert server.requests[0].headers["authorization"] == "Bearer key"
    assert uploaded.url == "https://files.example/f"


def test_kies_own_files_go_to_kies_file_host(http):
    assert Kie(http, "key")._upload_base == UPLOAD_URL


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (saying({"code": 401, "msg": "key"}), Kind.AUTH),
        (saying({"code": 429, "msg": "slow"}), Kind.RATE_LIMIT),
        (saying({"success": False, "code": 500, "msg": "Internal server error"}), Kind.TRANSIENT),
        (saying({"success": True, "code": 200, "data": {}}), Kind.TRANSIENT),
        (saying({"success": True, "code": 200, "data": {"downloadUrl": "file:///x"}}), Kind.TRANSIENT),
        (saying(b"<html>too large", status=413), Kind.INPUT),
        (saying(b"", status=502), Kind.TRANSIENT),
        (hang_up, Kind.TRANSIENT),
    ],
)
async def test_an_upload_that_went_wrong_may_always_be_repeated(http, tmp_path, reply, kind):
    path = tmp_path / "f"
    path.write_bytes(b"data")
    async with wire(reply) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).upload(path, "a.png", "image/png")
    assert caught.value.kind is kind


async def test_a_url_that_lasts_twenty_minutes(http):
    async with wire(
        saying({"code": 200, "data": "https://files.example/d?sig=1"}, {"code": 422, "msg": "url is wrong"})
    ) as server:
        kie = Kie(http, "key", server.url)
        assert await kie.download_url("https://tempfile.example/a.png") == "https://files.example/d?sig=1"
        assert (server.requests[0].method, server.requests[0].path) == ("POST", "/api/v1/common/download-url")
        assert json.loads(server.requests[0].body) == {"url": "https://tempfile.example/a.png"}
        with pytest.raises(ProviderError) as caught:
            await kie.download_url("https://elsewhere.example/")
    assert caught.value.kind is Kind.INPUT


async def test_the_balance(http):
    async with wire(saying({"code": 200, "msg": "success", "data": 5916.25})) as server:
        assert await Kie(http, "key", server.url).credits() == 5916.25


@pytest.mark.parametrize("data", [None, "much", True, {}])
async def test_a_balance_that_is_no_number_is_an_error(http, data):
    async with wire(saying({"code": 200, "data": data})) as server:
        with pytest.raises(ProviderError):
            await Kie(http, "key", server.url).credits()


def listing(exchange):
    path = urlsplit(exchange.path).path
    schema = {"openapi": "3.0.1", "paths": {}}
    answers = {
        "/api/v1/models": {"total": 2, "models": [{"model": "a/b", "slug": "x"}, {"model": "c"}]},
        "/api/v1/models/a/b/schema": {"openapi": schema},
        "/api/v1/models/text/schema": {"openapi": json.dumps(schema)},
        "/api/v1/models/c/schema": {"openapi": None},
        "/api/v1/models/a/b/price": {"model": "a/b", "pricingDesc": "4 credits a second"},
    }
    found = answers.get(path)
    return exchange.answer(json.dumps({"code": 200 if found else 404, "msg": "words", "data": found}).encode())


async def test_models_and_what_is_told_of_them_one_question_a_second(http):
    async with wire(listing) as server:
        kie, began = Kie(http, "key", server.url), time.monotonic()
        rows, schema, nothing, price = await asyncio.gather(
            kie.list_models(), kie.model_schema("a/b"), kie.model_schema("c"), kie.model_price("a/b")
        )
        assert 2.9 < time.monotonic() - began < 5
    assert ([row["model"] for row in rows], nothing, price) == (["a/b", "c"], None, "4 credits a second")
    assert schema == {"openapi": "3.0.1", "paths": {}}


async def test_a_schema_sent_as_text_is_read(http):
    async with wire(listing) as server:
        assert (await Kie(http, "key", server.url).model_schema("text"))["openapi"] == "3.0.1"


async def test_a_model_that_kie_does_not_know_is_not_found(http):
    async with wire(listing) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).model_schema("no/such?x=1#y")
        assert server.requests[0].path == "/api/v1/models/no/such%3Fx%3D1%23y/schema"
        assert parse_qs(urlsplit(server.requests[0].path).query) == {}
    assert caught.value.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    "data", [None, [], {}, {"models": None}, {"total": 178, "models": [{"model": "a"}]}, {"total": 0, "models": []}]
)
async def test_half_a_list_is_not_taken_for_the_whole(http, data):
    async with wire(saying({"code": 200, "data": data})) as server:
        with pytest.raises(ProviderError):
            await Kie(http, "key", server.url).list_models()
