"""Files that people send to be asked about: taken in, fetched by the bot, read by the worker in slices, quoted to the text model.

The row comes first: a document job waits, queued until a time that never comes, while the bot fetches the file from Telegram. A
bot that starts after a crash asks `waiting_for_file()` and fetches again; `file_arrived()` lets the worker have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import delivery, incidents
from kiebot.services.delivery import Place
from kiebot.services.generation import Queue
from kiebot.services.jobs import cancel_button, set_status
from kiebot.services.limits import Limits, check_open, count
from kiebot.store import accounts, documents, jobs, threads
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.documents import Kept
from kiebot.store.failpoint import failpoint

KIND = "document"
MOST_WAITING = 20  # files of one person: an album has ten, and reading costs nobody anything
LONGEST_NAME = 100
SCAN_SHARE = 0.5  # more pages than this that could not be read: the person hears so
LOCKED_S = 3600.0  # how long a locked file waits for its password
BEGINNING_SHOWN = "[Shown is only the beginning of page {page}, for lack of room.]"
NOT_SHOWN = "[Not shown for lack of room: pages {first}-{last} of {pages}. Say so when the answer may stand there.]"


def folder(data_dir: Path, job_id: int) -> Path:
    """Where a job's files lie. The bot writes a document into it, the worker everything else."""
    return data_dir / "media" / str(job_id)


def receive(
    account_id: int,
    place: Place,
    *,
    thread_id: int,
    message_id: int,
    name: str,
    mime: str,
    size_bytes: int,
    file_ref: dict[str, Any],
    order_key: str,
    question: str,
    limits: Limits,
) -> int:
    """Take in a file before it is fetched. Returns the job's id; the same order is taken once.

    `file_ref` is whatever the bot needs to fetch the file again after a crash. A `question` (the caption) is answered once the
    file is read. Raises UserFault: document-too-big, limit-jobs.
    """
    if size_bytes > limits.document_mb * 2**20:
        raise UserFault("document-too-big", limit=limits.document_mb)
    with transaction(durable=True):
        earlier = jobs.by_order(order_key)
        if earlier is not None:
            return int(earlier.id)
        check_open(accounts.get(account_id), KIND, MOST_WAITING)
        count(account_id, KIND)
        title = _one_line(name)
        job = jobs.add(
            order_key=order_key,
            account=account_id,
            kind=KIND,
            label=f"📄 {title}",
            chat_id=place.chat_id,
            topic_id=place.topic_id,
            message_id=message_id,
            language=place.language,
            input={"file_ref": file_ref, "question": question},
            next_poll_at=jobs.NEVER,
        )
        documents.add(
            account=account_id, chat_id=place.chat_id, topic_id=place.topic_id, thread=thread_id, job=job.id,
            name=title, mime=mime, size_bytes=size_bytes,
        )  # fmt: skip
        row = delivery.say(place, key="document-accepted", args={"name": title}, buttons=cancel_button(job.id), job_id=job.id)
        jobs.change(job.id, status_row=row)
    failpoint("document-accepted")
    return int(job.id)


def waiting_for_file() -> list[Any]:
    """Document jobs whose file the bot still has to fetch: `job.input["file_ref"]` says which."""
    return jobs.waiting_for_file(jobs.NEVER)


def file_arrived(job_id: int, path: Path, *, queue: Queue) -> bool:
    """The file is in the job's folder, whole. False when the job does not wait for it any more."""
    with transaction(durable=True):
        job = jobs.get(job_id)
        if job is None or job.kind != KIND or job.state != "queued" or job.next_poll_at != jobs.NEVER:
            return False
        jobs.change(job_id, next_poll_at=None, input={**job.input, "path": str(path)})
        after_commit(lambda: queue.wake(job_id))
        return True


def file_lost(job_id: int) -> bool:
    """Telegram does not give the file: the person is asked to send it again."""
    job = jobs.get(job_id)
    return job is not None and job.state == "queued" and fail(job, "document-failed-download")


def kept(job: Any) -> Kept:
    """How far the reading of this job's document has come."""
    return documents.kept(_document(job).id)


