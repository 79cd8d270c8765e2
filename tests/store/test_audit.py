"""What recomputing the ledger finds: each forgery is told in one sentence, and honest books have none."""

from __future__ import annotations

import pytest

from kiebot.services import billing
from kiebot.store import accounts, jobs, ledger, threads
from kiebot.store.db import database, transaction
from kiebot.store.models import Job, LedgerEntry, Turn
from kiebot.store.money_models import Payment, PromoCode, PromoRedemption, Referral


@pytest.fixture
def account(data_dir):
    """Ann with 100 credits."""
    account = accounts.of_user(7)
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 100, "grant:1")
    return account


def problems():
    return billing.verify().problems


def forge(account, kind, credits, key, job=None):
    LedgerEntry.create(account=account.id, job=job, kind=kind, credits=credits, idempotency_key=key)


def job_of(account, state="queued", price=10, hold=10):
    with transaction(durable=True):
        number = Job.select().count() + 1
        job = jobs.add(order_key=f"m:{number}", account=account.id, kind="generation", chat_id=7, language="en", price=price)
        ledger.hold(account.id, job.id, hold)
    Job.update(state=state).where(Job.id == job.id).execute()
    return job


def turn_of(account, state="answered", price=0):
    thread = threads.active(7, 0)
    turn = threads.add_turn(
        thread=thread.id,
        account=account.id,
        chat_id=7,
        message_id=Turn.select().count() + 1,
        language="en",
        content=[],
        price=price,
    )
    threads.change_turn(turn.id, state=state)
    return turn


def payment_of(account, state, credits=100, external_id="charge"):
    return Payment.create(
        account=account.id, provider="stars", token=f"t{external_id}", credits=credits, amount=75, currency="XTR", state=state,
        external_id=external_id, chat_id=7, language="en", expires_at=0,
    )  # fmt: skip


def test_honest_books_have_no_problems(account):
    with transaction(durable=True):
        for state, price, charged in (("done", 10, 10), ("done", 4, 4), ("failed", 10, 0), ("running", 10, None)):
            job = job_of(account, state, price)
            if charged is not None:
                ledger.capture(job.id, charged)
        turn = turn_of(account, price=3)
        ledger.hold_anew(account.id, f"turn:{turn.id}", 9)
        ledger.capture(f"turn:{turn.id}", 1)
        ledger.hold_anew(account.id, f"turn:{turn.id}", 9)
        ledger.capture(f"turn:{turn.id}:2", 2)
        ledger.hold_anew(account.id, f"turn:{turn_of(account, 'answering').id}", 9)
        payment_of(account, "paid")
        ledger.add(account.id, "topup", 100, "topup:stars:charge")
        payment_of(account, "refunded", external_id="back")
        ledger.add(account.id, "topup", 100, "topup:stars:back")
        ledger.add(account.id, "reversal", -100, "reversal:stars:back")
        payment_of(account, "refunded", external_id="refunded before it came")
        payment_of(account, "expired", external_id=None)
        ledger.add(account.id, "bonus", 5, f"start:{account.id}")
    verdict = billing.verify()
    assert verdict.problems == []
    assert (verdict.accounts, verdict.entries) == (1, LedgerEntry.select().count())


def test_a_hold_that_outlived_its_job(account):
    job_of(account, "failed")
    assert problems() == ["job 1 (failed): has ended, but its hold of 10 credits stands open"]


def test_an_open_job_without_its_hold_or_with_too_little(account):
    job_of(account, "running", hold=0)
    job_of(account, "running", price=12)
    released = job_of(account)
    with transaction(durable=True):
        ledger.release(released.id)
    assert problems() == [
        "job 1 (running): costs 10 credits, but nothing is held for it",
        "job 2 (running): costs 12 credits, but only 10 are held for it",
        "job 3 (queued): costs 10 credits, but nothing is held for it",
    ]


def test_a_job_that_was_charged_other_than_it_ended(account):
    for state, charged in (("failed", 10), ("done", 0), ("done", 7)):
        job = job_of(account, state)
        with transaction(durable=True):
            ledger.capture(job.id, charged)
    assert problems() == [
        "job 1 (failed): has no result, but 10 credits were charged",
        "job 2 (done): costs 10 credits, but 0 were charged",
        "job 3 (done): costs 10 credits, but 7 were charged",
    ]


def test_a_job_that_another_account_paid(account):
    job_of(account, "running", hold=0)
    other = accounts.of_user(8)
    with transaction(durable=True):
        ledger.add(other.id, "bonus", 100, "grant:2")
        ledger.hold(other.id, 1, 10)
    assert problems() == [f"job 1 (running): belongs to account {account.id}, but account {other.id} paid"]


