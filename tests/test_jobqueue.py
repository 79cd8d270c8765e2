"""The queue carries hints between processes, fast, and forgives everything."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
import threading
import time

import pytest

from kiebot.errors import OperatorFault
from kiebot.jobqueue import JobQueue

WAKE = """
import sys
from pathlib import Path
from kiebot.jobqueue import JobQueue
JobQueue(Path(sys.argv[1])).wake(int(sys.argv[2]))
"""


@pytest.fixture
def queue(tmp_path):
    queue = JobQueue(tmp_path)
    yield queue
    queue.close()


class Seen:
    """What a consumer ran, and when."""

    def __init__(self):
        self.jobs = []
        self.at = []
        self.changed = threading.Condition()

    def run(self, job_id):
        with self.changed:
            self.jobs.append(job_id)
            self.at.append(time.monotonic())
            self.changed.notify_all()
        if job_id == 13:
            raise RuntimeError("unlucky")

    def wait(self, count, timeout_s=10):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.jobs) >= count, timeout_s), self.jobs


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture
def consumer(queue, seen):
    consumer = queue.consumer(seen.run, 2)
    consumer.start()
    yield consumer
    consumer.stop()


def test_a_hint_of_another_process_is_run(tmp_path, consumer, seen):
    subprocess.run([sys.executable, "-c", WAKE, str(tmp_path), "41"], check=True)
    seen.wait(1)
    assert seen.jobs == [41]


def test_a_waiting_consumer_starts_within_milliseconds(queue, consumer, seen):
    time.sleep(1.5)  # both threads wait by now
    took = []
    for number in range(10):
        asked = time.monotonic()
        queue.wake(number)
        seen.wait(number + 1)
        took.append(seen.at[number] - asked)
    assert sorted(took)[5] < 0.1, "Huey alone takes up to ten seconds"


def test_hints_given_while_nobody_listened_are_run_in_order(queue, seen):
    for number in range(20):
        queue.wake(number)
    assert queue.depth() == 20
    consumer = queue.consumer(seen.run, 1)
    consumer.start()
    seen.wait(20)
    consumer.stop()
    assert seen.jobs == list(range(20))
    assert queue.depth() == 0


def test_a_task_that_breaks_does_not_stop_the_next(queue, consumer, seen):
    queue.wake(13)
    queue.wake(14)
    queue.wake(15)
    seen.wait(3)
    assert sorted(seen.jobs) == [13, 14, 15]


def test_a_stop_waits_for_what_runs(queue):
    finished = threading.Event()
    begun = threading.Event()

    def run(job_id):
        begun.set()
        time.sleep(0.5)
        finished.set()

    consumer = queue.consumer(run, 1)
    consumer.start()
    queue.wake(1)
    assert begun.wait(5)
    consumer.stop()
    assert finished.is_set()


def test_a_hint_that_cannot_be_written_is_only_a_delay(tmp_path, caplog):
    (tmp_path / "sub").mkdir()
    queue = JobQueue(tmp_path / "sub")
    queue.close()
    shutil.rmtree(tmp_path / "sub")
    queue.wake(1)
    assert "wake lost job=1" in caplog.text


def test_only_the_owner_can_write_tasks(tmp_path, queue):
    assert stat.S_IMODE((tmp_path / "queue.db").stat().st_mode) == 0o600


def test_another_queue_is_refused_in_words(tmp_path):
    with pytest.raises(OperatorFault, match=r"queue\.url"):
        JobQueue(tmp_path, "redis://localhost")
