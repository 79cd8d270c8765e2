"""Calls that are not messages, asked of the bot by the other processes: nobody else opens a Telegram session."""

from __future__ import annotations

from typing import Any

from kiebot.store.db import utc_now
from kiebot.store.models import BotCall


def ask(method: str, arguments: dict[str, Any], key: str) -> Any:
    """Queue a call; the same key asks once."""
    row = BotCall.get_or_none(BotCall.idempotency_key == key)
    return row if row is not None else BotCall.create(method=method, arguments=arguments, idempotency_key=key)


def queued(limit: int = 20) -> list[Any]:
    """Calls that wait, oldest first."""
    return list(BotCall.select().where(BotCall.state == "queued").order_by(BotCall.id).limit(limit))


def finish(call_id: int, state: str, result: Any) -> None:
    """queued -> done | failed."""
    BotCall.update(state=state, result=result, finished_at=utc_now()).where(
        BotCall.id == call_id, BotCall.state == "queued"
    ).execute()


def get(call_id: int) -> Any | None:
    """The row, or None."""
    return BotCall.get_or_none(BotCall.id == call_id)
