"""Stars as Telegram speaks of them, and the ten seconds before a payment."""

from __future__ import annotations

import asyncio
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from pyrogram import raw
from pyrogram.errors import BadRequest

from kiebot.i18n import LANGUAGES, text
from kiebot.payments.stars import LONGEST_DESCRIPTION, LONGEST_TITLE
from kiebot.store.db import StoreError
from kiebot.telegram.stars import CHECK_S, Asked, Paid, Refunded, Till, invoice_media, read_payment

ANN = raw.types.User(id=7, first_name="Ann", lang_code="ru")
CHARGE = raw.types.PaymentCharge(id="ch-1", provider_charge_id="0")


class Line:
    """Stands where the connection stands: remembers what is asked, and answers with what is waiting."""

    def __init__(self, *outcomes: BaseException | None) -> None:
        self.asked: list[Any] = []
        self._outcomes = list(outcomes)

    async def invoke(self, query: Any, timeout_s: float = 6.0) -> Any:
        self.asked.append(query)
        outcome = self._outcomes.pop(0) if self._outcomes else None
        if outcome is not None:
            raise outcome
        return True


def question(number: int = 1) -> raw.types.UpdateBotPrecheckoutQuery:
    return raw.types.UpdateBotPrecheckoutQuery(query_id=number, user_id=7, payload=b"kb", currency="XTR", total_amount=350)


def updates(*found: Any) -> raw.types.Updates:
    return raw.types.Updates(updates=list(found), users=[ANN], chats=[], date=0, seq=0)


async def answers(line: Line, count: int = 1, within_s: float = 10) -> list[Any]:
    ends_at = time.monotonic() + within_s
    while len(line.asked) < count and time.monotonic() < ends_at:
        await asyncio.sleep(0.01)
    return line.asked


async def test_a_question_is_answered_once_by_whatever_way_it_comes() -> None:
    line, heard = Line(), []
    till = Till(line, lambda asked: heard.append(asked) or "")  # type: ignore[arg-type, func-returns-value]
    till.hear(updates(question()))
    till.hear(raw.types.UpdateShort(update=question(), date=0))
    till.take(question(), {})
    await answers(line)
    await asyncio.sleep(0.1)
    assert [(query.query_id, query.success, query.error) for query in line.asked] == [(1, True, None)]
    assert [(asked.token, asked.amount, asked.sender.language_code) for asked in heard] == [("kb", 350, "ru")]


async def test_a_refusal_carries_the_sentence() -> None:
    line = Line()
    Till(line, lambda asked: "too old").hear(updates(question()))  # type: ignore[arg-type]
    query = (await answers(line))[0]
    assert (query.success, query.error) == (None, "too old")


async def test_what_else_comes_is_let_pass() -> None:
    line = Line()
    Till(line, lambda asked: "").hear(updates(raw.types.UpdateConfig()))  # type: ignore[arg-type]
    Till(line, lambda asked: "").hear(raw.types.UpdatesTooLong())  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert line.asked == []


async def test_a_store_that_does_not_answer_in_time_is_a_refusal_in_words() -> None:
    line, release = Line(), threading.Event()
    started = time.monotonic()

    def judge(asked: Asked) -> str:
        release.wait(20)
        return ""

    Till(line, judge).hear(updates(question()))  # type: ignore[arg-type]
    query = (await answers(line))[0]
    release.set()
    assert query.error == text("ru", "payment-refused-busy")
    assert time.monotonic() - started < CHECK_S + 1


@pytest.mark.parametrize("fault", [StoreError("database is locked"), ValueError("a bug")])
async def test_a_store_that_breaks_is_a_refusal_in_words(fault: Exception) -> None:
    line = Line()

    def judge(asked: Asked) -> str:
        raise fault

    Till(line, judge).hear(updates(question()))  # type: ignore[arg-type]
    assert (await answers(line))[0].error == text("ru", "payment-refused-busy")


async def test_many_people_pay_at_the_same_moment() -> None:
    line = Line()

    def judge(asked: Asked) -> str:
        time.sleep(0.02)
        return ""

    started = time.monotonic()
    Till(line, judge).hear(updates(*(question(number) for number in range(100))))  # type: ignore[arg-type]
    assert len({query.query_id for query in await answers(line, 100)}) == 100
    assert time.monotonic() - started < CHECK_S


@pytest.mark.parametrize(("fault", "tries"), [(TimeoutError(), 2), (OSError(), 2), (BadRequest("[400 QUERY_ID_INVALID]"), 1)])
async def test_an_answer_that_may_be_lost_is_given_again_and_a_late_one_is_not(fault: BaseException, tries: int) -> None:
    line = Line(fault)
    Till(line, lambda asked: "").hear(updates(question()))  # type: ignore[arg-type]
    await answers(line, tries)
    await asyncio.sleep(0.1)
    assert len(line.asked) == tries


def service(action: Any, **more: Any) -> Any:
    peer = raw.types.PeerUser(user_id=7)
    return raw.types.MessageService(id=1, peer_id=peer, date=1000, action=action, **more)


def test_a_payment_names_payer_token_and_charge() -> None:
    action = raw.types.MessageActionPaymentSentMe(currency="XTR", total_amount=350, payload=b"kb500.x", charge=CHARGE)
    paid = read_payment(service(action), {7: ANN})
    assert isinstance(paid, Paid)
    assert (paid.charge_id, paid.token, paid.amount, paid.currency, paid.date) == ("ch-1", "kb500.x", 350, "XTR", 1000)
    assert (paid.sender.user_id, paid.sender.name, paid.sender.language_code) == (7, "Ann", "ru")


def test_in_a_group_the_payer_is_the_author() -> None:
    action = raw.types.MessageActionPaymentSentMe(currency="XTR", total_amount=350, payload=b"\xff", charge=CHARGE)
    message = service(action, from_id=raw.types.PeerUser(user_id=8))
    message.peer_id = raw.types.PeerChat(chat_id=5)
    paid = read_payment(message, {})
    assert isinstance(paid, Paid)
    assert (paid.sender.user_id, paid.token) == (8, "\ufffd")


def test_a_refund_names_the_charge_whoever_wrote_it() -> None:
    action = raw.types.MessageActionPaymentRefunded(
        peer=raw.types.PeerUser(user_id=1), currency="XTR", total_amount=350, charge=CHARGE
    )
    assert read_payment(service(action, out=True), {}) == Refunded("ch-1", 7, 350, "XTR")


def test_other_messages_are_no_payments() -> None:
    assert read_payment(service(raw.types.MessageActionPinMessage()), {}) is None
    assert read_payment(SimpleNamespace(message="hello"), {}) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("credits", [1, 2, 5, 999_999_999])
def test_an_invoice_is_within_what_telegram_takes(language: str, credits: int) -> None:
    invoice = {"token": "kb500." + "a" * 24, "credits": credits, "amount": 350, "currency": "XTR"}
    media = invoice_media(invoice, language)
    assert media.title == text(language, "invoice-title", credits=credits), "nothing was cut off"
    assert len(media.title) <= LONGEST_TITLE
    assert 0 < len(media.description) < LONGEST_DESCRIPTION
    assert [(price.label, price.amount) for price in media.invoice.prices] == [(media.title, 350)]
    assert (media.payload, media.provider) == (invoice["token"].encode(), None)
