"""kiebot-admin payments, as far as it needs no bot. With one: tests/e2e/test_stars.py."""

import json

import pytest

from kiebot.cli.asking_bot import ask
from kiebot.cli.state import opened
from kiebot.errors import OperatorFault
from kiebot.payments.orders import Pack
from kiebot.process import only_one
from kiebot.services import erasure, payments
from kiebot.services.delivery import Place
from kiebot.services.payments import Shop
from kiebot.store import accounts, db, ledger
from kiebot.store.db import transaction
from tests.stores import open_new_store

STARS, CARD = Pack(500, 350, "XTR"), Pack(100, 100, "RUB")


@pytest.fixture
def sold(run_admin):
    """Payment 1 in Stars and 2 by card were made, 3 is open."""
    open_new_store(run_admin.data_dir)
    ann, bob = accounts.of_user(77), accounts.of_user(88)
    for number, (account, provider, pack) in enumerate([(ann, "stars", STARS), (bob, "lavatop", CARD), (ann, "stars", STARS)], 1):
        payment = payments.offer(Shop(), account.id, provider, pack, Place(account.user_id, "en"))
        if number < 3:
            payments.paid(provider, payment.token, f"x-{number}", pack.amount, pack.currency, account.user_id)
    db.close_store()
    return run_admin


def balance(admin, user_id):
    db.open_store(admin.data_dir)
    try:
        return ledger.balance(accounts.by_user(user_id).id)
    finally:
        db.close_store()


def test_payments_are_listed_the_newest_first(sold):
    rows = sold.json("payments", "list")
    assert [(row["id"], row["state"], row["way"], row["user"], row["price"]) for row in rows] == [
        (3, "created", "stars", 77, "350 ⭐"),
        (2, "paid", "lavatop", 88, "100 RUB"),
        (1, "paid", "stars", 77, "350 ⭐"),
    ]
    assert [row["id"] for row in sold.json("payments", "list", "--state", "paid", "--user", "77")] == [1]
    assert [row["external_id"] for row in sold.json("payments", "list", "--way", "lavatop")] == ["x-2"]
    assert "350 ⭐" in sold("payments", "list").stdout


@pytest.mark.parametrize(
    ("number", "why"), [("9", "there is no payment 9"), ("3", "payment 3 is created"), ("2", "lavatop gives money back only in")]
)
def test_what_cannot_be_given_back_is_said(sold, number, why):
    done = sold("payments", "refund", number, "--yes")
    assert (done.exit_code, why in done.stderr) == (1, True)


def test_stars_go_back_through_the_bot_only(sold):
    assert sold.json("payments", "refund", "1", "--dry-run")["state"] == "paid"
    done = sold("payments", "refund", "1", "--yes")
    assert (done.exit_code, "the bot does not run: the call stays queued" in done.stderr) == (1, True)
    assert balance(sold, 77) == 500


def test_nothing_happens_without_a_yes(sold):
    assert sold("payments", "refund", "2", "--paid-back", given="n\n").exit_code == 1
    assert balance(sold, 88) == 100


def test_what_went_back_by_hand_takes_its_credits_once(sold):
    assert sold.json("payments", "refund", "2", "--paid-back", "--yes")["state"] == "refunded"
    assert balance(sold, 88) == 0
    again = sold("payments", "refund", "2", "--paid-back", "--yes")
    assert (again.exit_code, "payment 2 is refunded" in again.stderr) == (1, True)


def test_without_the_bot_nothing_can_be_compared(sold):
    done = sold("payments", "reconcile", "--dry-run")
    assert (done.exit_code, "the bot does not run" in done.stderr) == (1, True)


def test_a_bot_that_is_there_and_says_nothing_is_waited_for(sold):
    with (
        only_one("bot", sold.data_dir),
        opened(sold.file) as config,
        pytest.raises(OperatorFault, match="has not answered"),
    ):
        ask(config, "list_stars", {}, within_s=0.3)


@pytest.fixture
def gone(sold):
    """Ann spent 400 of what she bought and had her account deleted; then her 350 Stars went back to her."""
    db.open_store(sold.data_dir)
    ann = accounts.by_user(77)
    with transaction(durable=True):
        ledger.add(ann.id, "reversal", -400, "grant:spent")
    erasure.erase(ann.id, sold.data_dir)
    payments.refunded("stars", "x-1")
    payments.refunded("stars", "x-9", user_id=99, amount=350, currency="XTR")
    db.close_store()
    return sold


def test_a_refund_after_the_account_was_deleted_is_a_loss_that_the_books_name(gone):
    verified = gone.json("ledger", "verify")
    assert (verified["ok"], verified["problems"]) == (True, [])
    assert verified["notes"] == [
        "account 1 is deleted and 400 credits below zero by what went back to its person (payments 1): a loss that nobody is"
        " left to even out"
    ]
    said = gone("ledger", "verify")
    assert (said.exit_code, "note: account 1 is deleted" in said.stdout, "all add up" in said.stdout) == (0, True, True)


def test_the_list_says_what_became_of_payments_whose_account_is_deleted_or_that_were_never_credited(gone):
    notes = {row["id"]: (row["account"], row["user"], row["note"]) for row in gone.json("payments", "list")}
    assert notes[1] == (1, "deleted", "of account 1, which is deleted and 400 credits below zero: a loss")
    assert notes[2] == (2, 88, "")
    assert notes[4] == (3, 99, "went back before it was heard of: its credits were never given")
    assert "deleted" in gone("payments", "list").stdout
    for command in (("payments", "list"), ("ledger", "show", "account:1"), ("users", "show", "account:1"), ("users", "list")):
        assert "-1000000" not in gone(*command).stdout, "the number of a deleted account says nothing"
    assert "reversal:stars:x-1" in gone("ledger", "show", "account:1").stdout, "as it is written, without a picture in it"


def test_stars_cannot_go_back_to_somebody_whose_account_is_deleted(sold):
    db.open_store(sold.data_dir)
    erasure.erase(accounts.by_user(77).id, sold.data_dir)
    db.close_store()
    done = sold("payments", "refund", "1", "--yes")
    assert (done.exit_code, "of an account that is deleted" in done.stderr) == (1, True)


def check_of(admin, **keys):
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    admin.file.write_text(f'data_dir = "{admin.data_dir}"\n{lines}')
    found = {check["name"]: check for check in json.loads(admin("doctor", "--json").stdout)["checks"]}
    return found["payments"]["status"], found["payments"]["detail"]


@pytest.mark.parametrize(
    ("keys", "status", "said"),
    [
        ({}, "ok", "nothing is sold"),
        ({"billing.enabled": True}, "ok", "by hand"),
        ({"payments.stars.enabled": True}, "warn", "everything is free"),
        ({"billing.enabled": True, "payments.stars.enabled": True}, "warn", "are only kept, for kiebot-admin feedback list"),
        ({"billing.enabled": True, "payments.stars.enabled": True, "telegram.admins": [1]}, "ok", "by Telegram Stars"),
        ({"billing.enabled": True, "payments.stars.enabled": True, "payments.support": "@me"}, "ok", "support: @me"),
        ({"billing.enabled": True, "payments.stars.enabled": True, "payments.stars.packs": []}, "fail", "payments.stars.packs"),
        ({"billing.enabled": True, "payments.lavatop.enabled": True}, "fail", "payments.lavatop.api_key"),
    ],
)
def test_the_doctor_sees_whether_what_is_sold_can_be_paid(run_admin, keys, status, said):
    found = check_of(run_admin, **keys)
    assert (found[0], said in found[1]) == (status, True), found
