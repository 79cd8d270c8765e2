"""Files that people send to be asked about: taken in, fetched by the bot, read by the worker in slices, cut into passages.

The row comes first: a document job waits, queued until a time that never comes, while the bot fetches the file from Telegram. A
bot that starts after a crash asks `waiting_for_file()` and fetches again; `file_arrived()` lets the worker have it.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import delivery, document_tasks, passages
from kiebot.services.delivery import Button, Place
from kiebot.services.document_tasks import SUMMARY, Task
from kiebot.services.incoming import Incoming
from kiebot.services.jobs import Queue, cancel_button, give_up, set_status
from kiebot.services.limits import Limits, check_open, count
from kiebot.store import accounts, documents, jobs, threads
from kiebot.store import passages as passage_rows
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.documents import Kept
from kiebot.store.failpoint import failpoint
from kiebot.store.outbox import Lane
from kiebot.store.passages import Cut

KIND = "document"
MOST_WAITING = 20  # files of one person: an album has ten, and reading costs nobody anything
LONGEST_NAME = 100
SCAN_SHARE = 0.5  # more pages than this that could not be read: the person hears so
RIGHT_AFTER_S = 120.0  # what a person writes so soon after a file that is still being read is about it, once
LOCKED_S = 3600.0  # how long a locked file waits for its password
MOVED = -(2**40)  # what is asked about a file whose message stayed in the group that this one was
ALBUM_S = 2.0  # no file of an album comes later than this after the one before it


def folder(data_dir: Path, job_id: int) -> Path:
    """Where a job's files lie. The bot writes a document into it, the worker everything else."""
    return data_dir / "media" / str(job_id)


def original(data_dir: Path, document_id: int) -> Path:
    """Where the file of a document stays after reading, when the operator wants it kept."""
    return data_dir / "documents" / str(document_id)


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
    album: str = "",
    sum_up: bool = True,
) -> int:
    """Take in a file before it is fetched. Returns the job's id; the same order is taken once.

    `file_ref` is whatever the bot needs to fetch the file again after a crash. A `question` (the caption) is answered once the
    file, and with it the whole `album`, is read; without one it is summed up, unless the person would have to pay for what
    nobody asked for (`sum_up`). Raises UserFault: document-too-big, limit-jobs.
    """
    if size_bytes > limits.document_mb * 2**20:
        raise UserFault("document-too-big", limit=limits.document_mb)
    with transaction(durable=True):
        earlier = jobs.by_order(order_key)
        if earlier is not None:
            return int(earlier.id)
        check_open(accounts.get(account_id), KIND, MOST_WAITING)
        count(account_id, KIND)
        title = _told_apart(_one_line(name), place.chat_id)
        job = jobs.add(
            order_key=order_key,
            account=account_id,
            kind=KIND,
            label=f"📄 {title}",
            chat_id=place.chat_id,
            topic_id=place.topic_id,
            message_id=message_id,
            language=place.language,
            input={"file_ref": file_ref, "question": question, "sum_up": sum_up},
            next_poll_at=jobs.NEVER,
        )
        documents.add(
            account=account_id, chat_id=place.chat_id, topic_id=place.topic_id, thread=thread_id, job=job.id,
            name=title, mime=mime, size_bytes=size_bytes, album=album,
        )  # fmt: skip
        row = delivery.say(place, key="document-accepted", args={"name": title}, buttons=cancel_button(job.id), job_id=job.id)
        jobs.change(job.id, status_row=row)
    failpoint("document-accepted")
    return int(job.id)


def awaited(account_id: int, incoming: Incoming) -> list[Any]:
    """Documents that are still being read and that a message is about: a reply says so, else what its writer sent just before."""
    if incoming.reply_to:
        return documents.being_read_in(incoming.chat_id, incoming.reply_to)
    return documents.being_read_of(account_id, incoming.chat_id, incoming.topic_id, utc_now() - RIGHT_AFTER_S)


def waiting_for_file() -> list[Any]:
    """Document jobs whose file the bot still has to fetch: `job.input["file_ref"]` says which."""
    return jobs.waiting_for_file(jobs.NEVER)


def file_lost(job_id: int) -> bool:
    """Telegram does not give the file: the person is asked to send it again."""
    job = jobs.get(job_id)
    return job is not None and job.state == "queued" and fail(job, "document-failed-download")


def kept(job: Any) -> Kept:
    """How far the reading of this job's document has come."""
    return documents.kept(_document(job).id)


