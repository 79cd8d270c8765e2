"""Conversations with the text model: threads and their turns."""

from __future__ import annotations

from typing import Any

from peewee import IntegrityError, fn

from kiebot.store.db import database, first, utc_now
from kiebot.store.models import Thread, Turn

OPEN_STATES = ("received", "answering")


def active(chat_id: int, topic_id: int) -> Any:
    """The conversation that is going on in this chat and topic, made when there is none."""
    query = "SELECT * FROM thread WHERE chat_id = ? AND topic_id = ? AND active = 1"
    thread = first(Thread.raw(query, chat_id, topic_id))
    return thread if thread is not None else Thread.create(chat_id=chat_id, topic_id=topic_id)


def begin(chat_id: int, topic_id: int, name: str = "") -> Any:
    """Put the active conversation aside and begin another."""
    Thread.update(active=False).where(Thread.chat_id == chat_id, Thread.topic_id == topic_id).execute()
    return Thread.create(chat_id=chat_id, topic_id=topic_id, name=name)


def select(thread_id: int, chat_id: int, topic_id: int) -> Any | None:
    """Make another conversation of the same place the active one; None when it is not of this place."""
    thread = Thread.get_or_none(Thread.id == thread_id, Thread.chat_id == chat_id, Thread.topic_id == topic_id)
    if thread is None:
        return None
    Thread.update(active=False).where(Thread.chat_id == chat_id, Thread.topic_id == topic_id).execute()
    Thread.update(active=True, used_at=utc_now()).where(Thread.id == thread_id).execute()
    return Thread.get_by_id(thread_id)


def listed(chat_id: int, topic_id: int, limit: int = 10) -> list[Any]:
    """Conversations of a place, last used first."""
    query = Thread.select().where(Thread.chat_id == chat_id, Thread.topic_id == topic_id)
    return list(query.order_by(Thread.used_at.desc()).limit(limit))


def get(thread_id: int) -> Any | None:
    """The conversation, or None."""
    return Thread.get_or_none(Thread.id == thread_id)


def rename(thread_id: int, name: str) -> None:
    """Give a conversation a name."""
    Thread.update(name=name).where(Thread.id == thread_id).execute()


def summarise(thread_id: int, summary: str, up_to: int) -> None:
    """What falls out of the context from now on is in `summary`: all turns up to the id `up_to`."""
    Thread.update(summary=summary, summarised_to=up_to).where(Thread.id == thread_id, Thread.summarised_to < up_to).execute()


def add_turn(**fields: Any) -> Any | None:
    """Take in a person's message, or None when it was taken in before."""
    try:
        turn = Turn.create(**fields)
    except IntegrityError:  # (chat, message) is unique
        return None
    database.execute_sql("UPDATE thread SET used_at = ? WHERE id = ?", (utc_now(), turn.thread_id))
    return turn


def turn(turn_id: int) -> Any | None:
    """The turn, or None."""
    return first(Turn.raw("SELECT * FROM turn WHERE id = ?", turn_id))


def turn_of_message(chat_id: int, message_id: int) -> Any | None:
    """The turn that a person's message began, or None."""
    return Turn.get_or_none(Turn.chat_id == chat_id, Turn.message_id == message_id)


def turn_of_answer(outbox_row: int) -> Any | None:
    """The turn whose newest answer is this outbox row, or None."""
    return Turn.get_or_none(Turn.answer_row == outbox_row)


def open_turns() -> list[Any]:
    """Turns not answered yet, oldest first: what a crash or a stop left."""
    return list(Turn.select().where(Turn.state.in_(OPEN_STATES)).order_by(Turn.id))


def start_answer(turn_id: int) -> Any | None:
    """received | answering -> answering, one more attempt; None when it is not open any more."""
    query = "UPDATE turn SET state = 'answering', attempts = attempts + 1 WHERE id = ? AND state IN ('received', 'answering')"
    return turn(turn_id) if database.execute_sql(query, (turn_id,)).rowcount else None


def end_turn(turn_id: int, state: str, **fields: Any) -> bool:
    """answering -> answered | failed | stopped; False when somebody else ended it."""
    query = Turn.update(state=state, answered_at=utc_now(), **fields).where(Turn.id == turn_id, Turn.state.in_(OPEN_STATES))
    return bool(query.execute())


def reopen_turn(turn_id: int) -> bool:
    """Ask again for the answer of an ended turn (regenerate, retry)."""
    ended = ("answered", "failed", "stopped")
    query = Turn.update(state="received", fail_key="", attempts=0, placeholder=None).where(
        Turn.id == turn_id, Turn.state.in_(ended)
    )
    return bool(query.execute())


def change_turn(turn_id: int, **fields: Any) -> None:
    """Write fields of a turn."""
    Turn.update(**fields).where(Turn.id == turn_id).execute()


def history(thread_id: int, after: int, before: int) -> list[Any]:
    """Ended turns with ids in (after, before), oldest first: the context of turn `before`."""
    query = Turn.select().where(
        Turn.thread == thread_id,
        Turn.id > after,
        Turn.id < before,
        Turn.state.in_(("answered", "stopped")),
        Turn.forgotten == False,  # noqa: E712
    )
    return list(query.order_by(Turn.id))


def last_turn(thread_id: int) -> Any | None:
    """The newest turn of a conversation, or None."""
    return first(Turn.raw("SELECT * FROM turn WHERE thread_id = ? ORDER BY id DESC LIMIT 1", thread_id))


def tokens_used(account_id: int) -> tuple[int, int]:
    """All prompt and completion tokens of an account, as the provider counted them."""
    row = Turn.select(fn.SUM(Turn.prompt_tokens), fn.SUM(Turn.completion_tokens)).where(Turn.account == account_id).tuples()[0]
    return int(row[0] or 0), int(row[1] or 0)
