"""Files that people give a model to work on: taken in, fetched by the bot, uploaded by the worker just before an order leaves.

The row comes first; an order names it "file:<id>". A bot that starts after a crash asks `waiting()` and fetches again. A job
whose files are not here waits queued. Bytes are swept after a day; an order that needs them again lets the bot fetch them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from kiebot.catalog.validation import MediaFacts
from kiebot.errors import UserFault
from kiebot.services import delivery, generation, room
from kiebot.services.accounts import is_for
from kiebot.services.incoming import Incoming
from kiebot.services.input_files import linked, path_of
from kiebot.services.jobs import Queue
from kiebot.store import inputs, jobs, outbox, threads
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.inputs import name_of

KINDS = {"photo": "image", "video": "video", "animation": "video", "video_note": "video", "voice": "audio", "audio": "audio"}
USUAL_MIMES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/ogg"}  # what Telegram makes without saying so
UNREAD_MIMES = frozenset({"image/heic", "image/heif"})  # neither we nor the models open them
FORGET_AFTER_S = 30 * 24 * 3600.0


class UploadLimits(Protocol):
    """The section `limits` of the configuration, as far as people's files need it."""

    @property
    def upload_mb(self) -> int: ...


def take(account_id: int, incoming: Incoming, *, limits: UploadLimits) -> Any:
    """Take in the file of a message before it is fetched: the row, whose `id` the bot is to fetch when its state is `fetching`.

    The same message gives the same row. Raises UserFault: reference-none, disk-low, reference-too-big, media-refused-heic.
    """
    file = incoming.attachment
    if file is None:
        raise UserFault("reference-none")
    room.check()
    if file.size_bytes > limits.upload_mb * 2**20:
        raise UserFault("reference-too-big", limit=limits.upload_mb)
    if file.mime in UNREAD_MIMES:
        raise UserFault("media-refused-heic")
    mime = file.mime or USUAL_MIMES.get(KINDS.get(incoming.kind, ""), "")
    with transaction():
        earlier = inputs.of_message(account_id, incoming.chat_id, incoming.message_id)
        if earlier is not None and not incoming.edited_at:
            return _wanted(earlier)
        return inputs.add(
            account=account_id, chat_id=incoming.chat_id, message_id=incoming.message_id,
            kind=KINDS.get(incoming.kind) or kind_of(mime), mime=mime, name=file.name, size_bytes=file.size_bytes,
            width=file.width or None, height=file.height or None, duration_s=file.duration_s or None, file_id=file.file_id,
        )  # fmt: skip


def take_result(account_id: int, job_id: int, number: int, chat_id: int = 0, *, data_dir: Path, limits: UploadLimits) -> Any:
    """Make the file `number` (1, 2, ...) of a finished job an input: from the disk, else Telegram gives it back.

    Raises UserFault: job-not-yours, history-gone, reference-too-big.
    """
    job = jobs.get(job_id)
    if job is None or not is_for(account_id, job.account_id, chat_id):
        raise UserFault("job-not-yours")
    result = next((found for found in job.results[number - 1 : number] if "path" in found), None)
    if result is None:
        raise UserFault("history-gone")
    if result["size"] > limits.upload_mb * 2**20:
        raise UserFault("reference-too-big", limit=limits.upload_mb)
    sent_file = outbox.files_of(job_id).get(result["path"], "")
    message = outbox.sent_as(sent_file) if sent_file else None
    path = Path(result["path"])
    if not sent_file and not path.is_file():
        raise UserFault("history-gone")
    with transaction():
        row = inputs.add(
            account=account_id, chat_id=job.chat_id, message_id=message.message_id if message is not None else 0,
            kind=kind_of(result["mime"]), mime=result["mime"], name=result["name"], size_bytes=result["size"],
            width=result.get("width"), height=result.get("height"), duration_s=result.get("duration_s"), file_id=sent_file,
        )  # fmt: skip
        if path.is_file():
            inputs.change(row.id, ("fetching",), state="ready", path=str(linked(path, path_of(data_dir, row.id))))
        return inputs.get(row.id)


def take_replied(account_id: int, incoming: Incoming, *, kinds: Collection[str], limits: UploadLimits) -> Any | None:
    """Make the file of the message that is replied to an input: the person's own, one of ours, or what the bot has read there.

    None when that message has no file of these kinds: nobody needs the bytes of others. Raises UserFault: reference-too-big.
    """
    earlier = inputs.of_message(account_id, incoming.chat_id, incoming.reply_to)
    if earlier is not None:
        return wanted(earlier.id) if earlier.kind in kinds else None
    sent = outbox.by_message(incoming.chat_id, incoming.reply_to)
    if sent is not None and sent.file_id and "file" in sent.payload:
        file = sent.payload["file"]
        if kind_of(file["mime"]) not in kinds:
            return None
        return inputs.add(
            account=account_id, chat_id=incoming.chat_id, message_id=incoming.reply_to, kind=kind_of(file["mime"]),
            mime=file["mime"], name=file.get("name", ""), file_id=sent.file_id,
            width=file.get("width"), height=file.get("height"), duration_s=file.get("duration_s"),
        )  # fmt: skip
    replied = incoming.replied
    if replied is None or (KINDS.get(incoming.replied_kind) or kind_of(replied.mime)) not in kinds:
        return None
    there = replace(incoming, message_id=incoming.reply_to, kind=incoming.replied_kind, attachment=replied, edited_at=0)
    return take(account_id, there, limits=limits)


