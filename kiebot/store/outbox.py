"""Rows of messages to be sent. A row is sent once: `random_id` is fixed when it is written (DESIGN section 6)."""

from __future__ import annotations

import json
import random
from collections.abc import Collection
from enum import IntEnum
from pathlib import Path
from typing import Any

from peewee import fn

from kiebot.store import broadcasts, rows
from kiebot.store.db import database, utc_now
from kiebot.store.models import OutboxRow

GIVE_UP_AFTER = 12  # attempts that failed for a reason other than a flood wait

NOBODY = 0  # the chat of what belonged to somebody who had their account deleted
FURTHER = "row:"  # dedup_key of the second and later messages of a row: "row:<row>:<number>"


class Lane(IntEnum):
    """The order of sending."""

    ANSWER = 0
    RESULT = 1
    NOTICE = 2
    BROADCAST = 3


def new_random_id() -> int:
    """Telegram's key against sending twice: a signed 64-bit number, never 0."""
    return random.getrandbits(63) | 1


def add(
    chat_id: int,
    kind: str,
    payload: dict[str, Any],
    *,
    lane: Lane,
    topic_id: int = 0,
    reply_to: int = 0,
    dedup_key: str | None = None,
    edits: int | None = None,
    job_id: int | None = None,
    not_before: float = 0,
    random_id: int | None = None,
) -> Any:
    """Write one row; the row that already has `dedup_key` is returned instead of a second one. `random_id`: Telegram's key where
    it is to be the same again after a backup was restored."""
    if dedup_key is not None:
        row = by_dedup_key(dedup_key)
        if row is not None:
            return row
    return rows.insert(
        OutboxRow,
        chat_id=chat_id,
        topic_id=topic_id,
        reply_to=reply_to,
        lane=int(lane),
        kind=kind,
        payload=payload,
        random_id=random_id or new_random_id(),
        dedup_key=dedup_key,
        edits=edits,
        job=job_id,
        not_before=not_before,
        state="queued" if chat_id != NOBODY else "failed",
    )


def get(row_id: int) -> Any | None:
    """The row, or None."""
    return rows.by_id(OutboxRow, row_id)


def by_message(chat_id: int, message_id: int) -> Any | None:
    """The row that was delivered as this message, or None: whether a message is ours."""
    query = "SELECT * FROM outbox_row WHERE chat_id = ? AND message_id = ? ORDER BY id LIMIT 1"
    return rows.find(OutboxRow, query, chat_id, message_id)


def by_dedup_key(dedup_key: str) -> Any | None:
    """The row that was written under this key, or None."""
    return rows.find(OutboxRow, "SELECT * FROM outbox_row WHERE dedup_key = ?", dedup_key)


def words_of_message(chat_id: int, message_id: int) -> str:
    """What the model said in this message of ours; empty when it is no answer. The newest change of a message counts."""
    query = "SELECT * FROM outbox_row WHERE chat_id = ? AND message_id = ? ORDER BY id DESC LIMIT 1"
    row = rows.find(OutboxRow, query, chat_id, message_id)
    if row is not None and "broadcast" in row.payload:
        return broadcasts.words(row.payload["broadcast"])
    return str(row.payload.get("markdown") or row.payload.get("text") or "") if row is not None else ""


def newest_look(row_id: int) -> Any | None:
    """The row that says how a message of ours looks now, or will in a moment: its last change, else itself."""
    query = (
        "SELECT * FROM outbox_row WHERE (id = ? OR edits_id = ?) AND state NOT IN ('superseded', 'failed', 'blocked')"
        " ORDER BY id DESC LIMIT 1"
    )
    return rows.find(OutboxRow, query, row_id, row_id)


def withdraw(row_id: int) -> int | None:
    """A message is to go: what of it is not sent yet never is. Returns its id in the chat, None when it is not there."""
    query = "UPDATE outbox_row SET state = 'superseded' WHERE (id = ? OR edits_id = ?) AND state = 'queued'"
    database.execute_sql(query, (row_id, row_id))
    row = get(row_id)
    return row.message_id if row is not None else None


def keep(row_id: int, **what: Any) -> None:
    """Keep something beside the words of a row, whether it is sent or not."""
    row = get(row_id)
    if row is not None:
        rows.change(OutboxRow, row_id, payload={**row.payload, **what})


