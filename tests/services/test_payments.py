"""Payments are credited once, and go back once, whatever comes in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiebot.config.keys import Payments
from kiebot.payments.orders import XTR, Pack, new_token
from kiebot.payments.stars import Transaction
from kiebot.services import billing, payments
from kiebot.services.accounts import person_of
from kiebot.services.bonuses import Bonuses, grant, invite, invite_code
from kiebot.services.delivery import Place
from kiebot.services.payments import Shop, shop_of
from kiebot.store import accounts
from kiebot.store import payments as rows
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Incident, OutboxRow
from kiebot.store.money_models import Payment

PACK = Pack(500, 350, XTR)
SHOP = Shop(billing=True, stars=(PACK,), star_rates=(PACK,))
HERE = Place(7, "en")


@pytest.fixture
def offered(account):
    return payments.offer(SHOP, account.id, "stars", PACK, HERE)


def pay(payment, charge="ch-1", **facts):
    given = {"amount": payment.amount, "currency": payment.currency, "user_id": 7} | facts
    return payments.paid("stars", payment.token, charge, packs=SHOP.star_rates, **given)


def said(key):
    return [row.payload for row in OutboxRow.select().order_by(OutboxRow.id) if row.payload.get("key") == key]


def refuses(payment, user_id=7, amount=350, currency=XTR):
    return payments.check(payment.token, user_id, amount, currency)


def state(payment):
    return rows.get(payment.id).state


def test_an_offer_becomes_one_invoice_with_what_it_says(offered):
    payments.send_invoice(offered)
    row = OutboxRow.get()
    assert (row.kind, row.payload["invoice"]["token"], row.payload["invoice"]["amount"]) == ("invoice", offered.token, 350)
    assert (state(offered), rows.get(offered.id).message_row) == ("offered", row.id)


def test_it_may_be_paid_by_whom_it_was_made_for_until_it_is_paid(offered):
    assert refuses(offered) is None
    assert refuses(offered, user_id=8) == "payment-refused-other-person"
    assert refuses(offered, amount=1) == "payment-refused-changed"
    pay(offered)
    assert refuses(offered) == "payment-refused-paid"


def test_a_payment_is_credited_once_with_one_receipt(offered):
    assert pay(offered)
    assert not pay(offered)
    assert billing.balance(offered.account_id) == 500
    args = said("payment-receipt")[0]["args"]
    assert len(said("payment-receipt")) == 1
    assert (args["credits"], args["price"], args["balance"], args["charge"]) == (500, "350 ⭐", 500, "ch-1")


def test_an_expired_offer_that_is_paid_after_all_is_credited(offered):
    Payment.update(expires_at=utc_now() - 1).execute()
    payments.tidy()
    assert (state(offered), refuses(offered)) == ("expired", "payment-refused-expired")
    assert pay(offered)
    assert (state(offered), billing.balance(offered.account_id)) == ("paid", 500)


def test_one_invoice_paid_twice_is_two_purchases_and_the_operator_hears_of_it(offered):
    assert pay(offered, "ch-1")
    assert pay(offered, "ch-2")
    assert billing.balance(offered.account_id) == 1000
    assert Incident.get().kind == "payment-unforeseen"


def test_who_pays_is_credited_not_who_was_asked(offered):
    other = accounts.of_user(8)
    assert pay(offered, user_id=8)
    assert (billing.balance(other.id), billing.balance(offered.account_id), state(offered)) == (500, 0, "created")


@pytest.mark.parametrize(
    ("token", "amount", "credits"),
    [("order:1", 350, 500), ("order:1", 7, 10), (new_token(600), 350, 600)],
    ids=["as a pack", "as a part of one", "as the token says"],  # a token is random: workers of pytest would differ
)
def test_a_payment_without_an_offer_goes_to_its_payer(data_dir, token, amount, credits):
    assert payments.paid("stars", token, "ch-9", amount, XTR, 70, packs=SHOP.star_rates)
    account = accounts.by_user(70)
    assert billing.balance(account.id) == credits
    assert said("payment-receipt")[0]["args"]["credits"] == credits
    assert not payments.paid("stars", token, "ch-9", amount, XTR, 70, packs=SHOP.star_rates)


def test_the_first_purchase_pays_the_invitation_and_the_second_does_not(account):
    guest = accounts.of_user(8)
    with transaction(durable=True):
        invite(guest.id, invite_code(account.id), Bonuses(inviter=30, invited=20))
    for charge in ("ch-1", "ch-2"):
        payments.paid("stars", new_token(500), charge, 350, XTR, 8)
    assert (billing.balance(guest.id), billing.balance(account.id)) == (1020, 30)


def test_a_payment_that_went_back_before_it_was_heard_of_is_no_first_purchase(account):
    guest = accounts.of_user(8)
    with transaction(durable=True):
        invite(guest.id, invite_code(account.id), Bonuses(inviter=30, invited=20))
    payments.refunded("stars", "ch-1", user_id=8, amount=350, currency=XTR)
    assert not payments.paid("stars", new_token(500), "ch-1", 350, XTR, 8)
    assert (billing.balance(guest.id), billing.balance(account.id)) == (0, 0)
    payments.paid("stars", new_token(500), "ch-2", 350, XTR, 8)
    assert (billing.balance(guest.id), billing.balance(account.id)) == (520, 30)
    assert billing.verify().problems == []


def test_a_refund_takes_the_credits_once_even_when_they_are_spent(offered):
    pay(offered)
    with transaction(durable=True):
        grant(offered.account_id, -450, "spent")
    assert payments.refunded("stars", "ch-1")
    assert not payments.refunded("stars", "ch-1")
    assert (billing.balance(offered.account_id), state(offered)) == (-450, "refunded")
    assert said("payment-returned")[0]["args"]["debt"] == "yes"
    assert billing.verify().problems == []


def test_a_refund_heard_of_before_its_payment_leaves_nothing_to_credit(account):
    assert not payments.refunded("stars", "ch-1", user_id=7, amount=350, currency=XTR)
    assert not payments.paid("stars", new_token(500), "ch-1", 350, XTR, 7)
    assert not payments.refunded("stars", "ch-1", user_id=7, amount=350, currency=XTR)
    assert (billing.balance(account.id), OutboxRow.select().count()) == (0, 0)


def test_a_refund_of_nothing_we_know_is_let_pass(data_dir):
    assert not payments.refunded("stars", "ch-1")
    assert Payment.select().count() == 0


def line(charge, *, refund=False, token=None):
    return Transaction(charge, int(utc_now()) - 5 * 86_400, -350 if refund else 350, refund, 7, token or new_token(500))


def test_the_comparison_credits_what_was_missed_and_takes_back_what_went(offered):
    pay(offered, "ch-1")
    since = utc_now() - 35 * 86_400
    listed = [line("ch-1"), line("ch-1", refund=True), line("ch-2"), line("ch-3", token="order:1001")]
    for expected in ((["ch-2"], ["ch-1"]), ([], [])):
        found = payments.reconcile_stars(listed, since, SHOP.star_rates)
        assert ([one.id for one in found.credit], [one.id for one in found.reverse]) == expected
    assert billing.balance(offered.account_id) == 500
    assert len(said("payment-receipt")) == 2


def test_of_a_payment_that_telegram_does_not_know_the_operator_hears_once(offered):
    pay(offered, "ch-1", date=utc_now() - 5 * 86_400)
    for _ in range(2):
        found = payments.reconcile_stars([], utc_now() - 35 * 86_400, SHOP.star_rates)
        assert [payment.charge_id for payment in found.missing] == ["ch-1"]
    assert [(row.kind, row.count) for row in Incident.select()] == [("payment-not-at-telegram", 1)]
    assert billing.balance(offered.account_id) == 500, "credits stay: only a person can tell what happened"


def test_a_payment_under_a_second_name_is_not_credited_again(offered):
    pay(offered, "ch-1")
    listed = [line("ch-1", token=offered.token), line("ch-2", token=offered.token)]
    for _ in range(2):
        found = payments.reconcile_stars(listed, utc_now() - 35 * 86_400, SHOP.star_rates)
        assert [one.id for one in found.doubtful] == ["ch-2"]
    assert [(row.kind, row.count) for row in Incident.select()] == [("payment-doubtful", 1)]
    assert billing.balance(offered.account_id) == 500


def test_a_line_that_cannot_be_mended_does_not_hold_back_the_others(account):
    listed = [replace(line("ch-1"), user_id=2**70), line("ch-2")]
    payments.reconcile_stars(listed, utc_now() - 35 * 86_400, SHOP.star_rates)
    assert billing.balance(account.id) == 500
    assert Incident.select().where(Incident.kind == "OverflowError").count() == 1


def test_unpaid_offers_are_forgotten_in_the_end_and_payments_are_not(offered):
    paid = payments.offer(SHOP, offered.account_id, "stars", PACK, HERE)
    pay(paid)
    Payment.update(expires_at=1).execute()
    payments.tidy()
    assert [row.id for row in Payment.select()] == [paid.id]


def test_an_offer_that_gets_the_number_of_a_forgotten_one_is_sent_all_the_same(offered):
    payments.send_invoice(offered)
    Payment.update(expires_at=1).execute()
    payments.tidy()
    later = payments.offer(SHOP, offered.account_id, "stars", PACK, HERE)
    payments.send_invoice(later)
    assert (later.id, OutboxRow.select().count()) == (offered.id, 2)
    assert rows.get(later.id).state == "offered"


def test_the_shop_is_closed_while_everything_is_free():
    section = Payments.model_validate({"stars": {"enabled": True}, "lavatop": {"enabled": True}})
    free, open_ = shop_of(section, billing=False), shop_of(section, billing=True)
    assert not free.sells
    assert [pack.price for pack in open_.packs("stars")] == ["75 ⭐", "350 ⭐", "1300 ⭐"]
    assert [pack.price for pack in open_.packs("lavatop")] == ["100 RUB", "450 RUB"]
    assert free.star_rates == open_.stars, "what comes all the same can be valued"


def test_questions_reach_every_administrator_with_the_last_payments(offered):
    pay(offered)
    person = person_of(accounts.get(offered.account_id))
    accounts.set_role(accounts.of_user(9, language_code="ru").id, "admin")
    assert payments.ask_support(person, 7, "where are they") == "paysupport-sent"
    told = said("payment-question")[0]
    assert (told["language"], told["args"]["words"]) == ("ru", "where are they")
    assert "500 · 350 ⭐" in told["args"]["payments"]
