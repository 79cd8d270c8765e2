"""Rows of broadcasts and their recipients. A recipient gets one outbox row, written in the transaction that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.store import rows
from kiebot.store.broadcast_models import Broadcast
from kiebot.store.db import database, utc_now
from kiebot.store.models import Account, OutboxRow

LIVE = ("scheduled", "running", "paused")
OUTCOMES = {"sent": "sent", "blocked": "blocked", "failed": "failed", "superseded": "skipped"}  # of outbox rows, for recipients
_ROWS = "SELECT outbox_row_id FROM broadcast_recipient WHERE broadcast_id = ? AND state = 'queued'"


# -- broadcasts ----------------------------------------------------------------------------------------------------------------


def add(**fields: Any) -> Any:
    """Write a new draft."""
    return rows.insert(Broadcast, **fields)


def get(broadcast_id: int) -> Any | None:
    """The broadcast, or None."""
    return rows.by_id(Broadcast, broadcast_id)


def change(broadcast_id: int, **fields: Any) -> None:
    """Write fields that are no state."""
    rows.change(Broadcast, broadcast_id, **fields)


def move(broadcast_id: int, old: Sequence[str], new: str, **fields: Any) -> bool:
    """From one of these states to another; False when it is in none of them."""
    changed = {"state": new, **fields}
    marks = ", ".join("?" for _ in old)
    query = f"UPDATE broadcast SET {rows.assignments(Broadcast, tuple(changed))} WHERE id = ? AND state IN ({marks})"  # noqa: S608
    return bool(database.execute_sql(query, (*rows.values(Broadcast, changed), broadcast_id, *old)).rowcount)


def revise(broadcast_id: int, version: int, **fields: Any) -> bool:
    """Change a draft of this version, which gets the next one; False when it is another one by now, or no draft any more."""
    changed = {**fields, "version": version + 1}
    query = f"UPDATE broadcast SET {rows.assignments(Broadcast, tuple(changed))}"  # noqa: S608
    query += " WHERE id = ? AND state = 'draft' AND version = ?"
    return bool(database.execute_sql(query, (*rows.values(Broadcast, changed), broadcast_id, version)).rowcount)


def discard_drafts(author_id: int) -> None:
    """Whoever begins another post has given the earlier ones up."""
    database.execute_sql("UPDATE broadcast SET state = 'discarded' WHERE author_id = ? AND state = 'draft'", (author_id,))


def start_due(now: float) -> None:
    """scheduled -> running, those whose time has come."""
    query = "UPDATE broadcast SET state = 'running', started_at = ? WHERE state = 'scheduled' AND start_at <= ?"
    database.execute_sql(query, (now, now))


def due(now: float) -> bool:
    """Whether a scheduled one is to begin."""
    query = "SELECT 1 FROM broadcast WHERE state = 'scheduled' AND start_at <= ? LIMIT 1"
    return database.execute_sql(query, (now,)).fetchone() is not None


def unfinished() -> list[Any]:
    """Those that began and are not reported, oldest first."""
    begun = "state IN ('running', 'paused') OR (state = 'cancelled' AND reported_at IS NULL)"
    return rows.find_all(Broadcast, f"SELECT * FROM broadcast WHERE {begun} ORDER BY id")  # noqa: S608 - constants


def newest_live() -> Any | None:
    """The broadcast that is on its way or waits for its time, the newest."""
    marks = ", ".join("?" for _ in LIVE)
    return rows.find(Broadcast, f"SELECT * FROM broadcast WHERE state IN ({marks}) ORDER BY id DESC LIMIT 1", *LIVE)  # noqa: S608


def listed(limit: int) -> list[Any]:
    """The newest first, without drafts that nobody sent."""
    query = "SELECT * FROM broadcast WHERE state NOT IN ('draft', 'discarded') ORDER BY id DESC LIMIT ?"
    return rows.find_all(Broadcast, query, limit)


def drop_drafts(before: float) -> int:
    """Delete posts of that time (Unix seconds) that were never sent. Returns how many."""
    query = "DELETE FROM broadcast WHERE state IN ('draft', 'discarded') AND created_at < ?"
    return int(database.execute_sql(query, (before,)).rowcount)


# -- recipients ----------------------------------------------------------------------------------------------------------------


def counts(broadcast_id: int) -> dict[str, int]:
    """How many recipients are in each state."""
    query = "SELECT state, COUNT(*) FROM broadcast_recipient WHERE broadcast_id = ? GROUP BY state"
    return {state: int(number) for state, number in database.execute_sql(query, (broadcast_id,)).fetchall()}


def still_to_come(counts: dict[str, int]) -> int:
    """How many of these have not got it, and may."""
    return counts.get("pending", 0) + counts.get("queued", 0)


def settled_since(broadcast_id: int, moment: float) -> tuple[int, float]:
    """(how many messages were sent since then, when the first of them was)."""
    query = (
        "SELECT COUNT(*), MIN(settled_at) FROM broadcast_recipient WHERE broadcast_id = ? AND state = 'sent' AND settled_at > ?"
    )
    number, first = database.execute_sql(query, (broadcast_id, moment)).fetchone()
    return int(number), float(first or 0)


def ahead(broadcast_id: int) -> int:
    """How many recipients have an outbox row whose end is not known."""
    query = "SELECT COUNT(*) FROM broadcast_recipient WHERE broadcast_id = ? AND state = 'queued'"
    return int(database.execute_sql(query, (broadcast_id,)).fetchone()[0])


def waiting(broadcast_id: int, most: int) -> list[Any]:
    """Accounts that are to get it next."""
    query = (
        "SELECT a.* FROM broadcast_recipient r JOIN account a ON a.id = r.account_id"
        " WHERE r.broadcast_id = ? AND r.state = 'pending' ORDER BY r.account_id LIMIT ?"
    )
    return rows.find_all(Account, query, broadcast_id, most)


def queued(broadcast_id: int, account_id: int, row_id: int) -> None:
    """pending -> queued."""
    query = (
        "UPDATE broadcast_recipient SET state = 'queued', outbox_row_id = ?"
        " WHERE broadcast_id = ? AND account_id = ? AND state = 'pending'"
    )
    database.execute_sql(query, (row_id, broadcast_id, account_id))


def settle(broadcast_id: int, account_id: int, state: str, at: float) -> None:
    """How it ended for one of them."""
    query = "UPDATE broadcast_recipient SET state = ?, settled_at = ? WHERE broadcast_id = ? AND account_id = ?"
    database.execute_sql(query, (state, at, broadcast_id, account_id))


def outcomes(broadcast_id: int) -> list[tuple[int, int, str, float]]:
    """(account, outbox row, state of the recipient, when) of those whose outbox row has ended."""
    query = (
        "SELECT r.account_id, o.id, o.state, o.sent_at FROM broadcast_recipient r JOIN outbox_row o ON o.id = r.outbox_row_id"
        " WHERE r.broadcast_id = ? AND r.state = 'queued' AND o.state NOT IN ('queued', 'held')"
    )
    found = database.execute_sql(query, (broadcast_id,)).fetchall()
    return [(int(account), int(row), OUTCOMES[state], float(at or utc_now())) for account, row, state, at in found]


def skip_rest(broadcast_id: int) -> None:
    """Whoever still waits does not get it."""
    query = "UPDATE broadcast_recipient SET state = 'skipped', settled_at = ? WHERE broadcast_id = ? AND state = 'pending'"
    database.execute_sql(query, (utc_now(), broadcast_id))


# -- their outbox rows ---------------------------------------------------------------------------------------------------------


def hold(broadcast_id: int) -> None:
    """What is written and not sent waits: queued -> held. What is on its way right now arrives, and says so itself."""
    database.execute_sql(f"UPDATE outbox_row SET state = 'held' WHERE state = 'queued' AND id IN ({_ROWS})", (broadcast_id,))  # noqa: S608


def release(broadcast_id: int) -> None:
    """held -> queued."""
    database.execute_sql(f"UPDATE outbox_row SET state = 'queued' WHERE state = 'held' AND id IN ({_ROWS})", (broadcast_id,))  # noqa: S608


def withdraw(broadcast_id: int) -> None:
    """What is written and not sent never is."""
    query = f"UPDATE outbox_row SET state = 'superseded' WHERE state IN ('queued', 'held') AND id IN ({_ROWS})"  # noqa: S608
    database.execute_sql(query, (broadcast_id,))


def shorten(row_id: int, broadcast_id: int, language: str) -> None:
    """A row that has ended need not repeat the post: twenty thousand copies are a hundred megabytes."""
    rows.change(OutboxRow, row_id, payload={"broadcast": broadcast_id, "text": "", "language": language, "buttons": []})


def words(broadcast_id: int) -> str:
    """The text of a post; empty when it is gone."""
    row = get(broadcast_id)
    return str(row.post["text"]) if row is not None else ""


def carriers(broadcast_id: int) -> list[tuple[int, int]]:
    """(chat, message) of messages that carry the post's file, from which Telegram gives a new reference of it: what its author
    saw, and what the last recipient got."""
    query = (
        "SELECT chat_id, message_id FROM outbox_row WHERE message_id IS NOT NULL AND id IN ("
        " SELECT preview_row FROM broadcast WHERE id = ? UNION SELECT * FROM (SELECT outbox_row_id FROM broadcast_recipient"
        " WHERE broadcast_id = ? AND state = 'sent' ORDER BY settled_at DESC LIMIT 1)) ORDER BY id"
    )
    return [(int(chat), int(message)) for chat, message in database.execute_sql(query, (broadcast_id, broadcast_id)).fetchall()]
