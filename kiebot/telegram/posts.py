"""What a broadcast says, as one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.services.broadcast import Post
from kiebot.services.delivery import Button
from kiebot.services.incoming import Entity
from kiebot.telegram.pieces import CAPTION_LIMIT, MESSAGE_LIMIT
from kiebot.telegram.rendering import split, split_text


def post_of(
    words: str,
    entities: Sequence[Entity] = (),
    *,
    kind: str = "text",
    file: dict[str, Any] | None = None,
    buttons: Sequence[Sequence[Button]] = (),
    markdown: bool = True,
) -> Post | None:
    """The post. `markdown`: words without formatting of their own are read as Markdown. None: it is more than one message holds,
    or an empty one."""
    limit = MESSAGE_LIMIT if kind == "text" else CAPTION_LIMIT
    as_written = entities or not markdown
    pieces = split_text(words, tuple(entities), limit) if as_written else split(words, limit)
    if len(pieces) > 1 or (not pieces and kind == "text"):
        return None
    piece = pieces[0] if pieces else None
    return Post(kind, piece.text if piece else "", piece.entities if piece else (), file, buttons)
