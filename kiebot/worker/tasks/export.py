"""The step of an export job: write everything that is kept about a person into a ZIP file."""

from __future__ import annotations

import zipfile
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
        part = path.with_suffix(".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, pieces in export.files(job.account_id):
                with archive.open(name, "w", force_zip64=True) as file:
                    for piece in pieces:
                        file.write(piece.encode(errors="replace"))
        part.replace(path)
        export.finish(job, path)
