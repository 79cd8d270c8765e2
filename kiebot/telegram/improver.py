"""Better words for orders: one short question to the text model, beside the answers of chats."""

from __future__ import annotations

import logging

from kiebot.errors import ProviderError
from kiebot.providers.openai_text import TextModel
from kiebot.telegram.handlers import improving
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.threads import in_store

log = logging.getLogger(__name__)

MOST_TOKENS = 700


class Improver:
    """Asks for one form at a time what its person wished. What a crash cuts off, the person's own button takes up again."""

    def __init__(self, model: TextModel) -> None:
        self._model = model
        self._asking: set[int] = set()

    async def improve(self, desk: Desk, form_id: int) -> None:
        """Ask, and show what came of it; when nothing did, the form says so."""
        if form_id in self._asking:
            return
        self._asking.add(form_id)
        try:
            await self._improve(desk, form_id)
        finally:
            self._asking.discard(form_id)

    async def _improve(self, desk: Desk, form_id: int) -> None:
        wish = await in_store(improving.wish_of, desk, form_id)
        if wish is None:
            return
        try:
            words, _ = await self._model.complete(wish.messages, max_tokens=MOST_TOKENS)
        except ProviderError as error:
            log.warning("words not improved form=%d kind=%s", form_id, error.kind)
            words = ""
        await in_store(improving.answered, desk, wish, words)
