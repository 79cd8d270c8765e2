"""What a message replies to, read from Telegram when the bot has not seen it itself."""

from __future__ import annotations

import asyncio
import logging

import pyrogram
from pyrogram.errors import RPCError

from kiebot.services import references
from kiebot.services.incoming import Incoming
from kiebot.telegram.reading import with_replied
from kiebot.telegram.threads import in_reader

log = logging.getLogger(__name__)

WAIT_S = 2.0


async def with_reply(client: pyrogram.Client, incoming: Incoming) -> Incoming:
    """Somebody calls the bot under a message that it has not read, another person's or an old one: it is what the question is
    about."""
    if not incoming.reply_to or not (incoming.private or incoming.mentioned):
        return incoming
    if incoming.private and await in_reader(references.is_known, incoming.chat_id, incoming.reply_to):
        return incoming
    try:
        async with asyncio.timeout(WAIT_S):
            replied = await client.get_messages(incoming.chat_id, incoming.reply_to)
    except (RPCError, TimeoutError, OSError) as exc:
        log.info("replied message not read chat=%d error=%s", incoming.chat_id, type(exc).__name__)
        return incoming
    return with_replied(incoming, replied) if replied is not None else incoming
