"""/buy, /paysupport, /terms; what is said before a payment, and what Telegram says after it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.payments.orders import LAVATOP, STARS, Pack
from kiebot.services import accounts as services
from kiebot.services import billing, delivery, lavatop, payments
from kiebot.services.accounts import Person, place, press_place
from kiebot.services.delivery import Button, Place
from kiebot.services.incidents import record
from kiebot.services.incoming import Incoming, Sender
from kiebot.services.payments import Shop
from kiebot.store import accounts
from kiebot.store.db import StoreError, is_passing, transaction, utc_now
from kiebot.telegram.handlers.desk import NOTICE_EVERY_S, Desk, Effects, Pressed, say
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows, post
from kiebot.telegram.stars import Asked, Paid, Refunded

log = logging.getLogger(__name__)

AREA, MENU = "buy", "menu"
START_WORD = "buy"  # t.me/<bot>?start=buy
TWICE_S = 10.0  # the same pack pressed again so soon is a slip of the finger
LONGEST_QUESTION = 1000  # characters
PRESENT: dict[str, Callable[[Desk, Any], object]] = {  # how a person gets to pay an offer, by way to pay
    STARS: lambda desk, payment: payments.send_invoice(payment),
    LAVATOP: lambda desk, payment: lavatop.begin(payment, queue=desk.queue),
}


def on_buy(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/buy: packs of credits, in the private chat."""
    if not desk.shop.sells:
        say(person, incoming, closed_key(desk.shop))
    elif not incoming.private:
        link: Button = {"key": "buy-group-button", "url": f"https://t.me/{desk.bot_username}?start={START_WORD}"}
        say(person, incoming, "buy-group", buttons=[[link]])
    else:
        _show(desk.shop, person, place(person, incoming))


def closed_key(shop: Shop) -> str:
    """The sentence that says why there is nothing to buy."""
    return "buy-closed" if shop.billing else "buy-free"


def _show(shop: Shop, person: Person, where: Place) -> None:
    screen = Screen("buy", {"balance": billing.balance(person.account_id)}, pack_buttons(shop, person.language))
    post(person, where, screen)


def pack_buttons(shop: Shop, language: str, missing: int = 0) -> Rows:
    """A button a pack and way to pay. `missing`: of each way only the smallest pack that is enough, or else the largest."""
    wanted = {provider: _enough(shop.packs(provider), missing) if missing else shop.packs(provider) for provider in PRESENT}
    return in_rows([_button(provider, pack, language) for provider, packs in wanted.items() for pack in packs], 1)


def _enough(packs: Sequence[Pack], missing: int) -> Sequence[Pack]:
    by_size = sorted(packs, key=lambda pack: pack.credits)
    return [pack for pack in by_size if pack.credits >= missing][:1] or by_size[-1:]


def _button(provider: str, pack: Pack, language: str) -> Button:
    words = text(language, "buy-pack", credits=pack.credits, price=pack.price)
    return {"text": words, "data": f"{AREA}:{provider}:{pack.credits}:{pack.amount}"}


def press_buy(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """buy:menu shows the packs; buy:<way to pay>:<credits>:<amount> offers one, if it is still sold so."""
    where = press_place(person, pressed.press)
    if where.chat_id < 0:
        raise UserFault("button-old")
    if not desk.shop.sells:
        raise UserFault(closed_key(desk.shop))
    if pressed.words == (MENU,):
        _show(desk.shop, person, where)
        return
    provider, pack = _chosen(desk.shop, pressed)
    if payments.was_offered_now(person.account_id, provider, pack, TWICE_S):
        effects.notice = "buy-invoice-there"
        return
    PRESENT[provider](desk, payments.offer(desk.shop, person.account_id, provider, pack, where))


def _chosen(shop: Shop, pressed: Pressed) -> tuple[str, Pack]:
    """The way to pay and the pack of the button. Raises UserFault: the prices are others now."""
    provider = pressed.words[0] if pressed.words else ""
    wanted = (pressed.number(1), pressed.number(2))
    packs = shop.packs(provider) if provider in PRESENT else ()
    pack = next((pack for pack in packs if (pack.credits, pack.amount) == wanted), None)
    if pack is None:
        raise UserFault("buy-pack-gone")
    return provider, pack


def on_paysupport(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/paysupport: whom to ask; with words it asks the administrators, where there is no other address. The words are kept."""
    words = incoming.words.strip()[:LONGEST_QUESTION]
    if words and not desk.shop.support:
        _ask(person, incoming, words)
        return
    lines = payments.lines_of(person.account_id) if incoming.private else ""
    bought = "some" if lines else "none" if incoming.private else "hidden"
    contact = "given" if desk.shop.support else "none"
    args = {"contact": contact, "support": desk.shop.support, "bought": bought, "payments": lines}
    say(person, incoming, "paysupport", args)


def _ask(person: Person, incoming: Incoming, words: str) -> None:
    if not accounts.first_seen(f"paysupport:{person.account_id}:{int(utc_now()) // NOTICE_EVERY_S}"):
        say(person, incoming, "paysupport-wait")
    else:
        say(person, incoming, payments.ask_support(person, incoming.chat_id, words))


def on_terms(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/terms: the operator's page, or a text of our own."""
    if desk.shop.terms_url:
        say(person, incoming, "terms-at", {"url": desk.shop.terms_url})
    else:
        say(person, incoming, "terms")


def judge(shop: Shop, asked: Asked) -> str:
    """Why a payment is refused, in the person's language; empty: it is fine. Only reads."""
    key = payments.check(asked.token, asked.sender.user_id, asked.amount, asked.currency)
    if key is None and not shop.stars:
        key = "payment-refused-closed"
    if key is None:
        return ""
    return text(payments.language_of(asked.sender.user_id, asked.sender.language_code), key)


def take(desk: Desk, event: Paid | Refunded) -> None:
    """Credit a payment, or take a refunded one back, once, however often Telegram tells of it. Raises StoreError while the store
    cannot be written: the update is to be repeated."""
    try:
        if isinstance(event, Paid):
            _credit(desk, event)
        else:
            payments.refunded(STARS, event.charge_id, user_id=event.user_id, amount=event.amount, currency=event.currency)
    except Exception as exc:
        if isinstance(exc, StoreError) and is_passing(exc):
            raise
        code = record(exc, process="bot", context={"amount": event.amount})  # the nightly comparison tries it again
        log.exception("payment not taken charge=%s code=%s", event.charge_id, code)
        if isinstance(event, Paid):
            _explain(event.sender, code)


def _explain(payer: Sender, code: str) -> None:
    language = payments.language_of(payer.user_id, payer.language_code)
    with transaction():
        delivery.say(Place(payer.user_id, language), "payment-trouble", {"code": code})


def _credit(desk: Desk, event: Paid) -> None:
    with transaction():
        person = services.meet(event.sender, desk.admins)
    payments.paid(
        STARS,
        event.token,
        event.charge_id,
        event.amount,
        event.currency,
        person.user_id,
        packs=desk.shop.star_rates,
        date=event.date,
    )
