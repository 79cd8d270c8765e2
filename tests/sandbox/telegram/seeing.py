"""Waiting for what the people see."""

import asyncio
from collections.abc import Callable

from pyrogram import Client, filters
from pyrogram.handlers import MessageHandler

from kiebot.sandbox.telegram.centre import DataCentre


async def eventually(condition: Callable[[], object], timeout: float = 10) -> object:
    """The first true value of `condition`; fails when there is none in time."""
    for _ in range(int(timeout / 0.01)):
        value = condition()
        if value:
            return value
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")


async def answer_to(centre: DataCentre, chat: int, words: str, as_user: int, **how) -> dict:
    """Write to the bot and wait for its next message in this chat."""
    asked = centre.humans.post(chat, as_user, words, **how)
    return await next_from_bot(centre, chat, asked["id"])


async def next_from_bot(centre: DataCentre, chat: int, after: int, timeout: float = 10) -> dict:
    def found():
        return [m for m in centre.humans.messages(chat, after) if m["from"] == centre.bot["id"]]

    return (await eventually(found, timeout))[0]


def texts(centre: DataCentre, chat: int) -> list[str]:
    return [message["text"] for message in centre.humans.messages(chat)]


async def event(queue: asyncio.Queue, kind: str, timeout: float = 10) -> dict:
    """The next event of this kind."""
    while True:
        found = await asyncio.wait_for(queue.get(), timeout)
        if found["type"] == kind:
            return found


def echo(client: Client) -> None:
    """Let a bot answer every text of a person with the same text."""

    async def on_text(_: Client, message) -> None:
        await message.reply(f"echo {message.text}")

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing & ~filters.bot))
