"""A disk that is nearly full: orders wait, files are not taken, the oldest results go, the admins hear of it once."""

from __future__ import annotations

import pytest

from kiebot.errors import UserFault
from kiebot.services import documents, limits, room
from kiebot.store import accounts, jobs, outbox
from kiebot.store.db import utc_now
from kiebot.store.models import Job, OutboxRow
from kiebot.worker.sweeps import Keep, Sweeps
from tests.worker.conftest import state

TOO_MUCH_GB = 10**9  # no disk has so much


@pytest.fixture
def full(data_dir):
    """A disk without room, for as long as the test wants."""
    yield lambda: room.bind(data_dir, TOO_MUCH_GB)
    room.bind(data_dir, 0)


@pytest.fixture
def admin(data_dir):
    admin = accounts.of_user(99, language_code="en")
    accounts.set_role(admin.id, "admin")
    return admin


def told():
    return [row.payload["key"] for row in OutboxRow.select().where(OutboxRow.chat_id == 99).order_by(OutboxRow.id)]


def make(order, data_dir, number, **fields):
    job_id = order(number, price=0)
    Job.update(**{"finished_at": utc_now() - 60, **fields}).where(Job.id == job_id).execute()
    folder = documents.folder(data_dir, job_id)
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(b"x" * 1000)
    return folder


def everything_arrives():
    for row in outbox.listed(limit=100):
        outbox.sent(row.id, 1)


def test_a_new_file_is_refused_with_a_sentence(account, full):
    full()
    with pytest.raises(UserFault, match="disk-low"):
        limits.check_open(account, documents.KIND, 5)


def test_a_new_order_waits_with_a_sentence_and_is_made_when_there_is_room(parts, order, kie, full, data_dir):
    full()
    job_id = order()
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).sent_at) == ("queued", None)
    assert [row.payload["key"] for row in OutboxRow.select()].count("disk-waiting") == 1
    room.bind(data_dir, 0)
    Job.update(next_poll_at=None).where(Job.id == job_id).execute()
    parts.runner.run(job_id)
    assert state(job_id) == "running"


def test_an_order_that_waits_goes_on_when_there_is_room_again_and_says_so_once(parts, order, kie, full, data_dir):
    job_id = order()
    full()
    for _ in range(2):
        Job.update(next_poll_at=None).where(Job.id == job_id).execute()
        parts.runner.run(job_id)
    job = jobs.get(job_id)
    assert (job.state, job.deadline_at, job.sent_at) == ("queued", None, None)
    assert [row.payload["key"] for row in OutboxRow.select()].count("disk-waiting") == 1
    room.bind(data_dir, 0)
    Job.update(next_poll_at=None).where(Job.id == job_id).execute()
    parts.runner.run(job_id)
    assert state(job_id) == "running"


def test_the_admins_are_told_once_that_it_is_low_and_once_that_it_is_well_also_over_a_restart(queue, data_dir, admin, full):
    full()
    for _ in range(3):
        Sweeps("each time another life", queue, data_dir, Keep(24, 2**40)).heal()
    assert told() == ["disk-low-admin"]
    room.bind(data_dir, 1e-6)
    for _ in range(3):
        Sweeps("another life", queue, data_dir, Keep(24, 2**40)).heal()
    assert told() == ["disk-low-admin", "disk-fine-admin"]


def test_an_admin_who_comes_later_is_told_too(queue, data_dir, full):
    full()
    Sweeps("this life", queue, data_dir, Keep(24, 2**40)).heal()
    accounts.set_role(accounts.of_user(99, language_code="en").id, "admin")
    for _ in range(2):
        Sweeps("this life", queue, data_dir, Keep(24, 2**40)).heal()
    assert told() == ["disk-low-admin"]


def test_results_go_for_room_but_nothing_that_is_made_or_still_has_to_be_sent_nor_a_film(order, queue, data_dir, full):
    done, running, storing = (make(order, data_dir, n, state=s) for n, s in enumerate(("done", "running", "storing"), 1))
    unsent = make(order, data_dir, 4, state="done")
    film = data_dir / "media" / "films" / "1"
    film.mkdir(parents=True)
    everything_arrives()
    outbox.add(7, "photo", {}, lane=outbox.Lane.RESULT, job_id=int(unsent.name))
    full()
    Sweeps("this life", queue, data_dir, Keep(24, 2**40)).heal()
    assert [folder.exists() for folder in (done, running, storing, unsent, film)] == [False, True, True, True, True]


def test_no_more_goes_than_is_wanting(order, queue, data_dir):
    old, new = (make(order, data_dir, number, state="done") for number in (1, 2))
    everything_arrives()
    sweeps = Sweeps("this life", queue, data_dir, Keep(24, 2**40))
    assert sweeps._remove_oldest(500) == 1
    assert [folder.exists() for folder in (old, new)] == [False, True]


def test_without_a_least_there_is_always_room(order, data_dir):
    room.bind(data_dir, 0)
    assert order()
    assert not room.is_low()
