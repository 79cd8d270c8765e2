"""The rules by which a message is made: who may write where, what it answers, in which topic it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import journal, posts
from kiebot.sandbox.telegram.office import Sent
from kiebot.sandbox.telegram.peers import Group, Peer, User, peer_tl
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre
    from kiebot.sandbox.telegram.sessions import Session

GENERAL_TOPIC = 1


@dataclass(slots=True)
class Place:
    """Where in a chat a message goes: the message it answers, its topic, and the header that says so."""

    reply: Post | None = None
    topic: int = 0
    header: Any = None


def check_may_write(centre: DataCentre, author: User, to: Peer) -> None:
    if isinstance(to, Group):
        if author.id not in to.members:
            raise Refused(403, "CHAT_WRITE_FORBIDDEN") if to.kind == "group" else Refused(400, "CHANNEL_PRIVATE")
        return
    if author.is_bot and to.is_bot:
        raise Refused(400, "USER_IS_BOT")
    if author.id in to.blocked:
        raise Refused(400, "USER_IS_BLOCKED")
    if author.is_bot and not centre.boxes.have_met(author.id, to.id):
        raise Refused(400, "PEER_ID_INVALID")  # a bot cannot begin a conversation


def place_in(centre: DataCentre, author: User, to: Peer, reply_to: int = 0, topic: int = 0, quote: Any = None) -> Place:
    """The place of a message that answers `reply_to` or goes to `topic`. `quote` is the client's InputReplyToMessage."""
    forum = isinstance(to, Group) and to.kind == "forum"
    if forum and isinstance(to, Group) and reply_to in to.topics:  # the message that opened a topic stands for the topic
        reply_to, topic = 0, topic or reply_to
    reply = centre.boxes.box_for(author.id, to.id).posts.get(reply_to) if reply_to else None
    if reply_to and (reply is None or reply.chat_for(author.id) != to.id):
        raise Refused(400, "REPLY_MESSAGE_ID_INVALID")
    if not forum:
        return Place(reply, 0, _header(reply_to, 0, quote) if reply else None)
    return _place_in_forum(to, reply, reply_to, topic, quote)


def _place_in_forum(group: Any, reply: Post | None, reply_to: int, topic: int, quote: Any) -> Place:
    topic = topic or (reply.topic if reply else GENERAL_TOPIC)
    if topic != GENERAL_TOPIC and topic not in group.topics:
        raise Refused(400, "TOPIC_DELETED")
    if topic != GENERAL_TOPIC and group.topics[topic].get("closed"):
        raise Refused(400, "TOPIC_CLOSED")
    if reply is not None:
        return Place(reply, topic, _header(reply_to, topic, quote))
    header = T.MessageReplyHeader(reply_to_msg_id=topic, forum_topic=True) if topic != GENERAL_TOPIC else None
    return Place(None, topic, header)


def _header(message_id: int, topic: int, quote: Any) -> Any:
    text = getattr(quote, "quote_text", None)
    return T.MessageReplyHeader(
        reply_to_msg_id=message_id,
        forum_topic=topic not in (0, GENERAL_TOPIC) or None,
        reply_to_top_id=topic if topic not in (0, GENERAL_TOPIC) else None,
        quote=True if text else None,
        quote_text=text or None,
        quote_entities=getattr(quote, "quote_entities", None) or None,
        quote_offset=getattr(quote, "quote_offset", None),
    )


def send(
    centre: DataCentre,
    author: User,
    to: Peer,
    text: str,
    *,
    place: Place | None = None,
    by: Session | None = None,
    payload: bytes | None = None,
    anonymous: bool = False,
    **fields: Any,
) -> Sent:
    """Post a message. `payload`: what an invoice carries for the bot alone; `anonymous`: an administrator writes as the group."""
    place = place or Place()
    content = posts.message(author.id, text, reply_to=place.header, **fields)
    if anonymous:
        content.from_id = peer_tl(to.id)
    sent = centre.office.post(author.id, to.id, content, reply=place.reply, topic=place.topic, by=by)
    if payload is not None:
        uid = sent.post.uid
        centre.invoices[uid] = payload
        centre.journal.put(journal.INVOICES, (uid,), lambda: (payload,))
    if author.is_bot and isinstance(to, User):
        centre.drafts.end(author.id, to.id)
    return sent


def send_service(
    centre: DataCentre,
    author: User,
    to: Peer,
    action: Any,
    *,
    topic: int = 0,
    place: Place | None = None,
    by: Session | None = None,
) -> Sent:
    """Post a service message: into a topic, or as an answer in the place."""
    if topic:
        place = Place(None, topic, T.MessageReplyHeader(reply_to_msg_id=topic, forum_topic=True))
    place = place or Place()
    content = posts.service(author.id, action, reply_to=place.header)
    return centre.office.post(author.id, to.id, content, reply=place.reply, topic=place.topic, by=by)
