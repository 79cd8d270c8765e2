"""The measure of all figures: a bot of nothing but the client library's own high-level calls.

It answers a text with the same text, downloads a document that it gets, and sends a file when it is told "/send PATH".
Everything but the address of the server is the library's default.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pyrogram
from pyrogram import filters, handlers, types

from kiebot.sandbox.telegram.options import client_options
from kiebot.supervisor import end_with_parent


async def main(server: str, key_file: Path, folder: Path) -> None:
    """Echo until the process is ended."""
    host, _, port = server.rpartition(":")
    options = client_options(host, int(port), key_file)
    client = pyrogram.Client("echo", bot_token=os.environ["ECHO_TOKEN"], workdir=str(folder), **options)
    add_handlers(client, folder)
    await client.start()
    print("ready", flush=True)
    await pyrogram.idle()
    await client.stop()


def add_handlers(client: pyrogram.Client, folder: Path) -> None:
    """The whole bot."""

    async def send(_: pyrogram.Client, message: types.Message) -> None:
        await message.reply_document(message.command[1])

    async def take(_: pyrogram.Client, message: types.Message) -> None:
        path = await message.download(f"{folder}/downloads/")
        os.unlink(path)
        await message.reply("got it")

    async def echo(_: pyrogram.Client, message: types.Message) -> None:
        await message.reply(message.text)

    client.add_handler(handlers.MessageHandler(send, filters.command("send")))
    client.add_handler(handlers.MessageHandler(take, filters.document))
    client.add_handler(handlers.MessageHandler(echo, filters.text & filters.incoming))


if __name__ == "__main__":
    end_with_parent()
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
