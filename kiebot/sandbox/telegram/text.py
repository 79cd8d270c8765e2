"""Texts as Telegram takes them: length limits in UTF-16 units, entities checked, commands and links found."""

from __future__ import annotations

import re
from typing import Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram.peers import Peers
from kiebot.sandbox.telegram.tl import Refused, utf16_length

MESSAGE_LIMIT, CAPTION_LIMIT, ENTITY_LIMIT = 4096, 1024, 100
_CALLBACK_DATA_LIMIT, _BUTTON_LIMIT, _ROW_LIMIT = 64, 100, 8

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'])"
    r"|(?<![\w/])(?P<command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{2,31})\b"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d_]\w*)"
)
_ENTITY = {
    "url": T.MessageEntityUrl,
    "command": T.MessageEntityBotCommand,
    "mention": T.MessageEntityMention,
    "hashtag": T.MessageEntityHashtag,
}
_URL = re.compile(r"(https?|tg|ton|mailto|tel)://?|[\w.-]+\.\w+")
_OPAQUE = (T.MessageEntityCode, T.MessageEntityPre, T.MessageEntityTextUrl)  # nothing is looked for inside


def check_length(text: str, limit: int = MESSAGE_LIMIT) -> None:
    if utf16_length(text) > limit:
        raise Refused(400, "MESSAGE_TOO_LONG" if limit == MESSAGE_LIMIT else "MEDIA_CAPTION_TOO_LONG")


def entities_for(text: str, given: list[Any] | None, peers: Peers) -> list[Any]:
    """The entities that a message keeps: the valid given ones and those Telegram finds by itself, 100 at most."""
    kept = [_checked(entity, peers) for entity in given or ()]
    if kept:
        _check_bounds(text, kept)
    if any(mark in text for mark in "/@#:"):
        kept += _found_in(text, [entity for entity in kept if isinstance(entity, _OPAQUE)])
        kept.sort(key=lambda entity: (entity.offset, -entity.length))
    return kept[:ENTITY_LIMIT]


def _checked(entity: Any, peers: Peers) -> Any:
    if isinstance(entity, T.MessageEntityTextUrl) and not entity.url:
        raise Refused(400, "ENTITY_TEXTURL_INVALID")
    if isinstance(entity, T.InputMessageEntityMentionName):
        user = peers.resolve(entity.user_id, 0)
        return T.MessageEntityMentionName(offset=entity.offset, length=entity.length, user_id=user.id)
    return entity


def _check_bounds(text: str, entities: list[Any]) -> None:
    """Every entity lies inside the text, is not empty, and does not cut a character of two units in half."""
    size = utf16_length(text)
    inside_pairs = set() if size == len(text) else _inside_pairs(text)
    for entity in entities:
        end = entity.offset + entity.length
        if entity.offset < 0 or entity.length <= 0 or end > size or entity.offset in inside_pairs or end in inside_pairs:
            raise Refused(400, "ENTITY_BOUNDS_INVALID")


def _inside_pairs(text: str) -> set[int]:
    found, at = set(), 0
    for character in text:
        if ord(character) > 0xFFFF:
            found.add(at + 1)
            at += 1
        at += 1
    return found


def _found_in(text: str, opaque: list[Any]) -> list[Any]:
    found = []
    for match in _FOUND.finditer(text):
        offset, length = utf16_length(text[: match.start()]), utf16_length(match.group())
        if not any(o.offset < offset + length and offset < o.offset + o.length for o in opaque):
            found.append(_ENTITY[str(match.lastgroup)](offset=offset, length=length))
    return found


def check_markup(markup: Any) -> None:
    """Buttons within Telegram's limits."""
    if not isinstance(markup, T.ReplyInlineMarkup):
        return
    if any(len(row.buttons) > _ROW_LIMIT for row in markup.rows) or sum(len(row.buttons) for row in markup.rows) > _BUTTON_LIMIT:
        raise Refused(400, "REPLY_MARKUP_TOO_LONG")
    for button in (button for row in markup.rows for button in row.buttons):
        data = getattr(button.type, "data", None)
        if data is not None and not 1 <= len(data) <= _CALLBACK_DATA_LIMIT:
            raise Refused(400, "BUTTON_DATA_INVALID")
        if isinstance(button.type, T.InlineButtonTypeUrl) and not _URL.match(button.type.url):
            raise Refused(400, "BUTTON_URL_INVALID")
