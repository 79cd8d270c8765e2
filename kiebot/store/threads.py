"""Conversations with the text model: threads and their turns."""

from __future__ import annotations

from typing import Any

from peewee import IntegrityError, fn

from kiebot.store import rows
from kiebot.store.db import database, utc_now
from kiebot.store.models import Thread, Turn

OPEN_STATES = ("received", "answering")


def active(chat_id: int, topic_id: int) -> Any:
    """The conversation that is going on in this chat and topic, made when there is none."""
    query = "SELECT * FROM thread WHERE chat_id = ? AND topic_id = ? AND active = 1"
    thread = rows.find(Thread, query, chat_id, topic_id)
    return thread if thread is not None else rows.insert(Thread, chat_id=chat_id, topic_id=topic_id)


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
    return rows.by_id(Thread, thread_id)


def rename(thread_id: int, name: str) -> None:
    """Give a conversation a name."""
    rows.change(Thread, thread_id, name=name)


def summarise(thread_id: int, summary: str, up_to: int) -> None:
    """What falls out of the context from now on is in `summary`: all turns up to the id `up_to`."""
    Thread.update(summary=summary, summarised_to=up_to).where(Thread.id == thread_id, Thread.summarised_to < up_to).execute()


def add_turn(**fields: Any) -> Any | None:
    """Take in a person's message, or None when it was taken in before."""
    try:
        turn = rows.insert(Turn, **fields)
    except IntegrityError:  # (chat, message) is unique
        return None
    database.execute_sql("UPDATE thread SET used_at = ? WHERE id = ?", (utc_now(), turn.thread_id))
    return turn


def turn(turn_id: int) -> Any | None:
    """The turn, or None."""
    return rows.by_id(Turn, turn_id)


def turn_of_message(chat_id: int, message_id: int) -> Any | None:
    """The turn that a person's message began, or None."""
    return rows.find(Turn, "SELECT * FROM turn WHERE chat_id = ? AND message_id = ?", chat_id, message_id)


def turn_of_album(chat_id: int, album: str) -> Any | None:
    """The turn that an album began, or None."""
    query = "SELECT * FROM turn WHERE chat_id = ? AND album = ? ORDER BY id DESC LIMIT 1"
    return rows.find(Turn, query, chat_id, album) if album else None


def turn_answered_in(chat_id: int, message_id: int) -> Any | None:
    """The turn whose newest answer is this message of ours, or None."""
    query = (
        "SELECT turn.* FROM outbox_row JOIN turn ON turn.chat_id = outbox_row.chat_id AND turn.answer_row = outbox_row.id"
        " WHERE outbox_row.chat_id = ? AND outbox_row.message_id = ? ORDER BY turn.id DESC LIMIT 1"
    )
    return rows.find(Turn, query, chat_id, message_id)


def turn_of_answer(outbox_row: int) -> Any | None:
    """The turn whose newest answer is this outbox row, or None."""
    return Turn.get_or_none(Turn.answer_row == outbox_row)


def open_turns() -> list[Any]:
    """Turns not answered yet, oldest first: what a crash or a stop left. Not those that wait for a document to be read."""
    query = (
        "SELECT * FROM turn t WHERE t.state IN ('received', 'answering') AND NOT EXISTS ("
        "SELECT 1 FROM json_each(t.documents) about JOIN document d ON d.id = about.value JOIN job j ON j.id = d.job_id"
        " WHERE d.state = 'reading' AND j.state IN ('queued', 'storing')) ORDER BY t.id"
    )
    return rows.find_all(Turn, query)


def waiting_for(chat_id: int, document_id: int) -> bool:
    """Whether a question waits for this document to be read."""
    query = (
        "SELECT 1 FROM turn t, json_each(t.documents) about"
        " WHERE t.chat_id = ? AND t.state = 'received' AND t.task = '' AND about.value = ? LIMIT 1"
    )
    return database.execute_sql(query, (chat_id, document_id)).fetchone() is not None


def start_answer(turn_id: int) -> Any | None:
    """received | answering -> answering, one more attempt; None when it is not open any more."""
    query = "UPDATE turn SET state = 'answering', attempts = attempts + 1 WHERE id = ? AND state IN ('received', 'answering')"
    return turn(turn_id) if database.execute_sql(query, (turn_id,)).rowcount else None


def answering_besides(turn: Any) -> list[int]:
    """The other turns of the same account that are being answered now, anywhere."""
    query = "SELECT id FROM turn WHERE state = 'answering' AND account_id = ? AND id <> ?"
    return [int(turn_id) for (turn_id,) in database.execute_sql(query, (turn.account_id, turn.id)).fetchall()]


def end_turn(turn_id: int, state: str, **fields: Any) -> bool:
    """answering -> answered | failed | stopped; False when somebody else ended it."""
    fields |= {"state": state, "answered_at": utc_now()}
    query = f"UPDATE turn SET {rows.assignments(Turn, tuple(fields))} WHERE id = ? AND state IN ('received', 'answering')"  # noqa: S608
    return bool(database.execute_sql(query, (*rows.values(Turn, fields), turn_id)).rowcount)


def reopen_turn(turn_id: int) -> bool:
    """Ask again for the answer of an ended turn (regenerate, retry)."""
    ended = ("answered", "failed", "stopped")
    query = Turn.update(state="received", fail_key="", attempts=0, placeholder=None).where(
        Turn.id == turn_id, Turn.state.in_(ended)
    )
    return bool(query.execute())


def change_turn(turn_id: int, **fields: Any) -> None:
    """Write fields of a turn."""
    rows.change(Turn, turn_id, **fields)


def history(thread_id: int, after: int, before: int) -> list[Any]:
    """Ended turns with ids in (after, before), oldest first: the context of turn `before`."""
    query = (
        "SELECT * FROM turn WHERE thread_id = ? AND id > ? AND id < ? AND state IN ('answered', 'stopped') AND NOT forgotten"
        " ORDER BY id"
    )
    return rows.find_all(Turn, query, thread_id, after, before)


def last_turn(thread_id: int, before: int = 2**62) -> Any | None:
    """The newest turn of a conversation, or the one before another; None when there is none."""
    return rows.find(Turn, "SELECT * FROM turn WHERE thread_id = ? AND id < ? ORDER BY id DESC LIMIT 1", thread_id, before)


def is_followed(turn: Any) -> bool:
    """Whether another message came after this one in the conversation."""
    query = "SELECT 1 FROM turn WHERE thread_id = ? AND id > ? AND message_id > 0 LIMIT 1"
    return database.execute_sql(query, (turn.thread_id, turn.id)).fetchone() is not None


def tokens_used(account_id: int) -> tuple[int, int]:
    """All prompt and completion tokens of an account, as the provider counted them."""
    row = Turn.select(fn.SUM(Turn.prompt_tokens), fn.SUM(Turn.completion_tokens)).where(Turn.account == account_id).tuples()[0]
    return int(row[0] or 0), int(row[1] or 0)
