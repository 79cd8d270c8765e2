"""What people asked for and what it cost: the limits count these rows, so a restart does not reset them.

Raw SQL: a row is written for every chat message (building the statement with peewee took ten times as long as running it).
"""

from __future__ import annotations

from kiebot.store.db import database, utc_now
from kiebot.store.order_models import Request

COUNTED = "(cost > 0 OR kind = 'generation')"  # as in the partial index request_counted


def add(account_id: int, kind: str, cost: int) -> None:
    """One request, now."""
    query = "INSERT INTO request (account_id, kind, cost, created_at) VALUES (?, ?, ?, ?)"
    database.execute_sql(query, (account_id, kind, cost, utc_now()))


def nth_newest_at(account_id: int, nth: int) -> float | None:
    """When the account made its `nth` newest request that counts (Unix seconds), or None when it has fewer."""
    query = f"SELECT created_at FROM request WHERE account_id = ? AND {COUNTED} ORDER BY created_at DESC LIMIT 1 OFFSET ?"  # noqa: S608
    row = database.execute_sql(query, (account_id, nth - 1)).fetchone()
    return None if row is None else float(row[0])


def forget_before(moment: float) -> int:
    """Drop requests older than that (Unix seconds)."""
    return int(Request.delete().where(Request.created_at < moment).execute())


def newest_of(account_id: int, kind: str, since: float) -> tuple[int, float]:
    """(how many requests of this kind the account made since then, when it made the newest), in Unix seconds."""
    query = "SELECT COUNT(*), COALESCE(MAX(created_at), 0) FROM request WHERE account_id = ? AND kind = ? AND created_at > ?"
    number, newest = database.execute_sql(query, (account_id, kind, since)).fetchone()
    return int(number), float(newest)


def count_of(kind: str, since: float) -> tuple[int, int]:
    """(how many requests of this kind were made since then, by how many accounts)."""
    query = "SELECT COUNT(*), COUNT(DISTINCT account_id) FROM request WHERE kind = ? AND created_at > ?"
    number, people = database.execute_sql(query, (kind, since)).fetchone()
    return int(number), int(people)
