"""How much one person may ask for. Administrators and free accounts are not limited.

Whatever is asked for is a row. A job for a provider, and whatever costs credits (a chat with a price, a voice message, a
document), uses up the requests of a minute and of an hour; what is free is counted but never refused.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

from kiebot.errors import UserFault
from kiebot.services import room
from kiebot.store import films, jobs, requests
from kiebot.store.db import utc_now

MINUTE_S = 60.0
HOUR_S = 3600.0
GENERATION = "generation"


class Limits(Protocol):
    """The section `limits` of the configuration, as far as jobs need it."""

    @property
    def requests_per_minute(self) -> int: ...
    @property
    def requests_per_hour(self) -> int: ...
    @property
    def jobs_at_once(self) -> int: ...
    @property
    def document_mb(self) -> int: ...
    @property
    def upload_mb(self) -> int: ...
    @property
    def voice_mb(self) -> int: ...
    @property
    def audio_mb(self) -> int: ...


def unlimited(account: Any) -> bool:
    """Administrators and people the operator made free."""
    return bool(account.role == "admin" or account.free)


def check(account: Any, kind: str, limits: Limits) -> None:
    """Raise UserFault when the account may not order another job of `kind` now. Call it in the transaction that adds the job."""
    _check_waiting(account, kind, limits.jobs_at_once)  # not the room: an order waits for that in the queue, and says so
    check_pace(account, limits)


def check_open(account: Any, kind: str, at_once: int) -> None:
    """For jobs that bring a file: raise UserFault when the disk has no room for it, or `at_once` of `kind` wait already."""
    room.check()
    _check_waiting(account, kind, at_once)


def _check_waiting(account: Any, kind: str, at_once: int) -> None:
    if not unlimited(account) and _count_open(account.id, kind) >= at_once:
        raise UserFault("limit-jobs", limit=at_once)


def _count_open(account_id: int, kind: str) -> int:
    """A film on which something is being done now counts as one job, whatever is made for it."""
    making = len(films.in_states(("working",), account_id)) if kind == GENERATION else 0
    return len(jobs.open_of(account_id, kind)) + making


def check_pace(account: Any, limits: Limits) -> None:
    """Raise UserFault, which says when to come back, when the account has used up its requests of this minute or hour."""
    if unlimited(account):
        return
    if wait_s := _wait_s(account.id, limits.requests_per_minute, MINUTE_S):
        raise UserFault("limit-minute", limit=limits.requests_per_minute, seconds=math.ceil(wait_s))
    if wait_s := _wait_s(account.id, limits.requests_per_hour, HOUR_S):
        raise UserFault("limit-hour", limit=limits.requests_per_hour, minutes=math.ceil(wait_s / MINUTE_S))


def count(account_id: int, kind: str, cost: int = 0) -> None:
    """One request (generation, chat, voice, document) that costs so many credits: one INSERT in the caller's transaction."""
    requests.add(account_id, kind, cost)


def _wait_s(account_id: int, allowed: int, window_s: float) -> float:
    """Seconds until the account is inside the window again; 0 when it is."""
    nth = requests.nth_newest_at(account_id, allowed)
    return 0.0 if nth is None else max(0.0, nth + window_s - utc_now())
