"""A job on its way to the provider: that it leaves, that it was taken, and what is known when no answer came.

Every function is one transaction; those that say what may have reached the provider are durable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiebot.services import incidents
from kiebot.services.jobs import Queue, running_buttons, set_status
from kiebot.store import inputs, jobs
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.failpoint import failpoint

SOON_S = 1.0  # a job that is looked at so soon anyway is not made due: a storm of callbacks changes nothing


def uploaded(job: Any, there: Mapping[int, tuple[str, float]]) -> None:
    """The person's files are at the provider: address and expiry (Unix seconds) by file id. The deadline starts again."""
    with transaction():
        for file_id, (url, expires_at) in there.items():
            inputs.change(file_id, ("ready",), remote_url=url, remote_until=expires_at)
        if job.deadline_s:
            jobs.change(job.id, deadline_at=utc_now() + job.deadline_s)


def leaves(job: Any) -> bool:
    """The order leaves now: from here on it may have arrived. False when the person cancelled meanwhile."""
    with transaction(durable=True):
        return jobs.leaving(job.id, job.attempt)


def sent(job: Any, *, remote_id: str, handle: dict[str, Any], next_poll_at: float) -> bool:
    """The provider took the order: submitting -> running. Raises ValueError when the remote id belongs to another job."""
    with transaction(durable=True):
        if not jobs.set_remote(job.id, job.attempt, remote_id=remote_id, handle=handle, next_poll_at=next_poll_at):
            return False
        set_status(job, "job-running", model=job.label, buttons=running_buttons(job))
    failpoint("job-running")
    return True


def mark_unclear(job: Any, *, why: str) -> bool:
    """Sent, and no answer: perhaps done and billed. The hold stays until it is looked up or its deadline passes."""
    with transaction(durable=True):
        if not jobs.move(job.id, ("submitting",), "unclear", attempt=job.attempt, detail={"why": why}):
            return False
        set_status(job, "job-unclear")
        incidents.alarm("job-unclear", job.provider or job.model, process="worker", context={"job": job.id, "why": why})
    return True


def broke_while_sending(job: Any, *, why: str, not_before: float | None = None) -> bool:
    """The worker ended or broke between the claim and the answer.

    Back to the queue when nothing had left; running when a callback has named the remote id meanwhile; else unclear.
    """
    with transaction(durable=True):
        if jobs.take_back(job.id, job.attempt, not_before=not_before) or _found(jobs.get(job.id)):
            return True
        return mark_unclear(job, why=why)


def _found(job: Any) -> bool:
    """A sent job whose answer was lost runs on, when its remote id is known."""
    fields: dict[str, Any] = {"handle": {"poll": None}, "next_poll_at": utc_now(), "submitted_at": job.sent_at, "stuck_claims": 0}
    return bool(job.remote_id) and jobs.move(job.id, ("submitting", "unclear"), "running", **fields)


def called_back(token: str, remote_id: str, *, queue: Queue) -> bool:
    """A provider's callback named a job: look at it now. Nothing else that it says is believed. False: nothing to look at.

    Where the answer to the order was lost, the callback tells the remote id; asking the provider shows whether it is true.
    """
    with transaction(durable=True):
        job = jobs.by_token(token)
        if job is None:
            return False
        lost = job.state in ("submitting", "unclear") and jobs.name_remote(job.id, remote_id)
        running = job.state == "unclear" and lost and _found(jobs.get(job.id))
        if not (running or jobs.make_due(job.id, utc_now() + SOON_S)):
            return lost
        after_commit(lambda: queue.wake(job.id))
    return True
