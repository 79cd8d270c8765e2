"""A plain kurigram bot and people: private chats, groups, supergroups, buttons, albums, edits, deletions."""

import io

import pytest
from PIL import Image
from pyrogram import Client, filters, raw, types
from pyrogram.errors import (
    BadRequest,
    MediaInvalid,
    MessageAuthorRequired,
    MessageIdInvalid,
    MessageNotModified,
    PeerIdInvalid,
    UserIsBlocked,
)
from pyrogram.handlers import CallbackQueryHandler, EditedMessageHandler, MessageHandler

from kiebot.sandbox.telegram.tl import Refused
from tests.sandbox.telegram.seeing import answer_to, echo, event, eventually, next_from_bot, texts


def keyboard(words: str = "Next", data: str = "n1") -> types.InlineKeyboardMarkup:
    return types.InlineKeyboardMarkup([[types.InlineKeyboardButton(words, callback_data=data)]])


def picture(colour: str = "red") -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "JPEG")
    data.name = "picture.jpg"
    return data


async def test_a_person_writes_and_the_bot_answers_in_the_person_s_chat(centre, make_bot):
    client = make_bot()
    seen = []

    async def on_start(_, message):
        seen.append((message.command, message.from_user.first_name, message.from_user.language_code, message.chat.id))
        await message.reply("hello", reply_markup=keyboard())

    client.add_handler(MessageHandler(on_start, filters.command("start")))
    await client.start()
    ann = centre.humans.add_user("Ann", language_code="ru")
    answer = await answer_to(centre, ann["chat"], "/start deep-link", ann["id"])
    assert seen == [(["start", "deep-link"], "Ann", "ru", ann["id"])]
    assert answer["text"] == "hello"
    assert answer["buttons"] == [[{"text": "Next", "data": "n1"}]]
    assert answer["reply_to"] == 1
    assert answer["id"] == 2


async def test_a_pressed_button_is_answered_and_the_message_edited(centre, make_bot):
    client = make_bot()

    async def on_start(_, message):
        await message.reply("choose", reply_markup=keyboard())

    async def on_press(_, query):
        await query.answer(f"got {query.data}", show_alert=True)
        await query.edit_message_text(f"edited by {query.from_user.first_name}")

    client.add_handler(MessageHandler(on_start, filters.command("start")))
    client.add_handler(CallbackQueryHandler(on_press))
    await client.start()
    ann = centre.humans.add_user("Ann")["id"]
    message = await answer_to(centre, ann, "/start", ann)
    queue = centre.humans.subscribe()
    assert await centre.humans.press(ann, message["id"], ann, button="Next") == {"text": "got n1", "alert": True, "url": None}
    assert (await event(queue, "edit"))["message"]["text"] == "edited by Ann"
    assert centre.humans.messages(ann)[-1]["buttons"] == []


async def test_a_query_can_be_answered_once_and_only_while_somebody_waits(centre, make_bot, ann):
    client = make_bot()
    asked = []

    async def on_press(_, query):
        asked.append(query)

    client.add_handler(CallbackQueryHandler(on_press))
    await client.start()
    message = await client.send_message(ann, "choose", reply_markup=keyboard())
    with pytest.raises(Refused, match="BOT_RESPONSE_TIMEOUT"):
        await centre.humans.press(ann, message.id, ann, data="n1", timeout=0.3)
    with pytest.raises(BadRequest, match="QUERY_ID_INVALID"):
        await asked[0].answer("too late")


async def test_links_are_told_and_keys_of_a_keyboard_are_written(centre, bot, ann):
    link = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("site", url="https://example.org")]])
    message = await bot.send_message(ann, "look", reply_markup=link)
    assert (await centre.humans.press(ann, message.id, ann, button="site"))["url"] == "https://example.org"
    keys = types.ReplyKeyboardMarkup([[types.KeyboardButton("yes"), types.KeyboardButton("no")]])
    message = await bot.send_message(ann, "well?", reply_markup=keys)
    assert centre.humans.messages(ann)[-1]["keyboard"] == [["yes", "no"]]
    await centre.humans.press(ann, message.id, ann, button="no")
    assert texts(centre, ann)[-1] == "no"


