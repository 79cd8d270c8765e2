"""Buttons that are pressed, and messages that are replied to, before the bot knows which message is whose.

Telegram shows a message first and tells its number to the bot then; here it takes its time for that.
"""

from __future__ import annotations

import pytest

from tests.e2e.studio import Person, Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATE_S = 1.0


def late(studio: Studio) -> None:
    """The number of the next message is told late."""
    studio.humans.fault("messages.SendMessage", "late", seconds=LATE_S)


def unknown(studio: Studio, message: dict[str, object]) -> bool:
    """Whether the bot cannot know this message yet."""
    return not studio.rows("SELECT 1 FROM outbox_row WHERE chat_id = ? AND message_id = ?", message["chat"], message["id"])


async def test_a_press_on_a_message_that_is_being_noted_changes_that_message(studio: Studio, ann: Person) -> None:
    late(studio)
    sent = ann.say("/menu")
    menu = await ann.reply(sent, "What shall we do")
    assert unknown(studio, menu)
    await ann.press(menu, "g:pictures")
    await studio.until(lambda: "t:text_to_image" in str(ann.messages(after=sent)[0]["buttons"]), what="the menu to change")
    assert len(ann.messages(after=sent)) == 1, "it was answered in another message"


async def test_who_presses_a_button_of_somebody_else_is_refused_however_soon_it_is(studio: Studio, ann: Person) -> None:
    bob = studio.person("Bob")
    chat = int(studio.humans.add_chat("Friends", [ann.id, bob.id], "supergroup")["id"])
    await ann.reply(0, chat=chat)
    late(studio)
    menu = await ann.reply(ann.say("/menu", chat), "What shall we do", chat)
    assert unknown(studio, menu)
    answer = await bob.press(menu, "g:pictures")
    assert "belongs to somebody else" in answer["text"]


async def test_a_reply_to_a_message_that_is_being_noted_is_for_the_bot(studio: Studio, ann: Person) -> None:
    chat = int(studio.humans.add_chat("Friends", [ann.id], "supergroup")["id"])
    await ann.reply(0, chat=chat)
    late(studio)
    shown = await ann.reply(ann.say("/menu", chat), "What shall we do", chat)
    assert unknown(studio, shown)
    sent = ann.say("an answer to the menu", chat, reply_to=shown["id"])
    await ann.reply(sent, "an answer to the menu", chat)
