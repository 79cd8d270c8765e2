"""Everything that KIE can do wrong, on request."""

import asyncio
import json
import time

import pytest

from kiebot.http.client import HttpFault

MODEL = "google/nano-banana"
GIVEN = {"prompt": "a cat"}


async def accepted(services):
    return (await services.counters()).get("kie.created", 0)


@pytest.mark.parametrize(("action", "created"), [("cut", 0), ("lost", 1)])
async def test_the_answer_of_a_create_is_lost_before_or_after_it_was_accepted(quick, action, created):
    await quick.behave(service="kie", action=action)
    with pytest.raises(HttpFault) as caught:
        await quick.order(MODEL, GIVEN)
    assert (caught.value.sent, await accepted(quick)) == (True, created)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("action", "status"), [("http", 503), ("html", 502), ("503", 200)])
async def test_errors_come_before_or_after_it_was_accepted(quick, action, status, after):
    wish = {"action": action, "accepted": after}
    await quick.behave(service="kie", **wish, **({} if action == "503" else {"code": status}))
    answer = await quick.post("/api/v1/jobs/createTask", {"model": MODEL, "input": GIVEN})
    assert (answer.status, await accepted(quick)) == (status, int(after))
    if action != "html":
        assert answer.json()["code"] == 503


@pytest.mark.parametrize("code", [400, 401, 402, 404, 408, 409, 413, 422, 429, 430, 433, 451, 455, 500, 501, 505, 531])
async def test_every_code_comes_as_http_200(quick, code):
    await quick.behave(service="kie", action=str(code), message="their words")
    answer = await quick.post("/api/v1/jobs/createTask", {"model": MODEL, "input": GIVEN})
    assert (answer.status, answer.json()) == (200, {"code": code, "msg": "their words", "data": None})


async def test_a_storm_of_refusals_ends_after_so_many_times(quick):
    await quick.behave(service="kie", action="rate_limit", times=3, model=MODEL)
    codes = [(await quick.order(MODEL, GIVEN))["code"] for _ in range(4)]
    assert codes == [429, 429, 429, 200]


async def test_kies_limit_on_creates_can_be_kept(quick):
    await quick.behave(service="limits", action="on")
    codes = [(await quick.order(MODEL, GIVEN))["code"] for _ in range(22)]
    assert codes == [200] * 20 + [429, 429]
    await quick.behave(action="clear")
    assert (await quick.order(MODEL, GIVEN))["code"] == 200


@pytest.mark.parametrize(
    ("wish", "code", "words"),
    [({"action": "fail"}, "501", "told to fail"), ({"action": "moderation"}, "501", "content policy")],
)
async def test_an_accepted_task_can_fail(quick, wish, code, words):
    await quick.behave(service="kie", **wish)
    record = await quick.made(MODEL, GIVEN)
    assert (record["state"], record["failCode"], record["successFlag"], record["creditsConsumed"]) == ("fail", code, 3, None)
    assert words in record["failMsg"]
    assert record["resultJson"] == ""


async def test_a_fresh_task_is_null_for_a_while(quick):
    await quick.behave(service="kie", action="fresh", seconds=0.5)
    task_id = (await quick.order(MODEL, GIVEN))["data"]["taskId"]
    first = await quick.get("/api/v1/jobs/recordInfo", taskId=task_id)
    assert first == {"code": 422, "msg": "recordInfo is null", "data": None}
    await asyncio.sleep(0.6)
    assert (await quick.get("/api/v1/jobs/recordInfo", taskId=task_id))["data"]["state"] == "success"


@pytest.mark.parametrize(
    ("service", "path"), [("kie", None), ("kie_poll", "/api/v1/jobs/recordInfo"), ("kie_list", "/api/v1/models")]
)
async def test_answers_can_be_nonsense(quick, service, path):
    await quick.behave(service=service, action="nonsense")
    assert (await quick.get(path, taskId="x") if path else await quick.order(MODEL, GIVEN)) is None


