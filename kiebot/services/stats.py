"""The operator's figures, for the command line and for /admin: what happened since a moment, and how things stand now.

Everything is a number or a name of ours; nothing that people wrote. Money is in credits of this bot. What a provider takes
is known of jobs: as it says itself, else as the catalogue says; failed jobs are taken to cost nothing, as KIE gives their credits
back.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from kiebot.services import promo
from kiebot.services.moments import zone_of
from kiebot.store import heartbeats, jobs, outbox, stats
from kiebot.store.stats import Jobs

Figures = dict[str, Any]

GENERATION = "generation"
PROVIDERS = (GENERATION, jobs.INNER)  # kinds of jobs that a provider is paid for
OUTCOMES = ("done", "failed", "cancelled")
OPEN = "open"  # everything that has not ended
GONE = "unknown"  # the type of a model that the catalogue has no more
NEWEST_ERRORS = 5
BARS = "▁▂▃▄▅▆▇█"
FOLDERS = ("media", "documents", "logs", "backups")


class Queue(Protocol):
    """The hints for the worker."""

    def depth(self) -> int: ...


def read(since: float, *, types: Mapping[str, str], rate: float, timezone: str) -> Figures:
    """Everything that happened. `types`: of the models; `rate`: what one of the provider's credits is worth here."""
    states, tokens = stats.answers(since)
    ordered = stats.jobs(since, rate)
    return {
        "people": stats.people(since),
        "answers": states,
        "messages": messages(since, states),
        "tokens": tokens,
        "jobs": _by(ordered, lambda row: row.state),
        "work": _work(ordered, since, types),
        "credits": stats.credits(since),
        "money": _money(ordered, since),
        "documents": stats.documents(since),
        "films": stats.films(since),
        "outbox": stats.outbox(since),
        "incidents": stats.incidents(since, 0)[0],
        "errors": errors(since),
        "promo_codes": promo.counts(since),
        "days": days(since, timezone),
    }


def people(since: float) -> Figures:
    """Who is here and who wrote."""
    return stats.people(since)


def messages(since: float, states: dict[str, int] | None = None) -> Figures:
    """What people wrote to the text model, and how long they waited for its answers."""
    states = stats.answers(since)[0] if states is None else states
    ended = {state: states.get(state, 0) for state in ("answered", "failed", "stopped")}
    return {"received": sum(states.values()), **ended, "wait_s": _wait(stats.answer_waits(since))}


# -- jobs ----------------------------------------------------------------------------------------------------------------------


def work(since: float, *, types: Mapping[str, str], rate: float) -> Figures:
    """Jobs by kind, by type of work and by model."""
    return _work(stats.jobs(since, rate), since, types)


def _work(ordered: Sequence[Jobs], since: float, types: Mapping[str, str]) -> Figures:
    waits = {group: sorted(stats.job_waits(*group, since)) for group in {(row.kind, row.model) for row in ordered}}
    return {
        "ordered": sum(row.count for row in ordered),
        **_outcomes(ordered),
        "wait_s": _wait(wait for group in waits.values() for wait in group),
        "kinds": _grouped(ordered, lambda row: row.kind),
        "types": _grouped(ordered, lambda row: types.get(row.model, GONE) if row.kind == GENERATION else row.kind),
        "models": _models(ordered, since, types, waits),
    }


def _models(
    ordered: Sequence[Jobs], since: float, types: Mapping[str, str], waits: Mapping[tuple[str, str], list[float]]
) -> list[Figures]:
    """A row for each model, those that are ordered most first."""
    by_model: dict[str, list[Jobs]] = defaultdict(list)
    for row in ordered:
        if row.kind == GENERATION:
            by_model[row.model].append(row)
    votes = stats.votes(since)
    found = []
    for model, rows in by_model.items():
        up, down = votes.get(model, (0, 0))
        told = {"model": model, "type": types.get(model, GONE), "ordered": sum(row.count for row in rows), **_outcomes(rows)}
        found.append({**told, "wait_s": _wait(waits[GENERATION, model]), **_earned(rows), "votes_up": up, "votes_down": down})
    return sorted(found, key=lambda told: (-told["ordered"], told["model"]))


def _outcomes(rows: Sequence[Jobs]) -> Figures:
    counts = {state: sum(row.count for row in rows if row.state == state) for state in OUTCOMES}
    ended = counts["done"] + counts["failed"]
    rate = round(counts["done"] / ended, 4) if ended else None
    return {**counts, OPEN: sum(row.count for row in rows) - sum(counts.values()), "success": rate}


