"""kiebot-admin jobs retry and cancel: what becomes of the order, of the credits, and of what the person reads."""

import pytest

from kiebot.catalog.loading import load
from kiebot.store import accounts, db, jobs, ledger, outbox, overrides
from kiebot.store.models import OutboxRow
from kiebot.store.order_models import Request
from tests.stores import open_new_store

PRICE = 30


@pytest.fixture
def store(run_admin):
    """Ann with 100 credits, of which 30 are held for job 1, an order that waits in the queue."""
    open_new_store(run_admin.data_dir)
    with db.transaction(durable=True):
        account = accounts.of_user(77, name="Ann")
        ledger.add(account.id, "bonus", 100, "start")
        add(account, "m:77:1")
        ledger.hold(account.id, 1, PRICE)
    db.close_store()
    return run_admin


def add(account, key, kind="generation"):
    row = outbox.add(77, "text", {"key": "x"}, lane=outbox.Lane.NOTICE)
    return jobs.add(
        order_key=key, account=account.id, chat_id=77, language="en", kind=kind, model="m", label="M", prompt="a boat",
        input={"prompt": "a boat"}, price=PRICE, deadline_s=300, status_row=row.id,
    )  # fmt: skip


@pytest.fixture
def inside(store):
    """Look at the store, or change it, between two commands."""

    def run(work):
        db.open_store(store.data_dir)
        try:
            with db.transaction(durable=True):
                return work()
        finally:
            db.close_store()

    return run


def move(to, come_from=("queued",), **fields):
    return lambda: jobs.move(1, come_from, to, **fields)


def test_a_job_that_was_not_sent_is_cancelled_and_its_credits_are_back(store, inside):
    assert store.json("jobs", "cancel", "1", "--yes") == {"job": 1, "was": "queued", "outcome": "cancelled"}
    assert inside(lambda: (jobs.get(1).state, ledger.held(1), ledger.balance(1))) == ("cancelled", 0, 100)
    again = store("jobs", "cancel", "1", "--yes")
    assert (again.exit_code, again.stderr) == (1, "kiebot-admin: job 1 has ended: cancelled\n")


def test_a_job_that_was_sent_is_said_to_be_billed_and_goes_on(store, inside):
    inside(move("running", remote_id="t1", sent_at=1.0))
    done = store("jobs", "cancel", "1", "--yes")
    assert done.exit_code == 1
    assert "was sent already and the provider bills it" in done.stderr
    assert inside(lambda: (jobs.get(1).state, ledger.held(1))) == ("running", PRICE)


def test_force_ends_what_was_sent_and_tells_the_person_why(store, inside):
    inside(move("running", remote_id="t1", sent_at=1.0))
    assert store("jobs", "cancel", "1", "--force", "--yes").stdout == "job 1: failed\n"
    assert inside(lambda: (jobs.get(1).fail_code, ledger.held(1), ledger.balance(1))) == ("stopped", 0, 100)
    assert "job-failed-stopped" in inside(lambda: [str(row.payload.get("args")) for row in OutboxRow.select()][-1])


def test_cancelling_asks_first_and_a_dry_run_changes_nothing(store, inside):
    assert store("jobs", "cancel", "1", given="n\n").exit_code == 1
    assert store("jobs", "cancel", "1", "--dry-run").stdout == "would cancel job 1, which is queued\n"
    assert inside(lambda: jobs.get(1).state) == "queued"


def test_a_failed_job_is_ordered_again_once_and_paid_like_the_first(store, inside):
    inside(lambda: (jobs.move(1, ("queued",), "failed", fail_code="deadline"), ledger.release(1)))
    store.file.write_text(store.file.read_text() + "billing.enabled = true\n")
    assert store("jobs", "retry", "1", "--dry-run").stdout == f"would order job 1 again for user 77, for {PRICE} credits\n"
    assert store.json("jobs", "retry", "1", "--yes") == {"job": 1, "new_job": 2, "repeated_before": False}
    new = inside(lambda: jobs.get(2))
    assert (new.state, new.retry_of_id, new.prompt, new.price) == ("queued", 1, "a boat", PRICE)
    assert inside(lambda: ledger.held(1)) == PRICE
    assert store("jobs", "retry", "1", "--yes").stdout == "job 1 was ordered again before as job 2\n"
    assert "job-accepted" in inside(lambda: [row.payload.get("key") for row in OutboxRow.select()])


@pytest.mark.parametrize(("price_now", "pays"), [(PRICE + 5, PRICE), (PRICE - 5, PRICE - 5)])
def test_the_operator_repeats_for_no_more_than_the_person_was_shown(store, inside, price_now, pays):
    model = next(model.id for model in load().models.values() if model.offered)

    def change():
        jobs.move(1, ("queued",), "failed", model=model)
        ledger.release(1)
        overrides.save(model, price={"unit": "request", "credits": price_now})

    inside(change)
    store.file.write_text(store.file.read_text() + "billing.enabled = true\n")
    assert f"for {pays} credits" in store("jobs", "retry", "1", "--dry-run").stdout
    store("jobs", "retry", "1", "--yes")
    assert inside(lambda: (jobs.get(2).price, ledger.held(1))) == (pays, pays)


def test_a_person_who_cannot_pay_is_not_served_and_the_reason_is_told(store, inside):
    def spend():
        jobs.move(1, ("queued",), "failed")
        ledger.release(1)
        ledger.hold(1, add(accounts.by_user(77), "m:77:2").id, 90)

    inside(spend)
    store.file.write_text(store.file.read_text() + "billing.enabled = true\n")
    done = store("jobs", "retry", "1", "--yes")
    assert done.exit_code == 1
    assert "not ordered; the person would read: " in done.stderr


def test_an_order_of_a_model_that_is_switched_off_is_not_repeated(store, inside):
    model = next(model.id for model in load().models.values() if model.offered)

    def switch_off():
        jobs.move(1, ("queued",), "failed", model=model)
        ledger.release(1)
        overrides.save(model, enabled=False, reason="bad pictures")

    inside(switch_off)
    for option in ("--yes", "--dry-run"):
        done = store("jobs", "retry", "1", option)
        assert (done.exit_code, done.stderr) == (
            1, f"kiebot-admin: {model} is disabled (bad pictures): nothing can be ordered\n",
        )  # fmt: skip
    assert inside(lambda: (jobs.get(2), ledger.held(1))) == (None, 0)


def test_only_orders_that_ended_without_a_result_can_be_repeated(store, inside):
    assert "job 1 is queued: only what failed or was cancelled" in store("jobs", "retry", "1", "--yes").stderr
    inside(lambda: add(accounts.by_user(77), "d:77:2", kind="document"))
    assert "job 2 is a document job" in store("jobs", "retry", "2", "--yes").stderr
    assert store("jobs", "retry", "9", "--yes").stderr == "kiebot-admin: there is no job 9\n"


def test_the_persons_limits_do_not_bind_the_operator(store, inside):
    inside(move("failed"))
    inside(lambda: [add(accounts.by_user(77), f"m:77:{number}") for number in range(2, 30)])
    inside(lambda: Request.insert_many([{"account": 1, "kind": "generation"} for _ in range(40)]).execute())
    assert store("jobs", "retry", "1", "--yes").exit_code == 0
