"""A second, unrelated MTProto client as the person: Telethon, with its own TL parser, RSA_PAD and transports."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pyrogram import filters, types
from pyrogram.handlers import CallbackQueryHandler, MessageHandler
from telethon import TelegramClient, events, functions
from telethon.crypto import rsa
from telethon.errors import BotResponseTimeoutError, MessageNotModifiedError, PhoneCodeInvalidError
from telethon.network import ConnectionTcpAbridged, ConnectionTcpFull, ConnectionTcpIntermediate, ConnectionTcpObfuscated
from telethon.sessions import MemorySession
from telethon.tl import types as tt

from tests.sandbox.telegram.second_client import connect
from tests.sandbox.telegram.seeing import eventually
from tests.sandbox.telegram.test_conversations import picture

MakePerson = Callable[..., Awaitable[TelegramClient]]


@pytest.fixture
async def make_person(centre) -> AsyncIterator[MakePerson]:
    """Log a sandbox user in with Telethon, by its phone number and code."""
    rsa.add_key(centre.public_key_file.read_text(), old=False)
    made = []

    async def make(user: int, transport=ConnectionTcpFull, session=None) -> TelegramClient:
        if session is None:
            session = MemorySession()
            session.set_dc(2, centre.host, centre.port)
        client = TelegramClient(session, 1, "0" * 32, connection=transport)
        made.append(client)
        await connect(client)
        if not await client.is_user_authorized():
            phone = centre.peers.user(user).phone
            await client.send_code_request(phone)
            await client.sign_in(phone, phone[-5:])
        return client

    yield make
    for client in made:
        await client.disconnect()


@pytest.fixture
async def person(centre, make_person) -> TelegramClient:
    client = await make_person(centre.humans.add_user("Ann")["id"])
    return client


@pytest.mark.parametrize(
    "transport", [ConnectionTcpFull, ConnectionTcpAbridged, ConnectionTcpIntermediate, ConnectionTcpObfuscated]
)
async def test_every_transport_of_telethon_logs_in(centre, make_person, transport):
    ann = centre.humans.add_user("Ann")["id"]
    client = await make_person(ann, transport)
    assert (await client.get_me()).id == ann


async def test_a_wrong_code_is_refused(centre, make_person):
    session = MemorySession()
    session.set_dc(2, centre.host, centre.port)
    client = TelegramClient(session, 1, "0" * 32)
    await connect(client)
    phone = centre.peers.user(centre.humans.add_user("Ann")["id"]).phone
    await client.send_code_request(phone)
    with pytest.raises(PhoneCodeInvalidError):
        await client.sign_in(phone, "00000")
    await client.disconnect()


async def test_question_answer_edit_and_button(centre, person, make_bot):
    client = make_bot()

    async def on_start(_, message):
        button = types.InlineKeyboardButton("Next", callback_data="n1")
        await message.reply("**hello** 😀 `code`", reply_markup=types.InlineKeyboardMarkup([[button]]))

    async def on_press(_, query):
        await query.answer("pressed", show_alert=True)
        await query.edit_message_text("edited")

    client.add_handler(MessageHandler(on_start, filters.command("start")))
    client.add_handler(CallbackQueryHandler(on_press))
    await client.start()
    edits = []
    person.add_event_handler(lambda event: edits.append(event.message.message), events.MessageEdited())
    async with person.conversation(centre.bot["username"], timeout=10) as talk:
        asked = await talk.send_message("/start")
        answer = await talk.get_response()
        assert answer.text == "**hello** 😀 `code`"  # Telethon writes Markdown from the entities it got
        assert answer.reply_to.reply_to_msg_id == asked.id == 1
        result = await answer.click(0)
    assert (result.message, result.alert) == ("pressed", True)
    await eventually(lambda: edits == ["edited"])
    history = await person.get_messages(centre.bot["username"], limit=10)
    assert [message.message for message in history] == ["edited", "/start"]


async def test_files_and_albums_both_ways(centre, person, make_bot):
    client = make_bot()
    got = []

    async def on_document(_, message):
        data = (await client.download_media(message, in_memory=True)).getvalue()
        got.append((message.document.file_name, data, message.caption))
        await message.reply_media_group(
            [types.InputMediaPhoto(picture(), caption="album"), types.InputMediaPhoto(picture("blue"))]
        )
        answer = io.BytesIO(data[::-1])
        answer.name = "back.bin"
        await message.reply_document(answer)

    client.add_handler(MessageHandler(on_document, filters.document & ~filters.outgoing))
    await client.start()
    data = bytes(range(256)) * 1000
    upload = io.BytesIO(data)
    upload.name = "there.bin"
    async with person.conversation(centre.bot["username"], timeout=20) as talk:
        await talk.send_message("here", file=upload, force_document=True)
        first, second, document = [await talk.get_response() for _ in range(3)]
    assert got == [("there.bin", data, "here")]
    assert first.grouped_id == second.grouped_id is not None
    assert first.message == "album"
    assert first.photo.sizes[-1].w == 64
    assert await person.download_media(document, bytes) == data[::-1]
    assert await person.download_media(first, bytes) == picture().getvalue()


async def test_drafts_are_seen_as_typing_with_text(centre, person, make_bot):
    client = make_bot()
    seen, stopped = [], []

    async def on_text(app, message):
        for words in ("Hel", "Hello"):
            await app.send_message_draft(message.chat.id, draft_id=9, text=words, can_stop=True)

    client.add_handler(MessageHandler(on_text, filters.text))
    client.on_stopped_message_generation()(lambda _, stop: stopped.append(stop.draft_id))
    await client.start()

    async def on_update(update):
        if isinstance(update, tt.UpdateUserTyping) and isinstance(update.action, tt.SendMessageTextDraftAction):
            seen.append((update.user_id, update.action.random_id, update.action.text.text))

    person.add_event_handler(on_update, events.Raw())
    await person.send_message(centre.bot["username"], "grow")
    await eventually(lambda: len(seen) == 2)
    assert seen == [(centre.bot["id"], 9, "Hel"), (centre.bot["id"], 9, "Hello")]
    action = tt.SendMessageStopDraftAction(random_id=9)
    await person(functions.messages.SetTypingRequest(centre.bot["username"], action))
    await eventually(lambda: stopped == [9])


async def test_an_invoice_is_paid_with_stars(centre, person, make_bot):
    client = make_bot()
    paid = []

    async def on_text(app, message):
        prices = [types.LabeledPrice("x", 7)]
        await app.send_invoice(message.chat.id, title="T", description="D", payload="p", currency="XTR", prices=prices)

    client.add_handler(MessageHandler(on_text, filters.text))

    async def on_precheckout(_, query):
        await query.answer(True)

    async def on_payment(_, message):
        paid.append(message.successful_payment)

    client.on_pre_checkout_query()(on_precheckout)
    client.add_handler(MessageHandler(on_payment, filters.successful_payment))
    await client.start()
    async with person.conversation(centre.bot["username"], timeout=10) as talk:
        await talk.send_message("buy")
        invoice = await talk.get_response()
    target = tt.InputInvoiceMessage(await person.get_input_entity(centre.bot["username"]), invoice.id)
    form = await person(functions.payments.GetPaymentFormRequest(target))
    assert form.invoice.prices[0].amount == 7
    await person(functions.payments.SendStarsFormRequest(form.form_id, target))
    await eventually(lambda: paid)
    assert (paid[0].invoice_payload, paid[0].total_amount) == ("p", 7)
    sent = (await person.get_messages(centre.bot["username"], limit=1))[0]
    assert isinstance(sent.action, tt.MessageActionPaymentSent)


async def test_a_person_edits_deletes_and_meets_the_same_rules(centre, person, make_bot):
    client = make_bot()
    deleted, edited = [], []
    client.on_edited_message()(lambda _, message: edited.append(message.text))
    client.on_deleted_messages()(lambda _, messages: deleted.extend(message.id for message in messages))
    await client.start()
    message = await person.send_message(centre.bot["username"], "first")
    await person.edit_message(message, "second")
    await eventually(lambda: edited == ["second"])
    with pytest.raises(MessageNotModifiedError):
        await person.edit_message(message, "second")
    await person.delete_messages(centre.bot["username"], [message.id])
    await eventually(lambda: deleted == [1])


async def test_a_button_that_nobody_answers_times_out(centre, person, bot):
    message = await person.send_message(centre.bot["username"], "hi")
    button = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("b", callback_data="d")]])
    await bot.send_message((await person.get_me()).id, "choose", reply_markup=button)
    target = await person.get_input_entity(centre.bot["username"])
    centre.questions.within_s = 0.2
    request = functions.messages.GetBotCallbackAnswerRequest(target, message.id + 1, data=b"d")
    with pytest.raises(BotResponseTimeoutError):
        await person(request)


async def test_groups_with_two_people_over_mtproto(centre, make_person, make_bot):
    ann, bob = (centre.humans.add_user(name)["id"] for name in ("Ann", "Bob"))
    first, second = await make_person(ann), await make_person(bob)
    client = make_bot()

    async def on_text(_, message):
        await message.reply(f"to {message.from_user.first_name}")

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    for kind in ("group", "supergroup"):
        chat = centre.humans.add_chat(f"A {kind}", [ann, bob], kind)["id"]
        seen = []
        second.add_event_handler(lambda event, seen=seen: seen.append(event.message.message), events.NewMessage(incoming=True))
        await first.get_dialogs()
        await first.send_message(chat, "hello all")
        await eventually(lambda seen=seen: {"hello all", "to Ann"} <= set(seen))
    titles = {dialog.title for dialog in await second.get_dialogs()}
    assert titles == {"A group", "A supergroup"}


async def test_what_came_while_the_person_was_away_comes_at_the_next_start(centre, make_person, bot, tmp_path):
    ann = centre.humans.add_user("Ann")["id"]
    person = await make_person(ann)
    await person.send_message(centre.bot["username"], "hi")
    session = person.session
    await person.get_dialogs()
    state = await person(functions.updates.GetStateRequest())
    await person.disconnect()
    for number in range(3):
        await bot.send_message(ann, f"missed {number}")
    again = await make_person(ann, session=session)
    difference = await again(functions.updates.GetDifferenceRequest(state.pts, state.date, state.qts))
    assert [message.message for message in difference.new_messages] == [f"missed {number}" for number in range(3)]


async def test_a_broken_line_is_mended(centre, person, make_bot):
    client = make_bot()

    async def on_text(_, message):
        await message.reply(f"echo {message.text}")

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    seen = []
    person.add_event_handler(lambda event: seen.append(event.message.message), events.NewMessage(incoming=True))
    await person.send_message(centre.bot["username"], "one")
    await eventually(lambda: seen == ["echo one"])
    centre.humans.cut()
    await asyncio.wait_for(person.send_message(centre.bot["username"], "two"), 20)
    await eventually(lambda: seen == ["echo one", "echo two"], 20)
