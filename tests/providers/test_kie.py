import asyncio
import json
import socket
import time

import pytest

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.client import HttpClient
from kiebot.providers.base import Failed, Finished, Order, Running, Submitted
from kiebot.providers.kie import Kie
from tests.fakes.wire import wire
from tests.providers.conftest import saying

Kind = ProviderErrorKind
ORDER = Order("some/model", {"prompt": "кот"})
ACCEPTED = {"code": 200, "msg": "success", "data": {"taskId": "t1", "recordId": "t1"}}


async def submit_error(http, reply):
    async with wire(reply) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).submit(ORDER)
        assert len(server.requests) == 1
    return caught.value


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# ---- creating


async def test_an_order_goes_out_in_kies_words_and_its_task_id_comes_back(http):
    async with wire(saying(ACCEPTED)) as server:
        kie = Kie(http, "key", server.url + "/")
        submitted = await kie.submit(Order("m", {"prompt": "x"}, callback_url="https://bot.example/c"))
        sent = server.requests[0]
    assert isinstance(submitted, Submitted)
    assert (submitted.remote_id, submitted.handle["task_id"]) == ("t1", "t1")
    assert json.dumps(submitted.handle)
    assert (sent.method, sent.path, sent.headers["authorization"]) == ("POST", "/api/v1/jobs/createTask", "Bearer key")
    assert json.loads(sent.body) == {"model": "m", "input": {"prompt": "x"}, "callBackUrl": "https://bot.example/c"}


@pytest.mark.parametrize("callback_url", [None, ""])
async def test_without_a_callback_url_none_is_sent(http, callback_url):
    async with wire(saying(ACCEPTED)) as server:
        assert await Kie(http, "key", server.url).create_task("m", {"duration": "5"}, callback_url) == "t1"
        assert json.loads(server.requests[0].body) == {"model": "m", "input": {"duration": "5"}}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (402, Kind.PROVIDER_FUNDS),
        ("402", Kind.PROVIDER_FUNDS),
        (422, Kind.INPUT),
        (429, Kind.RATE_LIMIT),
        (433, Kind.PROVIDER_FUNDS),
        (451, Kind.INPUT),
        (455, Kind.CAPACITY),
        (500, Kind.UNKNOWN_OUTCOME),
        (501, Kind.UNKNOWN_OUTCOME),
        (505, Kind.NOT_FOUND),
    ],
)
async def test_a_refusal_with_status_200_is_a_refusal_and_sent_once(http, code, kind):
    error = await submit_error(http, saying({"code": code, "msg": "words", "data": None}))
    assert (error.kind, error.code, error.message) == (kind, str(code), "words")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524, 200])
@pytest.mark.parametrize("body", [b"<html>gateway", b"", b'{"code":200,"data":{"taskI'])
async def test_a_page_instead_of_an_answer_leaves_the_outcome_unknown(http, status, body):
    assert (await submit_error(http, saying(body, status=status))).kind is Kind.UNKNOWN_OUTCOME


@pytest.mark.parametrize("data", [None, {}, {"taskId": ""}, {"taskId": 7}, "t1", []])
async def test_an_accepted_order_without_a_task_id_is_unknown(http, data):
    assert (await submit_error(http, saying({"code": 200, "data": data}))).kind is Kind.UNKNOWN_OUTCOME


async def hang_up(exchange):
    return None


async def hang(exchange):
    await exchange.left()


async def cut(exchange):
    await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n" + b'{"code":200')


@pytest.mark.parametrize("reply", [hang_up, hang, cut])
async def test_an_order_without_a_whole_answer_is_unknown_and_sent_once(http, reply):
    error = await submit_error(http, reply)
    assert (error.kind, error.code) == (Kind.UNKNOWN_OUTCOME, "no_answer")


