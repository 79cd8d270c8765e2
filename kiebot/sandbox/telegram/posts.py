"""Posts: one message each, however many boxes it lies in.

In private chats and basic groups every user's box counts its own message ids; a supergroup has one box for all. A post keeps the
content once and the id that each box knows it by.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from pyrogram.raw import types as T

from kiebot.sandbox.telegram.journal import Row
from kiebot.sandbox.telegram.peers import is_channel, peer_tl
from kiebot.sandbox.telegram.tl import Wire, now, read_tl, with_changes

Link = Callable[[Any], None]


class Post:
    """A message as the data centre keeps it."""

    __slots__ = ("_blob", "_content", "_link", "author", "ids", "recipient", "reply_ids", "topic", "uid")

    def __init__(self, uid: int, author: int, recipient: int, content: Any, *, topic: int = 0, blob: bytes = b"") -> None:
        self.uid = uid
        self.author = author
        self.recipient = recipient  # a user or a group, as the author addressed it
        self.topic = topic  # forum topic, 0 outside forums
        self.ids: dict[int, int] = {}  # owner of the box -> message id there
        self.reply_ids: dict[int, int] = {}  # the same for the message replied to
        self._content = content
        self._blob = blob
        self._link: Link | None = None

    @property
    def content(self) -> Any:
        """The TL message, with id 0 and without what differs between viewers."""
        if self._content is None:  # after a restart: read when somebody asks
            self._content, self._blob = read_tl(self._blob), b""
            if self._link is not None:
                self._link(getattr(self._content, "media", None))
        return self._content

    @property
    def thread(self) -> tuple[int, int]:
        """The chat it lies in: (group, 0), or the two people in order."""
        if self.recipient < 0:
            return self.recipient, 0
        return min(self.author, self.recipient), max(self.author, self.recipient)

    def chat_for(self, viewer: int) -> int:
        return self.recipient if self.recipient < 0 or viewer == self.author else self.author

    def id_for(self, viewer: int) -> int:
        """The id in the box that `viewer` reads; 0 when it never got there."""
        return self.ids.get(self.recipient if is_channel(self.recipient) else viewer, 0)

    def seen_by(self, viewer: int) -> Wire:
        """The message as `viewer` sees it, serialised. What differs between viewers is set in the one content we keep."""
        owner = self.recipient if is_channel(self.recipient) else viewer
        content = self.content
        content.id = self.ids[owner]
        content.out = viewer == self.author
        content.peer_id = peer_tl(self.chat_for(viewer))
        if self.reply_ids and content.reply_to is not None:
            content.reply_to.reply_to_msg_id = self.reply_ids.get(owner)
        if viewer == self.author and isinstance(getattr(content, "action", None), T.MessageActionPaymentSentMe):
            return Wire(with_changes(content, action=_as_the_payer_sees_it(content.action)).write())
        self._blob = content.write()
        return Wire(self._blob)

    def changed(self) -> None:
        """The content is another now: what was serialised is worth nothing."""
        if self._content is not None:
            self._blob = b""

    def row(self) -> Row:
        blob = self._blob or self.content.write()
        self.changed()  # it was kept for this moment only
        return self.author, self.recipient, self.topic, _ids(self.ids), _ids(self.reply_ids), blob


def _as_the_payer_sees_it(action: Any) -> Any:
    """The payload and the charge are the bot's alone."""
    return T.MessageActionPaymentSent(currency=action.currency, total_amount=action.total_amount)


def post_of(row: Row, link: Link) -> Post:
    """A post as it was written to disk; `link` is given its media when it is read for the first time."""
    uid, author, recipient, topic, ids, reply_ids, content = row
    post = Post(uid, author, recipient, None, topic=topic, blob=content)
    post._link = link
    post.ids = {int(owner): message_id for owner, message_id in json.loads(ids).items()}
    post.reply_ids = {int(owner): message_id for owner, message_id in json.loads(reply_ids).items()}
    return post


def _ids(ids: dict[int, int]) -> str:
    """JSON, written by hand: it is done twice for every message."""
    return "{" + ",".join([f'"{owner}":{message_id}' for owner, message_id in ids.items()]) + "}"


class Change(NamedTuple):
    """One step of a box's pts: what an update told, kept for those who were away."""

    pts: int
    span: int  # how many pts it took: pts_count
    kind: str  # new | edit | delete
    post: Post | None
    ids: tuple[int, ...] = ()


def message(author: int, text: str, **fields: Any) -> Any:
    """The content of an ordinary message."""
    return T.Message(id=0, peer_id=T.PeerUser(user_id=0), from_id=T.PeerUser(user_id=author), date=now(), message=text, **fields)


def service(author: int, action: Any, **fields: Any) -> Any:
    """The content of a service message: somebody joined, a topic was opened, a payment was made."""
    return T.MessageService(
        id=0, peer_id=T.PeerUser(user_id=0), from_id=T.PeerUser(user_id=author), date=now(), action=action, **fields
    )