def keep(job: Any, pages: list[dict[str, Any]], *, kind: str, page_count: int, queue: Queue) -> bool:
    """A slice is read: keep its pages, say how far it is, and let whoever is free read on. The job stays `storing`."""
    document = _document(job)
    with transaction(durable=True):
        if not _is_held(job):
            return False
        documents.write_pages(document.id, pages, kind=kind)
        read = documents.kept(document.id).pages
        _let_go(job, utc_now(), input={**job.input, "pages": page_count}, progress=read * 100 // page_count)
        set_status(job, "document-reading", buttons=cancel_button(job.id), name=document.name, pages=page_count, read=read)
        after_commit(lambda: queue.wake(job.id))
    failpoint("document-kept")
    return True


def read(job: Any, pages: list[dict[str, Any]], *, kind: str, page_count: int, notes: Sequence[str] = ()) -> bool:
    """The last pages are read: keep them, say so, and ask the caption's question. storing -> done."""
    document = _document(job)
    with transaction(durable=True):
        if not jobs.move(job.id, ("storing",), "done", attempt=job.attempt, detail={"pages": page_count}):
            return False
        documents.write_pages(document.id, pages, kind=kind)
        kept = documents.kept(document.id)
        documents.change(document.id, state="ready" if kept.worded else "failed")
        words: dict[str, Any] = {"name": document.name, "pages": page_count, "read": kept.pages, "unread": kept.unread}
        set_status(job, _ready_key(kept, page_count), note=notes[0] if notes else "", **words)
        failpoint("document-finishing")
        if kept.worded:
            _ask(job, document)
    failpoint("document-done")
    return True


def read_in_part(job: Any) -> bool:
    """The rest cannot be read: what was read before is of use all the same."""
    return read(job, [], kind=_document(job).kind, page_count=job.input["pages"])


def _ready_key(kept: Kept, page_count: int) -> str:
    if kept.unread > kept.pages * SCAN_SHARE or kept.pages == 0:
        return "document-scan"
    if not kept.worded:
        return "document-no-text"
    return "document-ready-part" if kept.pages < page_count else "document-ready"


def ask_password(job: Any, *, wrong: bool) -> bool:
    """The file is locked: it waits an hour for `give_password`, then it is looked at for the last time."""
    until = job.input.get("locked_until") or utc_now() + LOCKED_S
    with transaction(durable=True):
        if not _is_held(job):
            return False
        _let_go(job, until, input={**job.input, "locked_until": until})
        key = "document-wrong-password" if wrong else "document-password"
        set_status(job, key, buttons=cancel_button(job.id), name=_document(job).name)
    return True


def give_password(job_id: int, password: str, *, queue: Queue) -> bool:
    """Let the worker try a password. False when the job does not wait for one.

    It goes through a file that the worker removes before it opens the document: a database would keep it in its log.
    """
    with transaction(durable=True):
        job = jobs.get(job_id)
        if job is None or job.kind != KIND or job.state != "storing" or job.boot_id or "locked_until" not in job.input:
            return False
        secret = password_file(Path(job.input["path"]))
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(password)
        jobs.change(job_id, next_poll_at=None)
        after_commit(lambda: queue.wake(job_id))
        return True


def password_file(path: Path) -> Path:
    """Where the password of the document at `path` passes through."""
    return path.with_name("password")


def unlocked(job: Any) -> None:
    """The file needs no password any more."""
    with transaction(durable=True):
        job.input = {name: value for name, value in job.input.items() if name != "locked_until"}
        jobs.change(job.id, input=job.input)


def _document(job: Any) -> Any:
    document = documents.of_job(job.id)
    assert document is not None, "a document job is written together with its document"
    return document


def _is_held(job: Any) -> bool:
    """Whether the claim still counts: the person may have cancelled."""
    row = jobs.get(job.id)
    return row is not None and row.state == "storing" and row.attempt == job.attempt


def _let_go(job: Any, not_before: float, **fields: Any) -> None:
    """Something was finished, so the claims before do not count as stuck."""
    jobs.let_go(job.id, job.attempt, not_before=not_before, stuck_claims=0, **fields)


def _ask(job: Any, document: Any) -> None:
    """Put the caption's question into the conversation as if it had been written just now; the bot answers it."""
    if not job.input["question"] or document.thread_id is None:
        return
    content = [{"type": "text", "text": job.input["question"]}]
    ids = {"chat_id": job.chat_id, "topic_id": job.topic_id, "message_id": job.message_id}
    threads.add_turn(thread=document.thread_id, account=job.account_id, language=job.language, content=content, **ids)
    delivery.wake_bot()


def fail(job: Any, key: str) -> bool:
    """The file cannot be read: the sentence `key` says why."""
    with transaction(durable=True):
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, fail_code=key):
            return False
        document = documents.of_job(job.id)
        if document is not None:
            documents.change(document.id, state="failed")
        set_status(job, key)
    return True


def quarantine(job: Any) -> bool:
    """Each try to read this file ended the worker: stop trying."""
    with transaction(durable=True):
        if not fail(job, "document-failed-reading"):
            return False
        incidents.alarm("job-stuck", KIND, process="worker", context={"job": job.id})
    return True


def context_for(thread_id: int, max_chars: int) -> str:
    """The text of a conversation's files for the prompt, the newest file first; empty when it has none.

    What does not fit is left out by whole pages, and the model is told which.
    """
    parts: list[str] = []
    for document in documents.ready_of_thread(thread_id):
        room = max_chars - sum(len(part) for part in parts)
        parts.append(_quoted(document, documents.pages(document.id), room))
    return "\n\n".join(part for part in parts if part)


def _quoted(document: Any, pages: list[Any], room: int) -> str:
    lines = [f'File "{document.name}", {document.pages} pages:']
    left = room - len(lines[0])
    if left <= 0:
        return lines[0] + "\n" + NOT_SHOWN.format(first=1, last=len(pages), pages=len(pages))
    for page in pages:
        text = f"[p. {page.number}]\n{page.text.strip()}"
        if len(text) > left and len(lines) == 1:
            lines += [text[:left], BEGINNING_SHOWN.format(page=page.number)]
            left = 0
        elif len(text) > left:
            lines.append(NOT_SHOWN.format(first=page.number, last=pages[-1].number, pages=len(pages)))
            break
        else:
            lines.append(text)
            left -= len(text)
    return "\n".join(lines)


def _one_line(name: str) -> str:
    """A stranger's file name as it may stand in a sentence and in a prompt."""
    printable = "".join(letter if letter.isprintable() and letter != '"' else " " for letter in name)
    return " ".join(printable.split())[:LONGEST_NAME] or "file"
