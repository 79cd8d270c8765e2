"""The library's objects → plain values of services/incoming.py."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pyrogram
from pyrogram import enums, raw, types, utils

from kiebot.services.incoming import Attachment, Incoming, InlineQuery, Membership, Move, Press, Sender
from kiebot.store.db import utc_now
from kiebot.telegram.entities import from_message, from_raw
from kiebot.telegram.rendering import utf16_slice
from kiebot.telegram.stars import Paid, Refunded, read_payment

COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>[A-Za-z0-9_]+))?(?=\s|$)")
Parser = Callable[[Any, dict[int, Any], dict[int, Any]], Awaitable[tuple[Any, type]]]  # an update, the users and chats with it
PRIVATE, GROUP, SUPERGROUP = "private", "group", "supergroup"
CHAT_KINDS = {
    enums.ChatType.PRIVATE: PRIVATE,
    enums.ChatType.GROUP: GROUP,
    enums.ChatType.SUPERGROUP: SUPERGROUP,
    enums.ChatType.FORUM: SUPERGROUP,
}
MEDIA_KINDS = {
    enums.MessageMediaType.PHOTO: "photo",
    enums.MessageMediaType.VIDEO: "video",
    enums.MessageMediaType.ANIMATION: "animation",
    enums.MessageMediaType.VIDEO_NOTE: "video_note",
    enums.MessageMediaType.VOICE: "voice",
    enums.MessageMediaType.AUDIO: "audio",
    enums.MessageMediaType.DOCUMENT: "document",
    enums.MessageMediaType.STICKER: "sticker",
    enums.MessageMediaType.POLL: "poll",
    enums.MessageMediaType.DICE: "dice",
    enums.MessageMediaType.CONTACT: "contact",
    enums.MessageMediaType.LOCATION: "location",
    enums.MessageMediaType.VENUE: "location",
    enums.MessageMediaType.WEB_PAGE: "text",
}


def read_message(message: types.Message, me: types.User) -> Incoming | None:
    """A person's message, or None: our own, another bot's, a channel's, a service message, or an edit that nobody made."""
    kind = CHAT_KINDS.get(message.chat.type) if message.chat else None
    sender = _sender(message)
    if kind is None or sender is None or message.outgoing or message.service or message.empty:
        return None
    if message.edit_hidden:  # a reaction or a link preview, not the person
        return None
    text = str(message.text or message.caption or "")
    if kind != PRIVATE and is_for_another_bot(text, me):  # whatever it replies to
        return None
    mentioned, command, words = read_words(text, message.entities or message.caption_entities or [], me, private=kind == PRIVATE)
    return Incoming(
        chat_id=message.chat.id,
        chat_kind=kind,
        chat_title=message.chat.title or "",
        message_id=message.id,
        sender=sender,
        kind=MEDIA_KINDS.get(message.media, "other") if message.media else ("text" if text else "other"),
        text=text,
        topic_id=_topic(message),
        edited_at=int(message.edit_date.timestamp()) if message.edit_date else 0,
        reply_to=message.reply_to_message_id or 0,
        album=str(message.media_group_id or ""),
        forwarded=message.forward_origin is not None,
        mentioned=mentioned,
        command=command,
        words=words,
        attachment=_attachment(message),
        entities=tuple(from_message(message.entities or message.caption_entities or [])),
        sent_at=message.date.timestamp() if message.date else utc_now(),
    )


def plain_first(parse: Parser, client: pyrogram.Client) -> Parser:
    """The library's parser of new messages, with ours before it: most are plain text, of which it makes sixty fields too many.
    What is said of payments is needed as it came."""

    async def read(update: Any, users: dict[int, Any], chats: dict[int, Any]) -> tuple[Any, type]:
        ours: Incoming | Paid | Refunded | None = read_payment(update.message, users)
        if ours is None and client.me is not None:
            ours = read_plain(update.message, users, chats, client.me)
        return (ours, pyrogram.handlers.MessageHandler) if ours is not None else await parse(update, users, chats)

    return read


