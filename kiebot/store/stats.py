"""Counts for the operator. They are read from indexes of their own (migration 0009), so that a million rows take no minute.

`since` and `until` are Unix seconds. What is grouped is read group by group, each a range of an index that begins with the
group: SQLite's own GROUP BY would sort all rows of the time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.store.db import database
from kiebot.store.erasing import GONE
from kiebot.store.jobs import HIDDEN

FOREVER = 1e12
DAY_S = 86_400.0
MONEY_KINDS = ("topup", "bonus", "capture", "refund", "reversal")  # a hold and its release move nothing

_JOBS = """
    SELECT COUNT(*), COALESCE(SUM(price), 0),
        SUM(COALESCE(provider_cost, expected_cost) * COALESCE(credit_price, :rate)), COUNT(COALESCE(provider_cost, expected_cost))
    FROM job WHERE kind = :kind AND model = :model AND state = :state AND created_at > :since
"""
_OF_FILMS = """
    SELECT COALESCE(SUM(work.price), 0) FROM film_work AS work JOIN job ON job.id = work.job_id
    WHERE work.paid AND job.kind = ? AND job.model = ? AND job.state = ? AND job.created_at > ?
"""
_WAITS = "SELECT finished_at - created_at FROM job WHERE kind = ? AND model = ? AND state = 'done' AND created_at > ?"
_TURNS = """
    SELECT COUNT(*), COALESCE(SUM(prompt_tokens), 0), COALESCE(SUM(completion_tokens), 0)
    FROM turn WHERE state = ? AND created_at > ?
"""
_PAYMENTS = """
    SELECT provider, currency, COUNT(*), SUM(credits), SUM(amount), SUM(state = 'refunded')
    FROM payment WHERE paid_at > ? GROUP BY provider, currency ORDER BY provider, currency
"""
_INCIDENTS = (
    "SELECT code, kind, location, count, last_seen_at FROM incident WHERE last_seen_at > ? ORDER BY last_seen_at DESC LIMIT ?"
)
_MESSAGES = "SELECT COUNT(*) FROM outbox_row"


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one kind, model and state. `cost`: what their providers take for such work, in credits of this bot."""

    kind: str
    model: str
    state: str
    count: int
    price: int
    cost: float
    cost_known: int  # of how many jobs it is known


def _one(query: str, *values: Any, **named: Any) -> Any:
    row = database.execute_sql(query, named or values).fetchone()
    return row[0] if len(row) == 1 else row


def _all(query: str, *values: Any) -> list[Any]:
    return list(database.execute_sql(query, values).fetchall())


