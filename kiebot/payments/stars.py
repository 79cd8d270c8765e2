"""Telegram's list of Stars against ours: what each side has that the other has not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.payments.orders import credits_in

LONGEST_TITLE, LONGEST_DESCRIPTION = 32, 255  # characters of an invoice
EDGE_S = 24 * 3600.0  # a payment so near to the end of the list may stand beyond it
SETTLE_S = 600.0  # what was paid so recently may not be listed yet


@dataclass(frozen=True, slots=True)
class Transaction:
    """A line of Telegram's list that concerns a person: a payment to us, or its way back (`refund`, with the same id)."""

    id: str
    date: int
    stars: int
    refund: bool
    user_id: int
    payload: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Transaction:
        """From the row of the bot call list_stars."""
        return cls(**{name: row[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Known:
    """A payment as our store has it."""

    id: int
    charge_id: str
    token: str
    state: str
    date: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What differs. `credit` and `reverse` can be mended; of the rest the operator is told."""

    credit: list[Transaction]
    reverse: list[Transaction]
    missing: list[Known]  # paid, as we say, and not on the list
    doubtful: list[Transaction]  # for an offer that another payment has settled: paid twice, or one payment under two names
    foreign: list[Transaction]  # payments with a payload that is not ours: another program sold something with this bot

    def __bool__(self) -> bool:
        return bool(self.credit or self.reverse or self.missing or self.doubtful)


def compare(listed: Iterable[Transaction], ours: Iterable[Known], since: float, now: float) -> Findings:
    """`listed`: everything from `since` on. `ours`: all payments of that time, and those that the list names."""
    listed = list(listed)
    known = {payment.charge_id: payment for payment in ours}
    settled = {payment.token for payment in known.values()}
    refunds = {line.id: line for line in listed if line.refund}
    payments = {line.id: line for line in listed if not line.refund and line.stars > 0}
    unknown = [line for charge_id, line in payments.items() if charge_id not in known and charge_id not in refunds]
    own = [line for line in unknown if credits_in(line.payload) is not None]
    compared = (payment for payment in known.values() if since + EDGE_S <= payment.date <= now - SETTLE_S)
    return Findings(
        credit=[line for line in own if line.payload not in settled],
        reverse=[line for charge_id, line in refunds.items() if charge_id in known and known[charge_id].state == "paid"],
        missing=[payment for payment in compared if payment.charge_id not in payments],
        doubtful=[line for line in own if line.payload in settled],
        foreign=[line for line in unknown if credits_in(line.payload) is None],
    )
