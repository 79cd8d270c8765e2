"""Selling credits: offers, the question before a payment, payments, refunds, and the comparison with Telegram's list.

Money that came is credited, whatever became of its offer; each payment once, by what the payment system calls it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.payments import stars
from kiebot.payments.orders import LAVATOP, STARS, XTR, Order, Pack, new_token, price_in_words, refusal, worth
from kiebot.payments.stars import Findings, Known, Transaction
from kiebot.services import bonuses, delivery, feedback, incidents
from kiebot.services.accounts import Person
from kiebot.services.delivery import Place
from kiebot.services.languages import pick
from kiebot.store import accounts, ledger
from kiebot.store import payments as rows
from kiebot.store.db import StoreError, is_passing, transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.store.feedback import TOLD
from kiebot.store.outbox import Lane

log = logging.getLogger(__name__)

KEEP_UNPAID_S = 90 * 24 * 3600.0
SHORT = 8  # the end of a charge id that people are shown
PROCESS = "payments"  # what an incident is said to come from


@dataclass(frozen=True, slots=True)
class Shop:
    """What is sold here, and how: the sections `billing` and `payments` of the configuration as far as people see them."""

    billing: bool = False  # people pay with credits
    stars: tuple[Pack, ...] = ()
    lavatop: tuple[Pack, ...] = ()
    order_s: float = 3600.0  # how long an offer can be paid
    support: str = ""
    terms_url: str = ""
    star_rates: tuple[Pack, ...] = ()  # what credits cost in Stars, sold so or not: values payments without an order

    def packs(self, provider: str) -> tuple[Pack, ...]:
        """What is sold in this way."""
        return {STARS: self.stars, LAVATOP: self.lavatop}.get(provider, ())

    @property
    def sells(self) -> bool:
        """Whether there is anything to buy."""
        return bool(self.stars or self.lavatop)


def shop_of(section: Any, *, billing: bool) -> Shop:
    """The shop of the section `payments` of the configuration. Without billing nothing is sold."""
    lavatop, rates = section.lavatop, tuple(Pack(pack.credits, pack.stars, XTR) for pack in section.stars.packs)
    by_card = tuple(Pack(pack.credits, pack.amount, lavatop.currency) for pack in lavatop.packs)
    return Shop(
        billing=billing,
        stars=rates if billing and section.stars.enabled else (),
        lavatop=by_card if billing and lavatop.enabled else (),
        order_s=section.order_minutes * 60.0,
        support=section.support,
        terms_url=section.terms_url,
        star_rates=rates,
    )


def offer(shop: Shop, account_id: int, provider: str, pack: Pack, where: Place) -> Any:
    """Write down what is offered to a person. What they pay it with follows: send_invoice(), or a link."""
    now = utc_now()
    with transaction(durable=True):
        return rows.add(
            account_id,
            provider=provider,
            token=new_token(pack.credits),
            credits=pack.credits,
            amount=pack.amount,
            currency=pack.currency,
            chat_id=where.chat_id,
            language=where.language,
            created_at=now,
            expires_at=now + shop.order_s,
        )


def send_invoice(payment: Any) -> int:
    """Send what was offered as an invoice of Telegram's. Returns the outbox row."""
    where = Place(payment.chat_id, payment.language)
    invoice = {"token": payment.token, "credits": payment.credits, "amount": payment.amount, "currency": payment.currency}
    with transaction(durable=True):
        row = delivery.send_invoice(where, invoice, dedup_key=f"invoice:{payment.token}")  # an id comes again
        rows.offered(payment.id, row)
    return row


def check(token: str, user_id: int, amount: int, currency: str) -> str | None:
    """Whether this may be paid now: None, or the key of the sentence that says why not. Only reads."""
    payment = rows.by_token(token)
    order = _order_of(payment) if payment is not None else None
    return refusal(order, user_id, amount, currency, utc_now())


def _order_of(payment: Any) -> Order:
    account = payment.account
    return Order(account.user_id, payment.amount, payment.currency, payment.state, payment.expires_at, account.banned)


def language_of(user_id: int, language_code: str = "") -> str:
    """In which language to speak to a person who may be unknown."""
    account = accounts.by_user(user_id)
    return pick(language_code) if account is None else _language(account)


def _language(account: Any) -> str:
    return account.language or pick(account.language_code)


