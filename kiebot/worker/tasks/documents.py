"""The step of a document job: read the file in the confined child, keep its pages."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.documents import ReadingLimits, read_document, refusal_key
from kiebot.errors import ConfinedError
from kiebot.services import documents
from kiebot.store.failpoint import failpoint
from kiebot.worker.runner import Step, do_again


class DocumentTasks:
    """Bound once in worker/app.py."""

    def __init__(self, *, confined: Confined, limits: ReadingLimits) -> None:
        self._confined = confined
        self._limits = limits

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with document jobs."""
        step = Step("storing", self.read, do_again, documents.quarantine)
        return {("document", "queued"): step, ("document", "storing"): step}

    def read(self, job: Any) -> None:
        """Read the whole file. It is not needed afterwards: the pages are kept, not the bytes."""
        path = Path(job.input["path"])
        try:
            document = read_document(self._confined, path, out_dir=path.parent, limits=self._limits)
        except FileNotFoundError:
            documents.fail(job, "document-failed-download")
        except ConfinedError as error:
            documents.fail(job, refusal_key(error))
        else:
            failpoint("document-extracted")
            pages = [asdict(page) for page in document.pages]
            documents.read(job, pages, kind=document.kind, page_count=document.page_count)
        path.unlink(missing_ok=True)