def test_ends_that_are_not_of_their_hold(account):
    for _ in range(3):
        job_of(account, "running")
    forge(account, "release", 7, "release:1", 1)
    forge(account, "capture", -3, "capture:2", 2)
    forge(account, "release", 10, "release:3", 3)
    forge(account, "capture", -11, "capture:3", 3)
    forge(account, "release", 5, "release:99")
    found = problems()
    assert "job 1: 10 credits were held, but 7 released" in found
    assert "job 2: 3 credits were charged while 10 are still held for it" in found
    assert "job 3: 11 credits were charged, more than the 10 that were held" in found
    assert any("'release:99' is the release of something that was never held" in problem for problem in found)


def test_answers_whose_price_or_hold_is_wrong(account):
    said, ended, gone = turn_of(account, price=5), turn_of(account, "failed"), turn_of(account)
    with transaction(durable=True):
        for turn in (ended, gone):
            ledger.hold(account.id, f"turn:{turn.id}", 9)
    Turn.delete().where(Turn.id == gone.id).execute()
    assert problems() == [
        f"turn {said.id} (answered): says that it cost 5 credits, but 0 were charged",
        f"turn {ended.id} (failed): 1 holds of 9 credits stand open",
        f"turn {gone.id} (forgotten): 1 holds of 9 credits stand open",
    ]


def test_entries_that_nothing_explains(account):
    forge(account, "bonus", 50, "gift")
    forge(account, "bonus", 50, "start:99")
    forge(account, "topup", 50, "topup:stars:nobody")
    forge(account, "bonus", 50, f"promo:1:{account.id}:1")
    forge(account, "bonus", 50, "referral:inviter:99")
    found = "\n".join(problems())
    for words in (
        "its key 'gift' names no reason for a bonus",
        "its key 'start:99' names no reason",
        "no payment belongs to 'topup:stars:nobody'",
        f"nobody used a promo code for 'promo:1:{account.id}:1'",
        "nobody was invited for 'referral:inviter:99'",
    ):
        assert words in found


def test_payments_that_the_ledger_does_not_know_or_knows_differently(account):
    payment_of(account, "paid", external_id="lost")
    payment_of(account, "offered", external_id="early")
    forge(account, "topup", 100, "topup:stars:early")
    payment_of(account, "paid", external_id="dear")
    forge(account, "topup", 90, "topup:stars:dear")
    payment_of(account, "refunded", external_id="kept")
    forge(account, "topup", 100, "topup:stars:kept")
    assert problems() == [
        "payment 1 (paid): its 100 credits were never added",
        "payment 2 (offered): 100 credits were added although it was not paid",
        f"payment 3 (paid): 100 credits for account {account.id}, but 90 were added to account {account.id}",
        "payment 4 (refunded): 100 credits were added, but 0 taken back",
    ]


def test_promo_codes_and_invitations_that_do_not_add_up(account):
    promo = PromoCode.create(code="SUN", credits=20, used=2)
    PromoRedemption.create(promo=promo, account=account.id, number=1)
    friend = accounts.of_user(8)
    Referral.create(account=friend.id, inviter=account.id, paid_at=1.0, inviter_credits=30, invited_credits=10)
    forge(friend, "bonus", 10, f"referral:invited:{friend.id}")
    assert problems() == [
        f"promo code 1: use 1 of account {account.id} is worth 20 credits, but 0 were added",
        "promo code 1: counts 2 uses, but 1 are written down",
        f"invitation of account {friend.id}: 30 credits are due to the inviter, but 0 were added",
    ]


def test_a_spending_beyond_the_balance_is_found_even_after_it_was_filled_up_again(account):
    forge(account, "hold", -150, "hold:turn:9")
    forge(account, "release", 150, "release:turn:9")
    assert problems() == [f"account {account.id}: entry 2 ('hold:turn:9') left a balance of -50: more was spent than there was"]


def test_a_balance_below_zero_from_which_nothing_was_taken_back(account):
    job_of(account, "done", hold=0)
    forge(account, "capture", -500, "capture:1")
    assert f"account {account.id}: its balance is -400, and nothing was ever taken back from it" in problems()


@pytest.mark.parametrize("name", ["ledger_entry_no_update", "ledger_entry_no_delete", "ledger_entry_no_replace"])
def test_a_missing_or_empty_trigger(account, name):
    database.execute_sql(f"DROP TRIGGER {name}")
    assert problems() == [f"the trigger {name} is missing: entries could have been edited"]
    database.execute_sql(f"CREATE TRIGGER {name} BEFORE DELETE ON ledger_entry BEGIN SELECT 1; END")
    assert problems() == [f"the trigger {name} is missing: entries could have been edited"]


def test_a_missing_index_of_the_keys(account):
    database.execute_sql("DROP INDEX ledger_entry_idempotency_key")
    assert problems() == ["the unique index on the keys of entries is missing: something could have been written twice"]
