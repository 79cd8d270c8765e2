"""Looking at running jobs: how often, how many at once, and what survives a provider's bad day."""

from __future__ import annotations

import time

import pytest

from kiebot.services import sending
from kiebot.store import incidents, jobs
from kiebot.store.db import utc_now
from kiebot.store.models import Job, OutboxRow
from kiebot.worker.poller import FIRST_LOOK_S, LONGEST_WAIT_S, wait_s
from tests.worker.conftest import state, wait_for


@pytest.fixture
def running(parts, order):
    """Jobs that the provider has taken, due at once."""

    def start(count=1, **fields):
        ids = [order(number, price=0, **fields) for number in range(count)]
        for job_id in ids:
            parts.runner.run(job_id)
        Job.update(next_poll_at=0).execute()
        return ids

    return start


@pytest.mark.parametrize(("ran_s", "wait"), [(0, 1), (5, 1), (10, 2), (50, 10), (100, 20), (1000, 20)])
def test_a_model_nobody_knows_is_asked_in_proportion_to_its_age(ran_s, wait):
    assert wait_s(ran_s, None) == wait


def test_a_known_model_is_left_alone_before_its_time_and_asked_often_around_it():
    assert wait_s(0, 30) == 18
    assert wait_s(18, 30) == 3
    assert wait_s(40, 30) == 3
    assert wait_s(60, 30) == 12
    assert wait_s(0, 3600) == LONGEST_WAIT_S
    assert wait_s(0, 0.1) == FIRST_LOOK_S


def test_a_job_that_starts_wakes_the_poller(parts, order, kie):
    kie.run_s = 0.2
    parts.poll()
    time.sleep(0.3)
    job_id = order(price=0)
    parts.runner.run(job_id)
    wait_for(lambda: state(job_id) == "storing", 4)


def test_many_jobs_share_one_thread(parts, running, kie):
    ids = running(18)
    parts.poll()
    wait_for(lambda: {state(job_id) for job_id in ids} == {"storing"})
    assert kie.calls["record"] == 18


def test_a_state_that_cannot_be_read_is_asked_for_again(parts, running, kie):
    (job_id,) = running()
    kie.read_faults = 1
    parts.poll()
    job = wait_for(lambda: (job := jobs.get(job_id)).polls == 1 and job)
    assert job.state == "running"
    assert 3 < job.next_poll_at - utc_now() < 7
    Job.update(next_poll_at=0).execute()
    parts.loop.call(parts.poller.ring)
    wait_for(lambda: state(job_id) == "storing")


def test_progress_is_shown_when_it_changes_and_not_too_often(parts, running, kie):
    (job_id,) = running()
    kie.run_s, kie.progress = 60, 10
    parts.poll()
    wait_for(lambda: jobs.get(job_id).progress == 10)
    for percent in (20, 30):
        kie.progress = percent
        Job.update(next_poll_at=0).execute()
        parts.loop.call(parts.poller.ring)
        wait_for(lambda percent=percent: jobs.get(job_id).progress == percent)
    shown = [row.payload["args"]["percent"] for row in OutboxRow.select() if row.payload.get("key") == "job-progress"]
    assert shown == ["10"]


def test_a_bug_with_one_job_is_recorded_and_does_not_stop_the_others(parts, running, kie):
    broken, sound = running(2)
    Job.update(handle={"nonsense": 1}).where(Job.id == broken).execute()
    parts.poll()
    wait_for(lambda: state(sound) == "storing")
    wait_for(lambda: [row.kind for row in incidents.listed()] == ["KeyError"])
    assert state(broken) == "running"


def test_a_provider_that_left_the_configuration_leaves_its_jobs_waiting(parts, running):
    (job_id,) = running()
    Job.update(provider="gone").execute()
    parts.poll()
    wait_for(lambda: jobs.get(job_id).polls == 1)
    assert state(job_id) == "running"


def test_a_wrong_key_while_polling_alerts_the_admins_and_keeps_the_job(parts, running, kie):
    (job_id,) = running()
    kie.record = lambda task_id: {"code": 401, "msg": "no"}
    parts.poll()
    wait_for(lambda: [row.kind for row in incidents.listed()] == ["provider-auth"])
    assert state(job_id) == "running"


@pytest.mark.parametrize(("run_s", "end"), [(60, "failed"), (0, "storing")])
def test_at_the_deadline_the_last_look_decides(parts, running, kie, run_s, end):
    (job_id,) = running(deadline_s=0.01)
    kie.run_s = run_s
    parts.poll()
    wait_for(lambda: state(job_id) == end)
    assert jobs.get(job_id).fail_code == ("deadline" if end == "failed" else "")


def test_a_job_that_a_callback_makes_due_is_looked_at_before_its_time(parts, order, queue):
    job_id = order(price=0)
    parts.runner.run(job_id)
    Job.update(next_poll_at=utc_now() + 60, callback_token="secret").execute()
    parts.poll()
    time.sleep(0.3)
    assert state(job_id) == "running"
    assert sending.called_back("secret", "task-1", queue=queue)
    parts.runner.run(job_id)  # what the hint in the queue makes a thread do
    wait_for(lambda: state(job_id) == "storing", 2)


def test_an_order_whose_answer_was_lost_is_found_by_its_callback(parts, order, kie, queue):
    kie.answers = ["silent"]
    job_id = order(price=0)
    parts.runner.run(job_id)
    Job.update(callback_token="secret").execute()
    assert sending.called_back("secret", "task-1", queue=queue)
    parts.poll()
    wait_for(lambda: state(job_id) == "storing", 4)
    assert kie.calls["create"] == 1


def test_an_order_carries_an_address_of_its_own_when_there_is_one(parts, order, kie):
    parts.runner.run(order(1))
    assert kie.callbacks == [None]
    parts.calls_back("https://bot.example.org")
    job_id = order(2)
    parts.runner.run(job_id)
    token = jobs.get(job_id).callback_token
    assert len(token) >= 32
    assert kie.callbacks[1] == f"https://bot.example.org/callback/kie/{token}"
