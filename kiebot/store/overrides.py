"""What the operator changed of models, live: bot and worker look at `version()` and read again when it is another."""

from __future__ import annotations

from typing import Any

from kiebot.store.db import database, utc_now
from kiebot.store.order_models import ModelOverride

Version = tuple[int, float]


def version() -> Version:
    """Another value after every change."""
    count, changed_at = database.execute_sql("SELECT count(*), coalesce(max(changed_at), 0) FROM model_override").fetchone()
    return int(count), float(changed_at)


def every() -> list[Any]:
    """All rows, by model."""
    return list(ModelOverride.select().order_by(ModelOverride.model))


def get(model: str) -> Any | None:
    """The row of a model, or None."""
    return ModelOverride.get_or_none(ModelOverride.model == model)


def save(model: str, **fields: Any) -> None:
    """Write fields (enabled, reason, price, ends) of a model's override; the others stay."""
    ModelOverride.insert(model=model).on_conflict_ignore().execute()
    ModelOverride.update(changed_at=utc_now(), **fields).where(ModelOverride.model == model).execute()


def drop(model: str) -> bool:
    """The model is again as the catalogue has it; False when it was."""
    return bool(ModelOverride.delete().where(ModelOverride.model == model).execute())
