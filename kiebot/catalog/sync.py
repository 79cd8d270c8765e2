"""What differs between the catalogue and what the provider lists now.

The catalogue knows more than OpenAPI says: limits out of the pages' prose, defaults of ours, parameters that are required only in
some cases. What the provider does not mention is therefore no difference; what it says otherwise is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.catalog.loading import Catalogue
from kiebot.catalog.openapi import Listed
from kiebot.catalog.schema import TYPES, Model, Parameter, same

CONDITIONAL = ("any_of", "one_of", "required_if")
LIMITS = ("min", "max", "multiple_of", "min_length", "max_length", "min_items", "max_items")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `grave`: orders may be refused or do something else; what is not grave is told by `sync` only.

    kind: new_model, gone_model, listed_again, no_schema, new_parameter, gone_parameter, changed. `parameter` of something inside
    the items of an array is written shots[].duration; `key` is the key of the catalogue that changed.
    """

    model: str
    kind: str
    parameter: str = ""
    key: str = ""
    ours: Any = None
    theirs: Any = None
    grave: bool = True

    def __str__(self) -> str:
        about = f"{self.model}: {self.kind.replace('_', ' ')}"
        if self.key:
            return f"{about} {self.parameter}.{self.key}: {_shown(self.ours)} is now {_shown(self.theirs)}"
        return f"{about} {self.parameter}".rstrip()


def compare(catalogue: Catalogue, listed: Iterable[Listed], provider: str = "kie") -> list[Difference]:
    """All differences, model by model: first what the catalogue has, then what is new."""
    theirs = {each.id: each for each in listed}
    ours = {model.id: model for model in catalogue.models.values() if model.provider == provider}
    found: list[Difference] = []
    for model in ours.values():
        found += _of_model(model, theirs.get(model.id))
    return found + [_new(each) for name, each in theirs.items() if name not in ours]


def _new(listed: Listed) -> Difference:
    """A model whose type is none of ours (a chat model has another door) is worth a word, but nothing that we lack."""
    return Difference(listed.id, "new_model", grave=any(each in TYPES for each in listed.types))


def _of_model(model: Model, listed: Listed | None) -> Iterator[Difference]:
    if model.status != "current":
        if listed is not None and model.status in ("unlisted", "paused"):
            yield Difference(model.id, "listed_again", grave=False)
    elif listed is None:
        yield Difference(model.id, "gone_model")
    elif listed.input is None:
        yield Difference(model.id, "no_schema", grave=False)
    else:
        conditional = {name for rule in model.rules if rule.kind in CONDITIONAL for name in rule.names}
        yield from _of_input(model.id, model.input, listed.input, conditional)


def _of_input(
    model: str, ours: Mapping[str, Parameter], theirs: Mapping[str, Parameter], conditional: set[str], trail: str = ""
) -> Iterator[Difference]:
    for name in (*ours, *(name for name in theirs if name not in ours)):
        path = trail + name
        if name not in theirs:
            yield Difference(model, "gone_parameter", path)
        elif name not in ours:
            yield Difference(model, "new_parameter", path)
        else:
            for key, mine, other, grave in _of_parameter(ours[name], theirs[name], name in conditional):
                yield Difference(model, "changed", path, key, mine, other, grave)
            if ours[name].item_properties and theirs[name].item_properties:
                inner = ours[name].item_properties, theirs[name].item_properties
                yield from _of_input(model, *inner, set(), path + "[].")


def _of_parameter(ours: Parameter, theirs: Parameter, conditional: bool) -> Iterator[tuple[str, Any, Any, bool]]:
    """key, our value, theirs, and whether it is grave."""
    if wire_type(ours) != wire_type(theirs):
        yield "type", wire_type(ours), wire_type(theirs), True
        return
    if ours.required != theirs.required and not (theirs.required and conditional):
        yield "required", ours.required, theirs.required, True
    if not _same_values(ours, theirs):
        yield "values", list(ours.values) or None, list(theirs.values) or None, ours.strict
    if ours.default is not None and theirs.default is not None and not same(ours.default, theirs.default):
        yield "default", ours.default, theirs.default, False
    for key in LIMITS:
        mine, other = getattr(ours, key), getattr(theirs, key)
        if other is not None and mine != other and not _says_the_same(ours, key, other):
            yield key, mine, other, False


def _says_the_same(ours: Parameter, key: str, limit: Any) -> bool:
    """A required list has an item anyway, and a lone 0 below our minimum is allowed by us as an exception."""
    return limit in ours.also_allowed or (key == "min_items" and ours.required and limit == (ours.min_items or 1))


def wire_type(parameter: Parameter) -> str:
    """What a value is in JSON."""
    if parameter.type != "enum":
        return f"array of {_item_type(parameter)}" if parameter.type == "array" else parameter.type
    if all(isinstance(value, str) for value in parameter.values):
        return "string"
    return "integer" if all(isinstance(value, int) for value in parameter.values) else "number"


def _item_type(parameter: Parameter) -> str:
    return "string" if parameter.url_format else parameter.items


def _same_values(ours: Parameter, theirs: Parameter) -> bool:
    if not ours.strict and not theirs.values:  # our suggestions for what takes any value
        return True
    return {(type(value), value) for value in ours.values} == {(type(value), value) for value in theirs.values}


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)
