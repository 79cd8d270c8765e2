"""What streamed answers cost: charged for what came, nothing for what did not."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiebot.config.keys import Billing
from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer
from kiebot.services import billing
from kiebot.services.metering import Meter
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, ledger, threads
from kiebot.store.db import transaction
from kiebot.store.models import OutboxRow
from kiebot.store.order_models import Request
from kiebot.telegram.handlers.desk import Desk as HandlersDesk
from kiebot.telegram.handlers.intake import Intake
from tests.telegram.phone import Phone
from tests.telegram.test_answers import Desk, slow

GIVEN = 10_000


@pytest.fixture
def account(data_dir: Path) -> int:
    """Ann with ten thousand credits."""
    account_id = int(accounts.of_user(7).id)
    with transaction(durable=True):
        ledger.add(account_id, "bonus", GIVEN, "grant:1")
    return account_id


@pytest.fixture
async def at_work(tmp_path: Path, data_dir: Path, threads_closed: None) -> AsyncIterator[Desk]:
    """A token costs a credit."""
    behaviour = Behaviour()
    server = LocalServer(create_app(tmp_path / "ai", behaviour, Scripted()))
    await server.start()
    meter = Meter(Tariff(Billing(enabled=True, chat_per_1000_tokens=1000)), sells=True)
    desk = Desk(server.url, behaviour, meter)
    await desk.answers.take_open()
    yield desk
    await desk.answers.close(1)
    await server.stop()


def spent(account_id: int) -> int:
    assert billing.held(account_id) == 0
    assert billing.verify().problems == []
    return GIVEN - billing.balance(account_id)


async def test_an_answer_costs_its_tokens_and_says_so(at_work: Desk, account: int) -> None:
    turn = at_work.ask("hello", 1)
    assert await at_work.ended(turn) == ["answered"]
    row = threads.turn(turn.turn_id)
    assert row.price == spent(account) == row.prompt_tokens + row.completion_tokens > 0
    assert OutboxRow.get().payload["markdown"].endswith(f"\n\n{row.price} credits")


async def test_while_an_answer_is_made_its_most_is_reserved(at_work: Desk, account: int) -> None:
    await slow(at_work)
    turn = at_work.ask("a long story", 1)
    async with asyncio.timeout(5):
        while not billing.held(account):
            await asyncio.sleep(0.02)
    assert billing.held(account) > 4096
    at_work.answers.stop(turn.turn_id)
    await at_work.ended(turn)
    spent(account)


async def test_an_answer_that_is_stopped_costs_what_had_come_of_it(at_work: Desk, account: int) -> None:
    await slow(at_work)
    turn = at_work.ask("a long story", 1)
    await asyncio.sleep(1)
    at_work.answers.stop(turn.turn_id)
    assert await at_work.ended(turn) == ["stopped"]
    row = threads.turn(turn.turn_id)
    assert row.answer
    assert 0 < row.price < 400
    assert spent(account) == row.price


async def test_an_answer_that_is_stopped_before_its_first_word_costs_nothing(at_work: Desk, account: int) -> None:
    await at_work.behaviour.apply({"service": "chat", "action": "delay", "delay_ms": 5000})
    turn = at_work.ask("hello", 1)
    await asyncio.sleep(0.3)
    at_work.answers.stop(turn.turn_id)
    assert await at_work.ended(turn) == ["stopped"]
    assert (threads.turn(turn.turn_id).price, spent(account)) == (0, 0)
    assert "credit" not in OutboxRow.get().payload["markdown"]


@pytest.mark.parametrize("code", [404, 402, 400])
async def test_an_answer_that_the_provider_refuses_costs_nothing(at_work: Desk, account: int, code: int) -> None:
    await at_work.behaviour.apply({"service": "chat", "action": "error", "code": code})
    assert await at_work.ended(at_work.ask("hello", 1)) == ["failed"]
    assert spent(account) == 0


async def test_an_answer_that_is_tried_three_times_is_held_once(at_work: Desk, account: int) -> None:
    await at_work.behaviour.apply({"service": "chat", "action": "error", "code": 429, "retry_after_s": 0.1, "times": 2})
    turn = at_work.ask("hello", 1)
    assert await at_work.ended(turn) == ["answered"]
    assert spent(account) == threads.turn(turn.turn_id).price > 0


async def test_an_answer_that_is_cut_off_costs_what_had_come_of_it(at_work: Desk, account: int) -> None:
    await at_work.behaviour.apply({"service": "chat", "action": "cut", "after_bytes": 900})
    turn = at_work.ask("hello", 1)
    assert await at_work.ended(turn) == ["answered"]
    row = threads.turn(turn.turn_id)
    assert spent(account) == row.price <= math.ceil((len(row.answer) + 100) / 2)


async def test_an_answer_that_is_asked_for_again_is_paid_again(at_work: Desk, account: int) -> None:
    turn = at_work.ask("hello", 1)
    await at_work.ended(turn)
    first = threads.turn(turn.turn_id).price
    threads.reopen_turn(turn.turn_id)
    await at_work.answers.take_open()
    await at_work.ended(turn)
    assert spent(account) == threads.turn(turn.turn_id).price > first


async def test_whoever_has_few_credits_gets_as_much_of_the_answer_as_they_pay(at_work: Desk, account: int) -> None:
    with transaction(durable=True):
        ledger.add(account, "reversal", 600 - GIVEN, "grant:2")
    await at_work.behaviour.apply({"service": "chat", "action": "pace", "deltas": 2000, "delay_ms": 0, "chars": 4})
    turn = at_work.ask("a long story", 1)
    assert await at_work.ended(turn) == ["answered"]
    row, payload = threads.turn(turn.turn_id), OutboxRow.get().payload
    assert "Your credits reached up to here" in payload["markdown"]
    assert payload["buttons"][0][0]["data"] == "menu:buy"
    assert 500 < row.completion_tokens < 600
    assert spent(account) - (GIVEN - 600) == row.price <= 600


async def test_whoever_has_too_few_credits_reads_so_and_can_buy_some(at_work: Desk, account: int) -> None:
    with transaction(durable=True):
        ledger.add(account, "reversal", 1 - GIVEN, "grant:2")
    turn = at_work.ask("hello", 1)
    assert await at_work.ended(turn) == ["failed"]
    payload = OutboxRow.get().payload
    assert (payload["key"], payload["args"]["balance"]) == ("credits-too-low-answer", 1)
    assert payload["args"]["missing"] == payload["args"]["price"] - 1 > 299, "it is what the shortest may cost"
    assert [button["data"] for line in payload["buttons"] for button in line] == ["menu:buy", f"chat:again:{turn.turn_id}"]
    assert at_work.behaviour.counters["requests.chat"] == 0


# -- /forget in the middle ---------------------------------------------------------------------------------------------------


def forget(desk: HandlersDesk, at_work: Desk, scope: str) -> Phone:
    """Ann presses /forget and says yes, while an answer is being made."""
    ann = Phone(Intake(replace(desk, so_far=at_work.answers.so_far)))
    asked = ann.press(f"p:{scope}", ann.say("/forget"))
    ann.press(f"p:yes:{scope}", asked)
    for turn_id in ann.effects.stop:
        at_work.answers.stop(turn_id)
    return ann


async def until_idle(at_work: Desk) -> None:
    async with asyncio.timeout(5):
        while at_work.answers._running:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("scope", ["here", "all"])
async def test_what_was_read_of_an_answer_before_forget_is_charged_and_the_rest_given_back(
    at_work: Desk, account: int, desk: HandlersDesk, scope: str
) -> None:
    await slow(at_work)
    turn = at_work.ask("a long story", 1)
    await asyncio.sleep(1)
    so_far = at_work.answers.so_far(turn.turn_id)
    ann = forget(desk, at_work, scope)
    assert so_far is not None
    assert 0 < so_far.price < 400
    assert spent(account) == so_far.price
    assert Request.get(Request.kind == "answer").cost == so_far.price
    assert f"cost {so_far.price} credits" in ann.last().text
    await until_idle(at_work)
    assert spent(account) == so_far.price, "what comes after it costs nothing"
    assert threads.turn(turn.turn_id) is None


async def test_forget_before_the_first_word_costs_nothing(at_work: Desk, account: int, desk: HandlersDesk) -> None:
    await at_work.behaviour.apply({"service": "chat", "action": "delay", "delay_ms": 5000})
    at_work.ask("hello", 1)
    await asyncio.sleep(0.3)
    ann = forget(desk, at_work, "here")
    assert ann.last().key == "forget-done"
    assert "cost" not in ann.last().text
    await until_idle(at_work)
    assert spent(account) == 0


async def test_what_was_read_before_an_account_is_deleted_is_charged_too(at_work: Desk, account: int, desk: HandlersDesk) -> None:
    await slow(at_work)
    at_work.ask("a long story", 1)
    await asyncio.sleep(0.7)
    forget(desk, at_work, "account")
    assert 0 < spent(account) < 400
    await until_idle(at_work)
    assert accounts.by_user(7) is None
    assert OutboxRow.select().where(OutboxRow.payload.contains("markdown")).count() == 0
