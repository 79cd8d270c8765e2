"""What guessing a secret word costs: a few free tries a day, then pauses that double; the operator hears of it.

A wrong word is a request of the kind that the caller names, so a restart forgets nothing.
"""

from __future__ import annotations

import math

from kiebot.services import incidents
from kiebot.services.delivery import Args
from kiebot.store import requests
from kiebot.store.db import utc_now

REMEMBERED_S = 24 * 3600.0
HOUR_S = 3600.0
FREE_TRIES = 5
CROWD = 40  # wrong words an hour, of all people together, of which the operator should know
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 12 * 3600.0
SHOW_HOURS_FROM_MIN = 100


def wrong_of(account_id: int, kind: str) -> int:
    """How many wrong words an account gave within a day."""
    return requests.newest_of(account_id, kind, utc_now() - REMEMBERED_S)[0]


def pause_s(account_id: int, kind: str) -> float:
    """Seconds until the account may try again; 0: now. From the fifth wrong word of a day on each doubles the pause."""
    now = utc_now()
    count, newest = requests.newest_of(account_id, kind, now - REMEMBERED_S)
    if count < FREE_TRIES:
        return 0.0
    pause = min(FIRST_PAUSE_S * 2.0 ** (count - FREE_TRIES), LONGEST_PAUSE_S)
    return max(0.0, newest + pause - now)


def count_wrong(account_id: int, kind: str, *, alarm: str, subject: str) -> float:
    """Count a wrong word; returns the pause that follows. `alarm` and `subject` name the incident of somebody who goes on."""
    requests.add(account_id, kind, 0)
    wait_s = pause_s(account_id, kind)
    if wait_s or requests.count_of(kind, utc_now() - HOUR_S)[0] >= CROWD:
        incidents.alarm(alarm, subject, process="bot", context={"account": account_id})
    return wait_s


def wait_args(wait_s: float) -> Args:
    """The pause for a sentence: `minutes`, and `hours` when they say it better (else 0)."""
    minutes = math.ceil(wait_s / 60)
    return {"minutes": minutes, "hours": math.ceil(minutes / 60) if minutes >= SHOW_HOURS_FROM_MIN else 0}
