"""The catalogue for commands: with the operator's changes where there is a store, and without any configuration else."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from kiebot.catalog.loading import Catalogue, load
from kiebot.catalog.schema import Model
from kiebot.catalog.search import search
from kiebot.config import ConfigFault
from kiebot.config import load as load_config
from kiebot.config.keys import Billing
from kiebot.errors import OperatorFault
from kiebot.services.pricing import Tariff

NEAREST = 5


class UnknownModel(OperatorFault):
    """No model has this id."""


def catalogue_now(file: Path | None) -> Catalogue:
    """The catalogue as people have it. Where the operator's changes cannot be read, a note on stderr says so."""
    written = load()
    try:
        data_dir = load_config(file).data_dir
        return _changed(written, file) if (data_dir / "kiebot.db").is_file() else written
    except OperatorFault as fault:
        if file is not None and isinstance(fault, ConfigFault):
            raise
        click.echo(f"note: shown without the operator's changes: {fault}", err=True)
        return written


def _changed(written: Catalogue, file: Path | None) -> Catalogue:
    from kiebot.cli.state import opened  # what opens the store costs as much as the catalogue
    from kiebot.services.catalogue import override_of
    from kiebot.store import overrides

    with opened(file):
        return written.overlaid({row.model: override_of(row) for row in overrides.every()})


def model_of(catalogue: Catalogue, model_id: str) -> Model:
    """The model of this id. Raises UnknownModel, which names the nearest."""
    found = catalogue.get(model_id)
    if found is None:
        raise UnknownModel(f"there is no model {model_id!r}{_hint(catalogue, model_id)}")
    return found


def _hint(catalogue: Catalogue, model_id: str) -> str:
    near = difflib.get_close_matches(model_id, catalogue.models, NEAREST, 0.5)
    near += [model.id for model in search(catalogue, model_id)[:NEAREST]]
    names = list(dict.fromkeys(near))[:NEAREST]
    return f"; the nearest: {', '.join(names)}" if names else "; `kiebot-admin models list` has all"


def tariff_now(file: Path | None) -> Tariff:
    """The prices of the configuration; without one, those that kiebot has by itself."""
    try:
        return Tariff(load_config(file).billing)
    except ConfigFault:  # catalogue_now() has said so
        return Tariff(Billing())


def row(tariff: Tariff, model: Model) -> dict[str, Any]:
    """A model in one line. `price`: whole credits of the smallest order, and what one unit costs; None when not known."""
    lowest = tariff.from_price(model)
    return {
        "id": model.id,
        "label": model.label["en"],
        "vendor": model.vendor,
        "type": model.type,
        "output": model.output,
        "provider": model.provider,
        "status": model.status,
        "price": None
        if lowest is None
        else {"from": lowest.credits, "unit": lowest.unit, "per_unit": plain(lowest.unit_credits)},
    }


def plain(value: Any) -> Any:
    """A value of the catalogue for JSON. What a dataclass says by default is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
        return {name: plain(each) for name, (each, default) in named.items() if each != default and each not in ((), {})}
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
