"""Calls to Telegram as kiebot makes them: raw, with our own random_id, and without the library's silent retries.

The library repeats a timed-out call ten times and then raises a bare TimeoutError, also when RANDOM_ID_DUPLICATE said that the
message is there already. Here every call goes out once; what it means when no answer comes is for the caller to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyrogram
from pyrogram import raw, utils
from pyrogram.errors import FloodPremiumWait, FloodWait, RPCError

from kiebot.telegram.entities import to_raw
from kiebot.telegram.rendering import Piece

CALL_TIMEOUT_S = 6.0  # a repeat under the same random_id costs nothing, so a broken line is found out soon
DUPLICATE = "RANDOM_ID_DUPLICATE"
MOST_PEERS = 1000  # remembered; about 200 bytes each
STALE_PEER = ("PEER_ID_INVALID", "CHANNEL_INVALID", "CHANNEL_PRIVATE", "CHAT_ID_INVALID", "USER_ID_INVALID")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that is in the chat. `message_id` is None when Telegram only said that it was there already."""

    message_id: int | None
    message: Any = None


@dataclass(frozen=True, slots=True)
class AlbumItem:
    """One message of an album: a file that Telegram has already, and its caption."""

    media: Any
    piece: Piece
    random_id: int


class Calls:
    """One bot's calls."""

    def __init__(self, client: pyrogram.Client, heard: Callable[[Any], Awaitable[None]] | None = None) -> None:
        self.client = client
        self._heard = heard  # is told every answer
        self._peers: dict[int, Any] = {}

    async def invoke(self, query: Any, timeout_s: float = CALL_TIMEOUT_S) -> Any:
        """One try. Raises RPCError, or TimeoutError and OSError when it is not known whether the call arrived.

        A cancelled caller leaves at once, and the call ends by itself: cancelled inside the library it would be swallowed when
        the answer comes at the same moment (Python 3.11's wait_for), and its entry in the session would stay for ever.
        """
        call = asyncio.create_task(self._invoke(query, timeout_s))
        call.add_done_callback(_ended)
        return await asyncio.shield(call)

    async def _invoke(self, query: Any, timeout_s: float) -> Any:
        try:
            answer = await self.client.session.send(query, timeout=timeout_s)
        except RPCError as exc:
            if any(word in str(exc) for word in STALE_PEER):
                self._peers.clear()
            raise
        if self._heard is not None:
            await self._heard(answer)
        return answer

    async def peer(self, chat_id: int) -> Any:
        """How Telegram wants a chat to be named. The library asks its file for it, in the event loop, at every call."""
        known = self._peers.get(chat_id)
        if known is None:
            known = await self.client.resolve_peer(chat_id)
            if len(self._peers) >= MOST_PEERS:
                self._peers.clear()
            self._peers[chat_id] = known
        return known

    async def moved_to(self, chat_id: int) -> int | None:
        """The supergroup that a basic group has become; None: it has not, or is none."""
        if utils.get_peer_type(chat_id) != "chat":
            return None
        found = await self.invoke(raw.functions.messages.GetChats(id=[-chat_id]))
        new = getattr(found.chats[0], "migrated_to", None) if found.chats else None
        if new is None:
            return None
        moved_to = int(utils.get_channel_id(new.channel_id))
        self._peers[moved_to] = raw.types.InputPeerChannel(channel_id=new.channel_id, access_hash=new.access_hash)
        return moved_to

    async def send_text(
        self, chat_id: int, piece: Piece, random_id: int, *, markup: Any = None, topic_id: int = 0, reply_to: int = 0
    ) -> Delivered:
        """Send a message under this `random_id`: sent twice, it arrives once."""
        query = raw.functions.messages.SendMessage(
            peer=await self.peer(chat_id),
            message=piece.text,
            random_id=random_id,
            entities=to_raw(piece.entities),
            reply_markup=markup,
            reply_to=reply_header(topic_id, reply_to),
            no_webpage=True,
        )
        return await self._deliver(query, random_id)

    async def send_media(
        self, chat_id: int, media: Any, piece: Piece, random_id: int, *, markup: Any = None, topic_id: int = 0, reply_to: int = 0
    ) -> Delivered:
        """Send a file that is uploaded already, with a caption."""
        query = raw.functions.messages.SendMedia(
            peer=await self.peer(chat_id),
            media=media,
            message=piece.text,
            random_id=random_id,
            entities=to_raw(piece.entities),
            reply_markup=markup,
            reply_to=reply_header(topic_id, reply_to),
        )
        return await self._deliver(query, random_id)

    async def send_album(
        self, chat_id: int, items: Sequence[AlbumItem], *, topic_id: int = 0, reply_to: int = 0
    ) -> list[Delivered]:
        """Send several files as one album, all or none; sent twice, it arrives once."""
        multi_media = [
            raw.types.InputSingleMedia(
                media=item.media, random_id=item.random_id, message=item.piece.text, entities=to_raw(item.piece.entities)
            )
            for item in items
        ]
        header = reply_header(topic_id, reply_to)
        query = raw.functions.messages.SendMultiMedia(peer=await self.peer(chat_id), multi_media=multi_media, reply_to=header)
        answer = await self._sent(query)
        return [Delivered(None) if answer is None else delivered(answer, item.random_id) for item in items]

    async def keep(self, media: Any) -> Any:
        """Give Telegram a file that messages can refer to; nobody sees it yet. Returns the media of such a message."""
        query = raw.functions.messages.UploadMedia(peer=raw.types.InputPeerSelf(), media=media)
        return await self.invoke(query)

    async def _deliver(self, query: Any, random_id: int) -> Delivered:
        answer = await self._sent(query)
        return Delivered(None) if answer is None else delivered(answer, random_id)

    async def _sent(self, query: Any) -> Any | None:
        """Telegram's answer; None when it only says that the message was there already."""
        try:
            return await self.invoke(query)
        except RPCError as exc:
            if DUPLICATE in str(exc):
                return None
            raise

    async def edit_text(self, chat_id: int, message_id: int, piece: Piece, *, markup: Any = None) -> None:
        """Change a message of ours; that it is so already is fine."""
        query = raw.functions.messages.EditMessage(
            peer=await self.peer(chat_id),
            id=message_id,
            message=piece.text,
            entities=to_raw(piece.entities),
            reply_markup=markup,
            no_webpage=True,
        )
        try:
            await self.invoke(query)
        except RPCError as exc:
            if "MESSAGE_NOT_MODIFIED" not in str(exc):
                raise

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Take a message of ours out of a chat, for everybody."""
        peer = await self.peer(chat_id)
        if isinstance(peer, raw.types.InputPeerChannel):
            channel = raw.types.InputChannel(channel_id=peer.channel_id, access_hash=peer.access_hash)
            await self.invoke(raw.functions.channels.DeleteMessages(channel=channel, id=[message_id]))
        else:
            await self.invoke(raw.functions.messages.DeleteMessages(id=[message_id], revoke=True))

    async def draft(self, chat_id: int, draft_id: int, piece: Piece, *, topic_id: int = 0) -> None:
        """Show a growing answer in a private chat, with Telegram's own stop button. It fades after 30 s."""
        action = raw.types.SendMessageTextDraftAction(
            random_id=draft_id,
            text=raw.types.TextWithEntities(text=piece.text, entities=to_raw(piece.entities)),
            can_stop=True,
            keep_on_stop=True,
        )
        await self._action(chat_id, action, topic_id)

    async def typing(self, chat_id: int, *, topic_id: int = 0) -> None:
        """Show that the bot is typing; it fades after 5 s."""
        await self._action(chat_id, raw.types.SendMessageTypingAction(), topic_id)

    async def _action(self, chat_id: int, action: Any, topic_id: int) -> None:
        peer = await self.peer(chat_id)
        await self.invoke(raw.functions.messages.SetTyping(peer=peer, action=action, top_msg_id=topic_id or None))

    async def answer_press(self, query_id: int, words: str, *, alert: bool = False) -> None:
        """End the spinner on a button, with a short notice or a window."""
        await self.invoke(
            raw.functions.messages.SetBotCallbackAnswer(
                query_id=query_id, cache_time=0, alert=alert or None, message=words or None
            )
        )


