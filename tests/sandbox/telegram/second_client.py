"""Telethon, as tests connect it."""

import asyncio
from contextlib import suppress

from telethon import TelegramClient


async def connect(client: TelegramClient) -> None:
    """In about one exchange of keys of 2,000 Telethon takes 1 and pq for the factors and is hung up on, as Telegram would."""
    with suppress(asyncio.IncompleteReadError):
        await client.connect()
        return
    await client.connect()
