"""Rows of jobs. Every move is one UPDATE that names the state it comes from: who loses a race changes nothing.

    queued ─▶ submitting ─▶ running ─▶ storing ─▶ done | failed | cancelled
                  └─▶ unclear ─┘
A job without a provider (a document) goes queued ─▶ storing ─▶ done.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError, fn

from kiebot.store import rows
from kiebot.store.db import database, utc_now
from kiebot.store.models import Job, JobEvent, OutboxRow

log = logging.getLogger(__name__)

OPEN_STATES = ("queued", "submitting", "unclear", "running", "storing")
ENDED_STATES = ("done", "failed", "cancelled")
NEVER = 32_503_680_000.0  # the year 3000: a job waits for a file
LOCAL, INNER = "film", "scene"  # kinds of the jobs of a film: work on this machine, and what a provider makes for it
HIDDEN = (LOCAL, INNER)  # people see the film, not its jobs; and all that people wait for themselves comes first
STUCK_CLAIMS = 3  # claims without a newly finished step: something kills the worker each time


def add(*, order_key: str, **fields: Any) -> Any:
    """A new queued job. Ask `by_order` first, in the same transaction."""
    assert database.in_transaction()
    job = Job.create(order_key=order_key, **fields)
    note(job, "queued")
    return job


def get(job_id: int) -> Any | None:
    """The row, or None."""
    return Job.get_or_none(Job.id == job_id)


def by_order(order_key: str) -> Any | None:
    """The job that took this order, or None."""
    return Job.get_or_none(Job.order_key == order_key)


def change(job_id: int, **fields: Any) -> None:
    """Write fields that are not the state."""
    Job.update(**fields).where(Job.id == job_id).execute()


def note(job: Any, state: str, **more: Any) -> None:
    """Write one line of a job's telemetry: ids, codes and numbers in the log, and in the table the provider's own words as well,
    which may quote what the person wrote."""
    detail = telemetry(job) | more
    JobEvent.create(job=job.id, state=state, detail=detail)
    logged = {key: value for key, value in detail.items() if key != "message"}
    log.info("job job=%d state=%s" + "".join(f" {key}=%s" for key in logged), job.id, state, *logged.values())


def telemetry(job: Any) -> dict[str, Any]:
    """What is known of a job now and worth keeping; what is not known yet is left out."""
    now = job.finished_at or utc_now()
    known = {
        "model": job.model,
        "remote_id": job.remote_id,
        "try": job.stuck_claims if job.stuck_claims > 1 else None,
        "waited_s": round((job.sent_at or now) - job.created_at, 1),
        "ran_s": round(now - job.submitted_at, 1) if job.submitted_at else None,
        "polls": job.polls,
        "code": job.fail_code,
        "message": job.fail_message,
        "credits": job.price,
        "cost": job.provider_cost,
        "bytes": sum(result.get("size", 0) for result in job.results),
    }
    return {key: value for key, value in known.items() if value not in (None, "", 0)}


def move(
    job_id: int,
    come_from: Iterable[str],
    to: str,
    *,
    attempt: int | None = None,
    unsent: bool = False,
    detail: Any = None,
    **fields: Any,
) -> bool:
    """Change the state, if the row is still in one of `come_from` and (when given) still held by claim `attempt`.

    `unsent`: only when nothing has left for the provider.
    """
    states = tuple(come_from)
    if to in ENDED_STATES:
        fields |= {"finished_at": utc_now(), "next_poll_at": None}
    if to == "done":
        fields |= {"stuck_claims": 0}
    query = Job.update(state=to, **fields).where(Job.id == job_id, Job.state.in_(states))
    if attempt is not None:
        query = query.where(Job.attempt == attempt)
    if unsent:
        query = query.where(Job.sent_at.is_null())
    if query.execute() == 0:
        return False
    note(Job.get_by_id(job_id), to, **(detail or {}))
    return True


def claim(job_id: int, come_from: str, to: str, boot_id: str, **fields: Any) -> Any | None:
    """Take a job for this life of the worker. None when somebody else has it, its time has not come or it moved on.

    A `storing` job is claimed in place: only when no claim of this life holds it. That is no news, unless a claim before came
    to nothing.
    """
    query = Job.update(
        state=to, boot_id=boot_id, attempt=Job.attempt + 1, stuck_claims=Job.stuck_claims + 1, next_poll_at=None, **fields
    ).where(Job.id == job_id, Job.state == come_from, _its_time_has_come(utc_now()))
    if come_from == to:
        query = query.where(Job.boot_id != boot_id)
    if query.execute() == 0:
        return None
    job = Job.get_by_id(job_id)
    if come_from != to or job.stuck_claims > 1:
        note(job, to)
    return job


def leaving(job_id: int, attempt: int) -> bool:
    """The order leaves now: from here on it may have arrived. False when the claim is lost (the person cancelled)."""
    query = Job.update(sent_at=utc_now()).where(
        Job.id == job_id, Job.attempt == attempt, Job.state == "submitting", Job.sent_at.is_null()
    )
    return bool(query.execute())


def is_held(job_id: int, attempt: int, state: str = "storing") -> bool:
    """Whether a claim still counts: the person may have cancelled."""
    query = "SELECT 1 FROM job WHERE id = ? AND attempt = ? AND state = ?"
    return database.execute_sql(query, (job_id, attempt, state)).fetchone() is not None


def _its_time_has_come(now: float) -> Any:
    return (Job.next_poll_at.is_null()) | (Job.next_poll_at <= now)


def let_go(job_id: int, attempt: int, *, not_before: float, **fields: Any) -> None:
    """Give the claim of a `storing` job back: it can be taken again from `not_before` on (Unix seconds)."""
    query = Job.update(boot_id="", next_poll_at=not_before, **fields).where(
        Job.id == job_id, Job.attempt == attempt, Job.state == "storing"
    )
    wait_s = round(not_before - utc_now())
    if query.execute() and wait_s > 0:
        note(Job.get_by_id(job_id), "storing", again_in_s=wait_s)


def put_back(job_id: int, attempt: int, *, not_before: float, code: str) -> bool:
    """`submitting` -> `queued`: nothing was accepted; look again at `not_before` (Unix seconds)."""
    fields: dict[str, Any] = {"next_poll_at": not_before, "boot_id": "", "stuck_claims": 0, "sent_at": None}
    return move(job_id, ("submitting",), "queued", attempt=attempt, detail={"code": code}, **fields)


def take_back(job_id: int, attempt: int, *, not_before: float | None = None) -> bool:
    """`submitting` -> `queued` when nothing has left: the worker ended or broke before. The claim counts as stuck."""
    detail = {"code": "not-sent"}
    return move(
        job_id, ("submitting",), "queued", attempt=attempt, unsent=True, detail=detail, boot_id="", next_poll_at=not_before
    )


@dataclass(frozen=True, slots=True)
class Due:
    """What the poller needs of a running job."""

    id: int
    attempt: int
    model: str
    provider: str
    remote_id: str
    written_handle: str
    submitted_at: float
    deadline_at: float | None

    @property
    def handle(self) -> Any | None:
        """The provider's own; None when only the remote id is known."""
        return json.loads(self.written_handle)["poll"]


