import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from kiebot.sandbox.ai.callbacks import Signing
from kiebot.sandbox.server import LocalServer
from tests.sandbox.ai.conftest import AT_ONCE

KEY = "webhook-key"
SIGNING = Signing(KEY, pause_s=0.1)
MODEL = "google/nano-banana"


@dataclass
class Owner:
    """Who is called back: keeps what came, and answers with the next of `answers`, then 200."""

    answers: list = field(default_factory=list)
    came: list = field(default_factory=list)
    server: LocalServer | None = None

    @property
    def url(self):
        return self.server.url + "/callback/token"

    async def answer(self, request):
        self.came.append((dict(request.headers), await request.body()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def calls(self, count, timeout_s=10):
        for _ in range(int(timeout_s / 0.02)):
            if len(self.came) >= count:
                return [(headers, json.loads(body)) for headers, body in self.came]
            await asyncio.sleep(0.02)
        raise AssertionError(f"{len(self.came)} of {count} calls came")


@pytest.fixture
async def owner():
    owner = Owner()
    owner.server = LocalServer(Starlette(routes=[Route("/callback/token", owner.answer, methods=["POST"])]))
    await owner.server.start()
    yield owner
    await owner.server.stop()


@pytest.fixture
async def signing(start):
    return await start(run_s=AT_ONCE, signing=SIGNING)


async def order(services, owner, given=None, **more):
    answer = await services.order(MODEL, given or {"prompt": "кот"}, callBackUrl=owner.url, **more)
    return answer["data"]["taskId"]


def genuine(headers, body, task_id=None):
    """What a receiver does to know KIE's hand."""
    timestamp = headers["x-webhook-timestamp"]
    said = f"{task_id or body['data']['taskId']}.{timestamp}".encode()
    expected = base64.b64encode(hmac.new(KEY.encode(), said, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, headers["x-webhook-signature"]) and abs(time.time() - int(timestamp)) < 300


async def test_the_end_of_a_task_is_told_signed_and_with_money(signing, owner):
    task_id = await order(signing, owner)
    ((headers, body),) = await owner.calls(1)
    assert (body["code"], body["msg"], body["data"]["taskId"]) == (200, "Playground task completed successfully.", task_id)
    data = body["data"]
    assert (data["state"], data["consumeCredits"]) == ("success", 4)
    assert data["remainedCredits"] == (await signing.get("/api/v1/chat/credit"))["data"]
    assert json.loads(data["resultJson"])["resultUrls"][0].startswith(signing.server.url)
    assert json.loads(data["param"])["callBackUrl"] == owner.url
    assert genuine(headers, body)


async def test_a_failure_is_told_too(signing, owner):
    await signing.behave(service="kie", action="fail", fail_msg="no luck")
    await order(signing, owner)
    ((_, body),) = await owner.calls(1)
    assert (body["code"], body["msg"]) == (501, "Playground task failed.")
    assert (body["data"]["failMsg"], body["data"]["consumeCredits"]) == ("no luck", 0)


async def test_without_a_key_nothing_is_signed(quick, owner):
    await order(quick, owner)
    ((headers, _),) = await owner.calls(1)
    assert "x-webhook-signature" not in headers


async def test_an_answer_other_than_2xx_brings_the_callback_again(signing, owner):
    owner.answers = [500, 302]
    await order(signing, owner)
    calls = await owner.calls(3)
    assert len({body["data"]["taskId"] for _, body in calls}) == 1


async def test_after_three_attempts_kie_gives_up(signing, owner):
    owner.answers = [500] * 10
    await order(signing, owner)
    await owner.calls(3)
    await asyncio.sleep(0.6)
    assert len(owner.came) == 3


async def test_callbacks_can_come_more_than_once(signing, owner):
    await signing.behave(service="kie", action="duplicate")
    await order(signing, owner)
    calls = await owner.calls(3)
    assert all(genuine(headers, body) for headers, body in calls)


@pytest.mark.parametrize("action", ["forged", "stale"])
async def test_callbacks_can_be_false(signing, owner, action):
    await signing.behave(service="kie", action=action)
    await order(signing, owner)
    ((headers, body),) = await owner.calls(1)
    assert not genuine(headers, body)


async def test_a_callback_can_speak_of_a_foreign_task(signing, owner):
    await signing.behave(service="kie", action="foreign")
    task_id = await order(signing, owner)
    ((headers, body),) = await owner.calls(1)
    assert body["data"]["taskId"] != task_id
    assert genuine(headers, body)


async def test_only_this_machine_is_called(signing):
    answer = await signing.order(MODEL, {"prompt": "кот"}, callBackUrl="https://bot.example/callback")
    assert answer["code"] == 200
    await asyncio.sleep(0.2)
    assert "kie.callbacks" not in await signing.counters()


async def test_a_restart_forgets_no_callback(start, owner):
    first = await start(run_s={"image": 60.0}, signing=SIGNING)
    await first.behave(service="kie", action="slow", seconds=0.6)
    task_id = await order(first, owner)
    await first.server.stop()
    second = await start(signing=SIGNING)
    ((_, body),) = await owner.calls(1)
    assert body["data"]["taskId"] == task_id
    await second.server.stop()
    await start(signing=SIGNING)
    await asyncio.sleep(0.3)
    assert len(owner.came) == 1
