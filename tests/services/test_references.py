"""Files of people for models: the row first, then the bytes; jobs wait for them and end with a sentence."""

from __future__ import annotations

import os

import pytest

from kiebot.errors import UserFault
from kiebot.services import billing, generation, input_files, references
from kiebot.services.incoming import Attachment, Incoming, Sender
from kiebot.store import accounts, inputs, jobs, outbox
from kiebot.store.db import utc_now
from kiebot.store.models import OutboxRow
from kiebot.store.order_models import InputFile


@pytest.fixture
def take(account, limits):
    def take(message=1, kind="photo", **fields):
        file = Attachment(**{"file_id": f"F{message}", "size_bytes": 1000, "width": 64, "height": 48} | fields)
        incoming = Incoming(7, "private", "", message, Sender(7), kind, attachment=file)
        return references.take(account.id, incoming, limits=limits)

    return take


@pytest.fixture
def request_with(order, queue, limits):
    def request_with(*rows, number=1):
        given = {"prompt": "a boat", "image_urls": [inputs.name_of(row.id) for row in rows]}
        return generation.request(order(number, input=given), queue=queue, limits=limits, billing_enabled=True)

    return request_with


@pytest.fixture
def arrived(data_dir, queue):
    def arrived(row, content=b"\xff\xd8\xff picture", mime="image/jpeg"):
        path = input_files.path_of(data_dir, row.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        assert references.fetched(row.id, path, mime=mime, size_bytes=len(content), queue=queue)
        return inputs.get(row.id)

    return arrived


@pytest.mark.parametrize(
    ("kind", "mime", "taken_as"),
    [
        ("photo", "", ("image", "image/jpeg")),
        ("video_note", "", ("video", "video/mp4")),
        ("voice", "audio/ogg", ("audio", "audio/ogg")),
        ("document", "image/png", ("image", "image/png")),
        ("document", "application/pdf", ("file", "application/pdf")),
    ],
)
def test_a_file_is_taken_in_before_it_is_fetched(take, kind, mime, taken_as):
    row = take(kind=kind, mime=mime)
    assert (row.kind, row.mime) == taken_as
    assert (row.state, row.file_id, row.width, row.height) == ("fetching", "F1", 64, 48)
    assert [waiting.id for waiting in references.waiting()] == [row.id]


def test_the_same_message_is_taken_once(take):
    assert take(1).id == take(1).id
    assert take(2).id != take(1).id


def test_what_is_too_big_is_refused_before_anything_is_fetched(take):
    with pytest.raises(UserFault) as fault:
        take(size_bytes=101 * 2**20)
    assert (fault.value.key, fault.value.sentence_args) == ("reference-too-big", {"limit": 100})
    assert references.waiting() == []


def test_a_message_without_a_file_is_told_so(account, limits):
    with pytest.raises(UserFault, match="reference-none"):
        references.take(account.id, Incoming(7, "private", "", 1, Sender(7), "text"), limits=limits)


def test_a_job_waits_until_all_its_files_are_here(rich, take, request_with, arrived, queue):
    first, second = take(1), take(2)
    job_id = request_with(first, second)
    assert jobs.get(job_id).next_poll_at == jobs.NEVER
    assert sorted(references.missing(job_id)) == [first.id, second.id]
    queue.woken.clear()
    arrived(first)
    assert queue.woken == []
    arrived(second)
    assert queue.woken == [job_id]
    assert jobs.get(job_id).next_poll_at is None
    assert jobs.claim(job_id, "queued", "submitting", "boot")


def test_a_job_whose_files_are_here_does_not_wait(rich, take, request_with, arrived):
    assert jobs.get(request_with(arrived(take()))).next_poll_at is None


def test_what_telegram_does_not_give_ends_the_job_with_a_sentence_and_can_be_tried_again(rich, take, request_with, queue, limits):
    row = take()
    job_id = request_with(row)
    assert references.failed(row.id)
    assert not references.failed(row.id)
    job = jobs.get(job_id)
    assert (job.state, job.fail_code, billing.balance(rich.id)) == ("failed", "reference", 100)
    said = OutboxRow.select().order_by(OutboxRow.id.desc()).first().payload
    assert (said["key"], said["args"]["reason"]["key"]) == ("job-failed", "job-failed-reference")
    again = generation.retry(job_id, rich.id, price=30, queue=queue, limits=limits, billing_enabled=True)
    assert references.missing(again) == [row.id]
    assert jobs.get(again).next_poll_at == jobs.NEVER


def test_nobody_orders_with_the_file_of_another_person_or_with_one_that_never_was(rich, take, request_with, order, queue, limits):
    row = take()
    InputFile.update(account=accounts.of_user(8).id).execute()
    with pytest.raises(UserFault, match="reference-gone"):
        request_with(row)
    given = {"image_urls": ["file:999"]}
    with pytest.raises(UserFault, match="reference-gone"):
        generation.request(order(input=given), queue=queue, limits=limits, billing_enabled=True)


@pytest.mark.parametrize(
    ("said", "by_bytes", "believed"),
    [
        ("image/png", "image/jpeg", ("image", "image/jpeg")),
        ("image/png", "application/pdf", ("file", "application/pdf")),
        ("audio/mp4", "video/mp4", ("audio", "audio/mp4")),
        ("audio/flac", "application/octet-stream", ("audio", "audio/flac")),
        ("", "application/octet-stream", ("file", "application/octet-stream")),
    ],
)
def test_the_bytes_are_believed_before_the_words(take, arrived, said, by_bytes, believed):
    row = arrived(take(kind="document", mime=said), mime=by_bytes)
    assert (row.kind, row.mime) == believed


def test_facts_are_keyed_as_orders_name_files(take, arrived):
    row = arrived(take(duration_s=3), b"12345")
    fact = references.facts([row.id, 999])[f"file:{row.id}"]
    assert (fact.kind, fact.mime, fact.size_bytes, fact.duration_s, fact.width) == ("image", "image/jpeg", 5, 3, 64)


def test_old_files_are_swept_kept_while_a_job_needs_them_and_fetched_again_when_somebody_does(
    rich, take, request_with, arrived, data_dir
):
    old, needed = arrived(take(1)), arrived(take(2))
    job_id = request_with(needed)
    stray = input_files.path_of(data_dir, 77)
    stray.write_bytes(b"left by a crash")
    os.utime(stray, (0, 0))
    assert references.sweep(data_dir, utc_now() + 1) == 2
    assert [path.name for path in stray.parent.iterdir()] == [str(needed.id)]
    assert inputs.get(old.id).state == "swept"
    assert take(1).id == old.id
    assert inputs.get(old.id).state == "fetching"
    generation.cancel(job_id, rich.id)
    assert references.sweep(data_dir, utc_now() + 1) == 1


@pytest.fixture
def result(rich, order, queue, limits, data_dir):
    """A finished job with one picture on the disk."""
    job_id = generation.request(order(9), queue=queue, limits=limits, billing_enabled=True)
    path = data_dir / "media" / str(job_id) / "1.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"picture")
    made = {"path": str(path), "mime": "image/png", "name": "1.png", "size": 7, "width": 64, "height": 48}
    jobs.change(job_id, state="storing")
    job = jobs.get(job_id)
    assert generation.finish(job, [made])
    return job


def test_a_result_on_the_disk_becomes_an_input_at_once_and_outlives_the_jobs_folder(result, rich, data_dir, limits):
    row = references.take_result(rich.id, result.id, 1, data_dir=data_dir, limits=limits)
    assert (row.state, row.kind, row.width) == ("ready", "image", 64)
    (data_dir / "media" / str(result.id) / "1.png").unlink()
    assert input_files.path_of(data_dir, row.id).read_bytes() == b"picture"


def test_a_result_that_was_swept_comes_back_from_telegram_and_is_gone_only_without_it(result, rich, data_dir, limits):
    (data_dir / "media" / str(result.id) / "1.png").unlink()
    with pytest.raises(UserFault, match="history-gone"):
        references.take_result(rich.id, result.id, 1, data_dir=data_dir, limits=limits)
    outbox.sent(outbox.results_of(result.id)[0].id, 55, "TELEGRAM")
    row = references.take_result(rich.id, result.id, 1, data_dir=data_dir, limits=limits)
    assert (row.state, row.file_id, row.message_id) == ("fetching", "TELEGRAM", 55)


def test_only_ones_own_results_become_inputs(result, data_dir, limits):
    with pytest.raises(UserFault, match="job-not-yours"):
        references.take_result(accounts.of_user(8).id, result.id, 1, data_dir=data_dir, limits=limits)