async def test_an_order_that_reached_nobody_may_be_repeated(http):
    with pytest.raises(ProviderError) as caught:
        await Kie(http, "key", f"http://127.0.0.1:{closed_port()}").submit(ORDER)
    assert (caught.value.kind, caught.value.code) == (Kind.TRANSIENT, "unreachable")


async def test_the_twenty_first_order_in_ten_seconds_is_told_to_wait_before_it_is_sent(http):
    async with wire(saying(ACCEPTED)) as server:
        kie = Kie(http, "key", server.url)
        waiting = [asyncio.create_task(kie.submit(ORDER)) for _ in range(41)]
        done, pending = await asyncio.wait(waiting, timeout=0.7)
        for task in pending:
            task.cancel()
        errors = [task.exception() for task in done if task.exception()]
        assert len(server.requests) == 20
        assert [(error.kind, error.code) for error in errors] == [(Kind.RATE_LIMIT, "pace")]
        assert errors[0].retry_after_s > 10


async def test_the_workers_threads_share_the_twenty_orders():
    """As in the worker: many threads, one loop with one client on it."""
    http = HttpClient(timeout_s=5)
    async with wire(saying(ACCEPTED)) as server:
        kie, loop, orders = Kie(http, "key", server.url), asyncio.get_running_loop(), []

        def order():
            for _ in range(6):
                orders.append(asyncio.run_coroutine_threadsafe(kie.submit(ORDER), loop))

        await asyncio.gather(*[asyncio.to_thread(order) for _ in range(4)])
        await asyncio.sleep(1)
        assert (len(server.requests), sum(order.done() for order in orders)) == (20, 20)
        for future in orders:
            future.cancel()
    await http.aclose()


async def test_after_a_refusal_for_haste_the_other_orders_rest_too(http):
    async with wire(saying({"code": 429, "msg": "slow"}, ACCEPTED, Retry_After="0.3")) as server:
        kie, began = Kie(http, "key", server.url), time.monotonic()
        with pytest.raises(ProviderError) as caught:
            await kie.submit(ORDER)
        assert (caught.value.kind, caught.value.retry_after_s) == (Kind.RATE_LIMIT, 0.3)
        await kie.submit(ORDER)
        assert time.monotonic() - began > 0.28
        assert len(server.requests) == 2


# ---- reading


def record(state, **more):
    return {"code": 200, "msg": "success", "data": {"taskId": "t", "state": state, "resultJson": "", **more}}


UNKNOWN = {"code": 422, "msg": "recordInfo is null", "data": None}
MADE = record("success", resultJson='{"resultUrls":["https://a/1.png"]}', creditsConsumed=4)


async def polled(http, content, *, age_s=0.0, status=200):
    async with wire(saying(content, status=status)) as server:
        seen = await Kie(http, "key", server.url).poll({"task_id": "t 1", "created_at": time.time() - age_s})
        assert server.requests[0].path == "/api/v1/jobs/recordInfo?taskId=t+1"
    return seen


async def test_a_poll_reads_the_record(http):
    assert await polled(http, record("generating", progress=40)) == Running(progress=40)
    found = await polled(http, MADE)
    assert isinstance(found, Finished)
    assert ([result.url for result in found.results], found.provider_cost) == (["https://a/1.png"], 4)
    failed = await polled(http, record("fail", failCode="422", failMsg="too long"))
    assert isinstance(failed, Failed)
    assert (failed.error.kind, failed.error.code) == (Kind.INPUT, "422")