def paid(
    provider: str,
    token: str,
    external_id: str,
    amount: int,
    currency: str,
    user_id: int,
    *,
    packs: Sequence[Pack] = (),
    date: float | None = None,
) -> bool:
    """Credit a payment and send the receipt; False when it was credited before.

    `date`: when the payment system says that it was made. One that no offer fits goes to who paid it, is valued by its token or
    else by `packs`, and the operator hears of it.
    """
    with transaction(durable=True):
        known = rows.by_external(provider, external_id)
        if known is not None and known.state in rows.SETTLED:
            return False
        payment = known or _offered(provider, token, amount, currency, user_id)
        if payment is None:
            payment = _unforeseen(provider, token, amount, currency, user_id, packs)
        first = not rows.has_paid(payment.account_id)
        rows.mark_paid(payment.id, external_id, {**payment.detail, "date": date or utc_now()})
        ledger.add(payment.account_id, "topup", payment.credits, f"topup:{provider}:{external_id}", reason=_named(payment))
        failpoint("payment-crediting")
        if first:
            bonuses.first_purchase(payment.account_id)
        _send_receipt(payment, external_id)
    failpoint("payment-credited")
    log.info("payment credited payment=%d provider=%s credits=%d amount=%d", payment.id, provider, payment.credits, amount)
    return True


def _offered(provider: str, token: str, amount: int, currency: str, user_id: int) -> Any | None:
    """The offer that this pays, expired or not; None when there is none, or when it says something else."""
    payment = rows.by_token(token)
    if payment is None or payment.state not in rows.UNPAID:
        return None
    said = (payment.provider, payment.amount, payment.currency, payment.account.user_id)
    return payment if said == (provider, amount, currency, user_id) else None


def _unforeseen(provider: str, token: str, amount: int, currency: str, user_id: int, packs: Sequence[Pack]) -> Any:
    """Money came that no offer explains: our state was lost, or one invoice was paid twice."""
    account = accounts.of_user(user_id)
    credits = worth(token, amount, currency, packs)
    incidents.alarm("payment-unforeseen", provider, process=PROCESS, context={"user": user_id, "amount": amount})
    return rows.add(
        account.id,
        provider=provider,
        token=new_token(credits),
        credits=credits,
        amount=amount,
        currency=currency,
        chat_id=user_id,
        language=_language(account),
        detail={"unforeseen": token},
        expires_at=utc_now(),
    )


def _named(payment: Any) -> str:
    """What the ledger says of it."""
    return f"payment {payment.id}"


def _send_receipt(payment: Any, external_id: str) -> None:
    args = {
        "credits": payment.credits,
        "price": price_in_words(payment.amount, payment.currency),
        "payment": str(payment.id),
        "charge": external_id[-SHORT:],
        "balance": ledger.balance(payment.account_id),
    }
    delivery.say(_place(payment), "payment-receipt", args, lane=Lane.RESULT, dedup_key=f"receipt:{payment.id}")


def _place(payment: Any) -> Place:
    return Place(payment.chat_id, payment.language)


def refunded(provider: str, external_id: str, *, user_id: int = 0, amount: int = 0, currency: str = "") -> bool:
    """Take the credits of a payment back that went back; False when that was done before.

    It may take the balance below zero. A refund whose payment we have not seen yet (`user_id`, `amount`: whose and how much) is
    kept, so that the payment is not credited when it comes.
    """
    with transaction(durable=True):
        payment = rows.by_external(provider, external_id)
        if payment is None or payment.state in rows.UNPAID:
            _note_refund_first(payment, provider, external_id, user_id, amount, currency)
            return False
        if not rows.mark_refunded(payment.id):
            return False
        key = f"reversal:{provider}:{external_id}"
        ledger.add(payment.account_id, "reversal", -payment.credits, key, reason=_named(payment))
        failpoint("payment-reversing")
        _send_refund_note(payment)
    log.info("payment reversed payment=%d provider=%s credits=%d", payment.id, provider, payment.credits)
    return True


def _note_refund_first(payment: Any, provider: str, external_id: str, user_id: int, amount: int, currency: str) -> None:
    if payment is None and user_id and amount > 0:
        account = accounts.of_user(user_id)
        credits = worth("", amount, currency, ())
        payment = rows.add(
            account.id,
            provider=provider,
            token=new_token(credits),
            credits=credits,
            amount=amount,
            currency=currency,
            chat_id=user_id,
            language=_language(account),
            expires_at=utc_now(),
        )
    if payment is not None:
        rows.mark_paid(payment.id, external_id, {**payment.detail, "date": utc_now(), "never_credited": True})
        rows.mark_refunded(payment.id)