def _grouped(ordered: Sequence[Jobs], name_of: Any) -> dict[str, dict[str, int]]:
    """Jobs by a name, and of each how they ended."""
    groups: dict[str, list[Jobs]] = defaultdict(list)
    for row in ordered:
        groups[name_of(row)].append(row)
    return {name: _by(groups[name], lambda row: row.state if row.state in OUTCOMES else OPEN) for name in sorted(groups)}


def _by(rows: Iterable[Jobs], name_of: Any) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[name_of(row)] += row.count
    return dict(sorted(counts.items()))


def _wait(seconds: Iterable[float]) -> dict[str, float | None]:
    ordered = sorted(seconds)
    return {"median": _share(ordered, 0.5), "p95": _share(ordered, 0.95)}


def _share(ordered: Sequence[float], share: float) -> float | None:
    """So many of them are not above it; None: there are none."""
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else None


# -- money ---------------------------------------------------------------------------------------------------------------------


def money(since: float, *, rate: float) -> Figures:
    """Credits that were bought, given and spent; what the jobs cost and what they left."""
    return _money(stats.jobs(since, rate), since)


def _money(ordered: Sequence[Jobs], since: float) -> Figures:
    moved = stats.credits(since)
    return {
        "sold": moved.get("topup", 0),
        "given": moved.get("bonus", 0),
        "spent": -moved.get("capture", 0),
        "refunded": moved.get("refund", 0),
        "taken_back": -moved.get("reversal", 0),
        **_earned(ordered),
        "payments": stats.payments(since),
    }


def _earned(rows: Sequence[Jobs]) -> Figures:
    """What finished jobs brought and cost. `cost_unknown`: of how many nobody knows what they cost."""
    done = [row for row in rows if row.state == "done"]
    charged, cost = sum(row.price for row in done), sum(row.cost for row in done)
    unknown = sum(row.count - row.cost_known for row in done if row.kind in PROVIDERS)
    return {"charged": charged, "cost": round(cost, 2), "margin": round(charged - cost, 2), "cost_unknown": unknown}


# -- errors, and how things stand ----------------------------------------------------------------------------------------------


def errors(since: float) -> Figures:
    """Kinds of errors that happened, how many are new, and the last ones."""
    kinds, new, newest = stats.incidents(since, NEWEST_ERRORS)
    return {"kinds": kinds, "new": new, "newest": newest}


def state(data_dir: Path, queue: Queue) -> Figures:
    """The disk, and what waits at this moment. Ages in seconds."""
    now = time.time()
    heard = {name: heartbeats.last(name) for name in ("bot", "worker")}
    return {
        "disk": _disk(data_dir),
        "queue": {
            "hints": queue.depth(),
            "jobs": stats.open_jobs(),
            "oldest_job_s": _age(jobs.oldest_waiting_at(now), now),
            "messages": stats.waiting_messages(),
            "oldest_message_s": _age(outbox.oldest_due_at(now), now),
        },
        "heard_s": {name: None if beat is None else round(beat.age_s, 1) for name, beat in heard.items()},
    }


def _age(moment: float | None, now: float) -> float:
    return 0.0 if moment is None else round(max(0.0, now - moment), 1)


def _disk(data_dir: Path) -> Figures:
    database = sum(path.stat().st_size for path in data_dir.glob("kiebot.db*"))
    used = {f"{name}_bytes": _size(data_dir / name) for name in FOLDERS}
    return {"free_bytes": shutil.disk_usage(data_dir).free, "database_bytes": database, **used}


def _size(folder: Path) -> int:
    """Bytes below a folder; what is removed meanwhile is not counted."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total


def bars(values: Sequence[float]) -> str:
    """A bar a value, as high as its share of the highest."""
    most = max(values, default=0)
    return "".join(BARS[round(value / most * (len(BARS) - 1)) if most else 0] for value in values)


# -- days ----------------------------------------------------------------------------------------------------------------------


def days(since: float, timezone: str) -> list[Figures]:
    """A row for each of the operator's days since then, the first and the last as far as they belong to the time."""
    now = time.time()
    began = max(since, (stats.first_account_at() or now) - 1)
    zone = zone_of(timezone)
    day = datetime.fromtimestamp(began, zone).date()
    found = []
    while began < now:
        day_ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).timestamp()
        found.append({"day": day.isoformat(), **stats.of_time(began, min(day_ends, now))})
        began, day = day_ends, day + timedelta(days=1)
    return found