@pytest.mark.parametrize("content", [UNKNOWN, {"code": 200, "data": None}, {"code": 404, "msg": "task not found"}])
async def test_a_task_that_is_not_known_yet_is_waited_for_and_later_lost(http, content):
    assert await polled(http, content) == Running()
    lost = await polled(http, content, age_s=400)
    assert isinstance(lost, Failed)
    assert lost.error.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"code": 429, "msg": "x"}, Kind.RATE_LIMIT),
        ({"code": 401, "msg": "x"}, Kind.AUTH),
        ({"code": 500, "msg": "x"}, Kind.TRANSIENT),
        ({"code": 501, "msg": "x"}, Kind.TRANSIENT),
        ({"code": 455, "msg": "x"}, Kind.CAPACITY),
        ({"code": 200, "data": ["x"]}, Kind.TRANSIENT),
        (b"<html>", Kind.TRANSIENT),
        (b"", Kind.TRANSIENT),
    ],
)
async def test_a_state_that_cannot_be_read_is_raised_and_never_unknown(http, content, kind):
    with pytest.raises(ProviderError) as caught:
        await polled(http, content, age_s=400)
    assert caught.value.kind is kind


async def test_a_page_of_a_wrong_address_loses_no_task(http):
    with pytest.raises(ProviderError) as caught:
        await polled(http, b"<html>404", age_s=400, status=404)
    assert caught.value.kind is Kind.NOT_FOUND


@pytest.mark.parametrize("reply", [hang_up, hang, cut])
async def test_a_poll_without_an_answer_may_be_repeated(http, reply):
    async with wire(reply) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).poll({"task_id": "t", "created_at": 0})
    assert caught.value.kind is Kind.TRANSIENT


async def test_polls_slow_down_when_kie_refuses_them(http):
    async with wire(saying({"code": 429, "msg": "slow"}, record("generating"))) as server:
        kie = Kie(http, "key", server.url, polls_per_s=20)
        with pytest.raises(ProviderError):
            await kie.poll({"task_id": "t", "created_at": 0})
        began = time.monotonic()
        await asyncio.gather(*[kie.poll({"task_id": "t", "created_at": 0}) for _ in range(15)])
        assert time.monotonic() - began > 0.8  # 10 a second now, the refused one among them


async def test_only_so_many_polls_are_under_way_at_once(http):
    under_way = most = 0

    async def slowly(exchange):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        await exchange.answer(json.dumps(record("generating")).encode())

    async with wire(slowly) as server:
        kie = Kie(http, "key", server.url, polls_at_once=4)
        await asyncio.gather(*[kie.poll({"task_id": "t", "created_at": 0}) for _ in range(20)])
    assert most == 4


# ---- for scripts


async def test_a_task_of_any_age_can_be_read(http):
    async with wire(saying(MADE, UNKNOWN)) as server:
        kie = Kie(http, "key", server.url)
        assert isinstance(await kie.get_task("t"), Finished)
        with pytest.raises(ProviderError) as caught:
            await kie.get_task("t")
    assert caught.value.kind is Kind.NOT_FOUND


async def test_waiting_goes_on_through_unknown_tasks_and_unreadable_states(http):
    busy, page = {"code": 455, "msg": "maintenance"}, b"<html>"
    async with wire(saying(UNKNOWN, record("waiting"), busy, page, record("generating"), MADE)) as server:
        found = await Kie(http, "key", server.url).wait_task("t", timeout=5, poll=0.01)
        assert len(server.requests) == 6
    assert found.provider_cost == 4


@pytest.mark.parametrize(
    ("content", "kind"),
    [(record("fail", failCode="400", failMsg="nsfw"), Kind.MODERATION), ({"code": 401, "msg": "key"}, Kind.AUTH)],
)
async def test_waiting_ends_with_the_tasks_failure_and_with_a_refused_key(http, content, kind):
    async with wire(saying(record("waiting"), content)) as server:
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).wait_task("t", timeout=5, poll=0.01)
    assert caught.value.kind is kind


async def test_waiting_ends_in_time(http):
    async with wire(saying(record("generating"))) as server:
        began = time.monotonic()
        with pytest.raises(ProviderError) as caught:
            await Kie(http, "key", server.url).wait_task("t", timeout=0.1, poll=0.02)
    assert (caught.value.kind, caught.value.code) == (Kind.TRANSIENT, "timeout")
    assert time.monotonic() - began < 2
