import asyncio
import json
import subprocess

import pytest
from PIL import Image

from kiebot.catalog.forms import complete
from kiebot.catalog.loading import load
from kiebot.catalog.prices import provider_credits
from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.guarded import DownloadError, download
from kiebot.providers.base import Failed, Finished, Order, Running

Kind = ProviderErrorKind
PICTURE = load().default_for("text_to_image")
CLIP = load().default_for("text_to_video")


def order(model, prompt="Красная лодка на море"):
    return Order(model.id, complete(model, {"prompt": prompt}))


async def finished(services, handle, timeout_s=15):
    for _ in range(int(timeout_s / 0.05)):
        state = await services.kie.poll(handle)
        if not isinstance(state, Running):
            return state
        await asyncio.sleep(0.05)
    raise AssertionError("still running")


async def fetched(services, found, path, **more):
    host = f"127.0.0.1:{services.server.port}"
    limits = {"max_bytes": 20_000_000, "timeout_s": 10, **more}
    return await download(found.results[0].url, path, allowed_hosts=frozenset({host}), **limits)


async def test_a_picture_is_ordered_made_and_fetched(services, tmp_path):
    submitted = await services.kie.submit(order(PICTURE))
    assert isinstance(await services.kie.poll(submitted.handle), Running)
    found = await finished(services, submitted.handle)
    assert isinstance(found, Finished)
    assert found.provider_cost == float(provider_credits(PICTURE, complete(PICTURE, {"prompt": "x"})))
    assert (await fetched(services, found, tmp_path / "got")).mime == "image/png"
    with Image.open(tmp_path / "got") as picture:
        picture.load()
        assert picture.size == (1024, 1024)
        assert len(picture.getcolors(1024 * 1024)) > 100


async def test_pictures_depend_on_their_prompts_and_the_same_order_again_gives_another_one(services, tmp_path):
    digests = set()
    for prompt in ("кот", "кот", "ночной лес"):
        submitted = await services.kie.submit(order(PICTURE, prompt))
        stored = await fetched(services, await finished(services, submitted.handle), tmp_path / "got")
        digests.add(stored.sha256)
    assert len(digests) == 3


async def test_a_clip_is_a_film_that_any_player_takes(services, tmp_path):
    submitted = await services.kie.submit(order(CLIP))
    found = await finished(services, submitted.handle)
    assert (await fetched(services, found, tmp_path / "got.mp4")).mime == "video/mp4"
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(tmp_path / "got.mp4")]
    probed = json.loads(await asyncio.to_thread(subprocess.check_output, command))
    video, audio = probed["streams"]
    assert (video["codec_name"], video["pix_fmt"], video["height"]) == ("h264", "yuv420p", 480)
    assert audio["codec_name"] == "aac"
    assert float(probed["format"]["duration"]) == pytest.approx(6, abs=0.2)
    head = (tmp_path / "got.mp4").read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


