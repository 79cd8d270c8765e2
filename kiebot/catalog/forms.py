"""The form of a model: what is asked in which order, and the complete input out of what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.catalog import names
from kiebot.catalog.rules import broken_rules
from kiebot.catalog.schema import EARLIER, LANGUAGES, PRESENT, Model, Parameter

KINDS = ("choice", "toggle", "number", "text", "media", "items", "earlier")
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
    """The fields of a model: media and earlier work, the prompt, the main parameters, the advanced ones."""
    found = [_field(parameter) for parameter in model.input.values()]
    return sorted(found, key=lambda field: _rank(model, field))


def _rank(model: Model, field: Field) -> int:
    if field.advanced:
        return 3
    return 0 if field.kind in ("media", "earlier") else 1 if field.name == model.prompt_parameter else 2


def _field(parameter: Parameter) -> Field:
    return Field(
        name=parameter.name,
        kind=_kind(parameter),
        label={language: names.label_of(parameter, language) for language in LANGUAGES},
        values=_values(parameter),
        default=suggested(parameter),
        required=parameter.required,
        advanced=parameter.advanced,
        parameter=parameter,
    )


def _kind(parameter: Parameter) -> str:
    if parameter.media:
        return "media"
    if parameter.format in EARLIER:
        return "earlier"
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
    low, high, step = parameter.min, parameter.max, parameter.multiple_of or (1 if parameter.type == "integer" else 0)
    if low is None or high is None:
        return tuple(value for value in (parameter.default,) if value is not None)
    if step >= 1 and (high - low) / step < MOST_NUMBERS:
        between: list[float] = [int(low + number * step) for number in range(int((high - low) / step) + 1)]
    else:
        between = sorted({low, high, low if parameter.default is None else parameter.default})
    return (*parameter.also_allowed, *between)


def complete(model: Model, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The input for what was chosen: that, and what is suggested for the rest unless it gets in the way of a rule.

    Plain words or media in the place of objects become objects: a line of words is one item, its other properties by default.
    """
    given = {name: _filled(model, name, value) for name, value in chosen.items() if value not in (None, "", [])}
    touchy = _touchy(model)
    open_ones = {each.name: suggested(each) for each in model.input.values() if each.name not in given}
    suggestions = {name: value for name, value in open_ones.items() if value is not None}
    full = {**{name: value for name, value in suggestions.items() if name not in touchy}, **given}
    for name in sorted(touchy & suggestions.keys()):
        more = {**full, name: suggestions[name]}
        if _broken(model, more) < _broken(model, full):
            full = more
    return full


def _broken(model: Model, given: Mapping[str, Any]) -> int:
    return sum(1 for _ in broken_rules(model, given))


def suggested(parameter: Parameter) -> Any:
    """What a parameter is when nobody chose: its default; the first choice where one must be made; None to leave it out."""
    if parameter.default is not None or not parameter.required:
        return parameter.default
    return parameter.values[0] if parameter.type == "enum" else False if parameter.type == "boolean" else None


def _touchy(model: Model) -> set[str]:
    """Parameters whose mere presence can break a rule: suggested only where that mends another one."""
    found: set[str] = set()
    for rule in model.rules:
        found.update(name for name, wanted in rule.when.items() if wanted == PRESENT)
        if rule.kind in ("one_of", "exclusive"):
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
