"""Orders of credits, whatever they are paid with: what they say, who may pay them, and what a payment without one is worth."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

STARS, LAVATOP = "stars", "lavatop"  # the ways to pay
XTR = "XTR"  # how Telegram calls Stars
TOKEN = re.compile(r"kb(\d{1,9})\.[\w-]{24}")
ENDS = {"paid": "payment-refused-paid", "refunded": "payment-refused-paid", "failed": "payment-refused-expired"}


@dataclass(frozen=True, slots=True)
class Pack:
    """So many credits for so much: `amount` counts whole units of the currency."""

    credits: int
    amount: int
    currency: str

    @property
    def price(self) -> str:
        """What it costs, for people."""
        return price_in_words(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Order:
    """What was offered, and to whom."""

    user_id: int
    amount: int
    currency: str
    state: str
    expires_at: float
    banned: bool


def price_in_words(amount: int, currency: str) -> str:
    """75 XTR is "75 ⭐", 100 RUB is "100 RUB"."""
    return f"{amount} {'⭐' if currency == XTR else currency}"


def new_token(credits: int) -> str:
    """What the payment system carries back to us. It says what was sold: a payment is worth the same when our store is lost."""
    return f"kb{credits}.{secrets.token_urlsafe(18)}"


def credits_in(token: str) -> int | None:
    """What a token of ours says; None when it is not one."""
    found = TOKEN.fullmatch(token)
    return int(found[1]) or None if found else None


def refusal(order: Order | None, user_id: int, amount: int, currency: str, now: float) -> str | None:
    """Why a person may not pay this now, as a key of the locales; None when all is well."""
    if order is None:
        return "payment-refused-unknown"
    if order.user_id != user_id:
        return "payment-refused-other-person"
    if order.banned:
        return "payment-refused-banned"
    if order.state in ENDS:
        return ENDS[order.state]
    if order.state == "expired" or order.expires_at <= now:
        return "payment-refused-expired"
    if (order.amount, order.currency) != (amount, currency):
        return "payment-refused-changed"
    return None


def worth(token: str, amount: int, currency: str, packs: Sequence[Pack]) -> int:
    """The credits of a payment that no order foresaw: what its token says, else as in the packs, never rounded against the payer.

    Between two packs the smaller one's rate counts, below the smallest its own; without packs a unit is a credit.
    """
    said = credits_in(token)
    if said is not None:
        return said
    sold = sorted((pack for pack in packs if pack.currency == currency), key=lambda pack: pack.amount)
    if not sold:
        return amount
    rate = next((pack for pack in reversed(sold) if pack.amount <= amount), sold[0])
    return -(-amount * rate.credits // rate.amount)
