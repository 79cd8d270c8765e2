"""What only happens in groups: anonymous administrators, other people's words, a group that becomes a supergroup."""

from __future__ import annotations

import pytest

from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")


def group(studio: Studio, *people: Person, kind: str = "supergroup") -> int:
    return int(studio.humans.add_chat("Friends", [person.id for person in people], kind)["id"])


def called(studio: Studio, words: str) -> str:
    return f"@{studio.centre.bot['username']} {words}"


async def test_an_anonymous_administrator_is_answered_and_can_ask_again(studio: Studio, ann: Person) -> None:
    chat = group(studio, ann)
    sent = ann.say(called(studio, "who am i"), chat, extra={"anonymous": True})
    answer = await ann.reply(sent, "who am i", chat)
    await studio.until(lambda: any(m["buttons"] for m in ann.messages(chat, sent)))
    answer = ann.messages(chat, sent)[-1]
    await ann.press(answer, button(answer, "chat:again:"))
    await studio.until(lambda: len(studio.rows("SELECT 1 FROM outbox_row WHERE chat_id = ?", chat)) > 2)
    assert studio.rows("SELECT user_id FROM account WHERE user_id = ?", chat) == [(chat,)]


async def test_the_words_of_another_person_are_shown_to_the_model(studio: Studio, ann: Person) -> None:
    bob = studio.person("Bob")
    chat = group(studio, ann, bob)
    said = bob.say("The zeppelin leaves at noon", chat)
    sent = ann.say(called(studio, "translate this"), chat, reply_to=said)
    await ann.reply(sent, "translate this", chat)
    (content,) = studio.rows("SELECT content FROM turn WHERE chat_id = ? AND message_id = ?", chat, sent)[0]
    assert "> The zeppelin leaves at noon" in content


async def test_a_group_that_becomes_a_supergroup_keeps_its_settings_and_conversation(studio: Studio, ann: Person) -> None:
    old = group(studio, ann, kind="group")
    await ann.reply(ann.say("/settings call me captain", old), "captain", old)
    await ann.reply(ann.say(called(studio, "my number is 4711"), old), "4711", old)
    new = int(studio.humans.upgrade(old, ann.id)["id"])
    await studio.until(lambda: studio.rows("SELECT 1 FROM chat WHERE chat_id = ? AND kind = 'supergroup'", new))
    await ann.reply(ann.say("/settings", new), "captain", new)
    sent = ann.say(called(studio, "and now"), new)
    await ann.reply(sent, "and now", new)
    threads = studio.rows("SELECT DISTINCT thread_id FROM turn WHERE chat_id IN (?, ?)", old, new)
    assert len(threads) == 1
    assert studio.rows("SELECT COUNT(*) FROM chat WHERE chat_id = ?", old) == [(0,)]
    assert sum("@" in text and "call" in text.lower() for text in ann.texts(new)) == 0, "it greeted again"


async def test_answers_that_are_written_while_a_group_becomes_a_supergroup_come_there(studio: Studio, ann: Person) -> None:
    bob = studio.person("Боб", "ru")
    old = group(studio, ann, bob, kind="group")
    earlier = await ann.reply(ann.say(called(studio, "who are you"), old), "who are you", old)
    await studio.behave("chat", "pace", times=3, deltas=40, delay_ms=60, chars=10)
    asked = ann.say(called(studio, "a tale"), old)
    bob.say(called(studio, "сказку"), old)
    await studio.until(lambda: len(ann.messages(old, asked)) == 2, 10, "both answers have begun")
    new = int(studio.humans.upgrade(old, ann.id)["id"])
    await studio.until(lambda: sum("40 " in text for text in ann.texts(new)) == 2, 20, "both answers in the supergroup")
    await ann.press(earlier, button(earlier, "chat:again:"))
    await studio.until(lambda: sum("40 " in text for text in ann.texts(new)) == 3, 20, "another answer to an earlier question")
    assert studio.rows("SELECT COUNT(*) FROM outbox_row WHERE state = 'blocked' AND chat_id IN (?, ?)", old, new) == [(0,)]


async def test_a_bot_that_was_taken_out_knows_it_at_once_and_greets_when_it_is_back(studio: Studio, ann: Person) -> None:
    bot = studio.centre.bot["id"]
    chat = group(studio, ann)
    await ann.reply(0, chat=chat)
    studio.humans.remove_member(chat, bot, ann.id)
    await studio.until(lambda: studio.rows("SELECT 1 FROM chat WHERE chat_id = ? AND left_at IS NOT NULL", chat))
    before = len(ann.messages(chat))
    studio.humans.add_member(chat, bot, ann.id)
    await studio.until(lambda: len(ann.messages(chat)) == before + 1)
    assert studio.rows("SELECT left_at FROM chat WHERE chat_id = ?", chat) == [(None,)]
