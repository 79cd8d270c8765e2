"""The start bonus, invitations, grants by hand: each once, whatever is repeated."""

from __future__ import annotations

from contextlib import suppress

import pytest

from kiebot.config.keys import Billing
from kiebot.payments.orders import STARS, XTR, Pack
from kiebot.services import billing, bonuses, payments
from kiebot.services.accounts import person_of
from kiebot.services.bonuses import Bonuses
from kiebot.services.delivery import Place
from kiebot.store import accounts, ledger, referrals
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Account, LedgerEntry, OutboxRow
from kiebot.store.money_models import Referral

PACK = Pack(100, 75, XTR)
GIFTS = Bonuses(start=20, inviter=30, invited=10)


@pytest.fixture
def people(data_dir):
    """Ann, Bob and Cid, all of them new."""
    return [accounts.of_user(number, name=name).id for number, name in ((7, "Ann"), (8, "Bob"), (9, "Cid"))]


def come(account_id, inviter_id):
    with transaction(durable=True):
        return bonuses.invite(account_id, bonuses.invite_code(inviter_id), GIFTS)


def buys(account_id):
    user_id = accounts.get(account_id).user_id
    offer = payments.offer(payments.Shop(), account_id, STARS, PACK, Place(user_id, "en"))
    assert payments.paid(STARS, offer.token, f"charge-{offer.id}", PACK.amount, PACK.currency, user_id)


def welcome(account, gifts=GIFTS):
    with transaction():
        return bonuses.welcome(person_of(accounts.get(account.id)), gifts)


def test_the_start_bonus_is_given_once_ever(account):
    assert [welcome(account), welcome(account), welcome(account, Bonuses(start=99))] == [20, 0, 0]
    assert ledger.balance(account.id) == 20


def test_who_came_before_there_was_a_bonus_gets_it_when_there_is_one(account):
    assert welcome(account, Bonuses()) == 0
    Account.update(created_at=0).execute()
    assert welcome(account) == 20


def test_who_pays_nothing_and_a_groups_name_get_no_start_bonus(account):
    assert welcome(accounts.of_user(-100)) == 0
    Account.update(free=True).execute()
    assert welcome(account) == 0
    Account.update(free=False).execute()
    assert welcome(account) == 20, "once they pay like all others"


def test_with_billing_off_nothing_is_given_whatever_is_configured():
    given = {"start_bonus": 20, "referral_bonus": 30, "invited_bonus": 10}
    assert Bonuses.of(Billing(**given)) == Bonuses()
    assert Bonuses.of(Billing(**given, enabled=True)) == GIFTS


def test_each_account_has_its_own_code_and_no_other_leads_to_it(people):
    codes = [bonuses.invite_code(account) for account in (*people, *range(1000, 3000))]
    assert len(set(codes)) == len(codes)
    assert all(len(code) <= 64 and code.replace("_", "").isalnum() for code in codes), "Telegram takes it in a link"
    assert [bonuses.inviter_of(code) for code in codes[:3]] == people
    wrong = ("", "r_", "r_1", "r_zzzzzzz", "r_!!!!!!!", "r_" + "1" * 60, bonuses.invite_code(10**9), "R_1234567")
    assert [bonuses.inviter_of(code) for code in wrong] == [None] * len(wrong)


def test_both_sides_are_paid_after_the_first_purchase_and_only_then(people):
    ann, bob, _ = people
    assert come(bob, ann) == "invite-taken"
    assert (ledger.balance(ann), ledger.balance(bob)) == (0, 0)
    buys(bob)
    assert (ledger.balance(ann), ledger.balance(bob)) == (30, 110)
    buys(bob)
    assert (ledger.balance(ann), ledger.balance(bob)) == (30, 210)
    assert {entry.idempotency_key for entry in LedgerEntry.select().where(LedgerEntry.kind == "bonus")} == {
        f"referral:invited:{bob}", f"referral:inviter:{bob}",
    }  # fmt: skip
    told = OutboxRow.select().order_by(OutboxRow.id)
    assert [(row.chat_id, row.payload["key"]) for row in told if row.payload["key"] != "payment-receipt"] == [
        (8, "invite-paid-invited"), (7, "invite-paid-inviter"),
    ]  # fmt: skip
    assert referrals.brought_by(ann) == (1, 1)
    assert billing.verify().problems == []


def test_what_was_promised_is_paid_even_when_the_operator_has_changed_it(people):
    ann, bob, _ = people
    come(bob, ann)
    assert (Referral.get().inviter_credits, Referral.get().invited_credits) == (30, 10)


def test_a_payment_that_is_rolled_back_takes_the_gifts_along(people):
    ann, bob, _ = people
    come(bob, ann)
    with suppress(KeyError), transaction(durable=True):
        bonuses.first_purchase(bob)
        raise KeyError("the payment failed")
    assert (ledger.balance(ann), Referral.get().paid_at) == (0, None)
    buys(bob)
    assert ledger.balance(ann) == 30


def test_nobody_invites_themselves(people):
    assert come(people[0], people[0]) == "invite-own"
    assert Referral.select().count() == 0


def test_there_is_no_going_round_in_a_circle(people):
    ann, bob, cid = people
    assert come(bob, ann) == "invite-taken"
    assert come(cid, bob) == "invite-taken"
    assert [come(ann, bob), come(ann, cid)] == ["invite-known"] * 2
    for account in people:
        buys(account)
    assert [ledger.balance(account) for account in people] == [130, 140, 110]
    assert billing.verify().problems == []


def test_only_who_is_new_comes_by_invitation_and_once(people):
    ann, bob, cid = people
    assert come(bob, ann) == "invite-taken"
    assert come(bob, cid) == "invite-known"
    Account.update(created_at=utc_now() - bonuses.NEW_FOR_S - 1).where(Account.id == cid).execute()
    assert come(cid, ann) == "invite-known"
    assert referrals.brought_by(ann) == (1, 0)


def test_a_code_of_nobody_is_no_news(people):
    with transaction(durable=True):
        assert bonuses.invite(people[0], "r_zzzzzzz", GIFTS) == ""


def test_a_purchase_of_who_came_alone_pays_nobody(people):
    buys(people[0])
    assert [ledger.balance(account) for account in people] == [100, 0, 0]


def test_a_grant_is_told_with_its_reason_and_may_take_more_than_there_is(account):
    with transaction(durable=True):
        bonuses.grant(account.id, 5, "for the trouble")
        bonuses.grant(account.id, -8, "a mistake")
    assert ledger.balance(account.id) == -3
    assert [(entry.kind, entry.credits, entry.reason) for entry in LedgerEntry.select()] == [
        ("bonus", 5, "for the trouble"), ("reversal", -8, "a mistake"),
    ]  # fmt: skip
    assert [(row.payload["key"], row.payload["args"]) for row in OutboxRow.select().order_by(OutboxRow.id)] == [
        ("grant-given", {"credits": 5, "reason": "for the trouble"}),
        ("grant-taken", {"credits": 8, "reason": "a mistake"}),
    ]
    assert billing.verify().problems == []