def due_to_poll(now: float, limit: int) -> list[Due]:
    """Running jobs whose next look is due, oldest first. Raw: thousands of jobs are asked about, hundreds a second."""
    query = (
        "SELECT id, attempt, model, provider, remote_id, handle, submitted_at, deadline_at FROM job"
        " WHERE state = 'running' AND next_poll_at <= ? ORDER BY next_poll_at LIMIT ?"
    )
    rows = database.execute_sql(query, (now, limit)).fetchall()
    return [Due(*row) for row in rows]


def polled(job_id: int, attempt: int, *, next_poll_at: float, progress: int | None = None) -> None:
    """Record a look at a running job."""
    query = (
        "UPDATE job SET next_poll_at = ?, polls = polls + 1, progress = coalesce(?, progress)"
        " WHERE id = ? AND attempt = ? AND state = 'running'"
    )
    database.execute_sql(query, (next_poll_at, progress, job_id, attempt))


def next_poll_at() -> float | None:
    """When the next running job wants to be looked at (Unix seconds)."""
    value = Job.select(fn.MIN(Job.next_poll_at)).where(Job.state == "running").scalar()
    return None if value is None else float(value)


def cut_off(boot_id: str) -> list[Any]:
    """Jobs that another life of the worker was sending when it ended. Those with `sent_at` may have arrived."""
    return list(Job.select().where(Job.state == "submitting", Job.boot_id != boot_id).order_by(Job.id))


def to_take(boot_id: str, now: float, limit: int = 500, *, kinds: Iterable[str] | None = None) -> list[int]:
    """Ids of jobs that a thread can take now: queued ones, and stored ones that no claim of this life holds.

    `kinds`: of these, who waits longest first, so that films take turns; without it all but those of films, in their order.
    """
    free = ((Job.state == "queued") | ((Job.state == "storing") & (Job.boot_id != boot_id))) & _its_time_has_come(now)
    if kinds is None:
        query = Job.select(Job.id).where(free, Job.kind.not_in(HIDDEN)).order_by(Job.id)
    else:
        since = fn.COALESCE(Job.next_poll_at, Job.created_at)
        query = Job.select(Job.id).where(free, Job.kind.in_(tuple(kinds))).order_by(since, Job.id)
    return [row.id for row in query.limit(limit)]


