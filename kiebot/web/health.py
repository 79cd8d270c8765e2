"""Whether kiebot is well, and its figures. Numbers only: nothing of people, no secrets."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

import kiebot
from kiebot.jobqueue import JobQueue
from kiebot.store import accounts, heartbeats, incidents, jobs, outbox
from kiebot.store.db import StoreError, applied_migrations, utc_now

log = logging.getLogger(__name__)

TOO_OLD_S = 60.0  # what could be done now and was not for so long means that a process is down or stuck
PROCESSES = ("bot", "worker")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the database says at this moment. Ages in seconds, 0 when nothing waits."""

    jobs: dict[str, int]
    outbox: dict[str, int]
    queue_depth: int
    outbox_depth: int
    oldest_job_s: float
    oldest_message_s: float
    accounts: int
    incidents: int
    heartbeats: dict[str, float | None]


def read_figures(queue: JobQueue) -> Figures:
    """Ask the store and the queue. Raises what SQLite raises."""
    now = utc_now()
    by_state = outbox.counts()
    return Figures(
        jobs=jobs.counts(),
        outbox=by_state,
        queue_depth=queue.depth(),
        outbox_depth=by_state.get("queued", 0),
        oldest_job_s=_age(jobs.oldest_waiting_at(now), now),
        oldest_message_s=_age(outbox.oldest_due_at(now), now),
        accounts=accounts.count(),
        incidents=incidents.count(),
        heartbeats={name: _heard_s(name) for name in PROCESSES},
    )


def _heard_s(process: str) -> float | None:
    heard = heartbeats.last(process)
    return None if heard is None else round(heard.age_s, 1)


def _age(since: float | None, now: float) -> float:
    return 0.0 if since is None else round(max(0.0, now - since), 1)


def health(queue: JobQueue) -> tuple[bool, dict[str, Any]]:
    """Whether all is well, and the report with `problems`: database, bot-dead, worker-dead, worker-late, bot-late."""
    try:
        figures = read_figures(queue)
    except (StoreError, sqlite3.Error) as error:
        log.error("database not readable: %s", error)
        return False, {"ok": False, "version": kiebot.__version__, "problems": ["database"]}
    late = {"worker-late": figures.oldest_job_s, "bot-late": figures.oldest_message_s}
    problems = [f"{name}-dead" for name, age_s in figures.heartbeats.items() if age_s is None or age_s > TOO_OLD_S]
    problems += [name for name, age_s in late.items() if age_s > TOO_OLD_S]
    facts = {"ok": not problems, "version": kiebot.__version__, "schema": applied_migrations()[-1], "problems": problems}
    return not problems, {**facts, **asdict(figures)}


class Collector:
    """The same figures for Prometheus, read when they are asked for."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        figures = read_figures(self._queue)
        yield InfoMetricFamily("kiebot", "The running release", value={"version": kiebot.__version__})
        yield _by_state("kiebot_jobs", "Jobs by state", figures.jobs)
        yield _by_state("kiebot_outbox_rows", "Messages by state", figures.outbox)
        yield GaugeMetricFamily("kiebot_queue_depth", "Hints that wait for the worker", figures.queue_depth)
        yield GaugeMetricFamily("kiebot_outbox_depth", "Messages that wait to be sent", figures.outbox_depth)
        yield _heartbeats(figures.heartbeats)
        yield GaugeMetricFamily("kiebot_oldest_job_seconds", "Age of the oldest job that could be taken", figures.oldest_job_s)
        yield GaugeMetricFamily(
            "kiebot_oldest_message_seconds", "Age of the oldest message that could be sent", figures.oldest_message_s
        )
        yield GaugeMetricFamily("kiebot_accounts", "People who have written to the bot", figures.accounts)
        yield GaugeMetricFamily("kiebot_incidents", "Kinds of trouble on record", figures.incidents)


def _by_state(name: str, words: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["state"])
    for state, count in sorted(counts.items()):
        family.add_metric([state], count)
    return family


def _heartbeats(ages: dict[str, float | None]) -> Metric:
    family = GaugeMetricFamily("kiebot_heartbeat_seconds", "Age of the last sign of life", labels=["process"])
    for process, age_s in ages.items():
        if age_s is not None:
            family.add_metric([process], age_s)
    return family
