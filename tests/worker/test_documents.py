"""The step that reads a document, in the real confined child."""

from __future__ import annotations

import docx
import pytest

from kiebot.config.keys import Limits
from kiebot.services import documents, generation
from kiebot.services.delivery import Place
from kiebot.services.jobs import file_arrived
from kiebot.store import documents as rows
from kiebot.store import jobs, threads
from kiebot.store.db import utc_now
from kiebot.store.models import OutboxRow
from tests.documents import files
from tests.worker.conftest import state, wait_for


@pytest.fixture
def send(account, data_dir, queue):
    """Take a file in, put it where the bot would, and say that it arrived."""

    def send(write, name="notes.docx", question=""):
        job_id = documents.receive(
            account.id, Place(7, "en"), thread_id=threads.active(7, 0).id, message_id=3, name=name, mime="", size_bytes=100,
            file_ref={}, order_key="m:7:3", question=question, limits=Limits(),
        )  # fmt: skip
        folder = documents.folder(data_dir, job_id)
        folder.mkdir(parents=True)
        path = folder / "source"
        write(path)
        file_arrived(job_id, path, queue=queue)
        return job_id

    return send


def write_docx(path):
    document = docx.Document()
    document.add_paragraph("The rent is 900 euros.")
    document.save(str(path))


def shown(job_id):
    row = jobs.get(job_id).status_row
    return [row.payload["key"] for row in OutboxRow.select().where(OutboxRow.edits == row)]


def text_of(job_id):
    return "\n".join(page.text for page in rows.pages(rows.of_job(job_id).id))


def test_a_document_is_read_and_its_bytes_are_not_kept(parts, send, data_dir):
    job_id = send(write_docx)
    parts.runner.run(job_id)
    assert (state(job_id), shown(job_id)) == ("done", ["document-ready"])
    assert "The rent is 900 euros." in text_of(job_id)
    assert not (documents.folder(data_dir, job_id) / "source").exists()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"PK\x03\x04 broken", "document-refused-"),
        (b"\x7fELF\x02\x01", "document-refused-program"),
        (b"", "document-refused-empty"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(parts, send, content, key):
    job_id = send(lambda path: path.write_bytes(content))
    parts.runner.run(job_id)
    assert state(job_id) == "failed"
    assert shown(job_id)[0].startswith(key)


def test_a_file_that_vanished_is_asked_for_again(parts, send):
    job_id = send(lambda path: None)
    parts.runner.run(job_id)
    assert shown(job_id) == ["document-failed-download"]


@pytest.mark.parametrize("failpoint", ["document-claimed", "document-extracted", "document-finishing", "document-done"])
def test_a_worker_killed_while_it_reads_reads_again_and_asks_the_question_once(worker, send, failpoint):
    job_id = send(write_docx, question="How much?")
    assert worker(failpoint).wait(20) == -9
    worker()
    wait_for(lambda: state(job_id) == "done")
    assert shown(job_id) == ["document-ready"]
    assert len(threads.open_turns()) == 1


def scan(pages):
    """A scan of empty pages between two of text: twenty of them fill a slice."""
    empty = files.saved(files.picture(), "PDF")
    return files.joined(files.pdf("The rent is 900 euros."), *[empty] * pages, files.pdf("Signed by Ann."))


FULL_SLICE = 21  # the page of text and twenty scanned ones; on a busy machine the time of a slice is over before


def read_to_the_end(parts, job_id):
    before = 0
    while state(job_id) == "storing":
        assert kept(job_id) > before
        before = kept(job_id)
        parts.runner.run(job_id)


def kept(job_id):
    return rows.kept(rows.of_job(job_id).id).pages


def test_a_long_scan_is_read_in_slices_with_its_progress_shown(parts, send, queue, data_dir):
    job_id = send(lambda path: path.write_bytes(scan(22)))
    parts.runner.run(job_id)
    assert (state(job_id), shown(job_id)) == ("storing", ["document-reading"])
    assert 1 <= kept(job_id) <= FULL_SLICE
    assert jobs.get(job_id).stuck_claims == 0
    read_to_the_end(parts, job_id)
    assert (state(job_id), shown(job_id)[-1], kept(job_id)) == ("done", "document-ready", 24)
    assert "Signed by Ann." in text_of(job_id)
    assert not (documents.folder(data_dir, job_id) / "source").exists()


def test_a_worker_killed_between_slices_goes_on_where_it_was(worker, send):
    job_id = send(lambda path: path.write_bytes(scan(22)))
    assert worker("document-kept").wait(60) == -9
    before = jobs.get(job_id).attempt
    assert kept(job_id) >= 1
    worker()
    wait_for(lambda: state(job_id) == "done", 60)
    assert kept(job_id) == 24
    assert jobs.get(job_id).attempt > before


def test_a_cancelled_reading_stops_at_its_next_slice(parts, send, account):
    job_id = send(lambda path: path.write_bytes(scan(22)))
    parts.runner.run(job_id)
    before = kept(job_id)
    assert generation.cancel(job_id, account.id) is generation.CancelOutcome.CANCELLED
    parts.runner.run(job_id)
    assert (state(job_id), kept(job_id)) == ("cancelled", before)


def test_what_was_read_before_the_damage_stays_of_use(parts, send, data_dir):
    job_id = send(lambda path: path.write_bytes(scan(22)))
    parts.runner.run(job_id)
    (documents.folder(data_dir, job_id) / "source").write_bytes(b"%PDF-1.7 ruined")
    parts.runner.run(job_id)
    assert (state(job_id), shown(job_id)[-1]) == ("done", "document-ready-part")


def test_a_locked_file_waits_for_its_password_and_forgets_it(parts, send, queue, data_dir):
    job_id = send(lambda path: path.write_bytes(files.encrypted(files.pdf("The rent is 900 euros."), "пароль")))
    folder = documents.folder(data_dir, job_id)
    parts.runner.run(job_id)
    assert (state(job_id), shown(job_id)) == ("storing", ["document-password"])
    assert jobs.to_take("this life", utc_now()) == []

    assert documents.give_password(job_id, "wrong", queue=queue)
    parts.runner.run(job_id)
    assert shown(job_id)[-1] == "document-wrong-password"
    assert documents.give_password(job_id, "пароль", queue=queue)
    assert (folder / "password").stat().st_mode & 0o777 == 0o600
    parts.runner.run(job_id)
    assert (state(job_id), shown(job_id)[-1]) == ("done", "document-ready")
    assert list(folder.iterdir()) == []
    assert not documents.give_password(job_id, "пароль", queue=queue)
    assert all("пароль".encode() not in path.read_bytes() for path in data_dir.glob("*.db*"))


def test_a_locked_file_whose_password_never_comes_is_given_up(parts, send):
    job_id = send(lambda path: path.write_bytes(files.encrypted(files.pdf("a"), "x")))
    parts.runner.run(job_id)
    job = jobs.get(job_id)
    jobs.change(job_id, next_poll_at=None, input={**job.input, "locked_until": utc_now() - 1})
    parts.runner.run(job_id)
    assert (state(job_id), shown(job_id)[-1]) == ("failed", "document-refused-password")


def test_macros_are_mentioned(parts, send):
    job_id = send(lambda path: path.write_bytes(files.docx_of(files.paragraph("a"), members=[("word/vbaProject.bin", "x")])))
    parts.runner.run(job_id)
    edit = OutboxRow.select().where(OutboxRow.edits == jobs.get(job_id).status_row).get()
    assert edit.payload["args"]["note"] == "macros"
