"""/buy, /paysupport and /terms, and what is said before a payment."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from kiebot.config.keys import Payments
from kiebot.i18n import text
from kiebot.payments.orders import XTR
from kiebot.services import billing, erasure
from kiebot.services.feedback import MOST_AN_HOUR, tell_admins
from kiebot.services.incoming import Sender
from kiebot.services.payments import Shop, shop_of
from kiebot.store import accounts, feedback
from kiebot.store.db import StoreError, database
from kiebot.store.feedback_models import Feedback
from kiebot.store.models import Incident, OutboxRow
from kiebot.store.money_models import Payment
from kiebot.telegram.handlers import payments
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.stars import Asked, Paid, Refunded
from tests.telegram.phone import GROUP, Phone

SHOP = shop_of(Payments.model_validate({"stars": {"enabled": True}}), billing=True)
ANN = Sender(7, "Ann", "", "en")


def phone_of(desk: Desk, shop: Shop = SHOP, **more: Any) -> Phone:
    return Phone(Intake(replace(desk, shop=shop)), **more)


@pytest.fixture
def ann(desk: Desk) -> Phone:
    return phone_of(desk)


def test_packs_are_offered_and_the_chosen_one_becomes_an_invoice(ann: Phone) -> None:
    menu = ann.say("/buy")
    assert [words for words, _ in menu.buttons] == ["100 credits · 75 ⭐", "500 credits · 350 ⭐", "2,000 credits · 1300 ⭐"]
    assert "0 credits" in menu.text
    ann.press("500 credits", menu)
    row = OutboxRow.select().order_by(OutboxRow.id.desc()).get()
    assert (row.kind, row.payload["invoice"]["credits"], row.payload["invoice"]["amount"]) == ("invoice", 500, 350)
    assert Payment.get().message_row == row.id


def test_a_slip_of_the_finger_makes_no_second_invoice_and_another_pack_does(ann: Phone) -> None:
    menu = ann.say("/buy")
    ann.press("500 credits", menu)
    ann.press("500 credits", menu)
    assert ann.notice == "buy-invoice-there"
    ann.press("100 credits", menu)
    assert OutboxRow.select().where(OutboxRow.kind == "invoice").count() == 2


@pytest.mark.parametrize(
    "data", ["buy", "buy:stars", "buy:stars:500:1", "buy:stars:5000000:350", "buy:lavatop:100:100", "buy:x:1:1"]
)
def test_forged_and_old_buttons_sell_nothing(ann: Phone, data: str) -> None:
    ann.press_data(data, ann.say("/buy"))
    assert ann.notice == "buy-pack-gone"
    assert Payment.select().count() == 0


def test_in_a_group_nothing_is_sold_and_the_way_to_the_private_chat_is_shown(desk: Desk) -> None:
    ann = phone_of(desk, chat=GROUP)
    told = ann.say("/buy")
    assert (told.key, told.buttons[0][1]) == ("buy-group", "https://t.me/kiebot?start=buy")
    ann.press_data("buy:stars:500:350", told)
    assert ann.notice == "button-old"
    assert Payment.select().count() == 0


def test_a_button_leads_back_to_the_packs(ann: Phone) -> None:
    assert ann.press_data("buy:menu", ann.say("/terms")).key == "buy"


def test_the_way_from_the_group_ends_in_the_shop(ann: Phone) -> None:
    assert ann.say("/start buy").key == "buy"


@pytest.mark.parametrize(("billing_on", "key"), [(False, "buy-free"), (True, "buy-closed")])
def test_where_nothing_is_sold_a_sentence_says_why(desk: Desk, billing_on: bool, key: str) -> None:
    ann = phone_of(desk, Shop(billing=billing_on))
    told = ann.say("/buy")
    assert told.key == key
    ann.press_data("buy:stars:500:350", told)
    assert ann.notice == key


def test_help_with_payments_names_the_contact_and_the_last_payments(desk: Desk) -> None:
    ann = phone_of(desk, replace(SHOP, support="@keeper"))
    assert "Write to @keeper" in ann.say("/paysupport").text
    assert "not bought anything" in ann.last().text
    payments.take(ann.intake.desk, Paid("charge-12345678", ANN, "order:1", 350, XTR, 1000))
    told = ann.say("/paysupport I paid and see nothing")
    assert "№ 1: 500 · 350 ⭐ · …12345678" in told.text


def test_in_a_group_nobody_sees_what_a_person_bought(desk: Desk) -> None:
    ann = phone_of(desk, chat=GROUP)
    payments.take(ann.intake.desk, Paid("charge-12345678", ANN, "order:1", 350, XTR, 1000))
    told = ann.say("/paysupport").text
    assert ("private chat" in told, "350" in told) == (True, False)


def test_without_a_contact_the_question_goes_to_the_administrators_once_a_minute(ann: Phone) -> None:
    accounts.set_role(accounts.of_user(9).id, "admin")
    bob = Phone(ann.intake, user_id=8)
    assert bob.say("/paysupport it is gone").key == "paysupport-sent"
    assert bob.say("/paysupport hello?").key == "paysupport-wait"
    questions = [row.payload["args"]["words"] for row in OutboxRow.select().where(OutboxRow.chat_id == 9)]
    assert questions == ["it is gone"]
    assert tell_admins() == 0, "they have heard of it"
    assert [row.text for row in Feedback.select()] == ["/paysupport it is gone"]


def test_a_question_that_nobody_can_be_told_of_is_kept_and_told_to_whoever_runs_the_bot_next(ann: Phone) -> None:
    assert ann.say("/paysupport my 500 credits are gone").key == "paysupport-kept"
    assert [row.text for row in Feedback.select()] == ["/paysupport my 500 credits are gone"]
    accounts.set_role(accounts.of_user(9).id, "admin")
    assert tell_admins() == 1
    assert "my 500 credits are gone" in OutboxRow.get(OutboxRow.chat_id == 9).payload["args"]["lines"]


def test_who_asks_all_the_time_is_told_to_wait(ann: Phone) -> None:
    account = accounts.of_user(7)
    for number in range(MOST_AN_HOUR):
        feedback.add(account.id, 7, f"{number}")
    assert ann.say("/paysupport hello").key == "feedback-enough"


def test_a_question_goes_with_the_account_also_from_what_the_administrators_were_told(desk: Desk, ann: Phone) -> None:
    accounts.set_role(accounts.of_user(9).id, "admin")
    ann.say("/paysupport I am Ann of 5 Park Lane")
    erasure.erase(accounts.by_user(7).id, desk.data_dir)
    assert Feedback.select().count() == 0
    assert "Park Lane" not in str(OutboxRow.get(OutboxRow.chat_id == 9).payload)


def test_terms_are_the_operators_page_or_a_text_of_our_own(desk: Desk, ann: Phone) -> None:
    assert ann.say("/terms").key == "terms"
    theirs = phone_of(desk, replace(SHOP, terms_url="https://example.org/terms"), user_id=8)
    assert "https://example.org/terms" in theirs.say("/terms").text


def asked(payment: Any, user_id: int = 7, code: str = "en") -> Asked:
    return Asked(1, Sender(user_id, language_code=code), payment.token, payment.amount, payment.currency)


def test_a_refusal_speaks_the_language_the_person_chose(ann: Phone) -> None:
    ann.press("500 credits", ann.say("/buy"))
    payment = Payment.get()
    assert payments.judge(SHOP, asked(payment)) == ""
    assert payments.judge(SHOP, asked(payment, 8, "ru")) == text("ru", "payment-refused-other-person")
    assert payments.judge(replace(SHOP, stars=()), asked(payment)) == text("en", "payment-refused-closed")
    accounts.set_language(accounts.by_user(7).id, "ru")
    Payment.update(state="expired").execute()
    assert payments.judge(SHOP, asked(payment)) == text("ru", "payment-refused-expired")


def test_what_telegram_says_is_taken_once(ann: Phone) -> None:
    desk = ann.intake.desk
    for _ in range(3):
        payments.take(desk, Paid("ch-1", ANN, "order:1", 350, XTR, 1000))
    account = accounts.by_user(7)
    assert (account.name, billing.balance(account.id)) == ("Ann", 500)
    for _ in range(3):
        payments.take(desk, Refunded("ch-1", 7, 350, XTR))
    assert billing.balance(account.id) == 0
    assert [row.payload["key"] for row in OutboxRow.select().order_by(OutboxRow.id)] == ["payment-receipt", "payment-returned"]


def test_a_locked_store_leaves_the_payment_to_be_repeated(ann: Phone) -> None:
    event = Paid("ch-1", ANN, "order:1", 350, XTR, 1000)
    database.execute_sql("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(ann.intake.desk.data_dir / "kiebot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            payments.take(ann.intake.desk, event)
        other.execute("ROLLBACK")
    payments.take(ann.intake.desk, event)
    assert billing.balance(accounts.by_user(7).id) == 500


def test_a_payment_that_cannot_be_taken_becomes_an_incident_and_the_payer_hears_of_it(ann: Phone) -> None:
    payments.take(ann.intake.desk, Paid("ch-1", ANN, "order:1", 0, XTR, 1000))
    incident = Incident.get(Incident.kind == "IntegrityError")
    assert Payment.select().count() == 0
    assert (ann.last().key, incident.code in ann.last().text) == ("payment-trouble", True)
