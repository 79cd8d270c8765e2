"""Credits under contention of processes, and what verify() finds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kiebot.services import billing
from kiebot.store import accounts, jobs, ledger
from kiebot.store.db import database, transaction
from kiebot.store.models import Job, LedgerEntry

SPEND = """
import sys
from pathlib import Path
from kiebot.store import jobs, ledger
from kiebot.store.db import open_store, transaction
open_store(Path(sys.argv[1]))
account, name, held = int(sys.argv[2]), sys.argv[3], 0
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    try:
        with transaction(durable=True):
            job = jobs.add(order_key=f"{name}:{number}", account=account, kind="generation", chat_id=7, language="en", price=10)
            ledger.hold(account, job.id, 10)
        held += 1
    except ledger.BalanceTooLow:
        pass
print(held, flush=True)
"""
SETTLE = """
import sys
from pathlib import Path
from kiebot.store import ledger
from kiebot.store.db import open_store, transaction
open_store(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
won = 0
for job in range(1, int(sys.argv[2]) + 1):
    with transaction(durable=True):
        won += ledger.capture(job, 10) if sys.argv[3] == "capture" else ledger.release(job)
print(won, flush=True)
"""


@pytest.fixture
def account(data_dir):
    return accounts.of_user(7)


def top_up(account, credits):
    with transaction(durable=True):
        ledger.add(account.id, "topup", credits, "topup:1")


def add_job(account, number, state="queued"):
    with transaction(durable=True):
        job = jobs.add(
            order_key=f"m:{number}", account=account.id, kind="generation", chat_id=7, language="en", price=10, state=state
        )
        ledger.hold(account.id, job.id, 10)
    return job


def race(code, *arguments_of_each):
    """Start all processes, let them go at once, and return what each counted."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for arguments in arguments_of_each
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return [int(racer.communicate(timeout=60)[0]) for racer in racers]


def test_processes_that_spend_at_once_never_spend_more_than_there_is(account, data_dir):
    top_up(account, 470)
    held = race(SPEND, *[(data_dir, account.id, name) for name in "abc"])
    assert sum(held) == 47
    assert (ledger.balance(account.id), ledger.held(account.id)) == (0, 470)
    assert Job.select().count() == 47, "an order that could not be paid leaves no job"
    assert billing.verify().problems == []


def test_processes_that_settle_the_same_jobs_at_once_settle_each_once(account, data_dir):
    top_up(account, 200)
    for number in range(20):
        add_job(account, number)
    won = race(SETTLE, (data_dir, 20, "capture"), (data_dir, 20, "capture"), (data_dir, 20, "release"))
    assert sum(won) == 20
    assert ledger.balance(account.id) == 200 - 10 * (won[0] + won[1])
    assert ledger.held(account.id) == 0
    Job.update(state="done").execute()
    assert billing.verify().problems == []


def test_a_capture_takes_at_most_what_was_held(account):
    top_up(account, 100)
    job = add_job(account, 1)
    with transaction(durable=True):
        assert ledger.capture(job.id, 500)
    assert ledger.balance(account.id) == 90


def test_only_a_reversal_may_take_the_balance_below_zero(account):
    top_up(account, 10)
    with pytest.raises(ledger.BalanceTooLow), transaction(durable=True):
        ledger.add(account.id, "capture", -11, "capture:x")
    with transaction(durable=True):
        ledger.add(account.id, "reversal", -11, "reversal:x")
    assert ledger.balance(account.id) == -1
    assert billing.verify().problems == []


def test_verify_finds_a_hold_that_outlived_its_job(account):
    top_up(account, 100)
    add_job(account, 1, state="failed")
    assert billing.verify().problems == ["job 1: failed, but its hold stands open"]


def test_verify_finds_an_end_that_is_not_of_its_hold_and_a_negative_balance(account):
    top_up(account, 100)
    job = add_job(account, 1)
    LedgerEntry.create(account=account.id, job=job.id, kind="release", credits=7, idempotency_key="forged")
    LedgerEntry.create(account=account.id, kind="capture", credits=-500, idempotency_key="forged too")
    problems = billing.verify().problems
    assert f"account {account.id}: balance -403 without a reversal" in problems
    assert "job 1: held 10, released 7, captured 0" in problems
    database.close()
