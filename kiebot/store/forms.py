"""Orders that people are putting together: one a person and place."""

from __future__ import annotations

from typing import Any

from kiebot.store import rows
from kiebot.store.db import utc_now
from kiebot.store.order_models import OrderForm


def get(account_id: int, chat_id: int, topic_id: int = 0) -> Any | None:
    """The person's form in this place, or None."""
    query = "SELECT * FROM order_form WHERE account_id = ? AND chat_id = ? AND topic_id = ?"  # asked at every message
    return rows.find(OrderForm, query, account_id, chat_id, topic_id)


def is_any(chat_id: int, topic_id: int, step: str) -> bool:
    """Whether anybody's form in this place is at this step."""
    query = "SELECT id FROM order_form WHERE chat_id = ? AND topic_id = ? AND step = ? LIMIT 1"
    return rows.find(OrderForm, query, chat_id, topic_id, step) is not None


def by_id(form_id: int) -> Any | None:
    """The form of this id, or None: it was finished or replaced."""
    return OrderForm.get_or_none(OrderForm.id == form_id)


def begin(account_id: int, chat_id: int, topic_id: int = 0, **fields: Any) -> Any:
    """A new form in place of the one before; its id is new, so old buttons do not reach it."""
    drop(account_id, chat_id, topic_id)
    return OrderForm.create(account=account_id, chat_id=chat_id, topic_id=topic_id, **fields)


def save(form_id: int, **fields: Any) -> bool:
    """Write fields of a form; False when it is there no more."""
    return bool(OrderForm.update(updated_at=utc_now(), **fields).where(OrderForm.id == form_id).execute())


def drop(account_id: int, chat_id: int, topic_id: int = 0) -> bool:
    """The form is finished or given up; False when there was none."""
    query = OrderForm.delete().where(
        OrderForm.account == account_id, OrderForm.chat_id == chat_id, OrderForm.topic_id == topic_id
    )
    return bool(query.execute())


def drop_before(moment: float) -> int:
    """Drop forms that nobody touched since then (Unix seconds)."""
    return int(OrderForm.delete().where(OrderForm.updated_at < moment).execute())
