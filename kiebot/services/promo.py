"""Promo codes: how they are written, what using one gives, and what guessing costs.

A code is read without regard to case, spaces and dashes, and Cyrillic letters count as the Latin ones that they look like.
"""

from __future__ import annotations

import math
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from kiebot.services import incidents
from kiebot.services.delivery import Args
from kiebot.store import ledger, promo, requests
from kiebot.store.db import transaction, utc_now

LONGEST, SHORTEST = 32, 4
GENERATED_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is misread: no 0, 1, I, O
GENERATED_LENGTH = 10
LOOK_ALIKE = str.maketrans("АВЕЁЗІЈКМНОРСТУХЅ", "ABEE3IJKMHOPCTYXS")

WRONG = "promo-wrong"  # kind of a request: a code that there is not
REMEMBERED_S = 24 * 3600.0
HOUR_S = 3600.0
FREE_TRIES = 5
CROWD = 40  # wrong codes an hour, of all people together, of which the operator should know
FIRST_PAUSE_S = 60.0
SHOW_HOURS_FROM_MIN = 100
LONGEST_PAUSE_S = 12 * 3600.0


def folded(words: str) -> str:
    """A code as it is kept and compared: capitals, letters and digits only."""
    capitals = unicodedata.normalize("NFKC", words).upper().translate(LOOK_ALIKE)
    return "".join(letter for letter in capitals if letter.isalnum())


def generated() -> str:
    """A code that nobody guesses: one of 10^15."""
    return "".join(secrets.choice(GENERATED_LETTERS) for _ in range(GENERATED_LENGTH))


def is_code(code: str) -> bool:
    """Whether a folded code may be given out."""
    return SHORTEST <= len(code) <= LONGEST


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is told about a code: promo-done, -unknown, -over, -used-up, -used or -wait."""

    key: str
    args: Args = field(default_factory=dict)


def redeem(account_id: int, words: str) -> Answer:
    """Use a code. It never raises a fault of the person: that would take back that a wrong code was counted."""
    with transaction(durable=True):
        wait_s = pause_s(account_id)
        if wait_s:
            return _wait(wait_s)
        code = folded(words)
        row = promo.find(code) if len(code) <= LONGEST else None
        return _wrong(account_id) if row is None else _use(row, account_id)


def _use(row: Any, account_id: int) -> Answer:
    number = promo.uses_of(row.id, account_id) + 1
    if number > row.per_user_limit:
        return Answer("promo-used", {"code": row.code})
    if not promo.take(row.id):
        is_over = row.disabled or (row.expires_at is not None and row.expires_at <= utc_now())
        return Answer("promo-over" if is_over else "promo-used-up", {"code": row.code})
    promo.note_use(row.id, account_id, number)
    ledger.add(account_id, "bonus", row.credits, f"promo:{row.id}:{account_id}:{number}", reason=row.code)
    return Answer("promo-done", {"code": row.code, "credits": row.credits, "balance": ledger.balance(account_id)})


# -- guessing ------------------------------------------------------------------------------------------------------------------


def wrong_codes(account_id: int) -> int:
    """How many wrong codes an account gave within a day."""
    return requests.newest_of(account_id, WRONG, utc_now() - REMEMBERED_S)[0]


def counts(since: float) -> dict[str, int]:
    """For the operator: how often codes were used since then, and how many wrong ones were given within a day, by how many."""
    wrong, people = requests.count_of(WRONG, utc_now() - REMEMBERED_S)
    return {"used": promo.used_since(since), "wrong_24h": wrong, "people_wrong_24h": people}


def pause_s(account_id: int) -> float:
    """Seconds until the account may try a code again; 0: now. From the fifth wrong code of a day on each doubles the pause."""
    now = utc_now()
    count, newest = requests.newest_of(account_id, WRONG, now - REMEMBERED_S)
    if count < FREE_TRIES:
        return 0.0
    pause = min(FIRST_PAUSE_S * 2.0 ** (count - FREE_TRIES), LONGEST_PAUSE_S)
    return max(0.0, newest + pause - now)


def _wrong(account_id: int) -> Answer:
    requests.add(account_id, WRONG, 0)
    wait_s = pause_s(account_id)
    if wait_s or requests.count_of(WRONG, utc_now() - HOUR_S)[0] >= CROWD:
        incidents.alarm("promo-guessing", "promo codes", process="bot", context={"account": account_id})
    return _wait(wait_s) if wait_s else Answer("promo-unknown")


def _wait(wait_s: float) -> Answer:
    minutes = math.ceil(wait_s / 60)
    return Answer("promo-wait", {"minutes": minutes, "hours": math.ceil(minutes / 60) if minutes >= SHOW_HOURS_FROM_MIN else 0})
