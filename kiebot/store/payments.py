"""Offers to buy credits, and what became of them. A payment is known by what the payment system calls it, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kiebot.store.db import utc_now
from kiebot.store.models import Account, LedgerEntry
from kiebot.store.money_models import Payment

STATES = ("created", "offered", "paid", "refunded", "expired", "failed")
UNPAID = ("created", "offered", "expired", "failed")  # money that comes for one of these is taken all the same
SETTLED = ("paid", "refunded")
MOST_AT_ONCE = 500  # names in one question


def add(account_id: int, **fields: Any) -> Any:
    """Write a new payment."""
    return Payment.create(account=account_id, **fields)


def get(payment_id: int) -> Any | None:
    """The payment, or None."""
    return Payment.get_or_none(Payment.id == payment_id)


def by_token(token: str) -> Any | None:
    """The payment that we gave this token, with its account, or None."""
    return Payment.select(Payment, Account).join(Account).where(Payment.token == token).first()


def by_external(provider: str, external_id: str) -> Any | None:
    """The payment that the payment system calls so, with its account, or None."""
    query = Payment.select(Payment, Account).join(Account)
    return query.where(Payment.provider == provider, Payment.external_id == external_id).first()


def open_like(account_id: int, provider: str, credits: int, amount: int, since: float) -> Any | None:
    """An offer of the same, made after `since` and not paid yet, or None."""
    same = (Payment.account == account_id, Payment.provider == provider, Payment.credits == credits, Payment.amount == amount)
    return Payment.select().where(*same, Payment.created_at > since, Payment.state.in_(("created", "offered"))).first()


def offered(payment_id: int, message_row: int) -> None:
    """created -> offered: the person can pay, by this message."""
    Payment.update(state="offered", message_row=message_row).where(Payment.id == payment_id, Payment.state == "created").execute()


def mark_paid(payment_id: int, external_id: str, detail: dict[str, Any]) -> bool:
    """-> paid; False when it was paid before."""
    query = Payment.update(state="paid", external_id=external_id, paid_at=utc_now(), detail=detail)
    return bool(query.where(Payment.id == payment_id, Payment.state.in_(UNPAID)).execute())


def mark_refunded(payment_id: int) -> bool:
    """paid -> refunded; False when it was not paid, or refunded before."""
    query = Payment.update(state="refunded", refunded_at=utc_now())
    return bool(query.where(Payment.id == payment_id, Payment.state == "paid").execute())


def set_detail(payment_id: int, detail: dict[str, Any]) -> None:
    """Replace the notes of a payment."""
    Payment.update(detail=detail).where(Payment.id == payment_id).execute()


def has_paid(account_id: int) -> bool:
    """Whether the account ever got credits for money. A payment that went back before we heard of it brought none."""
    return bool(LedgerEntry.select().where(LedgerEntry.account == account_id, LedgerEntry.kind == "topup").exists())


def any_settled(provider: str) -> bool:
    """Whether anything was ever paid this way."""
    return bool(Payment.select().where(Payment.provider == provider, Payment.state.in_(SETTLED)).exists())


def last_of(account_id: int, limit: int) -> list[Any]:
    """What a person bought last, the newest first."""
    query = Payment.select().where(Payment.account == account_id, Payment.state.in_(SETTLED))
    return list(query.order_by(Payment.id.desc()).limit(limit))


def settled_since(provider: str, since: float) -> list[Any]:
    """All payments that came in after `since`."""
    query = Payment.select().where(Payment.provider == provider, Payment.state.in_(SETTLED), Payment.paid_at >= since)
    return list(query.order_by(Payment.id))


def settled_as(provider: str, external_ids: Iterable[str], tokens: Iterable[str]) -> Iterator[Any]:
    """The payments that came in under one of these names or for one of these tokens; one may come twice."""
    for field, values in ((Payment.external_id, external_ids), (Payment.token, tokens)):
        names = sorted(set(values))
        for start in range(0, len(names), MOST_AT_ONCE):
            some = field.in_(names[start : start + MOST_AT_ONCE])
            yield from Payment.select().where(Payment.provider == provider, Payment.state.in_(SETTLED), some)


def expire(now: float) -> int:
    """Offers in Stars whose time is up. Returns how many. A link can be paid later: the worker asks about those for a while."""
    query = Payment.update(state="expired").where(Payment.provider == "stars", Payment.state.in_(("created", "offered")))
    return int(query.where(Payment.expires_at < now).execute())


def drop_unpaid(before: float) -> int:
    """Delete offers of that time that nobody paid. Returns how many."""
    return int(Payment.delete().where(Payment.state.in_(("expired", "failed")), Payment.expires_at < before).execute())


def listed(*, state: str | None, provider: str | None, user_id: int | None, limit: int) -> list[Any]:
    """The newest first, with their accounts."""
    query = Payment.select(Payment, Account).join(Account).order_by(Payment.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Payment.state == state)
    if provider is not None:
        query = query.where(Payment.provider == provider)
    return list(query if user_id is None else query.where(Account.user_id == user_id))
