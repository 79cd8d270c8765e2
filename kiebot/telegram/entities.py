"""Our entities ↔ the client library's: the only place where formatting meets pyrogram's types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrogram import enums, raw

from kiebot.services.incoming import Entity
from kiebot.telegram.rendering import utf16_slice

_SIMPLE = {
    "bold": raw.types.MessageEntityBold,
    "italic": raw.types.MessageEntityItalic,
    "underline": raw.types.MessageEntityUnderline,
    "strikethrough": raw.types.MessageEntityStrike,
    "spoiler": raw.types.MessageEntitySpoiler,
    "code": raw.types.MessageEntityCode,
    "blockquote": raw.types.MessageEntityBlockquote,
}

_BY_CLASS = {made: name for name, made in _SIMPLE.items()}

# How formatting is written in Markdown; what a model need not see (mentions, hashtags, underline) stays plain
_MARKDOWN = {"bold": "**", "italic": "*", "strikethrough": "~~", "spoiler": "||", "code": "`"}


def to_raw(entities: Sequence[Entity]) -> list[Any]:
    """The formatting as the calls take it."""
    return [_raw(entity) for entity in entities]


def _raw(entity: Entity) -> Any:
    place = {"offset": entity.offset, "length": entity.length}
    if entity.type == "pre":
        return raw.types.MessageEntityPre(**place, language=entity.language or "")
    if entity.type == "text_link":
        return raw.types.MessageEntityTextUrl(**place, url=entity.url or "")
    return _SIMPLE[entity.type](**place)


def from_raw(entities: Sequence[Any]) -> list[Entity]:
    """The formatting of a message as it came, as far as we know its kinds."""
    return [found for entity in entities if (found := _from_raw(entity)) is not None]


def _from_raw(entity: Any) -> Entity | None:
    if isinstance(entity, raw.types.MessageEntityPre):
        return Entity("pre", entity.offset, entity.length, language=entity.language)
    if isinstance(entity, raw.types.MessageEntityTextUrl):
        return Entity("text_link", entity.offset, entity.length, url=entity.url)
    name = _BY_CLASS.get(type(entity))
    return Entity(name, entity.offset, entity.length) if name is not None else None


def from_message(entities: Sequence[Any]) -> list[Entity]:
    """The formatting of a received message (`message.entities`), as far as we know its kinds."""
    return [
        Entity(name, entity.offset, entity.length, entity.url, entity.language)
        for entity in entities
        if (name := _name(entity.type)) in _SIMPLE or name in ("pre", "text_link")
    ]


def _name(kind: enums.MessageEntityType) -> str:
    return str(kind.name).lower()


def to_markdown(text: str, entities: Sequence[Entity]) -> str:
    """What a person formatted, as Markdown for the model: their code and links are part of what they say."""
    edges: list[tuple[int, int, str]] = []
    for order, entity in enumerate(entities):
        before, after = _edges(text, entity)
        edges.append((entity.offset, order, before))
        edges.append((entity.offset + entity.length, -order - 1, after))  # inner formatting ends first
    written, at = [], 0
    for offset, _, sign in sorted(edges):
        written.append(utf16_slice(text, at, offset) + sign)
        at = offset
    return "".join(written) + utf16_slice(text, at, None)


def _edges(text: str, entity: Entity) -> tuple[str, str]:
    if entity.type == "pre":
        lead = "" if entity.offset == 0 or utf16_slice(text, entity.offset - 1, entity.offset) == "\n" else "\n"
        return f"{lead}```{entity.language or ''}\n", "\n```"
    if entity.type == "text_link":
        return "[", f"]({entity.url})"
    if entity.type == "blockquote":
        return "> ", ""
    sign = _MARKDOWN.get(entity.type, "")
    return sign, sign
