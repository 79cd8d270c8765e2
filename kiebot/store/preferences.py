"""The parameters with which a person last used a model."""

from __future__ import annotations

from typing import Any

from kiebot.store.order_models import ModelPreference


def get(account_id: int, model: str) -> dict[str, Any]:
    """The parameters, empty when the person never used the model."""
    row = ModelPreference.get_or_none(ModelPreference.account == account_id, ModelPreference.model == model)
    return {} if row is None else dict(row.input)


def save(account_id: int, model: str, given: dict[str, Any]) -> None:
    """Keep the parameters for the next time."""
    ModelPreference.insert(account=account_id, model=model, input=given).on_conflict_replace().execute()