async def test_without_ffmpeg_a_clip_fails_and_says_so(services, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    submitted = await services.kie.submit(order(CLIP))
    found = await finished(services, submitted.handle)
    assert isinstance(found, Failed)
    assert found.error.message == "ffmpeg is not installed on this machine"


@pytest.mark.parametrize(
    ("model", "given", "count"),
    [
        ("grok-imagine/text-to-image", {"prompt": "кот", "aspect_ratio": "1:1"}, 6),
        ("veo-3-1", {"prompt": "кот", "resolution": "4k"}, 1),
        ("ai-music-api/generate", {"custom_mode": False, "instrumental": True, "model": "V6", "prompt": "jazz"}, 2),
        ("ai-music-api/generate-lyrics", {"prompt": "the sea"}, 2),
    ],
)
async def test_the_product_reads_every_shape_of_results(quick, model, given, count):
    submitted = await quick.kie.submit(Order(model, given))
    found = await quick.kie.poll(submitted.handle)
    assert isinstance(found, Finished)
    assert len(found.results) == count
    assert all(result.url or result.text for result in found.results)


async def test_the_record_has_kies_shape(start):
    services = await start(run_s={"image": 2.0})  # no state is over before it was asked for
    submitted = await services.kie.submit(
        Order(PICTURE.id, complete(PICTURE, {"prompt": "x"}), callback_url="https://bot.example/c")
    )
    url = f"{services.server.url}/api/v1/jobs/recordInfo?taskId={submitted.remote_id}"
    states = []
    while "success" not in states:
        answer = (await services.http.send("GET", url, headers={"authorization": "Bearer k"})).json()
        data = answer["data"]
        if data is None:
            assert (answer["code"], answer["msg"], states) == (422, "recordInfo is null", [])
            continue
        if data["state"] not in states:
            states.append(data["state"])
        if data["state"] != "success":
            assert (data["resultJson"], data["completeTime"], data["failCode"]) == ("", None, None)
        await asyncio.sleep(0.02)
    assert states == ["waiting", "queuing", "generating", "success"]
    assert (answer["code"], answer["msg"]) == (200, "success")
    param = json.loads(data["param"])
    assert (param["callBackUrl"], json.loads(param["input"])["prompt"]) == ("https://bot.example/c", "x")
    assert json.loads(data["resultJson"])["resultUrls"][0].startswith(services.server.url + "/files/")
    assert data["completeTime"] >= data["createTime"] > 1_600_000_000_000
    assert isinstance(data["costTime"], int)


@pytest.mark.parametrize(
    ("model", "given", "kind"),
    [
        ("no/such-model", {"prompt": "x"}, Kind.NOT_FOUND),
        (PICTURE.id, {}, Kind.INPUT),
        (PICTURE.id, {"prompt": "x", "aspect_ratio": "7:7"}, Kind.INPUT),
        (PICTURE.id, {"prompt": "x" * 5001}, Kind.INPUT),
    ],
)
async def test_wrong_orders_are_refused_under_http_200(services, model, given, kind):
    with pytest.raises(ProviderError) as caught:
        await services.kie.submit(Order(model, given))
    assert caught.value.kind is kind
    answer = await services.post("/api/v1/jobs/createTask", {"model": model, "input": given})
    assert (answer.status, answer.json()["data"]) == (200, None)
    assert "kie.created" not in await services.counters()


async def test_a_missing_key_is_refused(services):
    answer = await services.http.send("GET", services.server.url + "/api/v1/chat/credit")
    assert answer.json() == {"code": 401, "msg": "You do not have access permissions", "data": None}


async def test_an_unknown_task_is_null(services):
    assert isinstance(await services.kie.poll({"task_id": "x", "created_at": 0}), Failed)


async def test_the_balance_falls_with_each_order(services):
    before = await services.kie.credits()
    await services.kie.submit(order(PICTURE))
    assert await services.kie.credits() == before - float(provider_credits(PICTURE, complete(PICTURE, {"prompt": "x"})))


@pytest.mark.parametrize("code", [402, 429, 455, 500])
async def test_body_codes_on_request(services, code):
    kinds = {402: Kind.PROVIDER_FUNDS, 429: Kind.RATE_LIMIT, 455: Kind.CAPACITY, 500: Kind.UNKNOWN_OUTCOME}
    await services.behave(service="kie", action=str(code), retry_after_s=3)
    with pytest.raises(ProviderError) as caught:
        await services.kie.submit(order(PICTURE))
    assert (caught.value.kind, caught.value.retry_after_s) == (kinds[code], 3)


async def test_a_lost_answer_leaves_a_task_behind(services):
    await services.behave(service="kie", action="lost")
    with pytest.raises(ProviderError) as caught:
        await services.kie.submit(order(PICTURE))
    assert caught.value.kind is Kind.UNKNOWN_OUTCOME
    assert (await services.counters())["kie.created"] == 1


async def test_a_task_can_be_told_to_fail_or_to_take_long(services):
    await services.behave(service="kie", action="fail", fail_code="400", fail_msg="flagged by our content policy")
    failed = await finished(services, (await services.kie.submit(order(PICTURE))).handle)
    assert (failed.error.kind, failed.error.code) == (Kind.MODERATION, "400")
    await services.behave(service="kie", action="slow", seconds=60)
    slow = await services.kie.submit(order(PICTURE))
    await asyncio.sleep(0.8)
    assert isinstance(await services.kie.poll(slow.handle), Running)


async def test_results_can_expire_break_off_or_be_too_large(services, tmp_path):
    found = await finished(services, (await services.kie.submit(order(PICTURE))).handle)
    for wish, reason in (
        ({"action": "expired"}, "status"),
        ({"action": "oversized"}, "size"),
        ({"action": "cut", "after_bytes": 100}, "network"),
    ):
        await services.behave(service="kie_file", **wish)
        with pytest.raises(DownloadError) as caught:
            await fetched(services, found, tmp_path / "got")
        assert caught.value.reason == reason
    assert (await fetched(services, found, tmp_path / "got")).size > 10_000


async def test_tasks_outlive_a_restart(start, tmp_path):
    first = await start(run_s={"image": 0.0, "video": 0.0})
    done = await first.kie.submit(order(PICTURE))
    await finished(first, done.handle)
    begun = await first.kie.submit(order(CLIP))
    await first.server.stop()
    second = await start(run_s={"image": 0.0, "video": 0.0})
    assert isinstance(await second.kie.poll(done.handle), Finished)
    assert isinstance(await finished(second, begun.handle), Finished)
    assert not list((tmp_path / "files").glob("*.part*"))


async def test_many_orders_at_once_do_not_block_the_loop(services):
    """Drawing happens elsewhere: an answer to a state question takes no longer than usual."""
    loop, slowest, submitted = asyncio.get_running_loop(), [], []
    for begun in range(2):  # a drawing in the way is there each time, a busy machine is not
        submitted += [await services.kie.submit(order(PICTURE, f"кот {begun} {number}")) for number in range(6)]
        waits = []
        for _ in range(30):
            began = loop.time()
            await services.kie.credits()
            waits.append(loop.time() - began)
        slowest.append(max(waits))
    assert min(slowest) < 0.3
    for one in submitted:
        assert isinstance(await finished(services, one.handle), Finished)


async def test_an_upload_can_be_fetched_again(services, tmp_path):
    client = services.raw
    answer = await client.post(
        services.server.url + "/api/file-stream-upload",
        headers={"authorization": "Bearer k"},
        data={"uploadPath": "images/user", "fileName": "../../cat.png"},
        files={"file": ("x.png", b"\x89PNG\r\n\x1a\n123", "image/png")},
    )
    body = answer.json()
    about = body["data"]
    assert (body["code"], body["success"], about["success"]) == (200, True, True)
    assert (about["fileName"], about["filePath"], about["fileSize"], about["mimeType"]) == (
        "cat.png",
        "images/user/cat.png",
        11,
        "image/png",
    )
    stored = await download(
        about["downloadUrl"],
        tmp_path / "got",
        max_bytes=100,
        timeout_s=5,
        allowed_hosts=frozenset({f"127.0.0.1:{services.server.port}"}),
    )
    assert stored.mime == "image/png"
    answer = await client.post(
        services.server.url + "/api/file-stream-upload", headers={"authorization": "Bearer k"}, data={"x": "y"}
    )
    assert answer.json()["code"] == 400
