"""What all kinds of jobs have in common towards the person: the status message, its changes, and the end in words.

These functions are called inside the transaction that moves the job, so that the row and its words are one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from kiebot.services import delivery, incidents
from kiebot.services.delivery import Button, Place
from kiebot.store import jobs
from kiebot.store.db import after_commit, transaction


class Queue(Protocol):
    """Who wakes the worker (kiebot.jobqueue.JobQueue)."""

    def wake(self, job_id: int) -> None: ...
    def wake_later(self, job_id: int) -> None: ...


def place(job: Any) -> Place:
    """Where the job's messages go: as replies to the order."""
    return Place(job.chat_id, job.language, job.topic_id, job.message_id)


def cancel_button(job_id: int) -> list[list[Button]]:
    """The button of the status message. Whether it still can cancel is decided when it is pressed."""
    return [[{"key": "common-cancel", "data": f"job:cancel:{job_id}"}]]


SPOKEN = "w"  # begins the order key of what was ordered by plain words: perhaps an answer in words was wanted


def status_buttons(job: Any) -> list[list[Button]]:
    """The buttons of a job that was not sent yet."""
    return [*cancel_button(job.id), *_spoken_button(job)]


def running_buttons(job: Any) -> list[list[Button]]:
    """The buttons of a job that the provider has taken: there is nothing to cancel any more."""
    return [[{"key": "job-mute-button", "data": f"job:mute:{job.id}"}], *_spoken_button(job)]


def _spoken_button(job: Any) -> list[list[Button]]:
    spoken: list[list[Button]] = [[{"key": "spoken-answer", "data": f"w:j:{job.id}"}]]
    return spoken if job.order_key.startswith(f"{SPOKEN}:") else []


def result_buttons(job_id: int, number: int, *, text: bool = False) -> list[list[Button]]:
    """The buttons under result `number` (1, 2, ...) of a finished job. A text is no file to go on with."""
    files: tuple[tuple[str, ...], ...] = () if text else (("use", "file"),)
    actions = (("again", "vary"), *files, ("up", "down", "delete"))
    return [[{"key": f"result-{action}", "data": f"r:{action}:{job_id}:{number}"} for action in row] for row in actions]


def retry_button(job_id: int) -> list[list[Button]]:
    """The button of a failed job that may work out the next time."""
    return [[{"key": "common-retry", "data": f"job:retry:{job_id}"}]]


def change_button(job: Any) -> list[list[Button]]:
    """The button of a job that was refused as it is: the form with everything filled in."""
    return [[{"key": "job-change-words" if job.prompt else "job-change-order", "data": f"job:change:{job.id}"}]]


def set_status(job: Any, key: str, *, buttons: list[list[Button]] | None = None, **args: str | int | float) -> None:
    """Change the job's status message, if the person still wants to hear of it."""
    if job.notify and job.status_row is not None:
        delivery.change(place(job), job.status_row, key, {"job": str(job.id), **args}, buttons=buttons or (), job_id=job.id)


def running(job_id: int) -> Any | None:
    """The job's row while it has not ended, else None."""
    job = jobs.get(job_id)
    return job if job is not None and job.state in jobs.OPEN_STATES else None


def file_arrived(job_id: int, path: Path, *, queue: Queue) -> bool:
    """The file that the bot fetched for a job lies in its folder, whole. False when the job does not wait for it any more."""
    with transaction(durable=True):
        job = jobs.get(job_id)
        if job is None or job.state != "queued" or job.next_poll_at != jobs.NEVER:
            return False
        jobs.change(job_id, next_poll_at=None, input={**job.input, "path": str(path)})
        after_commit(lambda: queue.wake(job_id))
        return True


def give_up(job: Any, end: Callable[[], bool]) -> bool:
    """Each try to go on with a job ended the worker: `end` it, and tell the admins. False when it had ended."""
    with transaction(durable=True):
        if not end():
            return False
        incidents.alarm("job-stuck", f"{job.kind} {job.model}".strip(), process="worker", context={"job": job.id})
    return True