async def test_rich_messages_keep_their_words(centre, bot, ann):
    message = await bot.send_rich_message(ann, rich_message=types.InputRichMessage(html="<h1>Title</h1><p>some <b>words</b></p>"))
    assert centre.humans.messages(ann)[-1]["text"] == "Title\n\nsome words"
    await bot.edit_message_text(ann, message.id, "plain")
    assert centre.humans.messages(ann)[-1]["text"] == "plain"


async def test_nobody_answers_a_button_in_time(centre, bot, ann):
    message = await bot.send_message(ann, "choose", reply_markup=keyboard())
    with pytest.raises(Refused, match="BOT_RESPONSE_TIMEOUT"):
        await centre.humans.press(ann, message.id, ann, data="n1", timeout=0.1)


async def test_ids_count_per_box_in_private_chats_and_basic_groups_and_per_chat_in_supergroups(centre, make_bot):
    client = make_bot()
    echo(client)
    await client.start()
    people = centre.humans
    ann, bob = people.add_user("Ann")["id"], people.add_user("Bob")["id"]
    first = await answer_to(centre, ann, "a", ann)
    second = await answer_to(centre, bob, "b", bob)
    assert (first["id"], second["id"]) == (2, 4)  # one box of the bot
    group = people.add_chat("Group", [ann, bob])["id"]
    third = await answer_to(centre, group, "c", bob)
    assert third["id"] == 7  # the service message of the creation, Bob's, the answer
    supergroup = people.add_chat("Super", [ann, bob], "supergroup")["id"]
    assert supergroup < -1_002_147_483_647  # beyond what old libraries take
    fourth = await answer_to(centre, supergroup, "d", bob)
    assert fourth["id"] == 5  # created, Bob joined, the bot joined, Bob's, the answer
    assert texts(centre, supergroup)[-2:] == ["d", "echo d"]


async def test_a_bot_reads_and_answers_in_a_reply_chain(centre, make_bot):
    client = make_bot()
    seen = []

    async def on_text(_, message):
        seen.append((message.text, message.reply_to_message and message.reply_to_message.text))
        await message.reply("answer")

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    ann, bob = (centre.humans.add_user(name)["id"] for name in ("Ann", "Bob"))
    group = centre.humans.add_chat("Group", [ann, bob])["id"]
    answer = await answer_to(centre, group, "question", ann)
    await answer_to(centre, group, "why?", bob, reply_to=answer["id"])
    assert seen == [("question", None), ("why?", "answer")]


async def test_a_reply_names_the_message_by_the_id_it_is_shown_with_however_many_people_write_to_the_bot(centre, make_bot):
    client = make_bot()

    async def on_text(_, message):
        await message.reply(f"answer to {message.text}")

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    ann, bob = (centre.humans.add_user(name)["id"] for name in ("Ann", "Bob"))
    await answer_to(centre, ann, "first", ann)
    answer = await answer_to(centre, bob, "second", bob)
    centre.humans.post(bob, bob, "third", reply_to=answer["id"])
    shown = {message["id"]: message for message in centre.humans.messages(bob)}
    replied = {message["text"]: shown[message["reply_to"]]["text"] for message in shown.values() if message["reply_to"]}
    assert replied["answer to second"] == "second"
    assert replied["third"] == "answer to second"


async def test_edits_of_people_reach_the_bot(centre, make_bot, ann):
    client = make_bot()
    seen = []

    async def on_edit(_, message):
        seen.append((message.id, message.text, bool(message.edit_date)))

    client.add_handler(EditedMessageHandler(on_edit))
    await client.start()
    message = centre.humans.post(ann, ann, "first")
    centre.humans.edit(ann, message["id"], ann, "second")
    await eventually(lambda: seen)
    assert seen == [(message["id"], "second", True)]


