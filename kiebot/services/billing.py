"""Credits of jobs: held when a job is accepted, charged when its result is stored, given back when there is none.

hold(), settle() and give_back() belong into the transaction that moves the job; it must be durable.
"""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.services.limits import unlimited
from kiebot.store import jobs, ledger
from kiebot.store.ledger import BalanceTooLow, Verdict


def price_for(account: Any, price: int | None, *, enabled: bool) -> int:
    """What this account pays. A model without a price cannot be sold: UserFault when billing is on."""
    if not enabled or unlimited(account):
        return 0
    if price is None:
        raise UserFault("model-without-price")
    return price


def hold(account_id: int, job_id: int, price: int) -> None:
    """Reserve a job's price. Raises UserFault when the balance is too low."""
    try:
        ledger.hold(account_id, job_id, price)
    except BalanceTooLow as low:
        raise UserFault("credits-too-low", balance=low.balance, price=low.price) from low


def settle(job: Any) -> None:
    """Charge what was held for a job that has its result."""
    ledger.capture(job.id, job.price)


def give_back(job: Any) -> int:
    """End a job's hold without a charge. Returns the credits that are free again."""
    return int(job.price) if ledger.release(job.id) else 0


def balance(account_id: int) -> int:
    """Credits that can be spent now."""
    return ledger.balance(account_id)


def held(account_id: int) -> int:
    """Credits that jobs have reserved."""
    return ledger.held(account_id)


def verify() -> Verdict:
    """Recompute the whole ledger."""
    return ledger.verify(jobs.OPEN_STATES)
