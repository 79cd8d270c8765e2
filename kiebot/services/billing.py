"""Credits: held when something is accepted, charged when it is delivered, given back when it is not.

What is paid for is a job, or an answer of the text model (a turn). All of this belongs into the transaction that moves the job or
the turn; where credits move it must be durable.
"""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.services.delivery import Button
from kiebot.services.limits import unlimited
from kiebot.store import audit, jobs, ledger, threads
from kiebot.store.audit import Verdict
from kiebot.store.ledger import BalanceTooLow

BUY: Button = {"key": "balance-buy-button", "data": "menu:buy"}  # for whoever has too few, where credits are sold


def pays(account: Any, *, enabled: bool) -> bool:
    """Whether this account pays at all: not where billing is off, not administrators and those the operator made free."""
    return enabled and not unlimited(account)


def price_for(account: Any, price: int | None, *, enabled: bool) -> int:
    """What this account pays. Raises UserFault: model-without-price; order-nobody-pays for what is asked in a group's name."""
    if not pays(account, enabled=enabled):
        return 0
    if price is None:
        raise UserFault("model-without-price")
    if price and account.user_id < 0:  # a group's name: nobody's credits
        raise UserFault("order-nobody-pays")
    return price


# -- jobs ------------------------------------------------------------------------------------------------------------------


def hold(account_id: int, job_id: int, price: int) -> None:
    """Reserve a job's price. Raises UserFault: credits-too-low."""
    try:
        ledger.hold(account_id, job_id, price)
    except BalanceTooLow as low:
        raise _too_low(low) from low


def settle(job: Any) -> None:
    """Charge a job that has its result: its price, at most what was held."""
    ledger.capture(job.id, job.price)


def give_back(job: Any) -> int:
    """End a job's hold without a charge. Returns the credits that are free again."""
    return ledger.release(job.id)


# -- answers ---------------------------------------------------------------------------------------------------------------


def hold_answer(turn: Any, price: int) -> None:
    """Reserve what an answer may cost, at most what is available for it; what an earlier try held goes back."""
    ledger.hold_anew(turn.account_id, _name(turn.id), price)


def available_for(turn: Any) -> int:
    """Credits that an answer can be paid from: what can be spent, and what an earlier try of it holds."""
    return ledger.balance(turn.account_id) + held_for_answer(turn.id)


def held_for_answer(turn_id: int) -> int:
    """Credits that are reserved for an answer now."""
    now = ledger.open_hold(_name(turn_id))
    return 0 if now is None else now.credits


def settle_answer(turn_id: int, price: int) -> int:
    """Charge an answer that was given, at most what was held. Returns what was taken."""
    now = ledger.open_hold(_name(turn_id))
    return 0 if now is None else ledger.capture(now.subject, price)


def give_back_answer(turn_id: int) -> int:
    """End the hold of an answer that was not given. Returns the credits that are free again."""
    now = ledger.open_hold(_name(turn_id))
    return 0 if now is None else ledger.release(now.subject)


def _name(turn_id: int) -> str:
    return f"turn:{turn_id}"


def _too_low(low: BalanceTooLow) -> UserFault:
    return UserFault("credits-too-low", balance=low.balance, price=low.price)


# -- accounts ----------------------------------------------------------------------------------------------------------------


def balance(account_id: int) -> int:
    """Credits that can be spent now."""
    return ledger.balance(account_id)


def held(account_id: int) -> int:
    """Credits that jobs and answers have reserved."""
    return ledger.held(account_id)


def verify() -> Verdict:
    """Recompute the whole ledger."""
    return audit.verify(jobs.OPEN_STATES, threads.OPEN_STATES)
