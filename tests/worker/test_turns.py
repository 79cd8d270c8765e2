"""Local work of films: one slice at a time, films take turns, and whoever waits for a moment only comes first."""

from __future__ import annotations

import threading

import pytest

from kiebot.services.delivery import Place
from kiebot.store import jobs
from kiebot.store.db import close_store, transaction, utc_now
from kiebot.store.models import Job
from kiebot.worker.runner import Runner, Step, do_again
from kiebot.worker.turns import Turns

BOOT = "this life"


@pytest.fixture
def add(account):
    def add(kind, number):
        where = Place(7, "en")
        with transaction(durable=True):
            fields = {"account": account.id, "chat_id": where.chat_id, "language": "en"}
            return jobs.add(order_key=f"{kind}:{number}", kind=kind, **fields).id

    return add


class Slices:
    """Local work that says when it began, and goes on when it may."""

    def __init__(self):
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.done = []

    def work(self, job):
        self.done.append(job.id)
        self.begun.set()
        assert self.may_end.wait(10)
        with transaction():
            jobs.let_go(job.id, job.attempt, not_before=utc_now(), stuck_claims=0)

    def runner(self, queue):
        turns = Turns(jobs.LOCAL, BOOT, queue)
        step = Step("storing", self.work, do_again, do_again, turns=turns)
        return Runner({("film", "queued"): step, ("film", "storing"): step}, BOOT, lambda: None)


def in_thread(runner, job_id):
    def run():
        runner.run(job_id)
        close_store()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def hints(queue):
    """What waits for a thread now, in the order in which it is taken."""
    storage = queue._huey.storage
    found = []
    while (data := super(type(storage), storage).dequeue()) is not None:
        found.append(queue._huey.deserialize_task(data).args[0])
    return found


def test_a_second_slice_does_not_begin_while_one_is_being_done_and_is_woken_when_it_is_over(add, queue):
    slices = Slices()
    runner = slices.runner(queue)
    first, second = add("film", 1), add("film", 2)
    thread = in_thread(runner, first)
    assert slices.begun.wait(10)
    runner.run(second)
    assert slices.done == [first]
    assert jobs.get(second).state == "queued"
    slices.may_end.set()
    thread.join()
    assert hints(queue) == [second], "who waits longest is next"
    runner.run(second)
    assert hints(queue) == [first]


def test_work_that_breaks_gives_its_turn_back(add, queue):
    turns, broken = Turns(jobs.LOCAL, BOOT, queue), []

    def work(job):
        broken.append(job.id)
        raise RuntimeError("unlucky")

    step = Step("storing", work, do_again, do_again, turns=turns)
    runner = Runner({("film", "queued"): step}, BOOT, lambda: None)
    first, second = add("film", 1), add("film", 2)
    runner.run(first)
    assert hints(queue) == [second]
    runner.run(second)
    assert broken == [first, second]


def test_single_jobs_are_taken_before_all_that_is_made_for_films(add, queue):
    scene, single, local = add("scene", 1), add("generation", 1), add("film", 1)
    queue.wake_later(scene)
    queue.wake_later(local)
    queue.wake(single)
    assert hints(queue) == [single, scene, local]


def test_the_sweep_wakes_single_jobs_first_and_those_of_films_by_how_long_they_wait(add, queue, parts):
    first, second, single = add("film", 1), add("scene", 1), add("generation", 1)
    Job.update(created_at=Job.created_at + 5).where(Job.id == first).execute()
    parts.sweeps.heal()
    assert hints(queue) == [single, second, first]
