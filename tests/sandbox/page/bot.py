"""A small bot on the real client: enough to show what the page has to show."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pyrogram import Client, ContinuePropagation, raw
from pyrogram.enums import ParseMode
from pyrogram.handlers import CallbackQueryHandler, MessageHandler, PreCheckoutQueryHandler, RawUpdateHandler
from pyrogram.types import (
    BotCommand,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
)

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.telegram.client import build_client

ANSWER = "This answer grows word by word, and what stays in the chat is the message."
STYLED = (
    "<b>Bold with <i>italic</i> inside</b>, <code>code</code>, <spoiler>a secret</spoiler> and "
    '<a href="https://example.org/">a link</a>\n<pre language="python">def double(n):\n    return 2 * n</pre>'
    "\n<blockquote>A quotation</blockquote>\nThe end"
)


SOLD_OUT = "sold out"


async def start_bot(centre: DataCentre, workdir: Path, picture: Path, film: Path) -> Client:
    """Log the sandbox's bot in and let it answer."""
    client = build_client(
        "bot",
        workdir,
        api_id=1,
        api_hash="0" * 32,
        bot_token=centre.bot["token"],
        server=f"{centre.host}:{centre.port}",
        public_key_file=centre.public_key_file,
    )
    answers = {
        "draw": _draw(picture),
        "film": _film(film),
        "album": _album(picture),
        "grow": _grow,
        "style": _style,
        "sell": _sell,
        "sell nothing": _sell_nothing,
    }

    async def on_message(_: Client, message: Message) -> None:
        words = (message.text or "").removeprefix(f"@{centre.bot['username']} ")
        answer = answers.get(words)
        if answer is not None:
            await answer(client, message)
        elif words == "/start":
            await client.send_message(message.chat.id, "Welcome! What shall we do?", reply_markup=_menu())
        elif message.voice or message.photo or message.document:
            await message.reply_text(f"Got it: {message.media.value}")
        elif message.chat.id > 0:
            await client.send_message(message.chat.id, f"You said: {words}")
        elif words and words != message.text:
            await message.reply_text(f"You said: {words}")

    client.add_handler(MessageHandler(on_message))
    client.add_handler(CallbackQueryHandler(_pressed))
    client.add_handler(PreCheckoutQueryHandler(_checked_out))
    await client.start()
    await client.set_bot_commands([BotCommand("start", "Begin"), BotCommand("img", "Draw a picture")])
    return client


def note_stops(client: Client) -> list[Any]:
    """The presses of stop buttons that reach the bot from now on."""
    found: list[Any] = []

    async def note(_: Client, update: Any, __: Any, ___: Any) -> None:
        if "StopDraft" in type(getattr(update, "action", None)).__name__:
            found.append(update)
        raise ContinuePropagation

    client.add_handler(RawUpdateHandler(note))
    return found


def _menu() -> InlineKeyboardMarkup:
    first = [InlineKeyboardButton("Say hello", callback_data="hello"), InlineKeyboardButton("Warn me", callback_data="warn")]
    second = [
        InlineKeyboardButton("Open the site", url="https://example.org/"),
        InlineKeyboardButton("Mute", callback_data="mute"),
    ]
    return InlineKeyboardMarkup([first, second])


async def _pressed(_: Client, query: CallbackQuery) -> None:
    await asyncio.sleep(0.3)  # long enough to see the button wait
    if query.data == "hello":
        await query.answer("Hello to you")
        await query.message.edit_text("You pressed the button")
    elif query.data == "warn":
        await query.answer("This is a warning", show_alert=True)


async def _checked_out(_: Client, query: PreCheckoutQuery) -> None:
    payload = query.invoice_payload
    left = (payload.decode() if isinstance(payload, bytes) else payload) != SOLD_OUT
    await query.answer(ok=left, error_message=None if left else "Sold out, sorry.")


def _draw(picture: Path):
    async def draw(client: Client, message: Message) -> None:
        await client.send_photo(message.chat.id, str(picture), caption="A red boat")

    return draw


def _film(film: Path):
    async def send_film(client: Client, message: Message) -> None:
        await client.send_video(message.chat.id, str(film), width=480, height=270, duration=2)

    return send_film


def _album(picture: Path):
    async def send_album(client: Client, message: Message) -> None:
        photos = [InputMediaPhoto(str(picture), caption=caption) for caption in ("Three boats", "", "")]
        await client.send_media_group(message.chat.id, photos)

    return send_album


async def _grow(client: Client, message: Message) -> None:
    words = ANSWER.split()
    peer = await client.resolve_peer(message.chat.id)
    for count in range(2, len(words), 3):
        text = raw.types.TextWithEntities(text=" ".join(words[:count]), entities=[])
        action = raw.types.SendMessageTextDraftAction(random_id=77, text=text, can_stop=True)
        await client.invoke(raw.functions.messages.SetTyping(peer=peer, action=action))
        await asyncio.sleep(0.15)
    await client.send_message(message.chat.id, ANSWER)


async def _style(client: Client, message: Message) -> None:
    await client.send_message(message.chat.id, STYLED, parse_mode=ParseMode.HTML)


async def _sell(client: Client, message: Message) -> None:
    price = [LabeledPrice(label="100 credits", amount=50)]
    await client.send_invoice(message.chat.id, "100 credits", "For pictures and films", "order-1", "XTR", price)


async def _sell_nothing(client: Client, message: Message) -> None:
    price = [LabeledPrice(label="Nothing", amount=1)]
    await client.send_invoice(message.chat.id, "Nothing", "It cannot be had", SOLD_OUT, "XTR", price)