def _groups(table: str, columns: Sequence[str], outer: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """What stands in these columns, each once. SQLite finds a MIN() in the index that begins with them by a jump; after a
    comparison of several columns at once it would read on through all that are equal."""
    if len(outer) == len(columns):
        yield outer
        return
    column, same = columns[len(outer)], [f"{name} = ?" for name in columns[: len(outer)]]
    first, then = (
        f"SELECT MIN({column}) FROM {table} WHERE {' AND '.join(['1', *same, *more])}"  # noqa: S608 - our own names
        for more in ([], [f"{column} > ?"])
    )
    value = _one(first, *outer)
    while value is not None:
        yield from _groups(table, columns, (*outer, value))
        value = _one(then, *outer, value)


# -- people --------------------------------------------------------------------------------------------------------------------


def people(since: float) -> dict[str, int]:
    """Everybody who was not erased, those who came and who wrote since then, and who wrote in the last day, week and month."""
    now = time.time()
    active = {f"active_{days}d": _seen_since(now - days * DAY_S) for days in (1, 7, 30)}
    return {
        "all": _one("SELECT COUNT(*) FROM account WHERE user_id > ?", GONE),
        "new": _one("SELECT COUNT(*) FROM account WHERE created_at > ?", since),
        "active": _seen_since(since),
        **active,
        "blocked_the_bot": _one("SELECT COUNT(*) FROM account WHERE blocked_at IS NOT NULL"),
    }


def _seen_since(moment: float) -> int:
    return int(_one("SELECT COUNT(*) FROM account WHERE seen_at > ?", moment))


def first_account_at() -> float | None:
    """When the first person came."""
    return _one("SELECT MIN(created_at) FROM account")  # type: ignore[no-any-return]


# -- messages ------------------------------------------------------------------------------------------------------------------


def answers(since: float) -> tuple[dict[str, int], dict[str, int]]:
    """Messages to the text model by state, and its tokens."""
    states: dict[str, int] = {}
    tokens = {"read": 0, "written": 0}
    for (state,) in _groups("turn", ("state",)):
        count, read, written = _one(_TURNS, state, since)
        if count:
            states[state] = count
        tokens["read"] += read
        tokens["written"] += written
    return states, tokens


def answer_waits(since: float) -> list[float]:
    """Seconds from each message to its answer, in no order."""
    query = "SELECT answered_at - created_at FROM turn WHERE state = 'answered' AND created_at > ? AND answered_at IS NOT NULL"
    return [wait for (wait,) in database.execute_sql(query, (since,))]


def documents(since: float) -> dict[str, int]:
    """Documents by state."""
    return dict(_all("SELECT state, COUNT(*) FROM document WHERE created_at > ? GROUP BY state ORDER BY state", since))


def films(since: float) -> dict[str, int]:
    """Films that were begun since then, by state; drafts are none."""
    query = "SELECT state, COUNT(*) FROM film WHERE created_at > ? AND state <> 'draft' GROUP BY state ORDER BY state"
    return dict(_all(query, since))


def outbox(since: float) -> dict[str, int]:
    """Messages of the bot: what waits now, what went and what failed since then."""
    return {
        "queued": waiting_messages(),
        "sent": _one(f"{_MESSAGES} INDEXED BY outbox_row_sent WHERE state = 'sent' AND sent_at > ?", since),
        "failed": _one(f"{_MESSAGES} INDEXED BY outbox_row_failed WHERE state = 'failed' AND created_at > ?", since),
    }


def waiting_messages() -> int:
    """How many messages have not been sent yet."""
    return int(_one("SELECT COUNT(*) FROM outbox_row WHERE state = 'queued'"))


# -- jobs ----------------------------------------------------------------------------------------------------------------------


def jobs(since: float, rate: float) -> list[Jobs]:
    """Jobs ordered since then, by kind, model and state. `rate`: what one of the provider's credits is worth where the job does
    not say it."""
    found = []
    for kind, model, state in _groups("job", ("kind", "model", "state")):
        count, price, cost, known = _one(_JOBS, kind=kind, model=model, state=state, since=since, rate=rate)
        if count and kind in HIDDEN:  # what they brought was paid for as a part of the film
            price = _one(_OF_FILMS, kind, model, state, since)
        if count:
            found.append(Jobs(kind, model, state, count, price, float(cost or 0), known))
    return found


def open_jobs() -> int:
    """How many jobs have not ended."""
    return int(_one("SELECT COUNT(*) FROM job WHERE state NOT IN ('done', 'failed', 'cancelled')"))


def job_waits(kind: str, model: str, since: float) -> list[float]:
    """Seconds from each order to its result, in no order."""
    return [wait for (wait,) in database.execute_sql(_WAITS, (kind, model, since)) if wait is not None]


def votes(since: float) -> dict[str, tuple[int, int]]:
    """Votes for and against the results of each model."""
    query = """
        SELECT job.model, SUM(job_vote.vote > 0), SUM(job_vote.vote < 0)
        FROM job_vote JOIN job ON job.id = job_vote.job_id WHERE job_vote.created_at > ? GROUP BY job.model
    """
    return {model: (up, down) for model, up, down in _all(query, since)}


# -- money ---------------------------------------------------------------------------------------------------------------------


def credits(since: float, until: float = FOREVER) -> dict[str, int]:
    """Sums of the movements, by their kinds: bought, given, charged, taken back."""
    query = "SELECT SUM(credits) FROM ledger_entry WHERE kind = ? AND created_at > ? AND created_at <= ?"
    sums = {kind: _one(query, kind, since, until) for kind in MONEY_KINDS}
    return {kind: total for kind, total in sorted(sums.items()) if total is not None}


def payments(since: float) -> list[dict[str, Any]]:
    """What was paid since then, by way and currency; `refunded`: how many of these payments went back."""
    names = ("way", "currency", "payments", "credits", "amount", "refunded")
    return [dict(zip(names, row, strict=True)) for row in _all(_PAYMENTS, since)]


# -- errors --------------------------------------------------------------------------------------------------------------------


def incidents(since: float, limit: int) -> tuple[int, int, list[dict[str, Any]]]:
    """(kinds that happened since then, how many of them are new, the last seen ones)."""
    kinds = _one("SELECT COUNT(*) FROM incident WHERE last_seen_at > ?", since)
    new = _one("SELECT COUNT(*) FROM incident WHERE first_seen_at > ?", since)
    names = ("code", "kind", "place", "times", "last_seen_at")
    return kinds, new, [dict(zip(names, row, strict=True)) for row in _all(_INCIDENTS, since, limit)]


# -- days ----------------------------------------------------------------------------------------------------------------------


def of_time(since: float, until: float) -> dict[str, int]:
    """What happened between two moments, for one bar of a chart."""
    moved = credits(since, until)
    return {
        "new": _between("account WHERE", since, until),
        "messages": sum(_between(f"turn WHERE state = '{state}' AND", since, until) for (state,) in _groups("turn", ("state",))),
        "jobs": _between("job WHERE", since, until),
        "sold": moved.get("topup", 0),
        "spent": -moved.get("capture", 0),
    }


def _between(where: str, since: float, until: float) -> int:
    return int(_one(f"SELECT COUNT(*) FROM {where} created_at > ? AND created_at <= ?", since, until))  # noqa: S608
