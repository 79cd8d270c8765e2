"""Loading the catalogue. A mistake in a file stops the start and is named: file, model, key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import yaml

from kiebot.catalog.schema import OUTPUTS, PROMPT, STATUSES, TYPES, Model, Parameter, Price, check_value
from kiebot.errors import OperatorFault

MODELS = Path(__file__).parent / "models"
LANGUAGES = ("ru", "en")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is 10 times faster, but not in every build


class CatalogueFault(OperatorFault):
    """A file of the catalogue is wrong."""

    def __init__(self, file: str, model: str, key: str, problem: str) -> None:
        super().__init__(": ".join(part for part in (file, model, key, problem) if part))


class Catalogue:
    """All known models, in the order of the files."""

    def __init__(self, models: Iterable[Model]) -> None:
        self.models = {model.id: model for model in models}

    def get(self, model_id: str) -> Model | None:
        """The model of this id, of whatever status."""
        return self.models.get(model_id)

    def of_type(self, model_type: str) -> list[Model]:
        """The models of a type that may be offered."""
        return [model for model in self.models.values() if model.type == model_type and model.status == "current"]

    def default_for(self, model_type: str) -> Model | None:
        """The model that serves a type when nobody chose one."""
        offered = self.of_type(model_type)
        return next((model for model in offered if model.default), offered[0] if offered else None)


def load(folder: Path = MODELS) -> Catalogue:
    """Read and check all files of the catalogue. Raises CatalogueFault."""
    found: dict[str, tuple[str, Model]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for model in _models(path):
            if model.id in found:
                raise CatalogueFault(path.name, model.id, "id", f"already in {found[model.id][0]}")
            found[model.id] = path.name, model
    if not found:
        raise CatalogueFault(str(folder), "", "", "no models")
    return Catalogue(model for _, model in found.values())


def _models(path: Path) -> Iterator[Model]:
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - one of the two safe loaders
    except yaml.YAMLError as exc:
        raise CatalogueFault(path.name, "", "", str(exc)) from exc
    if not isinstance(rows, list):
        raise CatalogueFault(path.name, "", "", "must be a list of models")
    for number, row in enumerate(rows, 1):
        yield _Row(path.name, row, number).model()


class _Row:
    """One model as written, and where it stands."""

    def __init__(self, file: str, row: Any, number: int) -> None:
        self.file = file
        self.name = str(row.get("id", f"model {number}")) if isinstance(row, dict) else f"model {number}"
        self.row: dict[str, Any] = self._mapping("", row)

    def model(self) -> Model:
        self._check_keys("", self.row, Model)
        self._check_words()
        parameters = {name: self._parameter(str(name), row) for name, row in self._mapping("input", self.row["input"]).items()}
        if PROMPT not in parameters:
            raise self._fault(f"input.{PROMPT}", "is missing")
        row = {**self.row, "price": self._price(), "input": parameters}
        return Model(**row)

    def _check_words(self) -> None:
        for key in ("id", "emoji", "vendor", "type", "provider"):
            if not isinstance(self.row[key], str) or not self.row[key]:
                raise self._fault(key, "must be a text")
        for key, words in (("status", STATUSES), ("output", OUTPUTS)):
            if self.row[key] not in words:
                raise self._fault(key, f"must be one of {', '.join(words)}")
        for language in LANGUAGES:
            if not self._mapping("label", self.row["label"]).get(language):
                raise self._fault(f"label.{language}", "is missing")
        if not _is_count(self.row["deadline_s"]) or self.row["deadline_s"] < 1:
            raise self._fault("deadline_s", "must be whole seconds")

    def _price(self) -> Price:
        row = self._mapping("price", self.row["price"])
        self._check_keys("price", row, Price)
        if not _is_count(row["credits"]):
            raise self._fault("price.credits", "must be whole credits")
        return Price(**row)

    def _parameter(self, name: str, row: Any) -> Parameter:
        key = f"input.{name}"
        row = {"name": name, **self._mapping(key, row)}
        self._check_keys(key, row, Parameter)
        if row["type"] not in TYPES:
            raise self._fault(f"{key}.type", f"must be one of {', '.join(TYPES)}")
        if (row["type"] == "enum") != bool(row.get("values")):
            raise self._fault(f"{key}.values", "belong to an enum, and an enum needs them")
        parameter = Parameter(**{**row, "values": tuple(row.get("values", ()))})
        for error in check_value(parameter, parameter.default) if parameter.default is not None else ():
            raise self._fault(f"{key}.default", error.message)
        return parameter

    def _check_keys(self, key: str, row: Mapping[str, Any], shape: type[Model] | type[Parameter] | type[Price]) -> None:
        known = {field.name: field.default is MISSING for field in fields(shape)}
        for name in row:
            if name not in known:
                raise self._fault(_join(key, str(name)), "unknown key")
        for name, required in known.items():
            if required and name not in row:
                raise self._fault(_join(key, name), "is missing")

    def _mapping(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._fault(key, "must be a table of keys")
        return value

    def _fault(self, key: str, problem: str) -> CatalogueFault:
        return CatalogueFault(self.file, self.name, key, problem)


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
