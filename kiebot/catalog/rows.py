"""Rows of the files, checked key by key: a mistake is named by file, model and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kiebot.catalog.schema import ABSENT, PRESENT, Parameter, same
from kiebot.errors import OperatorFault


class CatalogueFault(OperatorFault):
    """A file of the catalogue is wrong."""

    def __init__(self, file: str, model: str, key: str, problem: str) -> None:
        super().__init__(": ".join(part for part in (file, model, key, problem) if part))


class Row:
    """A table of keys, and where it stands. Each reader checks one kind of value or raises CatalogueFault."""

    def __init__(self, file: str, model: str, key: str, value: Any) -> None:
        self.file, self.model, self.key = file, model, key
        if not isinstance(value, dict):
            raise self.fault("", "must be a table of keys")
        self.values: dict[str, Any] = value

    def fault(self, name: str, problem: str) -> CatalogueFault:
        return CatalogueFault(self.file, self.model, self._path(name), problem)

    def below(self, name: str, value: Any) -> Row:
        """A table inside this one."""
        return Row(self.file, self.model, self._path(name), value)

    def check_keys(self, known: Iterable[str], required: Iterable[str] = ()) -> None:
        for name in self.values:
            if name not in known:
                raise self.fault(str(name), "unknown key")
        for name in required:
            if name not in self.values:
                raise self.fault(name, "is missing")

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str) or (name in self.values and not value.strip()):
            raise self.fault(name, "must be a text")
        return value

    def word(self, name: str, words: Iterable[str], default: str = "") -> str:
        value = self.text(name, default)
        if name in self.values and value not in words:
            raise self.fault(name, f"must be one of {', '.join(words)}")
        return value

    def words(self, name: str, words: Iterable[str]) -> tuple[str, ...]:
        for value in self.entries(name):
            if value not in words:
                raise self.fault(name, f"must be a list out of {', '.join(words)}")
        return tuple(self.entries(name))

    def entries(self, name: str) -> list[Any]:
        value = self.values.get(name, [])
        if not isinstance(value, list):
            raise self.fault(name, "must be a list")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        if not all(isinstance(value, str) and value for value in self.entries(name)):
            raise self.fault(name, "must be a list of texts")
        return tuple(self.entries(name))

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self.fault(name, "must be true or false")
        return value

    def number(self, name: str, low: float | None = None) -> float | int | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
            raise self.fault(name, "must be a number")
        if low is not None and value < low:
            raise self.fault(name, f"must be at least {low:g}")
        return value

    def count(self, name: str, low: int = 0) -> int | None:
        value = self.number(name, low)
        if isinstance(value, float):
            raise self.fault(name, "must be a whole number")
        return value

    def both_languages(self, name: str, languages: Iterable[str]) -> Mapping[str, str]:
        row = self.below(name, self.values[name])
        row.check_keys(languages, languages)
        return {language: row.text(language) for language in languages}

    def conditions(self, name: str, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
        """parameter: value, list of values, present, absent or null (absent). Each value must be one that the parameter takes."""
        row = self.below(name, self.values[name])
        return {parameter: row.condition(str(parameter), parameters) for parameter in row.values}

    def condition(self, name: str, parameters: Mapping[str, Parameter]) -> Any:
        if name not in parameters:
            raise self.fault(name, "is no parameter of this model")
        value = self.values[name]
        if value is None or value in (PRESENT, ABSENT):
            return value or ABSENT
        wanted = tuple(value) if isinstance(value, list) else (value,)
        for each in wanted:
            if not _can_be(parameters[name], each):
                raise self.fault(name, f"is never {each!r}")
        return wanted

    def parameter(self, name: str, parameters: Mapping[str, Parameter]) -> str:
        """The name of a parameter of this model."""
        if self.values[name] not in parameters:
            raise self.fault(name, f"{self.values[name]!r} is no parameter of this model")
        return str(self.values[name])

    def _path(self, name: str) -> str:
        return ".".join(part for part in (self.key, name) if part)


def _can_be(parameter: Parameter, value: Any) -> bool:
    if parameter.type == "enum":
        return any(same(value, each) for each in parameter.values) or not parameter.strict
    if parameter.type == "boolean":
        return isinstance(value, bool)
    if parameter.type in ("integer", "number"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return parameter.type == "string" and isinstance(value, str)