def waiting_for_file(wait_until: float, kind: str = "document") -> list[Any]:
    """Jobs of a kind whose file has not arrived: they are queued until `wait_until`, a time that never comes."""
    query = "SELECT * FROM job WHERE state = 'queued' AND next_poll_at = ? AND kind = ? ORDER BY id"  # asked at every ring
    return rows.find_all(Job, query, wait_until, kind)


def overdue(now: float, unread_s: float) -> list[Any]:
    """Jobs past their deadline: unclear ones, and running ones whose state could not be read for `unread_s` after it.

    A running job that nobody has looked at since (the worker was down) is not among them: it may be ready.
    """
    unread = (Job.state == "running") & (Job.next_poll_at > Job.deadline_at + unread_s)
    return list(Job.select().where(((Job.state == "unclear") & (Job.deadline_at <= now)) | unread))


def open_of(account_id: int, kind: str | None = None) -> list[Any]:
    """An account's jobs that have not ended, oldest first; those of films only when they are asked for."""
    query = Job.select().where(Job.account == account_id, Job.state.in_(OPEN_STATES)).order_by(Job.id)
    return list(query.where(Job.kind.not_in(HIDDEN)) if kind is None else query.where(Job.kind == kind))


def ahead(kind: str) -> int:
    """How many jobs of a kind wait for a thread of the worker now."""
    return int(Job.select().where(Job.kind == kind, Job.state == "queued", _its_time_has_come(utc_now())).count())


def by_token(token: str) -> Any | None:
    """The job that a provider's callback names, or None."""
    return Job.get_or_none(Job.callback_token == token)


def name_remote(job_id: int, remote_id: str) -> bool:
    """Note the provider's name for a job whose answer was lost. False when it has one, or another job has this one."""
    try:
        with database.atomic():
            query = Job.update(remote_id=remote_id).where(Job.id == job_id, Job.remote_id.is_null(), Job.sent_at.is_null(False))
            return bool(query.execute())
    except IntegrityError:
        return False


def make_due(job_id: int, not_after: float) -> bool:
    """Look at a running job at once. False when it does not run, or is looked at before `not_after` (Unix seconds) anyway."""
    query = Job.update(next_poll_at=utc_now()).where(Job.id == job_id, Job.state == "running", Job.next_poll_at > not_after)
    return bool(query.execute())


def listed(*, state: str | None = None, account_id: int | None = None, kind: str | None = None, limit: int = 50) -> list[Any]:
    """The newest jobs first."""
    query = Job.select().order_by(Job.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if state is not None:
        query = query.where(Job.state == state)
    if account_id is not None:
        query = query.where(Job.account == account_id)
    return list(query)


def made_with(models: Iterable[str], account_id: int, since: float, limit: int) -> list[Any]:
    """An account's jobs that these models finished since then (Unix seconds), the newest first."""
    shown = Job.kind.not_in(HIDDEN)
    query = Job.select().where(Job.account == account_id, Job.state == "done", Job.finished_at > since, shown)
    return list(query.where(Job.model.in_(list(models)), Job.remote_id.is_null(False)).order_by(Job.id.desc()).limit(limit))


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
            remote_id=remote_id,
            handle={"poll": handle},
            next_poll_at=next_poll_at,
            submitted_at=utc_now(),
            stuck_claims=0,
            finished_steps=Job.finished_steps + 1,
        )
    except IntegrityError as exc:
        raise ValueError(f"remote id {remote_id} belongs to another job") from exc


def counts() -> dict[str, int]:
    """How many jobs are in each state."""
    query = Job.select(Job.state, fn.COUNT(Job.id)).group_by(Job.state).tuples()
    return {state: int(number) for state, number in query}


def oldest_waiting_at(now: float) -> float | None:
    """When the oldest job was ordered that could be taken now (Unix seconds), or None."""
    value = Job.select(fn.MIN(Job.created_at)).where(Job.state == "queued", _its_time_has_come(now)).scalar()
    return None if value is None else float(value)


def ended_before(moment: float, among: list[int]) -> set[int]:
    """Which of these jobs ended before then (Unix seconds) and have no message left to send."""
    unsent = OutboxRow.select(OutboxRow.job).where(OutboxRow.state == "queued", OutboxRow.job.is_null(False))
    ended = Job.select(Job.id).where(Job.id.in_(among), Job.state.in_(ENDED_STATES), Job.finished_at < moment)
    query = ended.where(Job.id.not_in(unsent))
    return {row.id for row in query}
