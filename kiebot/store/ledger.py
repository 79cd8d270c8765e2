"""Signed, append-only movements of credits. A balance is their sum; spending never takes it below zero.

Call these inside `transaction(durable=True)`: the check and the write must be one. A hold has a subject: a job, or the name of
something else that is paid for ("turn:17"). It ends in exactly one of release (nothing charged) or release + capture (DESIGN
section 9). What is free writes nothing. What audit.py recomputes is what is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import fn

from kiebot.store.db import database
from kiebot.store.models import LedgerEntry

Subject = int | str  # the id of a job, or a name


class BalanceTooLow(Exception):
    """The account has `balance` credits and needs `price`."""

    def __init__(self, balance: int, price: int) -> None:
        super().__init__(f"balance {balance}, price {price}")
        self.balance = balance
        self.price = price


@dataclass(frozen=True, slots=True)
class Hold:
    """Credits that are reserved now."""

    subject: str
    account_id: int
    credits: int


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


def add(account_id: int, kind: str, credits: int, key: str, *, reason: str = "") -> bool:
    """Write one movement; False when `key` was written before. Only a reversal may take the balance below zero."""
    assert database.in_transaction(), "the check and the write must be one transaction"
    if written(key):
        return False
    if credits < 0 and kind != "reversal" and (now := balance(account_id)) + credits < 0:
        raise BalanceTooLow(now, -credits)
    LedgerEntry.create(account=account_id, kind=kind, credits=credits, reason=reason, idempotency_key=key)
    return True


# -- holds -----------------------------------------------------------------------------------------------------------------


def hold(account_id: int, subject: Subject, price: int) -> None:
    """Reserve `price` credits. Raises BalanceTooLow. What is free writes nothing."""
    assert database.in_transaction(), "the check and the write must be one transaction"
    if not price or written(f"hold:{subject}"):
        return
    now = balance(account_id)
    if now < price:
        raise BalanceTooLow(now, price)
    _write(account_id, "hold", -price, subject)


def release(subject: Subject) -> int:
    """Give a hold back. Returns the credits; 0 when there was none or it ended before."""
    assert database.in_transaction(), "the check and the write must be one transaction"
    entry = _of(f"hold:{subject}")
    if entry is None or written(f"release:{subject}"):
        return 0
    _write(entry.account_id, "release", -entry.credits, subject)
    return -int(entry.credits)


def capture(subject: Subject, price: int) -> int:
    """Charge: the hold goes back and `price`, at most what was held, is taken. Returns the credits that were taken.

    0 when it ended before or was free. A reversal may have taken the balance below zero meanwhile: what was held is taken all
    the same, since nothing is spent that was not reserved.
    """
    released = release(subject)
    charged = min(price, released)
    if charged:
        entry = _of(f"hold:{subject}")
        _write(entry.account_id, "capture", -charged, subject)
    return charged


def _of(key: str) -> Any:
    return LedgerEntry.get_or_none(LedgerEntry.idempotency_key == key)


def _write(account_id: int, kind: str, credits: int, subject: Subject) -> None:
    job_id = subject if isinstance(subject, int) else None
    LedgerEntry.create(account=account_id, job=job_id, kind=kind, credits=credits, idempotency_key=f"{kind}:{subject}")


# -- what is paid for again and again ------------------------------------------------------------------------------------------


def open_hold(name: str) -> Hold | None:
    """What is reserved for this name now; None when nothing is."""
    return next((hold for hold, released in _rounds(name) if not released), None)


def open_holds(prefix: str) -> list[Hold]:
    """All that is reserved now for names that begin so ("film:7:")."""
    query = (
        "SELECT substr(own.idempotency_key, 6), own.account_id, -own.credits FROM ledger_entry AS own"
        " WHERE own.idempotency_key GLOB ? AND NOT EXISTS (SELECT 1 FROM ledger_entry AS gone"
        " WHERE gone.idempotency_key = 'release' || substr(own.idempotency_key, 5)) ORDER BY own.id"
    )
    return [Hold(*row) for row in database.execute_sql(query, (f"hold:{prefix}*",)).fetchall()]


def hold_anew(account_id: int, name: str, price: int) -> None:
    """Reserve `price` credits for another try under the same name; what it had reserved before goes back. Raises BalanceTooLow.

    The first is called as the name, further ones name:2, name:3.
    """
    rounds = _rounds(name)
    now = next((hold for hold, released in rounds if not released), None)
    if now is not None and (now.credits, now.account_id) == (price, account_id):
        return
    if now is not None:
        release(now.subject)
    hold(account_id, f"{name}:{len(rounds) + 1}" if rounds else name, price)


def _rounds(name: str) -> list[tuple[Hold, bool]]:
    """All that was ever held under a name, oldest first, and whether it was given back."""
    query = (
        "SELECT substr(own.idempotency_key, 6), own.account_id, -own.credits, EXISTS (SELECT 1 FROM ledger_entry AS gone"
        " WHERE gone.idempotency_key = 'release' || substr(own.idempotency_key, 5)) FROM ledger_entry AS own"
        " WHERE own.idempotency_key = ? OR own.idempotency_key GLOB ? ORDER BY own.id"
    )
    rows = database.execute_sql(query, (f"hold:{name}", f"hold:{name}:*")).fetchall()
    return [(Hold(subject, account_id, credits), bool(released)) for subject, account_id, credits, released in rows]
