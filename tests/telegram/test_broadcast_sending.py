"""How the sender treats rows of a broadcast: a pace of their own, behind all others; refusals and waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pyrogram
import pytest

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store import accounts
from kiebot.store.models import Incident, OutboxRow
from kiebot.store.outbox import Lane
from kiebot.telegram.calls import Calls
from kiebot.telegram.outbox_sender import OutboxSender
from kiebot.telegram.pace import BROADCASTS_AT_ONCE, BroadcastPace, Pace
from kiebot.telegram.uploads import Uploads
from tests.telegram.test_outbox_sender import Post

RATE = 10.0


@pytest.fixture
async def post(centre: DataCentre, client: pyrogram.Client, data_dir: Path, threads_closed: None) -> AsyncIterator[Post]:
    post = Post(centre, client)
    post.sender = OutboxSender(Calls(client), Uploads(client), Pace(RATE))
    delivery.bind_bell(post.sender.wake)
    running = asyncio.create_task(post.sender.run())
    yield post
    await post.sender.stop(1)
    await running


def broadcast(chat: int, words: str = "news") -> int:
    return delivery.send_post(Place(chat, "en"), "text", {"text": words, "entities": [], "buttons": []}, lane=Lane.BROADCAST)


async def test_a_broadcast_keeps_its_pace_and_an_answer_goes_before_it(post: Post) -> None:
    people = [post.person() for _ in range(40)]
    ann = post.person("Ann")
    started = time.monotonic()
    for person in people:
        broadcast(person)
    await asyncio.sleep(0.3)
    asked = time.monotonic()
    post.say(ann, "an answer")
    await post.until(lambda: post.texts(ann))
    assert time.monotonic() - asked < 0.5
    assert not all(post.texts(person) for person in people)
    await post.quiet()
    assert time.monotonic() - started > 39 / RATE - 0.2  # the first leaves at once; one late turn is caught up
    assert [post.texts(person) for person in people] == [["news"]] * 40


async def test_a_flood_wait_of_a_broadcast_does_not_hold_the_answers_in_that_chat(post: Post) -> None:
    ann, bob = post.person("Ann"), post.person("Bob")
    post.humans.fault("messages.SendMessage", "flood_wait", seconds=3)
    broadcast(ann)
    await post.until(lambda: OutboxRow.select().where(OutboxRow.error.contains("FLOOD")).exists())
    broadcast(bob)
    started = time.monotonic()
    post.say(ann, "an answer")
    await post.until(lambda: post.texts(ann))
    assert time.monotonic() - started < 2
    assert post.texts(bob) == [], "the whole broadcast waits"
    await post.quiet()
    assert (post.texts(ann), post.texts(bob)) == (["an answer", "news"], ["news"])


async def test_a_flood_wait_of_an_answer_holds_broadcasts_too(post: Post) -> None:
    ann, bob = post.person("Ann"), post.person("Bob")
    post.humans.fault("messages.SendMessage", "flood_wait", seconds=2)
    post.say(ann, "an answer")
    await post.until(lambda: OutboxRow.select().where(OutboxRow.error.contains("FLOOD")).exists())
    started = time.monotonic()
    broadcast(bob)
    await post.until(lambda: post.texts(bob))
    assert time.monotonic() - started > 1


async def test_a_post_that_telegram_refuses_fails_and_nobody_hears_of_it(post: Post) -> None:
    ann = post.person("Ann")
    post.humans.fault("messages.SendMessage", "error", error="BUTTON_URL_INVALID")
    row = broadcast(ann)
    await post.quiet()
    assert OutboxRow.get_by_id(row).state == "failed"
    assert post.texts(ann) == []
    assert Incident.select().count() == 1


async def test_who_blocked_the_bot_is_marked(post: Post) -> None:
    ann = post.person("Ann")
    accounts.of_user(ann)
    post.humans.block(ann)
    row = broadcast(ann)
    await post.quiet()
    assert OutboxRow.get_by_id(row).state == "blocked"
    assert accounts.by_user(ann).blocked_at is not None


def test_a_late_turn_is_caught_up_but_never_more_than_one() -> None:
    pace = BroadcastPace(per_second=10)
    pace.began()
    pace.began()
    assert 0.05 < (pace.wait_s() or 0) <= 0.1
    time.sleep(0.35)  # three turns are missed
    pace.began()
    assert pace.wait_s() == 0
    pace.began()
    assert (pace.wait_s() or 0) > 0.05


def test_only_so_many_are_on_their_way() -> None:
    pace = BroadcastPace(per_second=10_000)
    for _ in range(BROADCASTS_AT_ONCE):
        pace.began()
    assert pace.wait_s() is None
    pace.ended()
    assert pace.wait_s() is not None
