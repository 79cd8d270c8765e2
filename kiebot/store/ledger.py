"""Signed, append-only movements of credits. A balance is their sum; spending never takes it below zero.

Call these inside `transaction(durable=True)`: the check and the write must be one. A hold belongs to a job; it ends in exactly
one of release (nothing charged) or release + capture (DESIGN section 9). Free jobs write nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import fn

from kiebot.store.db import database
from kiebot.store.models import Account, Job, LedgerEntry


class BalanceTooLow(Exception):
    """The account has `balance` credits and needs `price`."""

    def __init__(self, balance: int, price: int) -> None:
        super().__init__(f"balance {balance}, price {price}")
        self.balance = balance
        self.price = price


def balance(account_id: int) -> int:
    """Credits that can be spent now: held ones are already gone from it."""
    total = LedgerEntry.select(fn.SUM(LedgerEntry.credits)).where(LedgerEntry.account == account_id).scalar()
    return int(total or 0)


def held(account_id: int) -> int:
    """Credits in holds that are neither released nor captured."""
    total = (
        LedgerEntry.select(fn.SUM(LedgerEntry.credits))
        .where(LedgerEntry.account == account_id, LedgerEntry.kind.in_(("hold", "release")))
        .scalar()
    )
    return -int(total or 0)


def written(key: str) -> bool:
    """Whether a movement with this key was written."""
    return database.execute_sql("SELECT 1 FROM ledger_entry WHERE idempotency_key = ?", (key,)).fetchone() is not None


def add(account_id: int, kind: str, credits: int, key: str, *, job_id: int | None = None, reason: str = "") -> bool:
    """Write one movement; False when `key` was written before. Only a reversal may take the balance below zero."""
    assert database.in_transaction(), "the check and the write must be one transaction"
    if LedgerEntry.select().where(LedgerEntry.idempotency_key == key).exists():
        return False
    if credits < 0 and kind != "reversal" and (now := balance(account_id)) + credits < 0:
        raise BalanceTooLow(now, -credits)
    LedgerEntry.create(account=account_id, job=job_id, kind=kind, credits=credits, reason=reason, idempotency_key=key)
    return True


def hold(account_id: int, job_id: int, price: int) -> None:
    """Reserve `price` credits for a job. Raises BalanceTooLow. A free job writes nothing."""
    if price:
        add(account_id, "hold", -price, f"hold:{job_id}", job_id=job_id)


def _held_by(job_id: int) -> Any:
    return LedgerEntry.get_or_none(LedgerEntry.idempotency_key == f"hold:{job_id}")


def release(job_id: int) -> bool:
    """Give a job's hold back. False when it had none or it ended before."""
    entry = _held_by(job_id)
    return entry is not None and add(entry.account_id, "release", -entry.credits, f"release:{job_id}", job_id=job_id)


def capture(job_id: int, price: int) -> bool:
    """Charge a job: its hold goes back and `price`, at most what was held, is taken. False when it ended before or was free."""
    entry = _held_by(job_id)
    if entry is None or not release(job_id):
        return False
    charged = min(price, -entry.credits)
    return charged > 0 and add(entry.account_id, "capture", -charged, f"capture:{job_id}", job_id=job_id)


@dataclass(frozen=True)
class Verdict:
    """What recomputing the whole ledger found."""

    accounts: int
    entries: int
    problems: list[str]


def verify(open_states: tuple[str, ...]) -> Verdict:
    """Recompute all balances and holds; `open_states` are the job states in which a hold may stand open."""
    return Verdict(
        Account.select().count(), LedgerEntry.select().count(), _negative_balances() + _wrong_holds(open_states) + _wrong_ends()
    )


def _negative_balances() -> list[str]:
    rows = database.execute_sql(
        "SELECT account_id, SUM(credits) FROM ledger_entry GROUP BY account_id HAVING SUM(credits) < 0"
        " AND NOT SUM(kind = 'reversal')"
    )
    return [f"account {account}: balance {total} without a reversal" for account, total in rows.fetchall()]


def _wrong_holds(open_states: tuple[str, ...]) -> list[str]:
    released = LedgerEntry.alias()
    query = (
        LedgerEntry.select(LedgerEntry.job, Job.state)
        .join(Job)
        .where(LedgerEntry.kind == "hold", Job.state.not_in(open_states))
        .where(~fn.EXISTS(released.select().where(released.job == LedgerEntry.job, released.kind == "release")))
        .tuples()
    )
    return [f"job {job}: {state}, but its hold stands open" for job, state in query]


def _wrong_ends() -> list[str]:
    rows = database.execute_sql(
        "SELECT job_id, SUM(credits * (kind = 'hold')), SUM(credits * (kind = 'release')), SUM(credits * (kind = 'capture'))"
        " FROM ledger_entry WHERE job_id IS NOT NULL AND kind IN ('hold', 'release', 'capture') GROUP BY job_id"
    )
    return [
        f"job {job}: held {-held_}, released {released}, captured {-captured}"
        for job, held_, released, captured in rows.fetchall()
        if released not in (0, -held_) or -captured > released
    ]
