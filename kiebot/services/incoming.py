"""What came in from Telegram, as plain values: services and handlers know no client library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

from kiebot.store.db import utc_now


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote or pressed."""

    user_id: int
    name: str = ""
    username: str = ""
    language_code: str = ""


class Entity(NamedTuple):
    """Formatting of a text in the Bot API's words (bold, pre, text_link ...), in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message. `file_id` is Telegram's own reference, good for this bot."""

    file_id: str
    name: str = ""
    mime: str = ""
    size_bytes: int = 0
    duration_s: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """One new or edited message. `kind` is text, photo, video, voice, audio, video_note, document, sticker, animation, poll,
    contact, location, dice or other; `text` is the text or the caption. `topic_id` is 0 outside forum topics."""

    chat_id: int
    chat_kind: str  # private, group, supergroup
    chat_title: str
    message_id: int
    sender: Sender
    kind: str
    text: str = ""
    topic_id: int = 0
    edited_at: int = 0  # Unix seconds; 0: a new message
    reply_to: int = 0
    album: str = ""
    forwarded: bool = False
    mentioned: bool = False  # the bot's name stands in the text
    command: str = ""  # "img"; empty when it is none or it is another bot's
    words: str = ""  # what follows the command, or the text without the mention
    attachment: Attachment | None = None
    reply_text: str = ""  # the words of the message it replies to, where that is somebody else's
    replied: Attachment | None = None  # the file of that message
    replied_kind: str = ""  # and its kind
    entities: tuple[Entity, ...] = ()  # the formatting of `text`
    sent_at: float = field(default_factory=utc_now)  # Unix seconds, of which Telegram counts whole ones

    @property
    def private(self) -> bool:
        """Whether person and bot are alone."""
        return self.chat_kind == "private"

    @property
    def key(self) -> str:
        """The same for a replay, another one for an edit. Telegram counts edits in seconds: two in one differ by their words."""
        words = f":{crc32(self.text.encode()):x}" if self.edited_at else ""
        return f"m:{self.chat_id}:{self.message_id}:{self.edited_at}{words}"

    @property
    def first_key(self) -> str:
        """The key of the message before it was edited."""
        return f"m:{self.chat_id}:{self.message_id}:0"


@dataclass(frozen=True, slots=True)
class Press:
    """A press of an inline button. `message_id` is the message that carries it."""

    query_id: int
    chat_id: int
    chat_kind: str
    message_id: int
    sender: Sender
    data: str
    topic_id: int = 0

    @property
    def key(self) -> str:
        """The same for a replay."""
        return f"c:{self.query_id}"


@dataclass(frozen=True, slots=True)
class InlineQuery:
    """Words after the bot's name in any chat. `with_bot`: in the private chat with the bot itself."""

    query_id: int
    sender: Sender
    words: str
    offset: int
    with_bot: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot came into a group, or left it."""

    chat_id: int
    chat_kind: str
    chat_title: str
    joined: bool
    sender: Sender
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """A basic group became a supergroup, which is another chat for Telegram."""

    old_chat_id: int
    new_chat_id: int
