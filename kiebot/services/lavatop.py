"""Orders that are paid by card through lava.top: from "the invoice is asked for" to "the credits are there".

Every function is one durable transaction. What lava.top says comes in as values: the worker asks it. The contract id is kept
before the link is shown, and the message in the chat follows the order: wait, pay here, paid, did not work out, expired.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Protocol

from kiebot.errors import UserFault
from kiebot.payments.orders import LAVATOP, price_in_words
from kiebot.services import delivery, incidents, payments
from kiebot.services.delivery import Button, Place
from kiebot.store import accounts
from kiebot.store import lavatop as orders
from kiebot.store import payments as rows
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.store.outbox import Lane

log = logging.getLogger(__name__)

MOST_PAYABLE = 5  # links of one person: each is asked about for a day
UNPAID = (*orders.OPEN, "failed", "expired")
AGAIN: list[list[Button]] = [[{"key": "button-lavatop-again", "data": "buy:menu"}]]


class Payments(Protocol):
    """Who wakes the worker (kiebot.jobqueue.JobQueue)."""

    def wake_payments(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no link to pay by: `kind` names the trouble for the admins (empty: none of theirs), `words` for the log."""

    kind: str
    words: str


def begin(payment: Any, *, queue: Payments) -> None:
    """Tell the person who chose a pack to wait for the link, and the worker to get one. Raises UserFault: there are enough."""
    with transaction(durable=True):
        if orders.count_payable(payment.account_id, utc_now()) > MOST_PAYABLE:
            raise UserFault("lavatop-too-many", limit=MOST_PAYABLE)
        row = delivery.say(Place(payment.chat_id, payment.language), "lavatop-making", lane=Lane.ANSWER)
        orders.change(payment.id, ("created",), message_row=row)
        after_commit(queue.wake_payments)


def leaves(payment_id: int) -> bool:
    """The invoice is asked for now: from here on it may exist. False when somebody has ended the order."""
    with transaction(durable=True):
        return orders.change(payment_id, ("created",), notes={"sent_at": utc_now()}) is not None


def not_taken(payment_id: int) -> None:
    """lava.top certainly did not take it: it may be asked for again."""
    with transaction(durable=True):
        orders.change(payment_id, ("created",), notes={"sent_at": None})


def invoiced(payment_id: int, contract_id: str, url: str) -> bool:
    """There is an invoice: keep its id, and show its link once that is certain. False when the order is over."""
    with transaction(durable=True):
        payment = orders.change(payment_id, ("created",), state="offered", external_id=contract_id, url=url)
        if payment is None:
            return False
        minutes = max(1, round((payment.expires_at - utc_now()) / 60))
        buttons: list[list[Button]] = [[{"key": "button-lavatop-pay", "url": url}]]
        _tell(payment, "lavatop-link", {"credits": payment.credits, "price": _price(payment), "minutes": minutes}, buttons)
    failpoint("lavatop-offered")
    return True


def no_link(payment_id: int, trouble: Trouble, contract_id: str | None = None) -> None:
    """There is no link that could be shown. The contract is kept all the same, where there is one."""
    with transaction(durable=True):
        payment = orders.change(payment_id, ("created",), state="failed", external_id=contract_id, notes={"why": trouble.words})
        if payment is None:
            return
        if trouble.kind:
            incidents.alarm(trouble.kind, LAVATOP, process="worker", words=trouble.words, context={"payment": payment_id})
        _tell(payment, "lavatop-no-link", {}, AGAIN)
    log.warning("no link payment=%d contract=%s why=%s", payment_id, contract_id, trouble.words)


def completed(payment_id: int, contract_id: str) -> bool:
    """lava.top says that exactly our money came. False when it was credited before."""
    with transaction(durable=True):
        payment = orders.change(payment_id, UNPAID, url="")
        if payment is None:
            return False
        if _first(payment, "lavatop-paid"):
            _tell(payment, "lavatop-paid", {"credits": payment.credits, "price": _price(payment)})
        user_id = accounts.get(payment.account_id).user_id
        if user_id < 0:  # the account was deleted while the link could be paid: give the money back at lava.top
            incidents.alarm("lavatop-nobody", f"payment {payment_id}", process="worker", words=contract_id)
    failpoint("lavatop-crediting")
    return payments.paid(LAVATOP, payment.token, contract_id, payment.amount, payment.currency, user_id)


def other_amount(payment_id: int, words: str) -> None:
    """Money came, but not ours: nothing is credited, a person has to look at it."""
    with transaction(durable=True):
        payment = orders.change(payment_id, UNPAID, state="failed", url="", notes={"why": words})
        if payment is not None and _first(payment, "lavatop-other-amount"):
            incidents.alarm("lavatop-amount", f"payment {payment_id}", process="worker", words=words)
            _tell(payment, "lavatop-other-amount", {"price": _price(payment)})


def declined(payment_id: int) -> None:
    """lava.top says that the payment failed for good."""
    with transaction(durable=True):
        payment = orders.change(payment_id, ("offered",), state="failed", url="")
        if payment is not None and _first(payment, "lavatop-failed"):
            _tell(payment, "lavatop-failed", {"price": _price(payment)}, AGAIN)


def withdraw(payment_id: int) -> None:
    """The link's time is over: take it out of the chat. It may be paid at this moment, so the order stays open for a while."""
    with transaction(durable=True):
        payment = orders.change(payment_id, ("offered",), url="")
        if payment is not None and _first(payment, "lavatop-expired"):
            _tell(payment, "lavatop-expired", {"price": _price(payment)}, AGAIN)


def expire(payment_id: int) -> None:
    """Nobody has paid for long: it is not asked about any more."""
    with transaction(durable=True):
        orders.change(payment_id, ("offered",), state="expired")


def called_back(contract_id: str, *, queue: Payments) -> bool:
    """A webhook named a contract: the worker looks at it now. Nothing else is believed. False: nobody knows it."""
    with transaction(durable=True):
        payment = rows.by_external(LAVATOP, contract_id)
        if payment is None:
            return False
        if orders.change(payment.id, UNPAID, state="offered", notes={"called_at": utc_now()}):
            after_commit(queue.wake_payments)
    return True


def listed_as_paid(token: str, contract_id: str) -> bool:
    """lava.top's list has a paid contract with our mark: the worker looks at it, if it is not credited. False: of no order."""
    with transaction(durable=True):
        payment = rows.by_external(LAVATOP, contract_id) or rows.by_token(token)
        if payment is None:
            return False
        if payment.external_id in (None, contract_id):
            orders.change(payment.id, UNPAID, state="offered", external_id=contract_id, notes={"called_at": utc_now()})
        else:
            incidents.alarm("lavatop-paid-twice", f"payment {payment.id}", process="worker", words=f"also by {contract_id}")
    return True


def _price(payment: Any) -> str:
    return price_in_words(payment.amount, payment.currency)


def _first(payment: Any, key: str) -> bool:
    """Whether the message in the chat does not say so already: the same can be found out twice."""
    if payment.detail.get("told") == key:
        return False
    orders.change(payment.id, (payment.state,), notes={"told": key})
    return True


def _tell(payment: Any, key: str, args: dict[str, str | int], buttons: list[list[Button]] | None = None) -> None:
    """Change the order's message in the chat; without one, write a new one."""
    place = Place(payment.chat_id, payment.language)
    if payment.message_row is None:
        delivery.say(place, key, args, lane=Lane.RESULT, buttons=buttons or [])
    else:
        delivery.change(place, payment.message_row, key, args, lane=Lane.RESULT, buttons=buttons or [])
