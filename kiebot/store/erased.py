"""Marks of people whose accounts were deleted: whoever comes again is recognised, but nobody can read from them who that was."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from kiebot.store.access_models import ErasedPerson
from kiebot.store.db import utc_now
from kiebot.store.models import Setting

SALT = "erased_salt"  # a live setting of this bot's own
COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 24}  # 50 ms a guess: Telegram's ids are few enough to be tried one by one


def _mark(user_id: int) -> str:
    Setting.insert(key=SALT, value=secrets.token_hex(16), changed_at=utc_now()).on_conflict_ignore().execute()
    salt = bytes.fromhex(Setting.get_by_id(SALT).value)
    return hashlib.scrypt(str(user_id).encode(), salt=salt, **COST).hex()


def remember(user_id: int, *, banned: bool) -> None:
    """This person's account is deleted now."""
    ErasedPerson.insert(mark=_mark(user_id), banned=banned).on_conflict_replace().execute()


def find(user_id: int) -> Any | None:
    """The mark of a person who was here before, or None."""
    if not ErasedPerson.select().exists():
        return None
    return ErasedPerson.get_or_none(ErasedPerson.mark == _mark(user_id))
