"""Counts for the operator."""

from __future__ import annotations

from typing import Any

from peewee import fn

from kiebot.store.models import Account, Document, Incident, Job, LedgerEntry, OutboxRow, Turn


def since(moment: float) -> dict[str, Any]:
    """What happened since `moment` (Unix seconds), and what waits now."""
    return {
        "people": {
            "all": Account.select().count(),
            "new": Account.select().where(Account.created_at > moment).count(),
            "active": Account.select().where(Account.seen_at > moment).count(),
            "blocked_the_bot": Account.select().where(Account.blocked_at.is_null(False)).count(),
        },
        "answers": _by(Turn, Turn.state, Turn.created_at > moment),
        "tokens": _tokens(moment),
        "jobs": _by(Job, Job.state, Job.created_at > moment),
        "credits": _credits(moment),
        "documents": _by(Document, Document.state, Document.created_at > moment),
        "outbox": {
            "queued": OutboxRow.select().where(OutboxRow.state == "queued").count(),
            "sent": OutboxRow.select().where(OutboxRow.state == "sent", OutboxRow.sent_at > moment).count(),
            "failed": OutboxRow.select().where(OutboxRow.state == "failed", OutboxRow.created_at > moment).count(),
        },
        "incidents": Incident.select().where(Incident.last_seen_at > moment).count(),
    }


def _by(model: Any, column: Any, condition: Any) -> dict[str, int]:
    query = model.select(column, fn.COUNT(model.id)).where(condition).group_by(column).order_by(column).tuples()
    return {name: int(number) for name, number in query}


def _credits(moment: float) -> dict[str, int]:
    """Sums of the movements, by their kinds: bought, given, charged, taken back."""
    kinds = ("topup", "bonus", "capture", "refund", "reversal")
    query = LedgerEntry.select(LedgerEntry.kind, fn.SUM(LedgerEntry.credits)).group_by(LedgerEntry.kind).tuples()
    return {kind: int(total) for kind, total in query.where(LedgerEntry.created_at > moment, LedgerEntry.kind.in_(kinds))}


def _tokens(moment: float) -> dict[str, int]:
    read, written = (
        Turn.select(fn.SUM(Turn.prompt_tokens), fn.SUM(Turn.completion_tokens)).where(Turn.created_at > moment).tuples().get()
    )
    return {"read": int(read or 0), "written": int(written or 0)}
