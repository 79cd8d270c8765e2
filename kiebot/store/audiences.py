"""Who can be written to, by segments: everybody but those who are banned, have blocked the bot, or may not use it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.store.db import database

_REACHABLE = "a.user_id > 0 AND a.banned = 0 AND a.blocked_at IS NULL"  # below 0 are groups that wrote in their own name
_CODE = "REPLACE(LOWER(a.language_code), '_', '-')"
_PRIMARY = f"SUBSTR({_CODE}, 1, INSTR({_CODE} || '-', '-') - 1)"


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE about the account `a`, with its values."""

    sql: str
    values: tuple[Any, ...] = ()


EVERYBODY = Condition("1")
PAYING = Condition("EXISTS (SELECT 1 FROM payment WHERE payment.account_id = a.id AND payment.state = 'paid')")


def seen_after(moment: float) -> Condition:
    """Who wrote or pressed something since then (Unix seconds)."""
    return Condition("a.seen_at > ?", (moment,))


def reads(language: str, app_languages: Sequence[str]) -> Condition:
    """Who reads this language: chosen with /lang, or else by the language of the app."""
    marks = ", ".join("?" for _ in app_languages)
    return Condition(f"(a.language = ? OR (a.language = '' AND {_PRIMARY} IN ({marks})))", (language, *app_languages))


def reads_not(language: str, app_languages: Sequence[str]) -> Condition:
    """Who reads the language that is spoken with everybody whose app has none of `app_languages`."""
    marks = ", ".join("?" for _ in app_languages)
    return Condition(f"(a.language = ? OR (a.language = '' AND {_PRIMARY} NOT IN ({marks})))", (language, *app_languages))


def app_speaks(code: str) -> Condition:
    """Whose app runs in this language."""
    return Condition(f"{_PRIMARY} = ?", (code,))


def named(user_ids: Sequence[int]) -> Condition:
    """These users of Telegram."""
    return Condition("a.user_id IN (SELECT value FROM json_each(?))", (json.dumps(list(user_ids)),))


def let_in(user_ids: Sequence[int]) -> Condition:
    """Who may use the bot while not everybody may: admins, these users, and whoever was admitted."""
    admitted = "EXISTS (SELECT 1 FROM admission WHERE admission.account_id = a.id)"
    listed = named(user_ids)
    return Condition(f"(a.role = 'admin' OR {listed.sql} OR {admitted})", listed.values)


def both(one: Condition, other: Condition) -> Condition:
    """Who fulfils both."""
    return Condition(f"{one.sql} AND {other.sql}", (*one.values, *other.values))


def count(condition: Condition) -> int:
    """How many can be written to."""
    query = f"SELECT COUNT(*) FROM account a WHERE {_REACHABLE} AND {condition.sql}"  # noqa: S608 - our own conditions
    return int(database.execute_sql(query, condition.values).fetchone()[0])


def write_down(broadcast_id: int, condition: Condition) -> int:
    """Make them the recipients of a broadcast. Returns how many."""
    query = (
        "INSERT INTO broadcast_recipient (broadcast_id, account_id, state)"  # noqa: S608
        f" SELECT ?, a.id, 'pending' FROM account a WHERE {_REACHABLE} AND {condition.sql}"
    )
    return int(database.execute_sql(query, (broadcast_id, *condition.values)).rowcount)