def supersede_edits(row_id: int) -> None:
    """Drop edits of a message that nobody has seen yet: a newer one follows."""
    database.execute_sql("UPDATE outbox_row SET state = 'superseded' WHERE edits_id = ? AND state = 'queued'", (row_id,))


# Whose turn it is: the further messages of a long text ("row:41:2") stand where row 41 stands; CAST reads up to the colon.
_ROOT = f"CASE WHEN dedup_key LIKE '{FURTHER}%' THEN CAST(SUBSTR(dedup_key, {len(FURTHER) + 1}) AS INTEGER) ELSE id END"
_HEADS = f"""
    SELECT chat_id, lane, not_before, id FROM (
        SELECT chat_id, lane, not_before, id, {_ROOT} AS root,
            ROW_NUMBER() OVER (PARTITION BY chat_id ORDER BY lane, {_ROOT}, id) AS place
        FROM outbox_row WHERE state = 'queued' AND message_id IS NULL AND id NOT IN ({{}})
    ) WHERE place = 1 ORDER BY lane, root
"""  # noqa: S608 - constants
_NEXT = f"""
    SELECT * FROM outbox_row WHERE chat_id = ? AND state = 'queued' AND message_id IS NULL AND id NOT IN ({{}})
    ORDER BY lane, {_ROOT}, id LIMIT 1
"""  # noqa: S608


def heads() -> list[tuple[int, int, float]]:
    """(chat, lane, not before) of the row that is next in each chat, the most urgent first. It holds back the others."""
    return [(int(chat), int(lane), float(at)) for chat, lane, at, _ in _found_heads(())]


def _found_heads(apart: Collection[int]) -> list[tuple[int, int, float, int]]:
    found: list[tuple[int, int, float, int]] = database.execute_sql(_HEADS.format(_marks(apart)), tuple(apart)).fetchall()
    return found


def _marks(values: Collection[int]) -> str:
    return ", ".join("?" for _ in values)


def due(now: float, busy: Collection[int], most: int, apart: Collection[int] = ()) -> tuple[list[Any], float | None]:
    """The rows that are next in chats that are not busy, the most urgent first, and when the next of the others will be due.
    `apart`: rows that do not count, for their files are still on their way."""
    found = _found_heads(apart)
    ids = [row_id for chat_id, _, not_before, row_id in found if not_before <= now and chat_id not in busy][:most]
    later = min((not_before for _, _, not_before, _ in found if not_before > now), default=None)
    query = f"SELECT * FROM outbox_row WHERE id IN ({_marks(ids)})"  # noqa: S608
    by_id = {row.id: row for row in rows.find_all(OutboxRow, query, *ids)}
    return [by_id[row_id] for row_id in ids if row_id in by_id], later


def next_of_chat(chat_id: int, now: float, apart: Collection[int] = ()) -> Any | None:
    """The row of this chat that is next, or None when there is none or it has to wait. `apart` as for due()."""
    row = rows.find(OutboxRow, _NEXT.format(_marks(apart)), chat_id, *apart)
    return row if row is not None and row.not_before <= now else None


def queued_among(ids: Collection[int]) -> set[int]:
    """Which of these rows are still to be sent."""
    if not ids:
        return set()
    query = f"SELECT id FROM outbox_row WHERE state = 'queued' AND id IN ({_marks(ids)})"  # noqa: S608
    return {int(row_id) for (row_id,) in database.execute_sql(query, tuple(ids)).fetchall()}


def sent(row_id: int, message_id: int | None, file_id: str = "") -> None:
    """The message is in the chat; `message_id` is None when Telegram only said that it was there already."""
    query = "UPDATE outbox_row SET state = 'sent', message_id = ?, file_id = ?, sent_at = ?, attempts = attempts + 1 WHERE id = ?"
    database.execute_sql(query, (message_id, file_id, utc_now(), row_id))


def delay(row_id: int, not_before: float, error: str = "", *, counts: bool = True) -> None:
    """Try again later; a flood wait does not count as an attempt."""
    OutboxRow.update(not_before=not_before, error=error, attempts=OutboxRow.attempts + (1 if counts else 0)).where(
        OutboxRow.id == row_id, OutboxRow.state == "queued"
    ).execute()


