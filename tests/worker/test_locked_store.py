"""Another program holds the store, or the disk is full, just when something has to be written: it is written afterwards."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from kiebot.services import billing
from kiebot.store import incidents, jobs
from kiebot.store.db import StoreError, database
from kiebot.store.models import Job
from kiebot.worker.runner import Runner, Step, do_again
from tests.worker.conftest import state

HELD_S = 0.6


@pytest.fixture
def hold(data_dir):
    """Hold the store for a while, as a backup tool would. Our own patience is cut from 10 s to 0.1 s."""
    database.execute_sql("PRAGMA busy_timeout = 100")
    threads = []

    def hold(seconds=HELD_S):
        held = threading.Event()
        threads.append(threading.Thread(target=hold_for, args=(data_dir, seconds, held)))
        threads[-1].start()
        assert held.wait(10)

    yield hold
    for thread in threads:
        thread.join()


def hold_for(data_dir, seconds, held):
    with closing(sqlite3.connect(data_dir / "kiebot.db", timeout=10, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        held.set()
        threading.Event().wait(seconds)
        other.execute("ROLLBACK")


def breaks(hold):
    """Work that meets a locked store."""

    def work(job):
        hold()
        jobs.change(job.id, progress=1)

    return work


@pytest.fixture
def storing(order):
    job_id = order()
    Job.update(state="storing", handle={"results": []}).where(Job.id == job_id).execute()
    return job_id


def test_local_work_that_meets_a_locked_store_gives_its_claim_back(storing, hold):
    step = Step("storing", breaks(hold), do_again, do_again)
    Runner({("generation", "storing"): step}, "this life", lambda: None).run(storing)
    job = jobs.get(storing)
    assert (job.state, job.boot_id) == ("storing", ""), "it would be frozen until the worker starts again"
    assert [row.kind for row in incidents.listed()] == ["OperationalError"]


def test_an_order_that_meets_a_locked_store_before_it_leaves_is_back_in_the_queue(parts, order, hold):
    job_id = order()
    own = parts.steps["generation", "queued"]
    step = Step(own.claimed_as, breaks(hold), own.broken, own.stuck)
    Runner({("generation", "queued"): step}, "this life", lambda: None).run(job_id)
    assert (state(job_id), jobs.get(job_id).boot_id) == ("queued", "")


def test_what_the_provider_accepted_keeps_its_task_id_although_the_store_is_locked(parts, order, kie, hold):
    kie.before_answer = hold
    job_id = order()
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).remote_id) == ("running", "task-1")
    assert incidents.listed() == []


def test_what_the_provider_refused_is_refused_although_the_store_is_locked(parts, order, kie, hold, account):
    kie.answers, kie.before_answer = [422], hold
    job_id = order()
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).fail_code) == ("failed", "input")
    assert billing.balance(account.id) == 100


def test_a_job_that_is_stuck_is_ended_although_the_store_is_locked(parts, storing, hold, account):
    own = parts.steps["generation", "storing"]

    def stuck(job):
        if not done:
            done.append(job.id)
            hold()
        own.stuck(job)

    done = []
    jobs.change(storing, stuck_claims=jobs.STUCK_CLAIMS)
    Runner({("generation", "storing"): Step("storing", own.work, own.broken, stuck)}, "this life", lambda: None).run(storing)
    assert (state(storing), billing.balance(account.id)) == ("failed", 100)


def test_a_worker_that_is_told_to_stop_does_not_wait_for_a_locked_store(storing, hold):
    stopping = threading.Event()
    stopping.set()
    step = Step("storing", breaks(hold), do_again, do_again)
    with pytest.raises(StoreError):
        Runner({("generation", "storing"): step}, "this life", lambda: None, stopping).run(storing)
    assert jobs.get(storing).boot_id == "this life", "the next life finds it"
