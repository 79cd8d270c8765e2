"""Answering open turns, with a real model client against the sandbox's service and a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from kiebot.confined.runner import Confined
from kiebot.providers.openai_text import TextModel
from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer
from kiebot.services import accounts as services
from kiebot.services import chat
from kiebot.services.chat import TakenTurn
from kiebot.services.incoming import Incoming, Sender
from kiebot.services.metering import Meter
from kiebot.store import threads
from kiebot.store.db import database
from kiebot.store.models import Incident, OutboxRow
from kiebot.telegram.answers import Answers
from kiebot.telegram.pictures import Pictures


class Unseen:
    """A preview that nobody sees."""

    async def begin(self) -> None: ...
    def show(self, parts: Sequence[str]) -> None: ...
    def waits(self, count: int) -> None: ...
    async def end(self) -> None: ...


class NoDownloads:
    """No picture is to be fetched here."""

    async def fetch(self, file_id: int) -> None: ...


class Desk:
    """The answers at work."""

    def __init__(self, url: str, behaviour: Behaviour, meter: Meter | None = None) -> None:
        self.behaviour = behaviour
        model = TextModel(f"{url}/v1", "key", "kiebot-sandbox")

        self.answers = Answers(
            model,
            lambda _: Unseen(),
            prompts=lambda turn: ["system"],
            context_tokens=16_000,
            max_tokens=None,
            pictures=Pictures(model, NoDownloads(), Confined()),
            meter=meter,
        )

    def ask(self, words: str, number: int, user: int = 7) -> TakenTurn:
        sender = Sender(user, "Ann", "", "en")
        incoming = Incoming(user, "private", "", number, sender, "text", text=words, words=words)
        turn = chat.take(services.meet(sender, frozenset()), incoming, words, most_chars=20_000)
        assert turn is not None
        self.answers.take(turn)
        return turn

    async def ended(self, *turns: TakenTurn, timeout_s: float = 15) -> list[str]:
        """The states of turns once none is open."""
        async with asyncio.timeout(timeout_s):
            while any(threads.turn(turn.turn_id).state in threads.OPEN_STATES for turn in turns):
                await asyncio.sleep(0.02)
        return [threads.turn(turn.turn_id).state for turn in turns]


@pytest.fixture
async def at_work(tmp_path: Path, data_dir: Path, threads_closed: None) -> AsyncIterator[Desk]:
    behaviour = Behaviour()
    server = LocalServer(create_app(tmp_path / "ai", behaviour, Scripted()))
    await server.start()
    desk = Desk(server.url, behaviour)
    await desk.answers.take_open()
    yield desk
    await desk.answers.close(1)
    await server.stop()


async def slow(desk: Desk) -> None:
    await desk.behaviour.apply({"service": "chat", "action": "pace", "deltas": 200, "delay_ms": 50, "chars": 10})


async def test_one_persons_questions_are_answered_in_order_and_remembered(at_work: Desk) -> None:
    turns = [at_work.ask(f"question {number}", number) for number in range(1, 4)]
    assert await at_work.ended(*turns) == ["answered"] * 3
    said = [row.payload["markdown"] for row in OutboxRow.select().order_by(OutboxRow.id)]
    assert [f"question {number}" in text for number, text in enumerate(said, 1)] == [True] * 3
    assert len(at_work.behaviour.prompts[-1]) == 6


async def test_a_turn_that_is_taken_twice_is_answered_once(at_work: Desk) -> None:
    turn = at_work.ask("hello", 1)
    at_work.answers.take(turn)
    await at_work.answers.take_open()
    await at_work.ended(turn)
    assert at_work.behaviour.counters["requests.chat"] == 1
    assert OutboxRow.select().count() == 1


async def test_a_question_that_waits_for_its_turn_can_be_stopped_too(at_work: Desk) -> None:
    await slow(at_work)
    first, second = at_work.ask("a long story", 1), at_work.ask("never mind", 2)
    await asyncio.sleep(0.3)
    assert at_work.answers.stop(second.turn_id)
    assert at_work.answers.stop(first.turn_id)
    assert await at_work.ended(first, second) == ["stopped", "stopped"]


async def test_only_an_answer_of_the_same_chat_is_stopped(at_work: Desk) -> None:
    await slow(at_work)
    turn = at_work.ask("a long story", 1)
    await asyncio.sleep(0.3)
    assert not at_work.answers.stop(turn.turn_id, 8)
    assert not at_work.answers.stop(10**6)
    assert at_work.answers.stop(turn.turn_id, 7)
    await at_work.ended(turn)


async def test_nothing_is_kept_of_answers_that_ended(at_work: Desk) -> None:
    await at_work.ended(*(at_work.ask("hello", number, user=number) for number in range(1, 20)))
    await asyncio.sleep(0.1)
    assert (at_work.answers._running, at_work.answers._lanes, at_work.answers._tasks) == ({}, {}, set())


async def test_a_store_that_breaks_leaves_the_turn_open_to_be_taken_again(at_work: Desk) -> None:
    database.execute_sql("ALTER TABLE outbox_row RENAME TO outbox_lost")
    turn = at_work.ask("hello", 1)
    await asyncio.sleep(1.5)
    assert threads.turn(turn.turn_id).state in threads.OPEN_STATES
    database.execute_sql("ALTER TABLE outbox_lost RENAME TO outbox_row")
    await at_work.answers.take_open()
    assert await at_work.ended(turn) == ["answered"]
    assert Incident.select().count() <= 1


async def test_a_model_that_is_gone_is_told_to_the_operator(at_work: Desk) -> None:
    await at_work.behaviour.apply({"service": "chat", "action": "error", "code": 404})
    assert await at_work.ended(at_work.ask("hello", 1)) == ["failed"]
    assert Incident.select().count() == 1


async def test_an_error_the_provider_keeps_is_said_after_three_tries(at_work: Desk) -> None:
    await at_work.behaviour.apply({"service": "chat", "action": "error", "code": 429, "retry_after_s": 0.1, "times": 5})
    turn = at_work.ask("hello", 1)
    assert await at_work.ended(turn) == ["failed"]
    assert at_work.behaviour.counters["requests.chat"] == 3
    assert OutboxRow.get().payload["key"] == "provider-rate_limit"