def moved(row_id: int, message_id: int) -> None:
    """The message of a row is another one now: the earlier one could not be changed any more."""
    rows.change(OutboxRow, row_id, message_id=message_id)


def drop_reply(row_id: int) -> None:
    """What a queued row replied to is gone."""
    OutboxRow.update(reply_to=0).where(OutboxRow.id == row_id, OutboxRow.state == "queued").execute()


def replace_payload(row_id: int, payload: dict[str, Any]) -> None:
    """Change what a queued row says."""
    OutboxRow.update(payload=payload).where(OutboxRow.id == row_id, OutboxRow.state == "queued").execute()


def make_file(row_id: int) -> None:
    """Send the file of a queued row as a document, whatever it is."""
    OutboxRow.update(kind="document").where(OutboxRow.id == row_id, OutboxRow.state == "queued").execute()


def end(row_id: int, state: str, error: str) -> None:
    """`failed` or `blocked`: nothing more is tried."""
    OutboxRow.update(state=state, error=error, attempts=OutboxRow.attempts + 1).where(OutboxRow.id == row_id).execute()


def try_again(row_id: int) -> bool:
    """A row that failed is sent after all: under its own random id, so never twice. Broadcasts count their own failures."""
    query = OutboxRow.update(state="queued", attempts=0, not_before=0, error="").where(
        OutboxRow.id == row_id, OutboxRow.state == "failed", OutboxRow.lane < Lane.BROADCAST, OutboxRow.chat_id != NOBODY
    )
    return bool(query.execute())


def end_chat(chat_id: int, error: str) -> int:
    """The person blocked the bot or is gone: end all their queued rows. Returns how many."""
    query = OutboxRow.update(state="blocked", error=error).where(OutboxRow.chat_id == chat_id, OutboxRow.state == "queued")
    return int(query.execute())


def listed(*, state: str | None = None, limit: int = 50) -> list[Any]:
    """The newest rows first."""
    query = OutboxRow.select().order_by(OutboxRow.id.desc()).limit(limit)
    return list(query if state is None else query.where(OutboxRow.state == state))


def waits_for_files_in(folder: Path) -> bool:
    """Whether a message still has to be sent with a file that lies there."""
    query = "SELECT 1 FROM outbox_row WHERE state IN ('queued', 'held') AND instr(payload, ?) LIMIT 1"
    written = json.dumps(f"{folder}/")[1:-1]  # as payloads are
    return database.execute_sql(query, (written,)).fetchone() is not None


def counts() -> dict[str, int]:
    """How many rows are in each state."""
    query = OutboxRow.select(OutboxRow.state, fn.COUNT(OutboxRow.id)).group_by(OutboxRow.state).tuples()
    return {state: int(number) for state, number in query}


def oldest_due_at(now: float) -> float | None:
    """When the oldest row was written that could be sent now (Unix seconds), or None."""
    query = OutboxRow.select(fn.MIN(OutboxRow.created_at)).where(OutboxRow.state == "queued", OutboxRow.not_before <= now)
    value = query.scalar()
    return None if value is None else float(value)


def files_of(job_id: int) -> dict[str, str]:
    """Telegram's own references of a job's files, by their paths: sent when it ended, or later from /history."""
    sent_files = OutboxRow.select().where(OutboxRow.job == job_id, OutboxRow.file_id != "")
    return {row.payload["file"]["path"]: row.file_id for row in sent_files}


def sent_as(file_id: str) -> Any | None:
    """The message whose file Telegram calls so, or None."""
    query = OutboxRow.select().where(OutboxRow.file_id == file_id, OutboxRow.message_id.is_null(False))
    return query.order_by(OutboxRow.id).first()


def renew_file(old: str, new: str) -> None:
    """Telegram's reference of a file expired: all rows that were sent with it know the new one."""
    OutboxRow.update(file_id=new).where(OutboxRow.file_id == old).execute()


def results_of(job_id: int) -> list[Any]:
    """The rows that carry a job's results, in their order."""
    query = OutboxRow.select().where(OutboxRow.job == job_id, OutboxRow.dedup_key.startswith(f"job:{job_id}:"))
    return list(query.order_by(OutboxRow.id))
