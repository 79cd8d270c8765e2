"""Drafts: a bot's answer while it grows. A preview of 30 seconds that ends with the real message."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

PREVIEW_S = 30.0


@dataclass(slots=True)
class Draft:
    draft_id: int
    text: str
    entities: list[Any]
    can_stop: bool
    topic: int
    until: float


class Drafts:
    """The draft that each person sees of each bot."""

    def __init__(self) -> None:
        self._shown: dict[tuple[int, int], Draft] = {}

    def show(self, bot: int, user: int, draft_id: int, text: str, entities: list[Any], *, can_stop: bool, topic: int) -> Draft:
        draft = Draft(draft_id, text, entities, can_stop, topic, time.monotonic() + PREVIEW_S)
        self._shown[bot, user] = draft
        return draft

    def shown(self, bot: int, user: int) -> Draft | None:
        """The draft on the screen now; it vanishes by itself."""
        draft = self._shown.get((bot, user))
        if draft is not None and draft.until < time.monotonic():
            del self._shown[bot, user]
            return None
        return draft

    def end(self, bot: int, user: int) -> None:
        self._shown.pop((bot, user), None)
