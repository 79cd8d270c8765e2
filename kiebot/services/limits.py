"""How much one person may ask for. Administrators and free accounts are not limited."""

from __future__ import annotations

import math
from typing import Any, Protocol

from kiebot.errors import UserFault
from kiebot.store import jobs
from kiebot.store.db import utc_now

MINUTE_S = 60.0
HOUR_S = 3600.0


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


def unlimited(account: Any) -> bool:
    """Administrators and people the operator made free."""
    return bool(account.role == "admin" or account.free)


def check(account: Any, kind: str, limits: Limits) -> None:
    """Raise UserFault when the account may not order another job of `kind` now. Call it in the transaction that adds the job."""
    if unlimited(account):
        return
    check_open(account, kind, limits.jobs_at_once)
    if wait_s := _wait_s(account.id, kind, limits.requests_per_minute, MINUTE_S):
        raise UserFault("limit-minute", limit=limits.requests_per_minute, seconds=math.ceil(wait_s))
    if wait_s := _wait_s(account.id, kind, limits.requests_per_hour, HOUR_S):
        raise UserFault("limit-hour", limit=limits.requests_per_hour, minutes=math.ceil(wait_s / MINUTE_S))


def check_open(account: Any, kind: str, at_once: int) -> None:
    """Raise UserFault when the account has `at_once` jobs of `kind` waiting already."""
    if not unlimited(account) and len(jobs.open_of(account.id, kind)) >= at_once:
        raise UserFault("limit-jobs", limit=at_once)


def _wait_s(account_id: int, kind: str, allowed: int, window_s: float) -> float:
    """Seconds until the account is inside the window again; 0 when it is."""
    nth = jobs.nth_newest_at(account_id, kind, allowed)
    return 0.0 if nth is None else max(0.0, nth + window_s - utc_now())