async def test_edit_rules_are_telegram_s(centre, bot, ann):
    message = await bot.send_message(ann, "text", reply_markup=keyboard())
    with pytest.raises(MessageNotModified):
        await bot.edit_message_text(ann, message.id, "text", reply_markup=keyboard())
    await bot.edit_message_text(ann, message.id, "text")  # only the keyboard goes
    assert centre.humans.messages(ann)[-1]["buttons"] == []
    with pytest.raises(MessageIdInvalid):
        await bot.edit_message_text(ann, 999, "new")
    with pytest.raises(MessageAuthorRequired):
        await bot.edit_message_text(ann, 1, "new")
    with pytest.raises(BadRequest, match="MESSAGE_EMPTY"):
        await bot.edit_message_text(ann, message.id, "   ")


async def test_deleted_messages_are_gone_for_everybody(centre, bot, ann):
    message = await bot.send_message(ann, "gone soon")
    queue = centre.humans.subscribe()
    assert await bot.delete_messages(ann, message.id) == 1
    assert (await event(queue, "delete"))["message_ids"] == [message.id]
    assert "gone soon" not in texts(centre, ann)
    assert (await bot.get_messages(ann, message.id)).empty
    with pytest.raises(MessageIdInvalid):
        await bot.edit_message_text(ann, message.id, "too late")


async def test_albums_go_both_ways(centre, make_bot, tmp_path):
    client = make_bot()
    albums = []

    async def on_photo(_, message):
        albums.append(message.media_group_id)

    client.add_handler(MessageHandler(on_photo, filters.photo & ~filters.outgoing))
    await client.start()
    ann = centre.humans.add_user("Ann")["id"]
    for number in range(2):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(picture().getvalue())
        centre.humans.post(ann, ann, "look" if not number else "", kind="photo", file=path, album="one")
    await eventually(lambda: len(albums) == 2)
    assert albums[0] == albums[1] is not None
    await client.send_media_group(ann, [types.InputMediaPhoto(picture(), caption="a"), types.InputMediaPhoto(picture("blue"))])
    sent = centre.humans.messages(ann)[-2:]
    assert [message["kind"] for message in sent] == ["photo", "photo"]
    assert sent[0]["album"] == sent[1]["album"] is not None
    assert sent[0]["media"]["width"] == 64
    assert sent[0]["text"] == "a"


async def test_an_album_takes_only_files_that_were_uploaded_before(bot, ann):
    uploaded = [raw.types.InputMediaUploadedPhoto(file=await bot.save_file(picture(colour))) for colour in ("red", "blue")]
    items = [raw.types.InputSingleMedia(media=media, random_id=number, message="") for number, media in enumerate(uploaded, 1)]
    with pytest.raises(MediaInvalid):
        await bot.invoke(raw.functions.messages.SendMultiMedia(peer=await bot.resolve_peer(ann), multi_media=items))


async def test_forwards_name_the_first_author(centre, make_bot, ann):
    client = make_bot()
    seen = []

    async def on_text(_, message):
        seen.append(message.forward_origin.sender_user.id if message.forward_origin else None)

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    bob = centre.humans.add_user("Bob")["id"]
    centre.humans.post(ann, ann, "words of Bob", forward_from=bob)
    await eventually(lambda: seen)
    assert seen == [bob]
    own = await client.send_message(ann, "mine")
    await client.forward_messages(ann, ann, own.id)
    assert centre.humans.messages(ann)[-1]["forward_from"] == centre.bot["id"]
    await client.copy_message(ann, ann, own.id)
    assert centre.humans.messages(ann)[-1]["forward_from"] is None


@pytest.mark.parametrize(
    ("kind", "extra", "field"),
    [
        ("poll", {"question": "Tea?", "options": ["yes", "no"]}, "poll"),
        ("contact", {"phone": "123", "first_name": "Bob"}, "contact"),
        ("location", {"latitude": 55.5, "longitude": 37.5}, "location"),
    ],
)
async def test_polls_contacts_and_locations_reach_the_bot(centre, make_bot, ann, kind, extra, field):
    client = make_bot()
    seen = []

    async def on_message(_, message):
        seen.append(getattr(message, field))

    client.add_handler(MessageHandler(on_message, ~filters.outgoing))
    await client.start()
    message = centre.humans.post(ann, ann, kind=kind, extra=extra)
    assert message["kind"] == kind
    await eventually(lambda: seen and seen[-1])


