"""The step that reads a document, in the real confined child."""

from __future__ import annotations

import docx
import pytest

from kiebot.config.keys import Limits
from kiebot.services import documents
from kiebot.services.delivery import Place
from kiebot.store import jobs, threads
from kiebot.store.models import OutboxRow
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
        documents.file_arrived(job_id, path, queue=queue)
        return job_id

    return send


def write_docx(path):
    document = docx.Document()
    document.add_paragraph("The rent is 900 euros.")
    document.save(str(path))


def shown(job_id):
    row = jobs.get(job_id).status_row
    return [row.payload["key"] for row in OutboxRow.select().where(OutboxRow.edits == row)]


def test_a_document_is_read_and_its_bytes_are_not_kept(parts, send, data_dir):
    job_id = send(write_docx)
    parts.runner.run(job_id)
    assert (state(job_id), shown(job_id)) == ("done", ["document-ready"])
    assert "The rent is 900 euros." in documents.context_for(threads.active(7, 0).id, 1000)
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