def read_plain(message: Any, users: dict[int, Any], chats: dict[int, Any], me: types.User) -> Incoming | None:
    """A person's new message of text alone, as it came; None: it is something else, which the library has to read."""
    place, user = _plain_place(message, chats), _plain_writer(message, users)
    if place is None or user is None or is_for_another_bot(message.message, me):
        return None
    entities = [found for entity in message.entities or [] if (found := _plain_mention(entity)) is not None]
    chat_id, kind, title = place
    mentioned, command, words = read_words(message.message, entities, me, private=kind == PRIVATE)
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    username = user.username or (user.usernames[0].username if user.usernames else "")
    return Incoming(
        chat_id=chat_id,
        chat_kind=kind,
        chat_title=title,
        message_id=message.id,
        sender=Sender(user.id, name, username, user.lang_code or ""),
        kind="text",
        text=message.message,
        reply_to=message.reply_to.reply_to_msg_id or 0 if message.reply_to is not None else 0,
        mentioned=mentioned,
        command=command,
        words=words,
        entities=tuple(from_raw(message.entities or [])),
        sent_at=message.date,
    )


def _plain_place(message: Any, chats: dict[int, Any]) -> tuple[int, str, str] | None:
    """(id, kind, title) of the chat of a plain message, or None."""
    if not isinstance(message, raw.types.Message) or not message.message or message.out:
        return None
    if message.media or message.fwd_from or message.edit_date or message.grouped_id or message.rich_message:
        return None
    header = message.reply_to
    if header is not None and (not isinstance(header, raw.types.MessageReplyHeader) or header.forum_topic):
        return None
    peer = message.peer_id
    if isinstance(peer, raw.types.PeerUser):
        return peer.user_id, PRIVATE, ""
    chat = chats.get(getattr(peer, "channel_id", 0) or getattr(peer, "chat_id", 0))
    if isinstance(chat, raw.types.Chat):
        return utils.get_peer_id(peer), GROUP, chat.title
    if isinstance(chat, raw.types.Channel) and chat.megagroup and not (chat.forum or chat.monoforum or chat.gigagroup):
        return utils.get_peer_id(peer), SUPERGROUP, chat.title
    return None


def _plain_writer(message: Any, users: dict[int, Any]) -> Any | None:
    """The person who wrote a plain message, or None: nobody known, a bot, or a chat."""
    peer = getattr(message, "from_id", None) or getattr(message, "peer_id", None)
    user = users.get(peer.user_id) if isinstance(peer, raw.types.PeerUser) else None
    return user if isinstance(user, raw.types.User) and not user.bot else None


def _plain_mention(entity: Any) -> types.MessageEntity | None:
    if isinstance(entity, raw.types.MessageEntityMention):
        return types.MessageEntity(type=enums.MessageEntityType.MENTION, offset=entity.offset, length=entity.length)
    if isinstance(entity, raw.types.MessageEntityMentionName):
        mentioned = types.User(id=entity.user_id)
        return types.MessageEntity(
            type=enums.MessageEntityType.TEXT_MENTION, offset=entity.offset, length=entity.length, user=mentioned
        )
    return None


def with_replied(incoming: Incoming, replied: types.Message) -> Incoming:
    """The same message, with what it replies to."""
    kind = MEDIA_KINDS.get(replied.media, "other") if replied.media else "text"
    words = str(replied.text or replied.caption or "")
    return replace(incoming, reply_text=words, replied=_attachment(replied), replied_kind=kind)


def _sender(message: types.Message) -> Sender | None:
    """The person, or the group itself for an administrator who writes anonymously; None: a bot or a channel."""
    if message.from_user is not None:
        return None if message.from_user.is_bot else read_sender(message.from_user)
    as_chat = message.sender_chat
    if as_chat is not None and message.chat is not None and as_chat.id == message.chat.id:
        return Sender(as_chat.id, as_chat.title or "")
    return None


def read_move(message: types.Message) -> Move | None:
    """Whether a service message, in the old chat or in the new one, says that a group became a supergroup."""
    if message.migrate_to_chat_id:
        return Move(message.chat.id, message.migrate_to_chat_id)
    return Move(message.migrate_from_chat_id, message.chat.id) if message.migrate_from_chat_id else None


def read_sender(user: types.User) -> Sender:
    """Who it is, as Telegram shows it."""
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    return Sender(user.id, name, user.username or "", user.language_code or "")


def read_words(text: str, entities: list[types.MessageEntity], me: types.User, *, private: bool) -> tuple[bool, str, str]:
    """(whether we are mentioned, our command or "", what remains of the text)."""
    mention = next((entity for entity in entities if _is_mention(text, entity, me)), None)
    command = COMMAND.match(text)
    if command is not None:
        rest = text[command.end() :].strip()
        if not command["bot"] or command["bot"].lower() == (me.username or "").lower():
            return mention is not None or bool(command["bot"]), command["name"].lower(), rest
        return False, "", text
    if mention is None or private:
        return mention is not None, "", text
    return True, "", _without(text, mention)


