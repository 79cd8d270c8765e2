"""What a turn's answer needs of the documents that its conversation is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.services import document_questions, pictures
from kiebot.services.context import text_of
from kiebot.services.document_questions import NOTHING, Material
from kiebot.store import threads


def material_for(turn_id: int, room: int) -> Material:
    """What a turn's answer needs of documents, in about `room` characters. Only reads, so it need not hold up who writes."""
    turn = threads.turn(turn_id)
    if turn is None or pictures.prompt_part(turn.content) is not None:
        return NOTHING
    last = threads.last_turn(turn.thread_id, before=turn.id)
    before = _own_words(last.content) if last is not None and not last.task else ""
    return document_questions.material(turn, _own_words(turn.content), before, room)


def _own_words(content: Sequence[dict[str, Any]]) -> str:
    """A message without what it quotes."""
    return "\n".join(line for line in text_of(content).splitlines() if not line.startswith("> "))
