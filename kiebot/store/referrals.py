"""Who brought whom."""

from __future__ import annotations

from typing import Any

from peewee import fn

from kiebot.store.db import utc_now
from kiebot.store.money_models import Referral


def get(account_id: int) -> Any | None:
    """The row that says who brought this account, or None: it came by itself."""
    return Referral.get_or_none(Referral.account == account_id)


def add(account_id: int, inviter_id: int, *, inviter_credits: int, invited_credits: int) -> None:
    """`inviter_id` brought `account_id`, and this is what both were promised."""
    Referral.create(account=account_id, inviter=inviter_id, inviter_credits=inviter_credits, invited_credits=invited_credits)


def mark_paid(account_id: int) -> bool:
    """Both sides are paid now. False when they were before."""
    query = Referral.update(paid_at=utc_now()).where(Referral.account == account_id, Referral.paid_at.is_null())
    return bool(query.execute())


def chain(account_id: int) -> list[int]:
    """The account, who brought it, who brought that one, and so on to the first."""
    found = [account_id]
    row = get(account_id)
    while row is not None and row.inviter_id not in found:
        found.append(int(row.inviter_id))
        row = get(row.inviter_id)
    return found


def brought_by(account_id: int) -> tuple[int, int]:
    """(how many came by this account's link, how many of them have bought something)."""
    query = Referral.select(fn.COUNT(Referral.account), fn.COUNT(Referral.paid_at)).where(Referral.inviter == account_id)
    came, bought = query.tuples().get()
    return int(came), int(bought)
