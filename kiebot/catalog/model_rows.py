"""From rows to models: parameters, prices and rules, each checked against the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from sys import intern
from typing import Any

from kiebot.catalog import schema
from kiebot.catalog.rows import Row
from kiebot.catalog.schema import LANGUAGES, PRESENT, Extra, Model, Parameter, Price, Rule, Tier
from kiebot.catalog.validation import check_value

REQUIRED = ("id", "label", "about", "emoji", "vendor", "family", "type", "output", "provider", "status", "price", "input")
NOT_IN_FILES = ("prompt_parameter", "own_price")
KEYS = ("prompt", *(field.name for field in fields(Model) if field.name not in NOT_IN_FILES))
PARAMETER_KEYS = tuple(field.name for field in fields(Parameter) if field.name not in ("name", "makers"))
PRICE_KEYS = ("unit", "units", "assumed", "count", "credits", "tiers", "extra", "as_of")
BELONGS = {  # a key of a parameter that has a sense only for some types
    "values": ("enum",),
    "strict": ("enum",),
    "min": ("integer", "number"),
    "max": ("integer", "number"),
    "also_allowed": ("integer", "number"),
    "multiple_of": ("integer", "number"),
    "min_length": ("string", "array"),
    "max_length": ("string", "array"),
    "format": ("string",),
    "items": ("array",),
    "item_properties": ("array",),
    "min_items": ("array",),
    "max_items": ("array",),
    "accept": ("string", "array"),
    "max_mb": ("string", "array"),
    "of": ("string",),
}
ABOUT_LENGTH = 90


def read_model(file: str, value: Any, number: int) -> Model:
    """The model of one row. Raises CatalogueFault."""
    name = str(value.get("id", f"model {number}")) if isinstance(value, dict) else f"model {number}"
    row = Row(file, name, "", value)
    row.check_keys(KEYS, REQUIRED)
    inputs = row.below("input", row.values["input"])
    parameters = {str(name): read_parameter(inputs, str(name)) for name in inputs.values}
    output = row.word("output", schema.OUTPUTS)
    status = row.word("status", schema.STATUSES)
    if (status != "current" or row.flag("hidden")) and not row.text("reason"):
        raise row.fault("reason", "is missing: why is it not offered")
    return Model(
        id=row.text("id"),
        label=row.both_languages("label", LANGUAGES),
        about=_about(row),
        emoji=row.text("emoji"),
        vendor=row.text("vendor"),
        family=row.text("family"),
        type=row.word("type", schema.TYPES),
        output=output,
        provider=row.text("provider"),
        status=status,
        price=read_price(row, parameters),
        input=parameters,
        prompt_parameter=_prompt(row, parameters),
        deadline_s=row.count("deadline_s", 1) or schema.DEADLINES_S[output],
        work=row.text("work"),
        rules=tuple(rule for number, _ in enumerate(row.entries("rules")) for rule in read_rules(row, number, parameters)),
        also=row.words("also", schema.TYPES),
        nearest_for=row.words("nearest_for", schema.ORDERED_TYPES),
        reason=row.text("reason"),
        hidden=row.flag("hidden"),
        default=row.flag("default"),
        ends=_ends(row),
        speed_s=row.count("speed_s", 1),
    )


def _about(row: Row) -> Mapping[str, str]:
    about = row.both_languages("about", LANGUAGES)
    for language, words in about.items():
        if len(words) > ABOUT_LENGTH or "\n" in words:
            raise row.fault(f"about.{language}", f"must be one line of at most {ABOUT_LENGTH} characters")
    return about


def _prompt(row: Row, parameters: Mapping[str, Parameter]) -> str | None:
    if "prompt" not in row.values:
        return "prompt" if "prompt" in parameters else None
    name = None if row.values["prompt"] is None else row.parameter("prompt", parameters)
    if name is not None and not parameters[name].takes_words:
        raise row.fault("prompt", f"{name} takes no words")
    return name


def _ends(row: Row) -> date | None:
    ends = row.values.get("ends")
    if ends is not None and type(ends) is not date:
        raise row.fault("ends", "must be a date as 2026-12-31")
    return ends


def read_parameter(above: Row, name: str) -> Parameter:
    """One parameter of an input, or one property of the objects in an array."""
    row = above.below(name, above.values[name])
    row.check_keys(PARAMETER_KEYS, ["type"])
    kind = row.word("type", schema.PARAMETER_TYPES)
    for key, types in BELONGS.items():
        if key in row.values and kind not in types:
            raise row.fault(key, f"belongs to {' or '.join(types)}")
    items = row.word("items", schema.ITEM_TYPES)
    parameter = Parameter(
        name=intern(name),
        type=intern(kind),
        required=row.flag("required"),
        default=row.values.get("default"),
        values=_values(row, kind),
        strict=row.flag("strict", True),
        min=row.number("min"),
        max=row.number("max"),
        also_allowed=tuple(row.entries("also_allowed")),
        multiple_of=row.number("multiple_of"),
        min_length=row.count("min_length"),
        max_length=row.count("max_length", 1),
        format=row.word("format", schema.FORMATS),
        items=items,
        item_properties=_properties(row, items),
        min_items=row.count("min_items"),
        max_items=row.count("max_items", 1),
        accept=row.texts("accept"),
        max_mb=row.number("max_mb"),
        of=row.texts("of"),
        as_before=row.flag("as_before"),
        advanced=row.flag("advanced"),
        label=row.both_languages("label", LANGUAGES) if "label" in row.values else schema.NOTHING,
    )
    _check_limits(row, parameter)
    return parameter


def _values(row: Row, kind: str) -> tuple[Any, ...]:
    values = tuple(row.entries("values"))
    if kind == "enum" and not values:
        raise row.fault("values", "is missing")
    for value in values:
        if not isinstance(value, str | int | float):
            raise row.fault("values", f"{value!r} is neither text nor number")
    if len({(type(value), value) for value in values}) != len(values):
        raise row.fault("values", "names a value twice")
    return tuple(intern(value) if isinstance(value, str) else value for value in values)


def _properties(row: Row, items: str) -> Mapping[str, Parameter]:
    if row.values["type"] == "array" and not items:
        raise row.fault("items", "is missing")
    if (items == "object") != bool(row.values.get("item_properties")):
        raise row.fault("item_properties", "belongs to items: object, which needs it")
    if items != "object":
        return schema.NOTHING
    properties = row.below("item_properties", row.values["item_properties"])
    return {str(name): read_parameter(properties, str(name)) for name in properties.values}


def _check_limits(row: Row, parameter: Parameter) -> None:
    for low, high in (("min", "max"), ("min_length", "max_length"), ("min_items", "max_items")):
        smallest, largest = getattr(parameter, low), getattr(parameter, high)
        if smallest is not None and largest is not None and smallest > largest:
            raise row.fault(low, f"is above {high}")
    if parameter.multiple_of is not None and parameter.multiple_of <= 0:
        raise row.fault("multiple_of", "must be above 0")
    if (parameter.accept or parameter.max_mb) and not parameter.media:
        raise row.fault("accept" if parameter.accept else "max_mb", "belongs to media")
    if parameter.of and parameter.format not in schema.EARLIER:
        raise row.fault("of", f"belongs to format: {' or '.join(schema.EARLIER)}")
    if parameter.default is not None:
        for error in check_value(parameter, parameter.default):
            raise row.fault("default", error.message)


def read_price(row: Row, parameters: Mapping[str, Parameter]) -> Price | None:
    """The price of a model, or None when it is not known."""
    if row.values["price"] is None:
        return None
    price = row.below("price", row.values["price"])
    price.check_keys(PRICE_KEYS, ["unit"])
    return Price(
        unit=price.word("unit", schema.PRICE_UNITS),
        tiers=_tiers(price, parameters),
        units=_units(price, parameters),
        assumed=_decimal(price, "assumed") if "assumed" in price.values else None,
        count=price.parameter("count", parameters) if "count" in price.values else "",
        extra=_extras(price, parameters),
        as_of=str(price.values.get("as_of", "")),
    )


def _tiers(price: Row, parameters: Mapping[str, Parameter]) -> tuple[Tier, ...]:
    if ("credits" in price.values) == ("tiers" in price.values):
        raise price.fault("credits", "exactly one of credits and tiers is needed")
    if "credits" in price.values:
        return (Tier({}, _decimal(price, "credits")),)
    rows = [price.below(f"tiers[{number}]", value) for number, value in enumerate(price.entries("tiers"))]
    if not rows:
        raise price.fault("tiers", "is empty")
    return tuple(_tier(row, parameters) for row in rows)


def _tier(row: Row, parameters: Mapping[str, Parameter]) -> Tier:
    row.check_keys(("when", "credits"), ["credits"])
    return Tier(row.conditions("when", parameters) if "when" in row.values else {}, _decimal(row, "credits"))


def _units(price: Row, parameters: Mapping[str, Parameter]) -> str:
    units = price.text("units")
    name = units.removeprefix("characters:")
    if units and units != "media" and name not in parameters:
        raise price.fault("units", f"{name!r} is no parameter of this model")
    if units == "media" and "assumed" not in price.values:
        raise price.fault("assumed", "is missing: the longest media that the model takes")
    return units


def _extras(price: Row, parameters: Mapping[str, Parameter]) -> tuple[Extra, ...]:
    """One extra, or a list where several parameters cost more."""
    value = price.values.get("extra", [])
    rows = [price.below("extra", each) for each in (value if isinstance(value, list) else [value])]
    for row in rows:
        row.check_keys(("parameter", "credits", "free"), ("parameter", "credits"))
    return tuple(Extra(row.parameter("parameter", parameters), _decimal(row, "credits"), row.count("free") or 0) for row in rows)


def _decimal(row: Row, name: str) -> Decimal:
    value = row.number(name, 0)
    if value is None:
        raise row.fault(name, "must be a number")
    return Decimal(str(value))


def read_rules(row: Row, number: int, parameters: Mapping[str, Parameter]) -> list[Rule]:
    """The rules of one row of `rules`; `requires` is one rule for each parameter that needs others."""
    rule = row.below(f"rules[{number}]", row.entries("rules")[number])
    rule.check_keys(("any_of", "one_of", "exclusive", "requires", "required_if", "forbid"))
    if len(rule.values) != 1:
        raise rule.fault("", "must be exactly one rule")
    (kind,) = rule.values
    if kind in ("any_of", "one_of"):
        return [Rule(kind, names=_names(rule, kind, parameters))]
    if kind == "exclusive":
        groups = {str(number): value for number, value in enumerate(rule.entries(kind))}
        if len(groups) < 2:
            raise rule.fault(kind, "needs at least two groups")
        inner = rule.below(kind, groups)
        return [Rule(kind, groups=tuple(_names(inner, key, parameters) for key in groups))]
    if kind == "requires":
        inner = rule.below(kind, rule.values[kind])
        for name in inner.values:
            if name not in parameters:
                raise inner.fault(str(name), "is no parameter of this model")
        return [Rule(kind, names=_names(inner, name, parameters), when={name: PRESENT}) for name in inner.values]
    if kind == "forbid":
        return [Rule(kind, when=rule.conditions(kind, parameters))]
    inner = rule.below(kind, rule.values[kind])
    inner.check_keys(("parameter", "when"), ("parameter", "when"))
    return [Rule(kind, names=_names(inner, "parameter", parameters), when=inner.conditions("when", parameters))]


def _names(row: Row, key: str, parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    value = row.values[key]
    names = value if isinstance(value, list) else [value]
    for name in names:
        if name not in parameters:
            raise row.fault(key, f"{name!r} is no parameter of this model")
    if not names:
        raise row.fault(key, "is empty")
    return tuple(names)