async def test_a_result_can_be_nonsense(quick):
    await quick.behave(service="kie", action="bad_result")
    record = await quick.made(MODEL, GIVEN)
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(record["resultJson"])


async def file_of(services, action, **more):
    await services.behave(service="kie", action=action, **more)
    (url,) = await services.urls(MODEL, GIVEN)
    return url


async def test_the_files_of_an_order_can_be_gone(quick):
    url = await file_of(quick, "expired")
    assert [(await quick.http.send("GET", url)).status for _ in range(2)] == [404, 404]
    (other,) = await quick.urls(MODEL, GIVEN)
    assert await quick.file(other)


async def test_a_file_can_be_another_than_was_announced(quick):
    answer = await quick.http.send("GET", await file_of(quick, "wrong_type"))
    assert (answer.headers["content-type"], answer.body[:15]) == ("image/png", b"<!doctype html>")


async def test_a_file_can_lead_inside(quick):
    answer = await quick.http.send("GET", await file_of(quick, "redirect"))
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/latest/meta-data/")


async def test_a_file_can_pretend_to_be_huge(quick):
    url = await file_of(quick, "oversized", bytes=5 * 10**9)
    async with quick.raw.stream("GET", url) as response:
        assert response.headers["content-length"] == "5000000000"


async def test_results_are_there_when_the_task_has_ended(services):
    task_id = (await services.order(MODEL, GIVEN))["data"]["taskId"]
    url = f"{services.server.url}/files/{task_id}-1.png"
    assert (await services.http.send("GET", url)).status == 404
    await asyncio.sleep(0.4)
    head = (await services.http.send("GET", url, headers={"range": "bytes=0-7"})).body
    assert head == b"\x89PNG\r\n\x1a\n"


async def test_results_end_after_a_fortnight(quick, start, tmp_path):
    (url,) = await quick.urls(MODEL, GIVEN)
    assert await quick.file(url)
    (record,) = (tmp_path / "tasks").glob("*.json")
    record.write_text(json.dumps(json.loads(record.read_text()) | {"created_at": time.time() - 15 * 24 * 3600}))
    later = await start()
    assert (await later.http.send("GET", url.replace(quick.server.url, later.server.url))).status == 404


async def test_everything_accepted_can_be_asked_for(quick):
    ids = [(await quick.order(MODEL, {"prompt": f"cat {number}"}))["data"]["taskId"] for number in range(3)]
    seen = await quick.get("/api/ai/tasks")
    assert (seen["total"], [task["id"] for task in seen["tasks"]]) == (3, ids)
    assert seen["tasks"][1] | {"created_at": 0} == {
        "id": ids[1],
        "model": MODEL,
        "input": {"prompt": "cat 1"},
        "created_at": 0,
        "callback_url": None,
        "state": "success",
        "credits": 4,
    }
    assert len((await quick.get("/api/ai/tasks", limit=2))["tasks"]) == 2


async def test_the_balance_falls_by_the_price_of_what_was_asked(quick):
    before = (await quick.get("/api/v1/chat/credit"))["data"]
    record = await quick.made("bytedance/seedance-2", {"prompt": "a cat", "duration": 6, "resolution": "480p"})
    assert record["creditsConsumed"] == 6 * 19
    assert (await quick.get("/api/v1/chat/credit"))["data"] == before - 6 * 19
    await quick.behave(service="kie", action="fail")
    await quick.made(MODEL, GIVEN)
    assert (await quick.get("/api/v1/chat/credit"))["data"] == before - 6 * 19


@pytest.mark.parametrize(
    "wish", [{"service": "kie", "action": "explode"}, {"service": "listing", "action": "change", "input": 5}]
)
async def test_wishes_that_make_no_sense_are_refused(quick, wish):
    assert (await quick.behave(**wish)).status == 400
