"""Who answers: an interface, and the choice between a local model and the script."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from kiebot.errors import ProviderError
from kiebot.sandbox.ai.passages import passages_in
from kiebot.sandbox.ai.question import Question

log = logging.getLogger(__name__)


INTRODUCTION = (  # before the first answer of a conversation, and never again in it
    "*A very small language model on this machine speaks (SmolLM2, 135 million parameters): it chats, and it often errs. "
    "With a key in config.toml a real model answers here.*\n\n"
)


class LimitReached(Exception):
    """An answer ended at the backend's own limit, not because all was said."""


class TextBackend(Protocol):
    """Something that answers questions in pieces."""

    @property
    def models(self) -> tuple[str, ...]:
        """The names for /v1/models."""

    def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """The answer as it grows. Raises LimitReached after the last piece of one that was cut."""

    async def aclose(self) -> None:
        """Free what the backend holds."""


class Choice:
    """A local model for plain English talk, the script for everything that a very small model cannot do."""

    def __init__(self, local: TextBackend, scripted: TextBackend) -> None:
        self._local = local
        self._scripted = scripted

    @property
    def models(self) -> tuple[str, ...]:
        return (*self._local.models, *self._scripted.models)

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Ask the one that suits. A local model that fails before its first word is replaced by the script."""
        started = False
        if self._suits_local(question):
            try:
                async with aclosing(self._local.answer(question)) as pieces:
                    async for piece in pieces:
                        if question.is_first and not started:
                            yield INTRODUCTION
                        started = True
                        yield piece
            except ProviderError as exc:
                log.warning("the local model failed: %s", exc)
                if started:
                    raise
        if not started:
            async with aclosing(self._scripted.answer(question)) as pieces:
                async for piece in pieces:
                    yield piece

    def _suits_local(self, question: Question) -> bool:
        plain = question.schema is None and not question.tools and not question.last.pictures
        english = question.language == "en" and question.model not in self._scripted.models
        return plain and english and not passages_in(question)  # of a file's text it would invent more than it read

    async def aclose(self) -> None:
        await self._local.aclose()
        await self._scripted.aclose()
