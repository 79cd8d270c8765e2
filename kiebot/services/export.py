"""/export: everything that is kept about a person, gathered for one ZIP file that the worker makes and the bot delivers."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiebot.services import delivery, incidents
from kiebot.services.delivery import Place
from kiebot.services.jobs import Queue, place, set_status
from kiebot.services.limits import check_open
from kiebot.store import accounts, documents, jobs
from kiebot.store import export as rows
from kiebot.store.db import after_commit, transaction

KIND = "export"
FAILED = "export-failed"
FILE_NAME = "kiebot-export.zip"


def request(account_id: int, where: Place, *, order_key: str, queue: Queue) -> int:
    """Order an export, one at a time. Returns the job's id. Raises UserFault: limit-jobs."""
    with transaction(durable=True):
        earlier = jobs.by_order(order_key)
        if earlier is not None:
            return int(earlier.id)
        check_open(accounts.get(account_id), KIND, 1)
        job = jobs.add(
            order_key=order_key, account=account_id, kind=KIND, label="🗄", chat_id=where.chat_id, language=where.language
        )
        row = delivery.say(where, "export-accepted", job_id=job.id)
        jobs.change(job.id, status_row=row)
        after_commit(lambda: queue.wake(job.id))
    return int(job.id)


def files(account_id: int) -> Iterator[tuple[str, Iterator[str]]]:
    """Names and contents of the files of the ZIP, piece by piece: a person may have thousands of pages."""
    for name, found in rows.tables(account_id):
        yield f"{name}.json", _as_json(found)
    for document in documents.kept_of(account_id=account_id):
        yield f"documents/{document.id}.txt", _text(document)


def write(path: Path, account_id: int) -> None:
    """Write the ZIP file, whole or not at all."""
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in files(account_id):
            with archive.open(name, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece.encode(errors="replace"))
    part.replace(path)


def _as_json(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    """A list, an item a line."""
    separator = "[\n"
    for item in found:
        yield separator + json.dumps(item, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _text(document: Any) -> Iterator[str]:
    yield f"{document.name}\n"
    for page in documents.pages(document.id):
        yield f"\n--- {page.number} ---\n{page.text}\n"


def finish(job: Any, path: Path) -> bool:
    """The file is made: send it. storing -> done."""
    size = path.stat().st_size
    file = {"path": str(path), "mime": "application/zip", "name": FILE_NAME, "size": size}
    with transaction(durable=True):
        if not jobs.move(job.id, ("storing",), "done", attempt=job.attempt, results=[file]):
            return False
        set_status(job, "export-ready")
        delivery.send_file(place(job), "document", file, "export-caption", dedup_key=f"export:{job.id}", job_id=job.id)
    return True


def fail(job: Any) -> bool:
    """It cannot be made; an incident says why."""
    with transaction(durable=True):
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, fail_code=FAILED):
            return False
        set_status(job, FAILED)
        incidents.alarm("job-stuck", KIND, process="worker", context={"job": job.id})
    return True