def is_known(chat_id: int, message_id: int) -> bool:
    """Whether the store says what this message was: ours, a question, or a file that was taken in."""
    ours = outbox.by_message(chat_id, message_id) is not None
    return ours or threads.turn_of_message(chat_id, message_id) is not None or inputs.is_known(chat_id, message_id)


def kind_of(mime: str) -> str:
    """image, video, audio or file."""
    family = mime.partition("/")[0]
    return family if family in ("image", "video", "audio") else "file"


def wanted(file_id: int) -> Any | None:
    """The row of a file that is needed now: what was swept or did not come is fetched again."""
    row = inputs.get(file_id)
    return None if row is None else _wanted(row)


def _wanted(row: Any) -> Any:
    """Fetch again what was swept or did not come."""
    if inputs.change(row.id, inputs.AWAY, state="fetching"):
        return inputs.get(row.id)
    return row


def waiting() -> list[Any]:
    """Files that the bot still has to fetch."""
    return inputs.fetching()


def missing(job_id: int) -> list[int]:
    """Ids of the files that the bot has to fetch for a job."""
    return [row.id for row in inputs.of_job(job_id) if row.state == "fetching"]


def fetched(file_id: int, path: Path, *, mime: str, size_bytes: int, queue: Queue) -> bool:
    """The file is here, whole. `mime` is what its bytes say. Jobs that waited for it go on."""
    with transaction(durable=True):
        row = inputs.get(file_id)
        mime = mime if row is None else _believed(mime, row.mime)
        fields = {"path": str(path), "mime": mime, "kind": kind_of(mime), "size_bytes": size_bytes}
        if not inputs.change(file_id, ("fetching",), state="ready", **fields):
            return False
        for job_id in inputs.waiting_jobs(file_id):
            if all(row.state == "ready" for row in inputs.of_job(job_id)):
                jobs.change(job_id, next_poll_at=None)
                after_commit(lambda job_id=job_id: queue.wake(job_id))  # type: ignore[misc]
    return True


def _believed(by_bytes: str, said: str) -> str:
    """The bytes, unless they say nothing; and whether an MP4 holds only sound stands in none of its first bytes."""
    unsaid = by_bytes == "application/octet-stream" or (by_bytes == "video/mp4" and kind_of(said) == "audio")
    return said or by_bytes if unsaid else by_bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a link led to."""

    path: Path
    mime: str
    size_bytes: int


def take_links(job: Any, fetched: Mapping[str, Fetched], *, data_dir: Path) -> None:
    """What the links of an order led to are files of the person's from now on; the order names them in place of the links."""
    with transaction(durable=True):
        names = {}
        for url, file in fetched.items():
            row = inputs.add(
                account=job.account_id, chat_id=job.chat_id, message_id=0, kind=kind_of(file.mime), mime=file.mime, name="",
                size_bytes=file.size_bytes, file_id="", state="ready",
            )  # fmt: skip
            inputs.change(row.id, ("ready",), path=str(linked(file.path, path_of(data_dir, row.id))))
            names[url] = name_of(row.id)
        inputs.attach(job.id, {row_id for name in names.values() if (row_id := inputs.id_in(name)) is not None})
        job.input = inputs.renamed(job.input, names)
        jobs.change(job.id, input=job.input)


def measured(file_id: int, duration_s: float) -> None:
    """How long a clip or sound really is."""
    with transaction():
        inputs.change(file_id, ("ready",), duration_s=duration_s, measured=True)


def failed(file_id: int) -> bool:
    """Telegram does not give the file: the jobs that waited for it end, and say why."""
    with transaction(durable=True):
        if not inputs.change(file_id, ("fetching",), state="failed"):
            return False
        for job_id in inputs.waiting_jobs(file_id):
            generation.fail(jobs.get(job_id), "reference")
    return True


def fetch_again(job: Any, file_ids: list[int]) -> None:
    """The bytes are not here any more: the job waits in the queue until the bot has fetched them. Nothing has left yet."""
    with transaction(durable=True):
        for file_id in file_ids:
            inputs.change(file_id, ("ready", *inputs.AWAY), state="fetching", path="")
        jobs.put_back(job.id, job.attempt, not_before=jobs.NEVER, code="file-gone")
    delivery.wake_bot()


def facts(file_ids: Iterable[int]) -> dict[str, MediaFacts]:
    """What is known of files, by the names that orders use: "file:41"."""
    return {
        name_of(row.id): MediaFacts(row.kind, row.mime, row.size_bytes, row.duration_s, row.width, row.height)
        for row in inputs.many(file_ids)
    }


def sweep(data_dir: Path, before: float) -> int:
    """Remove the bytes of files older than that (Unix seconds) that no job has to send any more. Returns how many."""
    removed = 0
    for row in inputs.ready_before(before):
        with transaction():
            if inputs.change(row.id, ("ready",), state="swept", path=""):
                Path(row.path).unlink(missing_ok=True)
                removed += 1
    with transaction():
        inputs.forget_before(utc_now() - FORGET_AFTER_S)
    return removed + _remove_strays(path_of(data_dir, 0).parent, before)


def _remove_strays(folder: Path, before: float) -> int:
    """What a crash left: halves of downloads, and files whose row is gone or says that there are none."""
    removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        row = inputs.get(int(path.name)) if path.name.isdecimal() else None
        if (row is None or row.state != "ready") and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
