"""The rules between parameters: which of them an input breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.catalog.schema import Model, Rule, holds, is_given


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken rule. `field` is what the person should change, `names` are all parameters that the sentence is about."""

    code: str
    field: str
    names: tuple[str, ...]


def broken_rules(model: Model, given: Mapping[str, Any]) -> Iterator[Broken]:
    """The rules that an input breaks, in the order of the catalogue."""
    for rule in model.rules:
        if rule.kind in ("any_of", "one_of"):
            yield from _counted(rule, given)
        elif rule.kind == "exclusive":
            yield from _mixed(rule, given)
        elif not holds(rule.when, given, model.input):
            continue
        elif rule.kind == "forbid":
            yield Broken(rule.kind, _first_given(rule, given), tuple(rule.when))
        else:
            yield from (Broken(rule.kind, name, tuple(rule.when)) for name in rule.names if not is_given(given, name))


def _counted(rule: Rule, given: Mapping[str, Any]) -> Iterator[Broken]:
    present = [name for name in rule.names if is_given(given, name)]
    if not present:
        yield Broken(rule.kind, rule.names[0], rule.names)
    elif rule.kind == "one_of" and len(present) > 1:
        yield Broken(rule.kind, present[1], rule.names)


def _mixed(rule: Rule, given: Mapping[str, Any]) -> Iterator[Broken]:
    present = [found for group in rule.groups if (found := [name for name in group if is_given(given, name)])]
    if len(present) > 1:
        yield Broken(rule.kind, present[1][0], tuple(name for found in present for name in found))


def _first_given(rule: Rule, given: Mapping[str, Any]) -> str:
    return next((name for name in rule.when if is_given(given, name)), next(iter(rule.when)))
