"""The step that makes an export."""

from __future__ import annotations

import zipfile

from kiebot.services import export
from kiebot.services.delivery import Place
from kiebot.store import jobs
from kiebot.store.models import OutboxRow
from kiebot.worker.runner import Runner
from kiebot.worker.tasks.export import ExportTasks


def test_an_export_is_a_whole_file_that_is_sent_once_however_often_it_is_made(account, queue, data_dir):
    job_id = export.request(account.id, Place(7, "en"), order_key="e:7:1", queue=queue)
    runner = Runner(ExportTasks(data_dir).steps(), "boot", lambda: None)
    runner.run(job_id)
    runner.run(job_id)
    assert jobs.get(job_id).state == "done"
    (row,) = OutboxRow.select().where(OutboxRow.kind == "document")
    with zipfile.ZipFile(row.payload["file"]["path"]) as archive:
        assert archive.testzip() is None
        assert "ledger.json" in archive.namelist()
    assert not list(data_dir.rglob("*.part"))


def test_an_export_that_breaks_again_and_again_ends_in_words(account, queue, data_dir):
    job_id = export.request(account.id, Place(7, "en"), order_key="e:7:1", queue=queue)
    (data_dir / "media").mkdir()
    (data_dir / "media" / str(job_id)).write_text("a file where the folder should be")
    for life in range(jobs.STUCK_CLAIMS + 1):
        jobs.change(job_id, next_poll_at=None)
        Runner(ExportTasks(data_dir).steps(), f"boot {life}", lambda: None).run(job_id)
    assert (jobs.get(job_id).state, jobs.get(job_id).fail_code) == ("failed", "export-failed")