def is_for_another_bot(text: str, me: types.User) -> bool:
    """Whether it is a command that names another bot."""
    command = COMMAND.match(text)
    return command is not None and bool(command["bot"]) and command["bot"].lower() != (me.username or "").lower()


def _is_mention(text: str, entity: types.MessageEntity, me: types.User) -> bool:
    if entity.type is enums.MessageEntityType.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    if entity.type is not enums.MessageEntityType.MENTION:
        return False
    return utf16_slice(text, entity.offset, entity.offset + entity.length).lower() == f"@{(me.username or '').lower()}"


def _without(text: str, mention: types.MessageEntity) -> str:
    """The text without the bot's name where it calls the bot."""
    before, after = utf16_slice(text, 0, mention.offset), utf16_slice(text, mention.offset + mention.length, None)
    return (before + after).strip(" ,:\n")


def _topic(message: types.Message) -> int:
    return int(message.message_thread_id or 0) if message.topic_message or message.chat.is_forum else 0


def _attachment(message: types.Message) -> Attachment | None:
    media = getattr(message, message.media.value, None) if message.media else None
    file_id = getattr(media, "file_id", None)
    if not file_id:
        return None
    return Attachment(
        file_id=file_id,
        name=getattr(media, "file_name", None) or "",
        mime=getattr(media, "mime_type", None) or "",
        size_bytes=int(getattr(media, "file_size", None) or 0),
        duration_s=int(getattr(media, "duration", None) or 0),
        width=int(getattr(media, "width", None) or 0),
        height=int(getattr(media, "height", None) or 0),
    )


def read_press(update: raw.types.UpdateBotCallbackQuery, users: dict[int, Any], chats: dict[int, Any]) -> Press:
    """A press as it came: the library would fetch the whole message first, which nobody needs."""
    user = users.get(update.user_id)
    name = " ".join(part for part in (getattr(user, "first_name", ""), getattr(user, "last_name", "")) if part)
    chat_id = utils.get_peer_id(update.peer)
    kind = PRIVATE if chat_id > 0 else SUPERGROUP if isinstance(update.peer, raw.types.PeerChannel) else GROUP
    return Press(
        query_id=update.query_id,
        chat_id=chat_id,
        chat_kind=kind,
        message_id=update.msg_id,
        sender=Sender(update.user_id, name, getattr(user, "username", None) or "", getattr(user, "lang_code", None) or ""),
        data=(update.data or b"").decode("utf-8", "replace"),
    )


def read_inline(update: raw.types.UpdateBotInlineQuery, users: dict[int, Any]) -> InlineQuery:
    """An inline query as it came."""
    user = users.get(update.user_id)
    sender = Sender(update.user_id, getattr(user, "first_name", None) or "", "", getattr(user, "lang_code", None) or "")
    offset = int(update.offset) if update.offset.isascii() and update.offset.isdigit() and len(update.offset) < 6 else 0
    with_bot = isinstance(update.peer_type, raw.types.InlineQueryPeerTypeSameBotPM)
    return InlineQuery(update.query_id, sender, update.query, offset, with_bot)


def read_membership(message: types.Message, me: types.User) -> Membership | None:
    """Whether a service message says that the bot came or went."""
    kind = CHAT_KINDS.get(message.chat.type) if message.chat else None
    if kind in (None, PRIVATE) or message.from_user is None:
        return None
    came = any(user.id == me.id for user in message.new_chat_members or [])
    created = message.service is enums.MessageServiceType.GROUP_CHAT_CREATED
    went = message.left_chat_member is not None and message.left_chat_member.id == me.id
    if not (came or created or went):
        return None
    return Membership(message.chat.id, str(kind), message.chat.title or "", not went, read_sender(message.from_user), message.id)


def read_removal(update: Any, users: dict[int, Any], me: types.User) -> Membership | None:
    """Whether somebody took the bot out of a supergroup: no service message tells whoever is not in it any more."""
    if not isinstance(update, raw.types.UpdateChannelParticipant) or update.user_id != me.id:
        return None
    if not (update.new_participant is None or isinstance(update.new_participant, raw.types.ChannelParticipantBanned)):
        return None
    actor = users.get(update.actor_id)
    sender = Sender(update.actor_id, getattr(actor, "first_name", None) or "")
    return Membership(utils.get_channel_id(update.channel_id), SUPERGROUP, "", False, sender)


def client_user(client: pyrogram.Client) -> types.User:
    """The bot itself."""
    assert client.me is not None, "the client is started"
    return client.me
