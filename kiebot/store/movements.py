"""The ledger as one person sees it: what belongs together is one movement, and all of them add up to the balance.

A hold with its release and its charge is one; everything else stands by itself. The newest change comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.store import rows
from kiebot.store.db import database
from kiebot.store.models import Job, LedgerEntry, Turn

_SUBJECT = """CASE WHEN kind IN ('hold', 'release', 'capture')
    THEN substr(idempotency_key, instr(idempotency_key, ':') + 1) ELSE idempotency_key END"""
_PAGE = f"""
    SELECT {_SUBJECT} AS subject, group_concat(DISTINCT kind), SUM(credits), MAX(job_id), MAX(reason), MAX(created_at)
    FROM ledger_entry WHERE account_id = ? GROUP BY subject ORDER BY MAX(id) DESC LIMIT ? OFFSET ?
"""  # noqa: S608 - a constant
_COUNT = f"SELECT COUNT(DISTINCT {_SUBJECT}) FROM ledger_entry WHERE account_id = ?"  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Movement:
    """`subject`: "41" (a job), "turn:17" or "turn:17:2" (an answer), or the whole key of what stands alone: "start:5"."""

    subject: str
    kinds: frozenset[str]
    credits: int
    job_id: int | None
    reason: str
    at: float


def count(account_id: int) -> int:
    """How many movements an account has had."""
    return int(database.execute_sql(_COUNT, (account_id,)).fetchone()[0])


def page(account_id: int, limit: int, offset: int) -> list[Movement]:
    """Some movements of an account, the newest first."""
    found = database.execute_sql(_PAGE, (account_id, limit, offset)).fetchall()
    return [
        Movement(str(subject), frozenset(kinds.split(",")), int(credits), job_id, reason, at)
        for subject, kinds, credits, job_id, reason, at in found
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
    kind, _, number = movement.subject.partition(":")
    return rows.by_id(Turn, int(number.partition(":")[0])) if kind == "turn" else None