def _ended(call: asyncio.Task[Any]) -> None:
    """Take note of the outcome of a call whose caller has left, so that nothing complains that nobody did."""
    if not call.cancelled():
        call.exception()


def reply_header(topic_id: int, reply_to: int) -> raw.types.InputReplyToMessage | None:
    """Where in the chat: a reply, a topic, both or neither."""
    if not topic_id and not reply_to:
        return None
    return raw.types.InputReplyToMessage(reply_to_msg_id=reply_to or topic_id, top_msg_id=topic_id or None)


def delivered(answer: Any, random_id: int) -> Delivered:
    """Find the message that a send made in Telegram's answer."""
    if isinstance(answer, raw.types.UpdateShortSentMessage):
        return Delivered(answer.id)
    updates = getattr(answer, "updates", [])
    ids = {update.random_id: update.id for update in updates if isinstance(update, raw.types.UpdateMessageID)}
    message_id = ids.get(random_id)
    messages = (getattr(update, "message", None) for update in updates)
    message = next((found for found in messages if getattr(found, "id", None) == message_id), None)
    return Delivered(message_id, message)


def wait_of(error: RPCError) -> float | None:
    """Seconds that Telegram asks us to wait, or None when this is no flood wait."""
    if isinstance(error, (FloodWait, FloodPremiumWait)) or "SLOWMODE_WAIT" in str(error):
        return float(error.value) if isinstance(error.value, int) else 30.0
    return None
