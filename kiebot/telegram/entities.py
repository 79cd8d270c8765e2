"""Our entities → Telegram's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrogram import raw

from kiebot.telegram.rendering import Entity

PLAIN = {
    "bold": raw.types.MessageEntityBold,
    "italic": raw.types.MessageEntityItalic,
    "underline": raw.types.MessageEntityUnderline,
    "strikethrough": raw.types.MessageEntityStrike,
    "spoiler": raw.types.MessageEntitySpoiler,
    "code": raw.types.MessageEntityCode,
    "blockquote": raw.types.MessageEntityBlockquote,
}


def to_raw(entities: Sequence[Entity]) -> list[Any]:
    """The formatting as the calls take it."""
    return [_one(entity) for entity in entities]


def _one(entity: Entity) -> Any:
    place = {"offset": entity.offset, "length": entity.length}
    if entity.type == "pre":
        return raw.types.MessageEntityPre(**place, language=entity.language or "")
    if entity.type == "text_link":
        return raw.types.MessageEntityTextUrl(**place, url=entity.url or "")
    return PLAIN[entity.type](**place)
