"""Orders that are paid through lava.top: created -> offered -> paid; or failed, or expired.

A created one with `sent_at` in its notes may have been asked for already: it is looked for, not asked for again. A failed or
expired one becomes `offered` again when lava.top says that something came of it after all.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kiebot.store.db import database
from kiebot.store.money_models import Payment

PROVIDER = "lavatop"
OPEN = ("created", "offered")


def open_orders() -> list[Any]:
    """Whatever is not over, oldest first."""
    return list(Payment.select().where(Payment.provider == PROVIDER, Payment.state.in_(OPEN)).order_by(Payment.id))


def count_payable(account_id: int, now: float) -> int:
    """How many orders of an account could be paid now."""
    mine = (Payment.account == account_id, Payment.provider == PROVIDER, Payment.state.in_(OPEN))
    return int(Payment.select().where(*mine, Payment.expires_at > now).count())


def change(payment_id: int, from_states: Collection[str], *, notes: dict[str, Any] | None = None, **fields: Any) -> Any | None:
    """Write fields of an order, add to its notes, and return it; None when it is in none of `from_states`."""
    assert database.in_transaction(), "the look and the write must be one transaction"
    row = Payment.get_or_none(Payment.id == payment_id, Payment.provider == PROVIDER, Payment.state.in_(from_states))
    if row is None:
        return None
    Payment.update(detail={**row.detail, **(notes or {})}, **fields).where(Payment.id == payment_id).execute()
    return Payment.get_by_id(payment_id)
