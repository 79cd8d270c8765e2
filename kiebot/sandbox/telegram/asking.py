"""A person asks a bot and waits: presses a button, queries it inline, sends what it offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import composing
from kiebot.sandbox.telegram.media import document_media
from kiebot.sandbox.telegram.office import Sent
from kiebot.sandbox.telegram.peers import Peer, User, is_channel, peer_tl
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre
    from kiebot.sandbox.telegram.sessions import Session

_KEPT_RESULTS = 100  # answers to inline queries, until somebody chooses from them


@dataclass(slots=True)
class Inline:
    """A bot's answer to an inline query."""

    query_id: int
    bot: int
    results: list[Any]
    cache_time: int
    next_offset: str | None
    query: str = ""


async def press(centre: DataCentre, user: User, post: Post, data: bytes, timeout: float | None = None) -> Any:
    """Press a callback button; the bot's BotCallbackAnswer."""
    via = getattr(post.content, "via_bot_id", None)
    bot = centre.peers.user(via or post.author)
    if not bot.is_bot:
        raise Refused(400, "MESSAGE_ID_INVALID")
    query_id, _ = centre.questions.ask(bot.id)
    if via and post.author != bot.id:
        query = T.UpdateInlineBotCallbackQuery(
            query_id=query_id, user_id=user.id, msg_id=inline_id(post), chat_instance=post.thread[0], data=data
        )
    else:
        query = T.UpdateBotCallbackQuery(
            query_id=query_id,
            user_id=user.id,
            peer=peer_tl(post.recipient if post.recipient < 0 else user.id),
            msg_id=post.id_for(bot.id),
            chat_instance=post.thread[0] if post.recipient < 0 else user.id,
            data=data,
        )
    centre.updates.push(bot.id, [query], {user.id, bot.id, *([post.recipient] if post.recipient < 0 else [])})
    return await centre.questions.wait(query_id, timeout)


def inline_id(post: Post) -> Any:
    """The name under which the bot may edit a message that a person sent through it."""
    return T.InputBotInlineMessageID64(dc_id=2, owner_id=post.author, id=max(post.ids.values()), access_hash=post.uid)


async def ask_inline(centre: DataCentre, user: User, bot: User, query: str, offset: str, chat: int) -> Inline:
    query_id, _ = centre.questions.ask(bot.id)
    update = T.UpdateBotInlineQuery(
        query_id=query_id, user_id=user.id, query=query, offset=offset, peer_type=_peer_type(bot, chat)
    )
    centre.updates.push(bot.id, [update], {user.id})
    found: Inline = await centre.questions.wait(query_id)
    found.query = query
    centre.inline[query_id] = found
    while len(centre.inline) > _KEPT_RESULTS:
        del centre.inline[next(iter(centre.inline))]
    return found


def _peer_type(bot: User, chat: int) -> Any:
    if chat == bot.id:
        return T.InlineQueryPeerTypeSameBotPM()
    if chat > 0:
        return T.InlineQueryPeerTypePM()
    return T.InlineQueryPeerTypeMegagroup() if is_channel(chat) else T.InlineQueryPeerTypeChat()


def send_inline(centre: DataCentre, user: User, to: Peer, query_id: int, result_id: str, by: Session | None = None) -> Sent:
    """A person sends one of the results; the bot is told which."""
    found = centre.inline.get(query_id)
    result = next((result for result in found.results if result.id == result_id), None) if found else None
    if found is None or result is None:
        raise Refused(400, "RESULT_ID_INVALID")
    message = result.send_message
    sent = composing.send(
        centre,
        user,
        to,
        message.message,
        by=by,
        media=_media_of(result),
        entities=message.entities,
        reply_markup=message.reply_markup,
        via_bot_id=found.bot,
    )
    msg_id = inline_id(sent.post) if message.reply_markup else None
    chosen = T.UpdateBotInlineSend(user_id=user.id, query=found.query, id=result_id, msg_id=msg_id)
    centre.updates.push(found.bot, [chosen], {user.id})
    return sent


def _media_of(result: Any) -> Any:
    if getattr(result, "document", None) is not None:
        return document_media(result.document)
    return T.MessageMediaPhoto(photo=result.photo) if getattr(result, "photo", None) is not None else None
