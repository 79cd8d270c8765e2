"""Unexpected exceptions: one row per fingerprint, however often it happens."""

from __future__ import annotations

from typing import Any

from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Incident


def record(fingerprint: str, **fields: Any) -> tuple[Any, bool]:
    """Count one more of this kind. Returns the row and whether it is the first."""
    with transaction():
        row = Incident.get_or_none(Incident.fingerprint == fingerprint)
        if row is None:
            return Incident.create(fingerprint=fingerprint, **fields), True
        Incident.update(count=Incident.count + 1, last_seen_at=utc_now(), context=fields.get("context", {})).where(
            Incident.id == row.id
        ).execute()
        return Incident.get_by_id(row.id), False


def code_is_free(code: str) -> bool:
    """Whether no incident has this short code."""
    return not Incident.select().where(Incident.code == code).exists()


def count() -> int:
    """How many kinds of trouble are on record."""
    return int(Incident.select().count())


def listed(limit: int = 50) -> list[Any]:
    """The last seen first."""
    return list(Incident.select().order_by(Incident.last_seen_at.desc()).limit(limit))


def mark_notified(incident_id: int) -> None:
    """The admins were told."""
    Incident.update(notified_at=utc_now()).where(Incident.id == incident_id).execute()
