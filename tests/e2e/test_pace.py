"""One call a second in each chat: Telegram never has to ask the bot to wait, and the final text is not held up by previews."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.studio import Person, Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def strict(studio: Studio) -> AsyncIterator[Studio]:
    """The studio, in which Telegram refuses more than one call a second in a chat."""
    studio.humans.limits(per_chat_s=1.0)
    yield studio
    studio.humans.limits()


async def test_a_streamed_private_answer_is_never_asked_to_wait(strict: Studio, ann: Person) -> None:
    refused = strict.humans.refused_by_limits()
    await strict.behave("chat", "pace", deltas=60, delay_ms=50, chars=10)
    sent = ann.say("a story")
    await ann.reply(sent)
    await ann.ask("/menu", "What shall we do")
    await ann.ask("and now", "and now")
    assert strict.humans.refused_by_limits() == refused


async def test_answers_in_a_group_are_never_asked_to_wait(strict: Studio, ann: Person) -> None:
    bob = strict.person("Bob")
    group = strict.humans.add_chat("Busy", [ann.id, bob.id], "supergroup")["id"]
    await ann.reply(0, "I answer here", chat=group)
    refused = strict.humans.refused_by_limits()
    await strict.behave("chat", "pace", deltas=100, delay_ms=50, chars=10, times=2)
    name = f"@{strict.centre.bot['username']}"
    first, second = ann.say(f"{name} a story", chat=group), bob.say(f"{name} another story", chat=group)
    await strict.until(lambda: sum("100" in text for text in ann.texts(group, second)) == 2, 30, "both answers")
    assert {message["reply_to"] for message in ann.messages(group, second)} == {first, second}
    assert strict.humans.refused_by_limits() == refused


async def test_a_long_answer_in_pieces_is_never_asked_to_wait(strict: Studio, ann: Person) -> None:
    refused = strict.humans.refused_by_limits()
    sent = ann.say("a long text, please")
    await strict.until(lambda: sum(len(text) for text in ann.texts(after=sent)) > 10_000, 30, "all pieces")
    assert strict.humans.refused_by_limits() == refused


async def test_the_final_text_is_in_time_though_drafts_count_too(fresh: Studio) -> None:
    fresh.humans.limits(per_chat_s=1.0, drafts_too=True)
    await fresh.run("bot")
    ann = fresh.person()
    await ann.ask("warm up", "warm up")
    await asyncio.sleep(1.1)
    await fresh.behave("chat", "pace", deltas=60, delay_ms=50, chars=10)
    started = time.monotonic()
    sent = ann.say("a story of three seconds")
    await ann.reply(sent)
    assert time.monotonic() - started < 4.5, "a second after the stream ended, with half a second for a busy machine"
    assert len(ann.messages(after=sent)) == 1
