import asyncio
import json
import socket
import time

import pytest

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.client import HttpClient
from kiebot.providers.base import Failed, Finished, Order, Running, Submitted
from kiebot.providers.kie import Kie
from kiebot.providers.kie_results import read_state
from tests.fakes.wire import wire

Kind = ProviderErrorKind
ORDER = Order("some/model", {"prompt": "кот"})


@pytest.fixture
async def http():
    http = HttpClient(timeout_s=1)
    yield http
    await http.aclose()


def saying(content, status=200, **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda exchange: exchange.answer(body, status=status, **headers)


async def submit_error(http, reply):
    async with wire(reply) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).submit(ORDER)
    return caught.value


async def test_an_order_goes_out_in_kies_words_and_its_task_id_comes_back(http):
    async with wire(saying({"code": 200, "msg": "success", "data": {"taskId": "t1", "recordId": "t1"}})) as server:
        kie = Kie(http, "key", server.url + "/")
        submitted = await kie.submit(Order("m", {"prompt": "x"}, callback_url="https://bot.example/c"))
        sent = server.requests[0]
    assert isinstance(submitted, Submitted)
    assert (submitted.remote_id, submitted.handle["task_id"]) == ("t1", "t1")
    assert json.dumps(submitted.handle)
    assert (sent.method, sent.path, sent.headers["authorization"]) == ("POST", "/api/v1/jobs/createTask", "Bearer key")
    assert json.loads(sent.body) == {"model": "m", "input": {"prompt": "x"}, "callBackUrl": "https://bot.example/c"}


CREATE_ERRORS = [
    (400, "bad", Kind.INPUT),
    (400, "violates our content policy", Kind.MODERATION),
    (401, "You do not have access permissions", Kind.AUTH),
    (402, "Credits insufficient", Kind.PROVIDER_FUNDS),
    (404, "no path", Kind.NOT_FOUND),
    (408, "upstream timeout", Kind.UNKNOWN_OUTCOME),
    (413, "audio matches", Kind.MODERATION),
    (422, "prompt is too short", Kind.INPUT),
    (422, "The model name you specified is not supported. See the docs", Kind.NOT_FOUND),
    (429, "slow", Kind.RATE_LIMIT),
    (430, "slow", Kind.RATE_LIMIT),
    (433, "limit of the key", Kind.PROVIDER_FUNDS),
    (451, "cannot fetch image", Kind.INPUT),
    (455, "maintenance", Kind.CAPACITY),
    (500, "This field is required", Kind.INPUT),
    (500, "size is not within the range of allowed options", Kind.INPUT),
    (500, "flagged as sensitive", Kind.MODERATION),
    (500, "This interface is temporarily paused.", Kind.NOT_FOUND),
    (500, "Server exception, please try again later", Kind.UNKNOWN_OUTCOME),
    (505, "disabled", Kind.NOT_FOUND),
    (999, "news", Kind.UNKNOWN_OUTCOME),
]


@pytest.mark.parametrize(("code", "message", "kind"), CREATE_ERRORS)
async def test_the_body_code_of_a_refused_order_decides(http, code, message, kind):
    error = await submit_error(http, saying({"code": code, "msg": message, "data": None}))
    assert (error.kind, error.code, error.message) == (kind, str(code), message)


async def test_retry_after_is_read(http):
    error = await submit_error(http, saying({"code": 429, "msg": "slow"}, status=429, Retry_After="7"))
    assert (error.kind, error.retry_after_s) == (Kind.RATE_LIMIT, 7)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524, 200])
async def test_a_page_instead_of_an_answer_leaves_the_outcome_unknown(http, status):
    assert (await submit_error(http, saying(b"<html>gateway", status=status))).kind is Kind.UNKNOWN_OUTCOME


async def test_an_accepted_order_without_a_task_id_is_unknown(http):
    assert (await submit_error(http, saying({"code": 200, "data": {}}))).kind is Kind.UNKNOWN_OUTCOME


async def test_an_order_without_an_answer_is_unknown_and_sent_once(http):
    async def hang_up(exchange):
        return None

    async with wire(hang_up) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).submit(ORDER)
        assert (caught.value.kind, len(server.requests)) == (Kind.UNKNOWN_OUTCOME, 1)


async def test_an_order_that_reached_nobody_may_be_repeated(http):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ProviderError) as caught:
        await Kie(http, "key", f"http://127.0.0.1:{port}").submit(ORDER)
    assert caught.value.kind is Kind.TRANSIENT


