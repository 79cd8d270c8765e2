"""Promo codes: how they are written, what using one gives, and what guessing costs.

A code is read without regard to case, spaces and dashes, and Cyrillic letters count as the Latin ones that they look like.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from kiebot.services import guessing
from kiebot.services.delivery import Args
from kiebot.store import accounts, ledger, promo, requests
from kiebot.store.db import transaction, utc_now

LONGEST, SHORTEST = 32, 4
GENERATED_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is misread: no 0, 1, I, O
GENERATED_LENGTH = 10
LOOK_ALIKE = str.maketrans("АВЕЁЗІЈКМНОРСТУХЅ", "ABEE3IJKMHOPCTYXS")

WRONG = "promo-wrong"  # kind of a request: a code that there is not


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
        wait_s = guessing.pause_s(account_id, WRONG)
        if wait_s:
            return _wait(wait_s)
        code = folded(words)
        row = promo.find(code) if len(code) <= LONGEST else None
        return _wrong(account_id) if row is None else _use(row, account_id)


def _may_be_used(row: Any, account_id: int) -> bool:
    """Whether somebody who deleted an account may have used the code before: what they used was deleted with it."""
    account = accounts.get(account_id)
    return bool(account.returned and row.created_at < account.created_at)


def _use(row: Any, account_id: int) -> Answer:
    number = promo.uses_of(row.id, account_id) + 1
    if number > row.per_user_limit or _may_be_used(row, account_id):
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
    return guessing.wrong_of(account_id, WRONG)


def counts(since: float) -> dict[str, int]:
    """For the operator: how often codes were used since then, and how many wrong ones were given within a day, by how many."""
    wrong, people = requests.count_of(WRONG, utc_now() - guessing.REMEMBERED_S)
    return {"used": promo.used_since(since), "wrong_24h": wrong, "people_wrong_24h": people}


def _wrong(account_id: int) -> Answer:
    wait_s = guessing.count_wrong(account_id, WRONG, alarm="promo-guessing", subject="promo codes")
    return _wait(wait_s) if wait_s else Answer("promo-unknown")


def _wait(wait_s: float) -> Answer:
    return Answer("promo-wait", guessing.wait_args(wait_s))
