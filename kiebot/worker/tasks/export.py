"""The step of an export job: write everything that is kept about a person into a ZIP file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.services import documents, export
from kiebot.worker.runner import Step, do_again


class ExportTasks:
    """Bound once in worker/app.py."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with export jobs."""
        step = Step("storing", self.make, do_again, export.fail)
        return {(export.KIND, "queued"): step, (export.KIND, "storing"): step}

    def make(self, job: Any) -> None:
        """Write the file whole or not at all, then hand it to the outbox. A second run writes it anew."""
        folder = documents.folder(self._data_dir, job.id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / export.FILE_NAME
        export.write(path, job.account_id)
        export.finish(job, path)