def _send_refund_note(payment: Any) -> None:
    balance = ledger.balance(payment.account_id)
    args = {
        "credits": payment.credits,
        "price": price_in_words(payment.amount, payment.currency),
        "payment": str(payment.id),
        "balance": balance,
        "debt": "yes" if balance < 0 else "no",
    }
    delivery.say(_place(payment), "payment-returned", args, lane=Lane.RESULT, dedup_key=f"returned:{payment.id}")


def compare_stars(listed: Sequence[Transaction], since: float) -> Findings:
    """Telegram's list from `since` on against our store. Only reads."""
    found = [*rows.settled_since(STARS, since), *_named_in(listed)]
    ours = [Known(row.id, row.external_id, row.token, row.state, _date_of(row)) for row in found]
    return stars.compare(listed, ours, since, utc_now())


def _named_in(listed: Sequence[Transaction]) -> list[Any]:
    return list(rows.settled_as(STARS, [line.id for line in listed], [line.payload for line in listed]))


def _date_of(payment: Any) -> float:
    return float(payment.detail.get("date") or payment.paid_at)


def reconcile_stars(listed: Sequence[Transaction], since: float, packs: Sequence[Pack]) -> Findings:
    """Mend what can be mended; of the rest the operator is told once."""
    found = compare_stars(listed, since)
    for line in [*found.credit, *found.reverse]:
        try:
            _mend(line, packs)
        except Exception as exc:  # one that cannot be mended must not hold back the others
            if isinstance(exc, StoreError) and is_passing(exc):
                raise
            incidents.record(exc, process=PROCESS, context={"user": line.user_id, "amount": line.stars})
            log.exception("payment not mended charge=%s", line.id)
    for payment in found.missing:
        _tell_once("payment-not-at-telegram", rows.get(payment.id), payment.charge_id)
    for line in found.doubtful:
        _tell_once("payment-doubtful", rows.by_token(line.payload), line.id)
    return found


def _mend(line: Transaction, packs: Sequence[Pack]) -> None:
    if line.refund:
        refunded(STARS, line.id)
    else:
        paid(STARS, line.payload, line.id, line.stars, XTR, line.user_id, packs=packs, date=line.date)


def _tell_once(kind: str, payment: Any, charge_id: str) -> None:
    """Something about a payment that only a person can decide; `charge_id`: which of Telegram's it is about."""
    told = payment.detail.get("told", [])
    if charge_id in told:
        return
    with transaction():
        rows.set_detail(payment.id, {**payment.detail, "told": [*told, charge_id]})
        incidents.alarm(kind, _named(payment), process=PROCESS, words=charge_id, context={"payment": payment.id})


def tidy() -> None:
    """Offers whose time is up are expired; what nobody paid for long is deleted."""
    now = utc_now()
    with transaction():
        rows.expire(now)
        rows.drop_unpaid(now - KEEP_UNPAID_S)


def lines_of(account_id: int, limit: int = 3) -> str:
    """What a person bought last, a line each; empty: nothing."""
    return "\n".join(_line(payment) for payment in rows.last_of(account_id, limit))


def _line(payment: Any) -> str:
    price = price_in_words(payment.amount, payment.currency)
    return f"№ {payment.id}: {payment.credits} · {price} · …{payment.external_id[-SHORT:]}"


def ask_support(person: Person, chat_id: int, words: str) -> str:
    """Keep a question about payments, and pass it on to the administrators if there are any. Returns the sentence about it."""
    with transaction():
        admins = accounts.admins()
        kept = feedback.keep(person, chat_id, f"/paysupport {words}", told=bool(admins))
        if kept is None:
            return "feedback-enough"
        bought = lines_of(person.account_id) or "-"
        args = {"name": person.name, "user": str(person.user_id), "words": words, "payments": bought}
        for admin in admins:
            key = f"{TOLD}question:{kept}:{admin.id}"
            delivery.say(Place(admin.user_id, _language(admin)), "payment-question", args, dedup_key=key)
    return "paysupport-sent" if admins else "paysupport-kept"


def was_offered_now(account_id: int, provider: str, pack: Pack, within_s: float) -> bool:
    """Whether the same was offered a moment ago: a button was pressed twice."""
    return rows.open_like(account_id, provider, pack.credits, pack.amount, utc_now() - within_s) is not None
