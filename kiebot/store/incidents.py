"""Unexpected exceptions: one row per fingerprint, however often it happens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Incident

AT_ONCE_S = 60  # told so soon, it was told by itself and not in a digest


def record(fingerprint: str, **fields: Any) -> tuple[Any, bool]:
    """Count one more of this kind. Returns the row and whether it is the first."""
    with transaction():
        row = Incident.get_or_none(Incident.fingerprint == fingerprint)
        if row is None:
            return Incident.create(fingerprint=fingerprint, **fields), True
        latest = {name: fields[name] for name in ("context", "version") if fields.get(name)}
        Incident.update(count=Incident.count + 1, last_seen_at=utc_now(), **latest).where(Incident.id == row.id).execute()
        return Incident.get_by_id(row.id), False


def add_context(code: str, context: dict[str, Any]) -> None:
    """Something more is known of the last time it happened."""
    Incident.update(context=context).where(Incident.code == code).execute()


def code_is_free(code: str) -> bool:
    """Whether no incident has this short code."""
    return not Incident.select().where(Incident.code == code).exists()


def by_code(code: str) -> Any | None:
    """The incident that people were told by this code, or None."""
    return Incident.get_or_none(Incident.code == code.upper())


def count() -> int:
    """How many kinds of trouble are on record."""
    return int(Incident.select().count())


def listed(limit: int = 50, since: float = 0.0) -> list[Any]:
    """The last seen first; `since`: only those that happened after it."""
    return list(Incident.select().where(Incident.last_seen_at > since).order_by(Incident.last_seen_at.desc()).limit(limit))


def told_since(moment: float) -> int:
    """Of how many new kinds the admins heard one by one since then."""
    at_once = Incident.notified_at - Incident.first_seen_at < AT_ONCE_S
    return int(Incident.select().where((Incident.notified_at > moment) & at_once).count())


def mark_told(rows: Iterable[Any]) -> None:
    """The admins were told of these, as often as they had happened when they were read."""
    for row in rows:
        Incident.update(notified_at=utc_now(), told_count=row.count).where(Incident.id == row.id).execute()


def untold() -> list[Any]:
    """What happened again, or for the first time, since the admins heard of it; the most frequent first."""
    more = Incident.count - Incident.told_count
    return list(Incident.select().where(more > 0).order_by(more.desc(), Incident.id))
