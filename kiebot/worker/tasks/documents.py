"""The step of a document job: read a slice of the file in the confined child, keep its pages, go on with the next one."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.documents import ReadingLimits, ReadingOrder, read_slice, refusal_key, unlock
from kiebot.errors import ConfinedError
from kiebot.services import documents
from kiebot.services.jobs import Queue
from kiebot.store.db import utc_now
from kiebot.store.failpoint import failpoint
from kiebot.worker.runner import Step, do_again

_OF_A_PASSWORD = ("password", "wrong-password")


class DocumentTasks:
    """Bound once in worker/app.py."""

    def __init__(self, *, confined: Confined, limits: ReadingLimits, queue: Queue, keep_originals: bool = False) -> None:
        self._confined = confined
        self._limits = limits
        self._queue = queue
        self._keep_originals = keep_originals

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with document jobs."""
        step = Step("storing", self.read, do_again, documents.quarantine)
        return {("document", "queued"): step, ("document", "storing"): step}

    def read(self, job: Any) -> None:
        """Read one slice, from the first page on that is not kept yet.

        Each slice has a claim of its own, so that a long scan keeps nobody waiting. The file is not needed after the last one:
        the pages are kept, the bytes only when the operator wants them.
        """
        path = Path(job.input["path"])
        try:
            finished = self._read_slice(job, path)
        except FileNotFoundError:
            finished = documents.fail(job, "document-failed-download")
        except ConfinedError as error:
            finished = self._end(job, error)
        if finished:
            documents.put_away(job, path, keep=self._keep_originals)

    def _read_slice(self, job: Any, path: Path) -> bool:
        """False when there is more to read."""
        if "locked_until" in job.input:
            self._unlock(job, path)
        kept = documents.kept(job)
        limits = replace(self._limits, max_chars=self._limits.max_chars - kept.chars)
        part = read_slice(self._confined, path, ReadingOrder(limits, first=kept.pages + 1), out_dir=path.parent)
        failpoint("document-extracted")
        pages = [asdict(page) for page in part.pages]
        if part.next_page:
            return not documents.keep(job, pages, kind=part.kind, page_count=part.page_count, queue=self._queue)
        documents.read(job, pages, kind=part.kind, page_count=part.page_count, notes=part.notes)
        return True

    def _unlock(self, job: Any, path: Path) -> None:
        """Put a copy without protection in the file's place. The password is gone before the file is opened."""
        secret = documents.password_file(path)
        try:
            password = secret.read_text()
        except FileNotFoundError:
            raise ConfinedError("refused", "password") from None
        secret.unlink()
        unlock(self._confined, path, password, out_dir=path.parent).replace(path)
        documents.unlocked(job)

    def _end(self, job: Any, error: ConfinedError) -> bool:
        """Ask for a password while there is time; keep what was read before the damage; or say why nothing could be read."""
        if error.reason == "refused" and error.message in _OF_A_PASSWORD:
            if utc_now() < job.input.get("locked_until", utc_now() + 1):
                return not documents.ask_password(job, wrong=error.message == "wrong-password")
            error = ConfinedError("refused", "password")
        if documents.kept(job).worded:
            documents.read_in_part(job)
        else:
            documents.fail(job, refusal_key(error))
        return True
