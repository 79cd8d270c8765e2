"""Payloads of outbox rows → pieces that each fit one message."""

from __future__ import annotations

from typing import Any

from kiebot.i18n import text
from kiebot.services.incoming import Entity
from kiebot.telegram.rendering import Piece, split, split_text

MESSAGE_LIMIT = 4096  # UTF-16 units
CAPTION_LIMIT = 1024


def pieces_of(payload: dict[str, Any], kind: str) -> list[Piece]:
    """What a row says, at least one piece. A caption is cut to one piece: it only names the file."""
    limit = MESSAGE_LIMIT if kind in ("text", "edit") else CAPTION_LIMIT
    pieces = _all_pieces(payload, limit) or [Piece("…" if kind in ("text", "edit") else "")]
    return pieces if limit == MESSAGE_LIMIT else pieces[:1]


def _all_pieces(payload: dict[str, Any], limit: int) -> list[Piece]:
    if "markdown" in payload:
        return split_text(payload["markdown"], [], limit) if payload.get("plain") else split(payload["markdown"], limit)
    if "key" in payload:
        return split_text(text(payload["language"], payload["key"], **payload["args"]), [], limit)
    entities = () if payload.get("plain") else tuple(Entity(*entity) for entity in payload.get("entities", []))
    return [Piece(payload["text"], entities)]
