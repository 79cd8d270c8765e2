"""What a crash, a lost hint or time itself left is put right; files that nobody needs go."""

from __future__ import annotations

import time

import pytest

from kiebot.payments.orders import Pack
from kiebot.services import billing, documents, input_files, payments
from kiebot.services.delivery import Place
from kiebot.services.payments import Shop
from kiebot.store import accounts, incidents, inputs, jobs, outbox, requests
from kiebot.store import payments as offers
from kiebot.store.db import database, utc_now
from kiebot.store.models import Job, SeenUpdate
from kiebot.store.order_models import InputFile, Request
from kiebot.worker.sweeps import Keep, Sweeps
from tests.worker.conftest import said, state, wait_for


@pytest.fixture
def sweeps(parts):
    return parts.sweeps


def drained(queue):
    """Throw away all hints, as a crash of Huey would."""
    queue._huey.storage.flush_queue()


def make(order, number, age_s=0, **fields):
    job_id = order(number, price=0)
    fields = {"finished_at": utc_now() - age_s, **fields}
    Job.update(**fields).where(Job.id == job_id).execute()
    return job_id


def folder_of(data_dir, job_id, size=10):
    folder = documents.folder(data_dir, job_id)
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(b"x" * size)
    return folder


def test_a_lost_hint_is_given_again(sweeps, order, queue):
    order()
    drained(queue)
    sweeps.heal()
    assert queue.depth() == 1


def test_hints_do_not_pile_up_while_the_threads_are_busy(sweeps, order, queue):
    for number in range(60):
        order(number, price=0)
    for _ in range(5):
        sweeps.heal()
    assert queue.depth() < 200


def test_what_another_life_was_sending_is_unclear_what_had_not_left_and_what_it_stored_is_done_again(
    sweeps, order, queue, account
):
    sent, unsent, mine, storing = (order(number, price=10) for number in range(4))
    for job_id in (sent, unsent):
        jobs.claim(job_id, "queued", "submitting", "last life", deadline_at=utc_now() + 100)
    assert jobs.leaving(sent, 1)
    jobs.claim(mine, "queued", "submitting", "this life")
    Job.update(state="storing", boot_id="last life").where(Job.id == storing).execute()
    drained(queue)
    sweeps.heal()
    assert [state(job_id) for job_id in (sent, unsent, mine, storing)] == ["unclear", "queued", "submitting", "storing"]
    assert queue.depth() == 2
    assert billing.held(account.id) == 40


@pytest.mark.parametrize(("was", "code"), [("running", "deadline"), ("unclear", "unknown_outcome")])
def test_what_takes_too_long_fails_with_its_own_words_and_gives_the_credits_back(sweeps, order, account, was, code):
    job_id = order()
    Job.update(state=was, deadline_at=utc_now() - 700, next_poll_at=utc_now()).execute()
    sweeps.heal()
    assert (state(job_id), jobs.get(job_id).fail_code) == ("failed", code)
    assert billing.balance(account.id) == 100
    assert len(said()) == 2


def test_a_job_nobody_could_look_at_while_the_worker_was_down_is_looked_at_first(sweeps, order):
    job_id = order()
    Job.update(state="running", deadline_at=utc_now() - 7000, next_poll_at=utc_now() - 7100).execute()
    sweeps.heal()
    assert state(job_id) == "running"


def test_a_job_that_never_left_has_no_deadline(sweeps, order):
    job_id = order(deadline_s=0.001)
    time.sleep(0.01)
    sweeps.heal()
    assert state(job_id) == "queued"


def test_old_updates_are_forgotten_and_new_ones_kept(sweeps, data_dir):
    for key, age_s in (("old", 4 * 86400), ("new", 86400)):
        accounts.first_seen(key)
        SeenUpdate.update(created_at=utc_now() - age_s).where(SeenUpdate.key == key).execute()
    sweeps.clean()
    assert not accounts.first_seen("new")
    assert accounts.first_seen("old")


def test_files_of_ended_jobs_go_after_a_day_unless_they_still_have_to_be_sent(sweeps, order, data_dir):
    day = 25 * 3600
    old, fresh, unsent, running = (
        make(order, 1, day, state="done"), make(order, 2, 60, state="done"),
        make(order, 3, day, state="done"), make(order, 4, day, state="running"),
    )  # fmt: skip
    for row in outbox.listed(limit=100):
        outbox.sent(row.id, 1)
    outbox.add(7, "photo", {}, lane=outbox.Lane.RESULT, job_id=unsent)
    folders = [folder_of(data_dir, job_id) for job_id in (old, fresh, unsent, running)]
    other = data_dir / "media" / "films"
    other.mkdir()
    sweeps.clean()
    assert [folder.exists() for folder in folders] == [False, True, True, True]
    assert other.exists()


def test_beyond_the_room_for_media_the_oldest_files_go_first(order, queue, data_dir):
    ids = [make(order, number, 60, state="done") for number in range(3)]
    for row in outbox.listed(limit=100):
        outbox.sent(row.id, 1)
    folders = [folder_of(data_dir, job_id, size=100) for job_id in ids]
    Sweeps("this life", queue, data_dir, Keep(24, 150)).clean()
    assert [folder.exists() for folder in folders] == [False, False, True]


def test_an_offer_whose_time_is_up_is_expired(sweeps, account):
    pack, place = Pack(500, 350, "XTR"), Place(7, "en")
    old, new = (payments.offer(Shop(order_s=seconds), account.id, "stars", pack, place) for seconds in (-1, 60))
    sweeps.clean()
    assert [offers.get(payment.id).state for payment in (old, new)] == ["expired", "created"]


def test_a_sweep_that_fails_is_recorded_and_followed_by_the_next(order, queue, data_dir):
    database.execute_sql("DROP TABLE seen_update")  # cleaning breaks, healing goes on
    sweeps = Sweeps("this life", queue, data_dir, Keep(24, 150), every_s=0.05)
    sweeps.start()
    wait_for(incidents.listed)
    order()
    wait_for(lambda: queue.depth() > 2)
    sweeps.stop()


def test_what_people_gave_goes_after_a_day_and_what_the_limits_count_after_another(sweeps, account, data_dir):
    old, fresh = (inputs.add(account=account.id, chat_id=7, message_id=n, kind="image", file_id="F") for n in (1, 2))
    for row in (old, fresh):
        path = input_files.path_of(data_dir, row.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")
        inputs.change(row.id, ("fetching",), state="ready", path=str(path))
    day_ago = utc_now() - 25 * 3600
    InputFile.update(created_at=day_ago).where(InputFile.id == old.id).execute()
    for _ in range(2):
        requests.add(account.id, "generation", 0)
    Request.update(created_at=utc_now() - 27 * 3600).where(Request.id == 1).execute()
    sweeps.clean()
    assert [input_files.path_of(data_dir, row.id).exists() for row in (old, fresh)] == [False, True]
    assert inputs.get(old.id).state == "swept"
    assert Request.select().count() == 1
