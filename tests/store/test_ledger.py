"""Credits under contention of processes, and under everything that can happen between a hold and its end."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kiebot.services import billing
from kiebot.store import jobs, ledger
from kiebot.store.db import transaction
from kiebot.store.models import Job, LedgerEntry

SPENDERS = 64
SPEND = """
import multiprocessing, sys, traceback
from pathlib import Path
from peewee import OperationalError
from kiebot.store import jobs, ledger
from kiebot.store.db import open_store, transaction

folder, account, spenders, tries = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
fork = multiprocessing.get_context("fork")  # the imports are paid once
all_here, told = fork.Barrier(spenders), fork.SimpleQueue()

def order(key, price):
    with transaction(durable=True):
        job = jobs.add(order_key=key, account=account, kind="generation", chat_id=7, language="en", price=price)
        ledger.hold(account, job.id, price)
    return job

def end(job, number):
    with transaction(durable=True):
        if number % 2:
            jobs.move(job.id, ("queued",), "done", price=job.price - 1)
            return job.price - ledger.capture(job.id, job.price - 1)
        jobs.move(job.id, ("queued",), "failed")
        return ledger.release(job.id)

def patiently(act, *arguments):
    while True:
        try:
            return act(*arguments)
        except OperationalError as error:  # of sixty-four on a busy machine some are turned away before they begin
            if "locked" not in str(error):
                raise

def spend(name):
    open_store(folder)
    all_here.wait()
    spent = 0
    for number in range(tries):
        try:
            job = patiently(order, f"{name}:{number}", 5 + number % 3)
        except ledger.BalanceTooLow:
            continue
        finally:
            assert ledger.balance(account) >= 0
        spent += job.price - (patiently(end, job, number) if number % 3 else 0)
    told.put(spent)

def life(name):
    try:
        spend(name)
    except BaseException:
        told.put(traceback.format_exc())

processes = [fork.Process(target=life, args=(name,)) for name in range(spenders)]
for process in processes:
    process.start()
counted = [told.get() for _ in processes]
sys.exit(next((each for each in counted if isinstance(each, str)), None) or print(sum(counted)))
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
        won += bool(ledger.capture(job, 10) if sys.argv[3] == "capture" else ledger.release(job))
print(won, flush=True)
"""


def give(account, credits):
    with transaction(durable=True):
        ledger.add(account.id, "bonus", credits, "grant:1")


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


def test_sixty_four_processes_that_spend_at_once_never_spend_more_than_there_is(account, data_dir):
    give(account, 500)
    command = [sys.executable, "-c", SPEND, *map(str, (data_dir, account.id, SPENDERS, 6))]
    spent = int(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=200).stdout)
    assert ledger.balance(account.id) == 500 - spent
    assert 0 <= ledger.balance(account.id) < 7, "all of it was wanted"
    assert LedgerEntry.select().where(LedgerEntry.kind == "hold").count() == Job.select().count(), "an order unpaid leaves no job"
    assert billing.verify().problems == []


def test_processes_that_settle_the_same_jobs_at_once_settle_each_once(account, data_dir):
    give(account, 200)
    for number in range(20):
        add_job(account, number)
    won = race(SETTLE, (data_dir, 20, "capture"), (data_dir, 20, "capture"), (data_dir, 20, "release"))
    assert sum(won) == 20
    assert ledger.balance(account.id) == 200 - 10 * (won[0] + won[1])
    assert ledger.held(account.id) == 0


def test_a_capture_takes_at_most_what_was_held(account):
    give(account, 100)
    job = add_job(account, 1)
    with transaction(durable=True):
        assert ledger.capture(job.id, 500) == 10
    assert ledger.balance(account.id) == 90


def test_a_capture_of_less_gives_the_rest_back_and_one_of_nothing_all(account):
    give(account, 100)
    first, second = add_job(account, 1), add_job(account, 2)
    with transaction(durable=True):
        assert (ledger.capture(first.id, 4), ledger.capture(second.id, 0)) == (4, 0)
    assert (ledger.balance(account.id), ledger.held(account.id)) == (96, 0)


def test_only_a_reversal_may_take_the_balance_below_zero(account):
    give(account, 10)
    with pytest.raises(ledger.BalanceTooLow), transaction(durable=True):
        ledger.hold(account.id, "turn:1", 11)
    with transaction(durable=True):
        ledger.add(account.id, "reversal", -11, "grant:2")
    assert ledger.balance(account.id) == -1
    assert billing.verify().problems == []


def test_what_was_held_is_charged_although_a_refund_took_the_balance_below_zero_meanwhile(account):
    give(account, 10)
    job = add_job(account, 1)
    with transaction(durable=True):
        ledger.add(account.id, "reversal", -10, "grant:2")
    with transaction(durable=True):
        jobs.move(job.id, ("queued",), "done")
        assert ledger.capture(job.id, 10) == 10
    assert ledger.balance(account.id) == -10
    with pytest.raises(ledger.BalanceTooLow), transaction(durable=True):
        ledger.hold(account.id, "turn:1", 1)
    assert billing.verify().problems == []


def test_what_is_asked_for_again_is_held_anew_and_what_was_held_for_it_goes_back(account):
    give(account, 100)
    with transaction(durable=True):
        ledger.hold_anew(account.id, "turn:7", 30)
        ledger.hold_anew(account.id, "turn:7", 30)
    assert ledger.held(account.id) == 30
    with transaction(durable=True):
        ledger.hold_anew(account.id, "turn:7", 20)
    assert (ledger.open_hold("turn:7").subject, ledger.held(account.id)) == ("turn:7:2", 20)
    with transaction(durable=True):
        assert ledger.capture("turn:7:2", 5) == 5
        ledger.hold_anew(account.id, "turn:7", 9)
    assert (ledger.open_hold("turn:7").subject, ledger.balance(account.id)) == ("turn:7:3", 86)
    assert ledger.open_hold("turn:70") is None, "turn 7 is not turn 70"


def test_what_is_free_writes_nothing(account):
    with transaction(durable=True):
        ledger.hold(account.id, "turn:7", 0)
        ledger.hold_anew(account.id, "turn:7", 0)
        assert (ledger.release("turn:7"), ledger.capture("turn:7", 5)) == (0, 0)
    assert LedgerEntry.select().count() == 0
