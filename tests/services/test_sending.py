"""What is known of a job between its claim and the provider's answer."""

from __future__ import annotations

import pytest

from kiebot.services import billing, generation, sending
from kiebot.services.generation import CancelOutcome
from kiebot.store import jobs
from kiebot.store.db import utc_now
from kiebot.store.models import Job


@pytest.fixture
def claimed(rich, order, queue, limits):
    """A job that a thread of the worker has."""

    def claimed(number=1, **fields):
        job_id = generation.request(order(number), queue=queue, limits=limits, billing_enabled=True)
        return jobs.claim(job_id, "queued", "submitting", "boot", provider="kie", callback_token=f"token-{number}", **fields)

    return claimed


def test_cancelling_while_files_are_uploaded_stops_the_order(rich, claimed):
    job = claimed()
    assert generation.cancel(job.id, rich.id) is CancelOutcome.CANCELLED
    assert not sending.leaves(job)
    assert billing.balance(rich.id) == 100


def test_what_has_left_cannot_be_cancelled(rich, claimed):
    job = claimed()
    assert sending.leaves(job)
    assert not sending.leaves(job), "an order leaves once a claim"
    assert generation.cancel(job.id, rich.id) is CancelOutcome.PAID


def test_what_had_not_left_goes_back_to_the_queue_and_counts_as_stuck(claimed):
    job = claimed()
    assert sending.broke_while_sending(job, why="bug", not_before=5.0)
    job = jobs.get(job.id)
    assert (job.state, job.stuck_claims, job.next_poll_at, job.boot_id) == ("queued", 1, 5.0, "")


def test_what_had_left_is_unclear(claimed):
    job = claimed()
    sending.leaves(job)
    sending.broke_while_sending(job, why="bug")
    assert jobs.get(job.id).state == "unclear"


def test_a_refused_order_may_leave_again(claimed):
    job = claimed()
    sending.leaves(job)
    jobs.put_back(job.id, job.attempt, not_before=0, code="rate_limit")
    again = jobs.claim(job.id, "queued", "submitting", "boot")
    assert sending.leaves(again)


def test_uploading_starts_the_deadline_again(claimed):
    job = claimed(deadline_at=utc_now() + 1)
    sending.uploaded(job, {})
    assert jobs.get(job.id).deadline_at > utc_now() + 200


def run_on(job, remote_id="task-1", next_poll_at=None):
    sending.leaves(job)
    return sending.sent(job, remote_id=remote_id, handle={}, next_poll_at=next_poll_at or utc_now() + 20)


def test_a_callback_makes_a_running_job_due_once(claimed, queue):
    job = claimed()
    assert run_on(job)
    queue.woken.clear()
    assert sending.called_back("token-1", "task-1", queue=queue)
    assert jobs.get(job.id).next_poll_at <= utc_now()
    assert queue.woken == [job.id]
    for _ in range(100):
        assert not sending.called_back("token-1", "task-1", queue=queue)
    assert queue.woken == [job.id]


def test_a_callback_that_nobody_knows_or_that_comes_too_early_or_too_late_changes_nothing(rich, claimed, queue):
    job = claimed()
    before = jobs.get(job.id)
    assert not sending.called_back("forged", "task-1", queue=queue)
    assert not sending.called_back("token-1", "task-1", queue=queue), "nothing has left yet"
    run_on(job)
    generation.fail(jobs.get(job.id), "capacity")
    assert not sending.called_back("token-1", "task-1", queue=queue)
    assert jobs.get(job.id).state == "failed"
    assert before.state == "submitting"


def test_a_callback_finds_an_order_whose_answer_was_lost(rich, claimed, queue):
    job = claimed()
    sending.leaves(job)
    sending.mark_unclear(job, why="no answer")
    assert sending.called_back("token-1", "task-9", queue=queue)
    found = jobs.get(job.id)
    assert (found.state, found.remote_id, found.handle) == ("running", "task-9", {"poll": None})
    assert billing.held(rich.id) == 30


def test_a_callback_that_comes_while_the_worker_is_down_finds_it_too(claimed, queue):
    job = claimed()
    sending.leaves(job)
    assert sending.called_back("token-1", "task-9", queue=queue)
    assert jobs.get(job.id).state == "submitting"
    sending.broke_while_sending(job, why="the worker ended")
    assert (jobs.get(job.id).state, jobs.get(job.id).remote_id) == ("running", "task-9")


def test_a_callback_cannot_name_the_task_of_another_job(claimed, queue):
    first, second = claimed(1), claimed(2)
    run_on(first, "task-1")
    sending.leaves(second)
    sending.mark_unclear(second, why="no answer")
    assert not sending.called_back("token-2", "task-1", queue=queue)
    assert jobs.get(second.id).state == "unclear"


def test_each_transition_leaves_a_row_and_a_line_with_all_that_is_known(claimed, queue, caplog):
    caplog.set_level("INFO")
    job = claimed()
    run_on(job)
    Job.update(submitted_at=utc_now() - 12, polls=3).execute()
    generation.fail(jobs.get(job.id), "moderation", message="their words Bearer sk-abcdefghijklmnop")
    details = [(event.state, event.detail) for event in jobs.events(job.id)]
    assert [state for state, _ in details] == ["queued", "submitting", "running", "failed"]
    last = details[-1][1]
    assert (last["model"], last["remote_id"], last["polls"], last["code"], last["credits"]) == (
        "boat-1",
        "task-1",
        3,
        "moderation",
        30,
    )
    assert 11 < last["ran_s"] < 14
    assert "their words" in last["message"]
    assert "sk-abcdefghijklmnop" not in last["message"]
    assert f"job job={job.id} state=failed model=boat-1 remote_id=task-1" in caplog.text
