"""What Telegram refuses, with its own names of the reasons."""

import asyncio

import pytest
from pyrogram import enums, raw, types
from pyrogram.errors import (
    BadRequest,
    ButtonDataInvalid,
    EntityBoundsInvalid,
    FloodWait,
    MediaCaptionTooLong,
    MessageEmpty,
    MessageTooLong,
)

from tests.sandbox.telegram.test_conversations import picture


async def test_a_message_is_at_most_4096_utf16_units_long(centre, bot, ann):
    await bot.send_message(ann, "x" * 4096)
    await bot.send_message(ann, "😀" * 2048)
    with pytest.raises(MessageTooLong):
        await bot.send_message(ann, "x" * 4097)
    with pytest.raises(MessageTooLong):
        await bot.send_message(ann, "😀" * 2049)
    with pytest.raises(MessageEmpty):
        await bot.send_message(ann, " \n ")


async def test_a_caption_is_at_most_1024_units_long(centre, bot, ann):
    await bot.send_photo(ann, picture(), caption="x" * 1024)
    with pytest.raises(MediaCaptionTooLong):
        await bot.send_photo(ann, picture(), caption="x" * 1025)
    message = await bot.send_photo(ann, picture(), caption="short")
    with pytest.raises(MediaCaptionTooLong):
        await bot.edit_message_caption(ann, message.id, "x" * 1025)


async def test_callback_data_is_1_to_64_bytes(bot, ann):
    def keyboard(data: str) -> types.InlineKeyboardMarkup:
        return types.InlineKeyboardMarkup([[types.InlineKeyboardButton("b", callback_data=data)]])

    await bot.send_message(ann, "ok", reply_markup=keyboard("я" * 32))
    with pytest.raises(ButtonDataInvalid):
        await bot.send_message(ann, "no", reply_markup=keyboard("я" * 33))


@pytest.mark.parametrize("amount", [1, 11])
async def test_an_album_has_2_to_10_items(bot, ann, amount):
    with pytest.raises(BadRequest):
        await bot.send_media_group(ann, [types.InputMediaPhoto(picture()) for _ in range(amount)])


async def test_a_picture_must_be_one(bot, ann):
    broken = picture()
    broken.truncate(0)
    broken.write(b"not a picture at all")
    broken.seek(0)
    with pytest.raises(BadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(ann, broken)


@pytest.mark.parametrize(("offset", "length"), [(-1, 2), (0, 0), (3, 3), (1, 1), (0, 1)])
async def test_entities_must_lie_inside_the_text_and_not_cut_a_character(bot, ann, offset, length):
    entity = types.MessageEntity(type=enums.MessageEntityType.BOLD, offset=offset, length=length)
    with pytest.raises(EntityBoundsInvalid):
        await bot.send_message(ann, "😀abc", entities=[entity])


async def test_entities_count_utf16_units_and_the_first_hundred_are_kept(centre, bot, ann):
    await bot.send_message(ann, "😀 **bold** and `code`")
    entities = centre.humans.messages(ann)[-1]["entities"]
    assert entities == [{"type": "bold", "offset": 3, "length": 4}, {"type": "code", "offset": 12, "length": 4}]
    many = [types.MessageEntity(type=enums.MessageEntityType.BOLD, offset=at, length=1) for at in range(120)]
    await bot.send_message(ann, "x" * 120, entities=many)
    assert len(centre.humans.messages(ann)[-1]["entities"]) == 100


async def test_nothing_is_looked_for_inside_code(centre, bot, ann):
    await bot.send_message(ann, "`/start @name_of_it`\n/help")
    kinds = [(entity["type"], entity["offset"]) for entity in centre.humans.messages(ann)[-1]["entities"]]
    assert kinds == [("code", 0), ("bot_command", 20 - 1)]


async def test_a_reply_to_nothing_is_refused(bot, ann):
    with pytest.raises(BadRequest, match="REPLY_MESSAGE_ID_INVALID"):
        await bot.send_message(ann, "x", reply_parameters=types.ReplyParameters(message_id=999))


async def test_the_pace_limit_counts_sends_and_edits_of_a_chat(centre, make_bot, ann):
    client = make_bot(sleep_threshold=0)
    await client.start()
    bob = centre.humans.add_user("Bob")["id"]
    centre.humans.post(bob, bob, "hello")
    centre.humans.limits(per_chat_s=0.4)
    message = await client.send_message(ann, "one")
    await client.send_message(bob, "another chat")
    with pytest.raises(FloodWait) as refused:
        await client.edit_message_text(ann, message.id, "two")
    assert refused.value.value == 1
    await asyncio.sleep(0.4)
    await client.edit_message_text(ann, message.id, "two")
    assert centre.humans.refused_by_limits() == 1


async def test_one_call_a_pace_is_never_refused(centre, make_bot, ann):
    client = make_bot(sleep_threshold=0)
    await client.start()
    centre.humans.limits(per_chat_s=0.1)
    message = await client.send_message(ann, "0")
    for number in range(1, 8):
        await asyncio.sleep(0.1)
        await client.edit_message_text(ann, message.id, str(number))
    assert centre.humans.refused_by_limits() == 0


async def send_raw(client, ann: int, random_id: int, words: str = "once"):
    peer = await client.resolve_peer(ann)
    return await client.session.send(raw.functions.messages.SendMessage(peer=peer, message=words, random_id=random_id))


async def test_a_repeated_random_id_is_answered_with_the_first_message(centre, bot, ann):
    first, second = [await send_raw(bot, ann, 77) for _ in range(2)]
    assert [update.id for update in (first.updates[0], second.updates[0])] == [2, 2]
    assert (first.updates[1].pts_count, second.updates[1].pts_count) == (1, 0)
    assert [message["text"] for message in centre.humans.messages(ann)] == ["hello", "once"]


@pytest.mark.parametrize("code", ["400", "500"])
async def test_a_repeated_random_id_can_be_an_error_instead(centre, bot, ann, code):
    centre.humans.duplicates(code)
    await send_raw(bot, ann, 78)
    with pytest.raises((BadRequest, Exception), match="RANDOM_ID_DUPLICATE") as refused:
        await send_raw(bot, ann, 78)
    assert int(code) == refused.value.CODE
    assert len(centre.humans.messages(ann)) == 2
