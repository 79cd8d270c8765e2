"""The ledger as one person sees it: what belongs together is one movement, and all of them add up to the balance.

A hold with its release and its charge is one, at the time of the hold; everything else stands by itself. A hold of which nothing
was taken is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.store import rows
from kiebot.store.db import database
from kiebot.store.models import Job, LedgerEntry, Turn

# A hold that was given back with nothing taken has moved nothing.
_MOVED = """
    FROM ledger_entry AS own
    LEFT JOIN ledger_entry AS gone
        ON own.kind = 'hold' AND gone.idempotency_key = 'release:' || substr(own.idempotency_key, 6)
    LEFT JOIN ledger_entry AS taken
        ON own.kind = 'hold' AND taken.idempotency_key = 'capture:' || substr(own.idempotency_key, 6)
    WHERE own.account_id = ? AND own.kind NOT IN ('release', 'capture') AND (gone.id IS NULL OR taken.id IS NOT NULL)
"""
_COUNT = f"SELECT COUNT(*) {_MOVED}"
_PAGE = f"""
    SELECT own.idempotency_key, own.kind, taken.id IS NOT NULL,
        own.credits + COALESCE(gone.credits, 0) + COALESCE(taken.credits, 0), own.job_id, own.reason, own.created_at
    {_MOVED} ORDER BY own.id DESC LIMIT ? OFFSET ?
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """`key` is that of the ledger: "hold:41" (a job), "hold:turn:17" or "hold:turn:17:2" (an answer), "start:5" and so on."""

    key: str
    kind: str
    charged: bool  # a hold that ended: what was made has its price
    credits: int  # all in all
    job_id: int | None
    reason: str
    at: float


def count(account_id: int) -> int:
    """How many movements of an account there are to see."""
    return int(database.execute_sql(_COUNT, (account_id,)).fetchone()[0])


def page(account_id: int, limit: int, offset: int) -> list[Movement]:
    """Some movements of an account, the newest first."""
    found = database.execute_sql(_PAGE, (account_id, limit, offset)).fetchall()
    return [
        Movement(key, kind, bool(charged), int(credits), job_id, reason, at)
        for key, kind, charged, credits, job_id, reason, at in found
    ]


def entries(account_id: int, limit: int) -> list[Any]:
    """The newest entries as they were written, the oldest of them first."""
    query = LedgerEntry.select().where(LedgerEntry.account == account_id).order_by(LedgerEntry.id.desc()).limit(limit)
    return list(query)[::-1]


def sum_before(account_id: int, entry_id: int) -> int:
    """The balance before an entry."""
    query = "SELECT COALESCE(SUM(credits), 0) FROM ledger_entry WHERE account_id = ? AND id < ?"
    return int(database.execute_sql(query, (account_id, entry_id)).fetchone()[0])


def balances(account_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(balance, what is held of it) of each account that ever had credits."""
    query = f"""
        SELECT account_id, SUM(credits), -SUM(credits * (kind IN ('hold', 'release'))) FROM ledger_entry
        WHERE account_id IN ({", ".join("?" for _ in account_ids)}) GROUP BY account_id
    """  # noqa: S608 - question marks
    found = database.execute_sql(query, tuple(account_ids)).fetchall()
    return {account: (int(balance), int(held)) for account, balance, held in found}


def job_of(movement: Movement) -> Any | None:
    """The job that a movement is about, or None."""
    return None if movement.job_id is None else rows.by_id(Job, movement.job_id)


def turn_of(movement: Movement) -> Any | None:
    """The answer of the text model that a movement is about, or None."""
    words = movement.key.split(":")
    return rows.by_id(Turn, int(words[2])) if words[:2] == ["hold", "turn"] else None
