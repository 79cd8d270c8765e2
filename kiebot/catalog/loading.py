"""Loading the catalogue. A mistake in a file stops the start and is named: file, model, key."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kiebot.catalog.model_rows import read_model, read_price
from kiebot.catalog.names import LOADER
from kiebot.catalog.rows import CatalogueFault, Row
from kiebot.catalog.schema import TYPES, Model, Parameter

MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True, slots=True)
class Override:
    """What the operator changed about a model; None leaves a thing as it is.

    `price` has the form of the files, but is in credits of this bot: it is what people pay.
    """

    enabled: bool = True
    reason: str = ""
    price: Mapping[str, Any] | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """Who does the work of a type. `nearest`: not this type, but the closest that there is; `model` is None when nothing is."""

    type: str
    model: Model | None
    nearest: bool = False


class Catalogue:
    """All known models, in the order of the files."""

    def __init__(self, models: Iterable[Model]) -> None:
        self.models = {model.id: model for model in models}

    def get(self, model_id: str) -> Model | None:
        """The model of this id, of whatever status."""
        return self.models.get(model_id)

    def of_type(self, model_type: str, include_hidden: bool = False) -> list[Model]:
        """The models that serve a type and may be offered, those made for it first. Hidden ones are current, yet in no menu."""
        current = [model for model in self.models.values() if model.status == "current" and model.serves(model_type)]
        allowed = [model for model in current if include_hidden or not model.hidden]
        return sorted(allowed, key=lambda model: model.type != model_type)

    def types(self) -> list[str]:
        """The types for which at least one model is offered."""
        offered = {each for model in self.models.values() if model.offered for each in (model.type, *model.also)}
        return [model_type for model_type in TYPES if model_type in offered]

    def default_for(self, model_type: str) -> Model | None:
        """The model that serves a type when nobody chose one."""
        offered = self.of_type(model_type)
        marked = (model for model in offered if model.default and model.type == model_type)
        return next(marked, offered[0] if offered else None)

    def served_by(self, model_type: str) -> Served:
        """Who does the work of a type: its default model, else a current one that is not in the menus, else the nearest."""
        found = self.default_for(model_type) or next(iter(self.of_type(model_type, include_hidden=True)), None)
        if found is not None:
            return Served(model_type, found)
        nearest = (model for model in self.models.values() if model.offered and model_type in model.nearest_for)
        found = next(nearest, None)
        return Served(model_type, found, nearest=found is not None)

    def overlaid(self, overrides: Mapping[str, Override], today: date | None = None) -> Catalogue:
        """The catalogue as the operator changed it, on a day: what was switched off or has ended is disabled."""
        day = today or datetime.now(UTC).date()
        return Catalogue(_overlaid(model, overrides.get(model.id, Override()), day) for model in self.models.values())


def _overlaid(model: Model, override: Override, today: date) -> Model:
    ends = override.ends or model.ends
    if override.price is not None:
        row = Row("override", model.id, "", {"price": dict(override.price)})
        model = replace(model, own_price=read_price(row, model.input))
    if not override.enabled:
        return replace(model, status="disabled", reason=override.reason or "switched off by the operator", ends=ends)
    if ends is not None and ends < today and model.status == "current":
        return replace(model, status="disabled", reason=f"ended on {ends}", ends=ends)
    return model if ends == model.ends else replace(model, ends=ends)


def load(folder: Path | None = None) -> Catalogue:
    """Read and check all files of a folder; without one the catalogue of this release. Raises CatalogueFault."""
    return _of_this_release() if folder is None else _read(folder)


@cache
def _of_this_release() -> Catalogue:
    """Read once in a process, with the garbage collector off: it would look through the growing catalogue again and again,
    for half of the time."""
    gc.disable()
    try:
        return _read(MODELS)
    finally:
        gc.enable()


def _read(folder: Path) -> Catalogue:
    found: dict[str, tuple[str, Model]] = {}
    defaults: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for model in _models(path):
            if model.id in found:
                raise CatalogueFault(path.name, model.id, "id", f"already in {found[model.id][0]}")
            if model.default and defaults.setdefault(model.type, model.id) != model.id:
                raise CatalogueFault(path.name, model.id, "default", f"of {model.type} is {defaults[model.type]} already")
            found[model.id] = path.name, model
    if not found:
        raise CatalogueFault(str(folder), "", "", "no models")
    models = [model for _, model in found.values()]
    return Catalogue(_with_makers(file, model, models) for file, model in found.values()).overlaid({})


def _with_makers(file: str, model: Model, models: Collection[Model]) -> Model:
    """Whoever goes on from others' work knows who does such work."""
    found: dict[str, Parameter] = {}
    for parameter in model.earlier:
        makers = {word: [each.id for each in models if each.work == word] for word in parameter.of}
        for word, ids in makers.items():
            if not ids:
                raise CatalogueFault(file, model.id, f"input.{parameter.name}.of", f"no model does the work {word!r}")
        found[parameter.name] = replace(parameter, makers=tuple(each for ids in makers.values() for each in ids))
    return replace(model, input={**model.input, **found}) if found else model


def _models(path: Path) -> Iterator[Model]:
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - one of the two safe loaders
    except yaml.YAMLError as exc:
        raise CatalogueFault(path.name, "", "", str(exc)) from exc
    if not isinstance(rows, list):
        raise CatalogueFault(path.name, "", "", "must be a list of models")
    for number, row in enumerate(rows, 1):
        yield read_model(path.name, row, number)
