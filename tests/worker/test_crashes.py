"""The whole worker, killed by SIGKILL at every dangerous place and started again: nothing lost, nothing sent or charged twice."""

from __future__ import annotations

import signal

import pytest

from kiebot.services import billing
from kiebot.store import jobs, outbox
from tests.worker.conftest import said, state, wait_for

ENDED = ("done", "failed")


def killed_at(worker, failpoint):
    process = worker(failpoint)
    assert process.wait(20) == -signal.SIGKILL, f"{failpoint} was not reached"


@pytest.mark.parametrize(
    "failpoint",
    ["job-running", "job-polled", "job-storing", "job-downloaded", "job-finishing", "job-done"],
)
def test_a_worker_killed_after_the_provider_took_the_job_still_delivers_it_once(worker, order, kie, account, failpoint):
    job_id = order()
    killed_at(worker, failpoint)
    worker()
    wait_for(lambda: state(job_id) in ENDED)
    assert state(job_id) == "done"
    assert kie.calls["create"] == 1
    assert billing.balance(account.id) == 70
    assert [row.kind for row in outbox.results_of(job_id)] == ["photo"]
    assert billing.verify().problems == []


@pytest.mark.parametrize(("failpoint", "creates"), [("job-submitting", 0), ("provider-answered", 1)])
def test_a_worker_killed_while_it_sends_never_sends_again_and_ends_the_job_at_its_deadline(
    worker, order, kie, account, failpoint, creates
):
    job_id = order(deadline_s=1)
    killed_at(worker, failpoint)
    assert (state(job_id), billing.held(account.id)) == ("submitting", 30)
    worker()
    wait_for(lambda: state(job_id) == "failed")
    assert [event.state for event in jobs.events(job_id)] == ["queued", "submitting", "unclear", "failed"]
    assert kie.calls["create"] == creates
    assert billing.balance(account.id) == 100
    assert said("job-failed-silent") == ["job-failed-silent"]
    assert billing.verify().problems == []


def test_a_worker_killed_before_anything_left_takes_the_job_again(worker, order, kie, account):
    job_id = order()
    killed_at(worker, "generation-claimed")
    assert (state(job_id), billing.held(account.id)) == ("submitting", 30)
    worker()
    wait_for(lambda: state(job_id) == "done")
    assert kie.calls["create"] == 1
    assert billing.balance(account.id) == 70


def test_a_worker_killed_after_a_failure_was_committed_does_not_tell_it_twice(worker, order, kie, account):
    kie.answers = [422]
    job_id = order()
    killed_at(worker, "job-failed")
    worker()
    later = order(2)
    wait_for(lambda: state(later) == "done")
    assert state(job_id) == "failed"
    assert said("provider-input") == ["provider-input"]
    assert billing.verify().problems == []


def test_orders_taken_while_no_worker_ran_are_done_when_one_starts(worker, order, kie, account):
    ids = [order(number, price=5) for number in range(8)]
    worker()
    wait_for(lambda: {state(job_id) for job_id in ids} == {"done"}, 30)
    assert kie.calls["create"] == 8
    assert billing.balance(account.id) == 60


def test_an_orderly_stop_ends_with_zero_and_loses_nothing(worker, order, kie, data_dir):
    kie.run_s = 3
    ids = [order(number, price=1) for number in range(4)]
    for life, number in enumerate((signal.SIGTERM, signal.SIGINT), 1):
        process = worker()
        wait_for(lambda life=life: log_of(data_dir).count("worker ready") == life)
        process.send_signal(number)
        assert process.wait(10) == 0
    worker()
    wait_for(lambda: {state(job_id) for job_id in ids} == {"done"})
    assert kie.calls["create"] == 4
    assert "Traceback" not in log_of(data_dir)


def log_of(data_dir):
    return (data_dir / "worker.log").read_text()


def test_a_second_worker_says_who_holds_the_directory_and_leaves(worker, data_dir, order):
    job_id = order()
    first = worker()
    wait_for(lambda: state(job_id) == "done")
    second = worker()
    assert second.wait(20) == 0
    assert f"pid {first.pid}" in log_of(data_dir)
    under_systemd = worker(env={"NOTIFY_SOCKET": str(data_dir / "nobody")})
    assert under_systemd.wait(20) == 75


def test_a_job_that_kills_the_worker_each_time_is_quarantined(worker, order, account):
    job_id = order()
    for _ in range(3):
        killed_at(worker, "job-downloaded")
    assert jobs.get(job_id).stuck_claims == 3
    worker()
    wait_for(lambda: state(job_id) == "failed")
    told = [(event.state, event.detail.get("try")) for event in jobs.events(job_id)]
    assert told[3:] == [("storing", None), ("storing", 2), ("storing", 3), ("storing", 4), ("failed", 4)]
    assert said("job-failed-stuck") == ["job-failed-stuck"]
    assert billing.balance(account.id) == 100
