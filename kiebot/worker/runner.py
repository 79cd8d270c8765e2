"""What happens when Huey says "look at job 41": claim it, do the step that its state asks for, settle what goes wrong.

Safe to be told twice, or never: the claim is one UPDATE, and a sweep finds what nobody was told of.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.services import incidents
from kiebot.store import jobs
from kiebot.store.db import StoreError, transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.worker.turns import Turns
from kiebot.worker.writing import until_written

log = logging.getLogger(__name__)

AGAIN_AFTER_S = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """The work for one kind of job in one state.

    `claimed_as` is the state while it runs, `fields` what the claim writes besides. `broken` settles a job whose work raised what
    nobody expected; `stuck` ends a job that was claimed too often without getting on. `turns`: only one at a time is done.
    """

    claimed_as: str
    work: Callable[[Any], None]
    broken: Callable[[Any], object]
    stuck: Callable[[Any], object]
    fields: Callable[[Any], dict[str, Any]] = lambda job: {}
    turns: Turns | None = None


Steps = Mapping[tuple[str, str], Step]


class Runner:
    """Brings jobs on by one step. `boot_id` names this life of the worker; `steps` are keyed by (kind, state).

    `on_running` tells the poller that a running job was made due (a callback came). `stopping`: the worker is about to end.
    """

    def __init__(
        self, steps: Steps, boot_id: str, on_running: Callable[[], None], stopping: threading.Event | None = None
    ) -> None:
        self._steps = steps
        self._boot_id = boot_id
        self._on_running = on_running
        self._stopping = stopping or threading.Event()

    def run(self, job_id: int) -> None:
        """Take the job if it can be taken, and do its step."""
        job = jobs.get(job_id)
        if job is not None and job.state == "running":
            self._on_running()
        step = None if job is None else self._steps.get((job.kind, job.state))
        if job is None or step is None:
            return
        if step.turns is None:
            self._run(job, step)
        elif step.turns.begin():
            try:
                self._run(job, step)
            finally:
                step.turns.end()

    def _run(self, job: Any, step: Step) -> None:
        job_id = job.id
        claimed = self._claim(job, step)
        if claimed is None:
            return
        if claimed.stuck_claims > jobs.STUCK_CLAIMS:
            until_written(lambda: step.stuck(claimed), self._stopping, f"end of stuck job={job_id}")
            return
        failpoint(f"{claimed.kind}-claimed")
        try:
            step.work(claimed)
        except Exception as error:
            log.exception("job broke job=%d kind=%s state=%s", job_id, claimed.kind, claimed.state)
            try:  # no sweep looks at a claim of this life: it has to be given back here
                until_written(lambda: step.broken(claimed), self._stopping, f"end of claim job={job_id}")
            finally:
                _record(error, claimed)

    def _claim(self, job: Any, step: Step) -> Any | None:
        with transaction(durable=True):
            return jobs.claim(job.id, job.state, step.claimed_as, self._boot_id, **step.fields(job))


def _record(error: Exception, job: Any) -> None:
    try:
        incidents.record(error, process="worker", context={"job": job.id, "kind": job.kind, "state": job.state})
    except StoreError:
        log.exception("incident not recorded job=%d", job.id)


def do_again(job: Any) -> None:
    """Local work broke: another thread takes it after a while. The claim counts, so this ends."""
    with transaction():
        jobs.let_go(job.id, job.attempt, not_before=utc_now() + AGAIN_AFTER_S)
