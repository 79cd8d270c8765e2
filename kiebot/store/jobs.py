"""Rows of jobs. Every move is one UPDATE that names the state it comes from: who loses a race changes nothing.

    queued ─▶ submitting ─▶ running ─▶ storing ─▶ done | failed | cancelled
                  └─▶ unclear ─┘
A job without a provider (a document) goes queued ─▶ storing ─▶ done.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peewee import IntegrityError, fn

from kiebot.store.db import database, utc_now
from kiebot.store.models import Job, JobEvent

OPEN_STATES = ("queued", "submitting", "unclear", "running", "storing")
ENDED_STATES = ("done", "failed", "cancelled")
STUCK_CLAIMS = 3  # claims without a newly finished step: something kills the worker each time


def add(*, order_key: str, **fields: Any) -> Any | None:
    """A new queued job, or None when the same order was taken before."""
    assert database.in_transaction()
    if Job.select().where(Job.order_key == order_key).exists():
        return None
    job = Job.create(order_key=order_key, **fields)
    note(job.id, "queued")
    return job


def get(job_id: int) -> Any | None:
    """The row, or None."""
    return Job.get_or_none(Job.id == job_id)


def note(job_id: int, state: str, **detail: Any) -> None:
    """Write one line of a job's telemetry."""
    JobEvent.create(job=job_id, state=state, detail=detail)


def move(
    job_id: int, come_from: Iterable[str], to: str, *, attempt: int | None = None, detail: Any = None, **fields: Any
) -> bool:
    """Change the state, if the row is still in one of `come_from` and (when given) still held by claim `attempt`."""
    states = tuple(come_from)
    if to in ENDED_STATES:
        fields |= {"finished_at": utc_now(), "next_poll_at": None}
    query = Job.update(state=to, **fields).where(Job.id == job_id, Job.state.in_(states))
    if attempt is not None:
        query = query.where(Job.attempt == attempt)
    if query.execute() == 0:
        return False
    note(job_id, to, **(detail or {}))
    return True


def claim(job_id: int, come_from: str, to: str, boot_id: str) -> Any | None:
    """Take a job for this life of the worker. None when somebody else has it or it moved on.

    A `storing` job is claimed in place: only when no claim of this life holds it.
    """
    query = Job.update(state=to, boot_id=boot_id, attempt=Job.attempt + 1, stuck_claims=Job.stuck_claims + 1).where(
        Job.id == job_id, Job.state == come_from
    )
    if come_from == to:
        query = query.where(Job.boot_id != boot_id)
    if query.execute() == 0:
        return None
    job = Job.get_by_id(job_id)
    note(job_id, to, attempt=job.attempt)
    return job


def let_go(job_id: int, attempt: int) -> None:
    """Give a claim back so that it can be taken again (an orderly stop, or a wait)."""
    Job.update(boot_id="").where(Job.id == job_id, Job.attempt == attempt).execute()


def step_finished(job_id: int) -> None:
    """A step is on disk: earlier claims no longer count as stuck."""
    Job.update(stuck_claims=0, finished_steps=Job.finished_steps + 1).where(Job.id == job_id).execute()


def put_back(job_id: int, attempt: int, *, not_before: float) -> bool:
    """`submitting` -> `queued`: nothing was accepted; look again at `not_before` (Unix seconds)."""
    return move(job_id, ("submitting",), "queued", attempt=attempt, next_poll_at=not_before, boot_id="", stuck_claims=0)


def due_to_poll(now: float, limit: int) -> list[Any]:
    """Running jobs whose next look is due, oldest first."""
    query = Job.select().where(Job.state == "running", Job.next_poll_at <= now).order_by(Job.next_poll_at).limit(limit)
    return list(query)


def polled(job_id: int, *, next_poll_at: float, progress: int | None = None) -> bool:
    """Record a look at a running job. True when its shown progress changed."""
    fields: dict[str, Any] = {"next_poll_at": next_poll_at, "polls": Job.polls + 1}
    changed = False
    if progress is not None:
        changed = Job.update(progress=progress).where(Job.id == job_id, Job.progress < progress).execute() > 0
    Job.update(**fields).where(Job.id == job_id, Job.state == "running").execute()
    return changed


def next_poll_at() -> float | None:
    """When the next running job wants to be looked at (Unix seconds)."""
    value = Job.select(fn.MIN(Job.next_poll_at)).where(Job.state == "running").scalar()
    return None if value is None else float(value)


def unheld(boot_id: str, states: Iterable[str]) -> list[Any]:
    """Jobs in `states` that no claim of this life holds: what a crash left."""
    return list(Job.select().where(Job.state.in_(tuple(states)), Job.boot_id != boot_id).order_by(Job.id))


def waiting(now: float, limit: int = 500) -> list[int]:
    """Ids of queued jobs whose time has come."""
    query = (
        Job.select(Job.id)
        .where(Job.state == "queued", (Job.next_poll_at.is_null()) | (Job.next_poll_at <= now))
        .order_by(Job.id)
        .limit(limit)
    )
    return [row.id for row in query]


def overdue(now: float) -> list[Any]:
    """Jobs past their deadline that are still submitted or unclear."""
    return list(Job.select().where(Job.state.in_(("running", "unclear")), Job.deadline_at <= now))


def open_of(account_id: int, kind: str | None = None) -> list[Any]:
    """An account's jobs that have not ended, oldest first."""
    query = Job.select().where(Job.account == account_id, Job.state.in_(OPEN_STATES)).order_by(Job.id)
    return list(query if kind is None else query.where(Job.kind == kind))


def count_since(account_id: int, kind: str, since: float) -> int:
    """How many jobs of a kind the account ordered since then (Unix seconds)."""
    query = Job.select().where(Job.account == account_id, Job.kind == kind, Job.created_at > since)
    return int(query.count())


def listed(*, state: str | None = None, account_id: int | None = None, limit: int = 50) -> list[Any]:
    """The newest jobs first."""
    query = Job.select().order_by(Job.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Job.state == state)
    if account_id is not None:
        query = query.where(Job.account == account_id)
    return list(query)


def events(job_id: int) -> list[Any]:
    """A job's telemetry, oldest first."""
    return list(JobEvent.select().where(JobEvent.job == job_id).order_by(JobEvent.id))


def learned_run_time_s(model: str, sample: int = 20) -> float | None:
    """The median run time of the model's newest finished jobs, or None before there are three."""
    rows = (
        Job.select(Job.submitted_at, Job.finished_at)
        .where(Job.model == model, Job.state == "done", Job.submitted_at.is_null(False))
        .order_by(Job.id.desc())
        .limit(sample)
    )
    times = sorted(row.finished_at - row.submitted_at for row in rows)
    return times[len(times) // 2] if len(times) >= 3 else None


def set_remote(job_id: int, attempt: int, *, remote_id: str, handle: Any, next_poll_at: float) -> bool:
    """`submitting` -> `running` with the provider's handle. Raises ValueError when another job has the same remote id."""
    try:
        return move(
            job_id,
            ("submitting",),
            "running",
            attempt=attempt,
            detail={"remote_id": remote_id},
            remote_id=remote_id,
            handle=handle,
            next_poll_at=next_poll_at,
            submitted_at=utc_now(),
            stuck_claims=0,
            finished_steps=Job.finished_steps + 1,
        )
    except IntegrityError as exc:
        raise ValueError(f"remote id {remote_id} belongs to another job") from exc
