"""The form of a model: what is asked in which order, and the complete input out of what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.catalog import names
from kiebot.catalog.schema import LANGUAGES, Model, Parameter

KINDS = ("choice", "toggle", "number", "text", "media", "items")
MOST_NUMBERS = 12  # so many whole numbers are offered as buttons


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `values` are for buttons; of a number or an open enum others may be typed. Limits: `parameter`."""

    name: str
    kind: str
    label: Mapping[str, str]
    values: tuple[Any, ...]
    default: Any
    required: bool
    advanced: bool
    parameter: Parameter

    def value_label(self, value: Any, language: str) -> str:
        """What the button of a value says."""
        return names.value_label(self.parameter, value, language)


def fields(model: Model) -> list[Field]:
    """The fields of a model: media, the prompt, the main parameters, the advanced ones."""
    found = [_field(parameter) for parameter in model.input.values()]
    return sorted(found, key=lambda field: _rank(model, field))


def _rank(model: Model, field: Field) -> int:
    if field.advanced:
        return 3
    return 0 if field.kind == "media" else 1 if field.name == model.prompt_parameter else 2


def _field(parameter: Parameter) -> Field:
    return Field(
        name=parameter.name,
        kind=_kind(parameter),
        label={language: names.label_of(parameter, language) for language in LANGUAGES},
        values=_values(parameter),
        default=parameter.default,
        required=parameter.required,
        advanced=parameter.advanced,
        parameter=parameter,
    )


def _kind(parameter: Parameter) -> str:
    if parameter.media:
        return "media"
    kinds = {"enum": "choice", "boolean": "toggle", "integer": "number", "number": "number", "array": "items"}
    return kinds.get(parameter.type, "text")


def _values(parameter: Parameter) -> tuple[Any, ...]:
    if parameter.type == "boolean":
        return (True, False)
    if parameter.type in ("integer", "number"):
        return _numbers(parameter)
    return parameter.values


def _numbers(parameter: Parameter) -> tuple[Any, ...]:
    """All whole numbers of a short range; of a long one the ends and the default."""
    low, high, step = parameter.min, parameter.max, parameter.multiple_of or 1
    if low is None or high is None:
        return tuple(value for value in (parameter.default,) if value is not None)
    whole = parameter.type == "integer" or step >= 1
    if whole and low == int(low) and (high - low) / step < MOST_NUMBERS:
        between: list[float] = [int(low + number * step) for number in range(int((high - low) / step) + 1)]
    else:
        between = sorted({low, high, low if parameter.default is None else parameter.default})
    return (*parameter.also_allowed, *between)


def complete(model: Model, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The input for what was chosen: that, and every default that does not get in the way of a rule.

    Plain words or media in the place of objects become objects: a line of words is one item, its other properties by default.
    """
    given = {name: _filled(model, name, value) for name, value in chosen.items() if value not in (None, "", [])}
    touchy = _touchy(model)
    defaults = {
        name: parameter.default
        for name, parameter in model.input.items()
        if parameter.default is not None and name not in given and name not in touchy
    }
    return {**defaults, **given}


def _touchy(model: Model) -> set[str]:
    """Parameters whose mere presence matters to a rule: sent only when somebody chose them."""
    found: set[str] = set()
    for rule in model.rules:
        if rule.kind == "requires":
            found.update(rule.when)
        elif rule.kind in ("one_of", "exclusive"):
            found.update(rule.names, *rule.groups)
    return found


def _filled(model: Model, name: str, value: Any) -> Any:
    parameter = model.input.get(name)
    if parameter is None or parameter.type != "array":
        return value
    if isinstance(value, str):
        value = [line for line in value.splitlines() if line.strip()] if not parameter.media else [value]
    if parameter.items != "object" or not isinstance(value, list):
        return value
    return [_object(parameter, item) for item in value]


def _object(parameter: Parameter, item: Any) -> Any:
    main = parameter.main_property
    if isinstance(item, str) and main is not None:
        item = {main.name: item}
    if not isinstance(item, dict):
        return item
    needed = (each for each in parameter.item_properties.values() if each.required and each.default is not None)
    return {**{each.name: each.default for each in needed}, **item}
