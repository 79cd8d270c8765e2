"""Promo codes and who used them. A code's limits hold because it is taken and counted by one statement."""

from __future__ import annotations

from typing import Any

from peewee import fn

from kiebot.store.db import database, utc_now
from kiebot.store.money_models import PromoCode, PromoRedemption


def find(code: str) -> Any | None:
    """The row of a code, written as services/promo.py writes it."""
    return PromoCode.get_or_none(PromoCode.code == code)


def add(code: str, credits: int, **fields: Any) -> Any:
    """A new code. Raises peewee's IntegrityError when there is one of this name."""
    return PromoCode.create(code=code, credits=credits, **fields)


def listed() -> list[Any]:
    """All codes, the newest first."""
    return list(PromoCode.select().order_by(PromoCode.id.desc()))


def disable(promo_id: int) -> bool:
    """Take no more of it. False when it was disabled before."""
    query = PromoCode.update(disabled=True).where(PromoCode.id == promo_id, ~PromoCode.disabled)
    return bool(query.execute())


def take(promo_id: int) -> bool:
    """Count one more use of a code. False when it is disabled, over or used up: checked and counted at once."""
    query = (
        "UPDATE promo_code SET used = used + 1 WHERE id = ? AND NOT disabled"
        " AND (expires_at IS NULL OR expires_at > ?) AND (total_limit IS NULL OR used < total_limit)"
    )
    return bool(database.execute_sql(query, (promo_id, utc_now())).rowcount)


def uses_of(promo_id: int, account_id: int) -> int:
    """How often an account has used a code."""
    query = PromoRedemption.select().where(PromoRedemption.promo == promo_id, PromoRedemption.account == account_id)
    return int(query.count())


def note_use(promo_id: int, account_id: int, number: int) -> None:
    """The account uses the code for the `number`th time."""
    PromoRedemption.create(promo=promo_id, account=account_id, number=number)


def used_since(moment: float) -> int:
    """How often codes were used since then (Unix seconds)."""
    return int(PromoRedemption.select(fn.COUNT("*")).where(PromoRedemption.created_at > moment).scalar())
