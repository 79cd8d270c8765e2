"""Conversations of a place: begun, gone back to, listed; what falls out of a long one's context becomes a summary."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.services.context import text_of
from kiebot.store import threads
from kiebot.store.db import transaction

SUMMARY_PROMPT = (
    "Summarise the conversation below for the assistant that goes on with it. Keep names, numbers, decisions, open questions and"
    " the person's wishes. Write in the language of the conversation, at most 250 words, no introduction."
)


def summary_request(thread_id: int, most_chars: int) -> tuple[list[dict[str, Any]], int] | None:
    """What to ask the model so that the older half of a conversation becomes a summary, and the turn id it reaches to."""
    thread = threads.get(thread_id)
    if thread is None:
        return None
    turns = threads.history(thread_id, thread.summarised_to, 2**62)
    old = turns[: len(turns) // 2]
    if not old:
        return None
    lines = [f"Earlier summary: {thread.summary}"] if thread.summary else []
    for turn in old:
        lines += [f"Person: {text_of(turn.content)}", f"Assistant: {turn.answer}"]
    text = "\n\n".join(lines)[-max(1, most_chars - len(SUMMARY_PROMPT)) :]
    return [{"role": "system", "content": SUMMARY_PROMPT}, {"role": "user", "content": text}], int(old[-1].id)


def keep_summary(thread_id: int, summary: str, up_to: int) -> None:
    """The model's summary stands for all turns up to `up_to` from now on."""
    with transaction():
        threads.summarise(thread_id, summary, up_to)


def begin_thread(incoming_chat: int, topic_id: int, name: str = "") -> int:
    """A new conversation; the old one is kept and can be gone back to."""
    return int(threads.begin(incoming_chat, topic_id, name).id)


def select_thread(chat_id: int, topic_id: int, thread_id: int) -> str:
    """Go back to another conversation. Returns its name. Raises UserFault when it is not of this chat."""
    thread = threads.select(thread_id, chat_id, topic_id)
    if thread is None:
        raise UserFault("button-old")
    return str(thread.name)


def list_threads(chat_id: int, topic_id: int) -> list[tuple[int, str, bool]]:
    """(id, name, whether it is the active one), last used first."""
    return [(row.id, row.name, row.active) for row in threads.listed(chat_id, topic_id)]