async def test_the_twenty_first_order_in_ten_seconds_is_told_to_wait_before_it_is_sent(http):
    async with wire(saying({"code": 200, "data": {"taskId": "t"}})) as server:
        kie = Kie(http, "key", server.url)
        waiting = [asyncio.create_task(kie.submit(ORDER)) for _ in range(41)]
        done, pending = await asyncio.wait(waiting, timeout=0.7)
        for task in pending:
            task.cancel()
        errors = [task.exception() for task in done if task.exception()]
        assert len(server.requests) == 20
        assert [(error.kind, error.code) for error in errors] == [(Kind.RATE_LIMIT, "pace")]
        assert errors[0].retry_after_s > 10


async def polled(http, content, *, age_s=0.0, status=200):
    async with wire(saying(content, status=status)) as server:
        seen = await Kie(http, "key", server.url).poll({"task_id": "t 1", "created_at": time.time() - age_s})
        assert server.requests[0].path == "/api/v1/jobs/recordInfo?taskId=t+1"
    return seen


def record(state, **more):
    return {"code": 200, "msg": "success", "data": {"taskId": "t", "state": state, "resultJson": "", **more}}


@pytest.mark.parametrize("state", ["waiting", "queuing", "generating", "something new", ""])
async def test_every_other_state_is_still_running(http, state):
    assert await polled(http, record(state)) == Running()


async def test_progress_is_passed_on(http):
    assert await polled(http, record("generating", progress=40)) == Running(progress=40)


async def test_success_gives_the_urls_and_the_cost(http):
    found = await polled(
        http, record("success", resultJson='{"resultUrls":["https://a/1.png","https://a/2.png"]}', creditsConsumed=4.5)
    )
    assert isinstance(found, Finished)
    assert [result.url for result in found.results] == ["https://a/1.png", "https://a/2.png"]
    assert found.provider_cost == 4.5


SHAPES = [
    {"resultJson": '{"result_urls":["https://a/x"]}'},
    {"resultJson": '{"data":{"result_urls":["https://a/x"]}}'},
    {"resultJson": '{"response":{"resultUrls":"[\\"https://a/x\\"]"}}'},
    {"resultJson": '{"resultVideoUrl":"https://a/x"}'},
    {"resultJson": '{"data":[{"audio_url":"https://a/x","title":"song"}]}'},
    {"resultJson": "", "response": {"resultUrls": ["https://a/x"]}},
    {"resultJson": {"resultUrls": ["https://a/x"]}},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_in_which_kie_gives_urls(shape):
    found = read_state({"state": "success", **shape})
    assert isinstance(found, Finished)
    assert [result.url for result in found.results] == ["https://a/x"]


@pytest.mark.parametrize(
    "result", ["", "not json", "{}", "[]", '{"resultUrls":[]}', '{"resultUrls":["file:///etc/passwd"]}', '{"resultUrls":"[x"}']
)
def test_success_without_a_result_is_a_failure(result):
    found = read_state({"state": "success", "resultJson": result})
    assert isinstance(found, Failed)
    assert found.error.code == "empty"


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("400", "The prompt was flagged by our safety filter", Kind.MODERATION),
        ("422", "duration must be 5 or 10", Kind.INPUT),
        ("500", "Internal server error", Kind.TRANSIENT),
        ("501", "generation failed", Kind.TRANSIENT),
        (None, None, Kind.TRANSIENT),
        ("", "sensitive content", Kind.MODERATION),
    ],
)
async def test_a_failed_task_is_final_and_says_why(http, code, message, kind):
    found = await polled(http, record("fail", failCode=code, failMsg=message))
    assert isinstance(found, Failed)
    assert (found.error.kind, found.error.message) == (kind, message or "")


async def test_a_task_that_is_not_known_yet_is_waited_for_and_later_lost(http):
    unknown = {"code": 422, "msg": "recordInfo is null", "data": None}
    assert await polled(http, unknown) == Running()
    lost = await polled(http, unknown, age_s=400)
    assert isinstance(lost, Failed)
    assert lost.error.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    ("code", "kind"), [(429, Kind.RATE_LIMIT), (401, Kind.AUTH), (500, Kind.TRANSIENT), (455, Kind.CAPACITY)]
)
async def test_a_state_that_cannot_be_read_is_raised_and_never_unknown(http, code, kind):
    with pytest.raises(ProviderError) as caught:
        await polled(http, {"code": code, "msg": "x", "data": None})
    assert caught.value.kind is kind


async def test_the_balance(http):
    async with wire(saying({"code": 200, "msg": "success", "data": 5916.25})) as server:
        assert await Kie(http, "key", server.url).credits() == 5916.25
    async with wire(saying({"code": 401, "msg": "no"})) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).credits()
    assert caught.value.kind is Kind.AUTH