def keep(job: Any, pages: list[dict[str, Any]], *, kind: str, page_count: int, queue: Queue) -> bool:
    """A slice is read: keep its pages, say how far it is, and let whoever is free read on. The job stays `storing`."""
    document, cuts = _document(job), passages.cut(pages)
    with transaction(durable=True):
        if not _is_held(job):
            return False
        _write(document, pages, cuts, kind)
        read = documents.kept(document.id).pages
        _let_go(job, utc_now(), input={**job.input, "pages": page_count}, progress=read * 100 // page_count)
        set_status(job, "document-reading", buttons=cancel_button(job.id), name=document.name, pages=page_count, read=read)
        after_commit(lambda: queue.wake(job.id))
    failpoint("document-kept")
    return True


def read(job: Any, pages: list[dict[str, Any]], *, kind: str, page_count: int, notes: Sequence[str] = ()) -> bool:
    """The last pages are read: keep them, say so, and answer the caption or sum it up. storing -> done."""
    document, cuts = _document(job), passages.cut(pages)
    with transaction(durable=True):
        if not jobs.move(job.id, ("storing",), "done", attempt=job.attempt, detail={"pages": page_count}):
            return False
        _write(document, pages, cuts, kind)
        kept = documents.kept(document.id)
        documents.change(document.id, state="ready" if kept.worded else "failed")
        words: dict[str, Any] = {"name": document.name, "pages": page_count, "read": kept.pages, "unread": kept.unread}
        buttons = task_buttons(document.id) if kept.worded else None
        set_status(job, _ready_key(kept, page_count), note=notes[0] if notes else "", buttons=buttons, **words)
        failpoint("document-finishing")
        if kept.worded and document.thread_id is not None:
            documents.choose(document.thread_id, document.id)
        _ask(document)
    failpoint("document-done")
    return True


def _write(document: Any, pages: list[dict[str, Any]], cuts: Sequence[Cut], kind: str) -> None:
    documents.write_pages(document.id, pages, kind=kind)
    passage_rows.write(document.id, cuts)


def index_old() -> int:
    """Cut passages out of documents that an earlier release has read. Returns how many there were."""
    old = documents.not_indexed()
    for document in old:
        pages = [{"number": page.number, "text": page.text, "method": page.method} for page in documents.pages(document.id)]
        cuts = passages.cut(pages)
        with transaction():
            _write(document, pages, cuts, document.kind)
    return len(old)


def invite(document: Any, where: Place, key: str) -> None:
    """Say that questions are about this document now; a reply to that message always is."""
    delivery.say(where, key, {"name": document.name}, lane=Lane.ANSWER, job_id=document.job_id)


def put_away(job: Any, path: Path, *, keep: bool) -> None:
    """The file is read, or cannot be: it is deleted, unless the operator keeps what can be asked about."""
    document = _document(job)
    if not keep or document.state != "ready":
        path.unlink(missing_ok=True)
        return
    kept_path = original(path.parents[2], document.id)
    kept_path.parent.mkdir(mode=0o700, exist_ok=True)
    path.replace(kept_path)


def task_buttons(document_id: int) -> list[list[Button]]:
    """What can be done with a document."""
    rows = (("summarise", "points"), ("translate", "ask"), ("forget",))
    return [[{"key": f"document-do-{action}", "data": f"d:{action}:{document_id}"} for action in row] for row in rows]


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
        where = "group" if job.chat_id < 0 else "private"
        set_status(job, key, buttons=cancel_button(job.id), name=_document(job).name, where=where)
    return True


def give_password(job_id: int, password: str, *, queue: Queue) -> bool:
    """Let the worker try a password. False when the job does not wait for one.

    It goes through a file that the worker removes before it opens the document: a database would keep it in its log.
    """
    with transaction():
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


def _ask(document: Any) -> None:
    """Once the last file of a message or album is read, its caption is answered; without one all of it is summed up."""
    asked = threads.waiting_for(document.chat_id, document.id)
    if asked:
        delivery.wake_bot()
    together = documents.of_album(document.chat_id, document.album) if document.album else [document]
    members = [job for row in together if (job := jobs.get(row.job_id)) is not None]
    about = documents.ready({row.id for row in together}, document.chat_id)[::-1]
    if not about or document.thread_id is None or any(job.state in jobs.OPEN_STATES for job in members):
        return
    job = next((job for job in members if job.input["question"]), members[0])
    where = Place(job.chat_id, job.language, job.topic_id)
    ready_at = max(job.created_at for job in members) + ALBUM_S if document.album else 0.0
    message_id = job.message_id or MOVED - job.id
    if job.input["question"]:
        question = job.input["question"]
        document_tasks.ask(job.account_id, where, document.thread_id, message_id, about, question, ready_at=ready_at)
    elif not asked and job.input.get("sum_up", True):
        document_tasks.begin(job.account_id, where, document.thread_id, message_id, about, Task(SUMMARY), ready_at=ready_at)


def fail(job: Any, key: str) -> bool:
    """The file cannot be read: the sentence `key` says why."""
    with transaction(durable=True):
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, fail_code=key):
            return False
        document = documents.of_job(job.id)
        if document is not None:
            documents.change(document.id, state="failed")
            _ask(document)
        set_status(job, key)
    return True


def quarantine(job: Any) -> bool:
    """Each try to read this file ended the worker: stop trying."""
    return give_up(job, lambda: fail(job, "document-failed-reading"))


def _told_apart(name: str, chat_id: int) -> str:
    """A name that no other file of the chat has: under answers and in lists files are known by their names."""
    taken, (stem, ending) = documents.names(chat_id), os.path.splitext(name)
    others = (f"{stem} ({number}){ending}" for number in itertools.count(2))
    return name if name not in taken else next(other for other in others if other not in taken)


def _one_line(name: str) -> str:
    """A stranger's file name as it may stand in a sentence and in a prompt."""
    printable = "".join(letter if letter.isprintable() and letter != '"' else " " for letter in name)
    return " ".join(printable.split())[:LONGEST_NAME] or "file"
