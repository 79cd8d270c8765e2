"""Answers that grow: drafts, their end, and the button that stops them."""

import asyncio
import time

import pytest
from pyrogram import enums, filters, types
from pyrogram.errors import BadRequest
from pyrogram.handlers import MessageHandler, StoppedMessageGenerationHandler

from tests.sandbox.telegram.seeing import event, eventually


async def test_a_draft_grows_and_ends_with_the_real_message(centre, bot, ann):
    queue = centre.humans.subscribe()
    for words in ("", "Hel", "Hello **you**"):
        await bot.send_message_draft(ann, draft_id=7, text=words)
    await bot.send_message(ann, "Hello you")
    drafts = [await event(queue, "draft") for _ in range(3)]
    assert [draft["text"] for draft in drafts] == ["", "Hel", "Hello you"]
    assert drafts[2]["entities"] == [{"type": "bold", "offset": 6, "length": 3}]
    assert {draft["draft_id"] for draft in drafts} == {"7"}
    assert (await event(queue, "message"))["message"]["text"] == "Hello you"
    assert centre.drafts.shown(centre.bot["id"], ann) is None


async def test_a_draft_does_not_touch_pts_or_history(centre, bot, ann):
    before = centre.boxes.of(centre.bot["id"]).pts
    await bot.send_message_draft(ann, draft_id=7, text="Hel")
    assert centre.boxes.of(centre.bot["id"]).pts == before
    assert len(centre.humans.messages(ann)) == 1


async def test_a_rich_draft_shows_its_words(centre, bot, ann):
    queue = centre.humans.subscribe()
    await bot.send_rich_message_draft(ann, draft_id=8, rich_message=types.InputRichMessage(markdown="# Title\n\nwords"))
    assert (await event(queue, "draft"))["text"] == "# Title\n\nwords"


async def test_the_stop_button_reaches_the_bot_when_the_draft_has_one(centre, make_bot, ann):
    client = make_bot()
    stopped = []

    async def on_stop(_, stop):
        stopped.append((stop.chat.id, stop.draft_id))

    client.add_handler(StoppedMessageGenerationHandler(on_stop))
    await client.start()
    centre.humans.stop_draft(ann, ann)  # nothing grows yet
    await client.send_message_draft(ann, draft_id=1, text="cannot be stopped")
    centre.humans.stop_draft(ann, ann)
    await client.send_message_draft(ann, draft_id=2, text="can be stopped", can_stop=True)
    centre.humans.stop_draft(ann, ann)
    await eventually(lambda: stopped)
    await asyncio.sleep(0.1)
    assert stopped == [(ann, 2)]


async def test_a_draft_vanishes_by_itself(centre, bot, ann):
    await bot.send_message_draft(ann, draft_id=3, text="Hel", can_stop=True)
    shown = centre.drafts.shown(centre.bot["id"], ann)
    assert 29 < shown.until - time.monotonic() <= 30
    shown.until = time.monotonic() - 1
    assert centre.drafts.shown(centre.bot["id"], ann) is None


async def test_drafts_are_for_private_chats_only(centre, bot, ann):
    group = centre.humans.add_chat("Group", [ann])["id"]
    with pytest.raises(BadRequest, match="TEXTDRAFT_PEER_INVALID"):
        await bot.send_message_draft(group, draft_id=1, text="no")
    with pytest.raises(BadRequest, match="MESSAGE_TOO_LONG"):
        await bot.send_message_draft(ann, draft_id=1, text="x" * 4097)


async def test_typing_is_seen(centre, make_bot, ann):
    client = make_bot()

    async def on_text(app, message):
        await app.send_chat_action(message.chat.id, enums.ChatAction.TYPING)

    client.add_handler(MessageHandler(on_text, filters.text))
    await client.start()
    queue = centre.humans.subscribe()
    centre.humans.post(ann, ann, "hi")
    seen = await event(queue, "typing")
    assert (seen["chat"], seen["action"]) == (ann, "TypingAction")
