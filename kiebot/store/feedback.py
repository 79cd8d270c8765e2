"""What people say of the bot, and their votes on results."""

from __future__ import annotations

from typing import Any

from peewee import fn

from kiebot.store.db import database, utc_now
from kiebot.store.feedback_models import Feedback
from kiebot.store.forgetting import NO_WORDS

TOLD = "feedback:"  # how dedup keys of what the admins are told begin
_LISTED = """
    SELECT feedback.created_at AS at, 'text' AS kind, account.user_id AS user, account.name AS name, feedback.job_id AS job,
        job.model AS model, NULL AS vote, feedback.text AS text
    FROM feedback JOIN account ON account.id = feedback.account_id LEFT JOIN job ON job.id = feedback.job_id
    WHERE feedback.created_at > :since AND :kind <> 'vote'
    UNION ALL
    SELECT job_vote.created_at, 'vote', account.user_id, account.name, job_vote.job_id, job.model, job_vote.vote, NULL
    FROM job_vote JOIN account ON account.id = job_vote.account_id JOIN job ON job.id = job_vote.job_id
    WHERE job_vote.created_at > :since AND :kind <> 'text'
    ORDER BY at DESC LIMIT :limit
"""


def add(account_id: int, chat_id: int, text: str, job_id: int | None = None) -> Any:
    """Keep what somebody said."""
    return Feedback.create(account=account_id, chat_id=chat_id, text=text, job=job_id)


def count_of(account_id: int, since: float) -> int:
    """How often somebody said something since then."""
    return int(Feedback.select().where(Feedback.account == account_id, Feedback.created_at > since).count())


def untold() -> list[Any]:
    """What the admins have not heard yet, the oldest first."""
    return list(Feedback.select().where(Feedback.told_at.is_null()).order_by(Feedback.id))


def last_told_at() -> float:
    """When the admins heard something last; 0: never."""
    return float(Feedback.select(fn.MAX(Feedback.told_at)).scalar() or 0)


def mark_told(rows: list[Any]) -> None:
    """The admins have heard of these."""
    Feedback.update(told_at=utc_now()).where(Feedback.id.in_([row.id for row in rows])).execute()


def listed(since: float, limit: int, kind: str = "") -> list[dict[str, Any]]:
    """Words and votes, or one kind of them, the newest first: {"at", "kind" (text, vote), "user", "name", "job", "model", "vote",
    "text"}."""
    cursor = database.execute_sql(_LISTED, {"since": since, "limit": limit, "kind": kind})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def forget(account_id: int) -> None:
    """What a person said goes, also out of what the admins were told."""
    Feedback.delete().where(Feedback.account == account_id).execute()
    told = "UPDATE outbox_row SET payload = ? WHERE dedup_key GLOB ? AND state NOT IN ('queued', 'held')"
    database.execute_sql(told, (NO_WORDS, f"{TOLD}*"))