@pytest.mark.parametrize(
    ("kind", "name", "mime"),
    [
        ("voice", "voice.ogg", "audio/ogg"),
        ("video_note", "note.mp4", "video/mp4"),
        ("video", "clip.mp4", "video/mp4"),
        ("audio", "song.mp3", "audio/mpeg"),
        ("sticker", "sticker.webp", "image/webp"),
        ("document", "paper.pdf", "application/pdf"),
    ],
)
async def test_files_of_every_kind_reach_the_bot_and_come_back_by_reference(centre, make_bot, ann, tmp_path, kind, name, mime):
    client = make_bot()
    seen = []

    async def on_message(_, message):
        seen.append(getattr(message, kind))

    client.add_handler(MessageHandler(on_message, ~filters.outgoing & ~filters.text))
    await client.start()
    path = tmp_path / name
    path.write_bytes(b"some bytes of a file")
    message = centre.humans.post(ann, ann, kind=kind, file=path, mime=mime, duration=3)
    assert message["kind"] == kind
    media = (await eventually(lambda: seen))[0]
    assert (await client.download_media(media.file_id, in_memory=True)).getvalue() == b"some bytes of a file"
    await client.send_cached_media(ann, media.file_id)
    assert centre.humans.messages(ann)[-1]["media"]["id"] == message["media"]["id"]


async def test_votes_and_reactions_are_counted_and_told(centre, bot, ann):
    poll = await bot.send_poll(ann, "Tea?", ["yes", "no"])
    assert centre.humans.vote(ann, poll.id, ann, [1])["media"]["options"] == [
        {"text": "yes", "votes": 0},
        {"text": "no", "votes": 1},
    ]
    queue = centre.humans.subscribe()
    await bot.send_reaction(ann, 1, "👍")
    assert (await event(queue, "reaction"))["emojis"] == ["👍"]
    centre.humans.react(ann, poll.id, ann, "🔥")
    assert centre.humans.messages(ann)[-1]["reactions"] == [{"from": ann, "emoji": "🔥"}]


async def test_a_person_who_stopped_the_bot_gets_nothing(centre, bot, ann):
    centre.humans.block(ann)
    with pytest.raises(UserIsBlocked):
        await bot.send_message(ann, "still there?")
    centre.humans.block(ann, False)
    await bot.send_message(ann, "welcome back")


async def test_a_bot_cannot_begin_a_conversation(centre, bot):
    with pytest.raises(PeerIdInvalid):
        await bot.send_message(centre.humans.add_user("Stranger")["id"], "hello")


async def test_profile_texts_commands_and_menu_are_kept_by_language(centre, bot: Client):
    for language, words in (("", "Begin"), ("ru", "Начать")):
        await bot.set_bot_commands([types.BotCommand("start", words)], language_code=language)
        await bot.set_bot_info_description(words, language_code=language)
    assert (await bot.get_bot_commands(language_code="ru"))[0].description == "Начать"
    assert (await bot.get_bot_info_description(language_code="ru")) == "Начать"
    await bot.set_chat_menu_button(menu_button=types.MenuButtonCommands())
    assert isinstance(await bot.get_chat_menu_button(), types.MenuButtonCommands)
    with pytest.raises(BadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_bot_commands([types.BotCommand("Not-A-Command", "x")])


async def test_the_next_message_after_another_is_the_bot_s(centre, make_bot, ann):
    client = make_bot()
    echo(client)
    await client.start()
    asked = centre.humans.post(ann, ann, "mention @someone and https://example.org/a and #tag")
    assert [entity["type"] for entity in asked["entities"]] == ["mention", "url", "hashtag"]
    assert (await next_from_bot(centre, ann, asked["id"]))["text"].startswith("echo")
