"""What an input costs at the provider, before it is sent. 1 credit of KIE = 0.005 USD; prices for people are whole credits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from kiebot.catalog.schema import Extra, Model, Parameter, Price, Tier, holds, is_given

CHARACTERS = "characters:"


@dataclass(frozen=True, slots=True)
class FromPrice:
    """The lowest price for a menu: whole credits for the smallest order, and credits for one unit."""

    credits: int
    unit: str
    unit_credits: Decimal


def price_of(model: Model, given: Mapping[str, Any], media_s: float | None = None) -> int | None:
    """Whole credits, rounded up; None when the price is not known."""
    credits = provider_credits(model, given, media_s)
    return None if credits is None else math.ceil(credits)


def provider_credits(model: Model, given: Mapping[str, Any], media_s: float | None = None) -> Decimal | None:
    """The provider's credits for an input; None when unknown. `media_s`: the seconds of the media that are given."""
    price = model.price
    if price is None:
        return None
    tier = next((each for each in price.tiers if holds(each.when, given, model.input)), None)
    units = _units(price, model.input, given, media_s)
    if tier is None or units is None:
        return None
    extras = sum((_extra(each, given) for each in price.extra), Decimal(0))
    return tier.credits * units * _count(price, model.input, given) + extras


def from_price(model: Model) -> FromPrice | None:
    """The lowest price of a model; None when the price is not known."""
    price = model.price
    if price is None:
        return None
    cheapest = min(math.ceil(tier.credits * _fewest_units(price, tier, model.input)) for tier in price.tiers)
    return FromPrice(cheapest, price.unit, min(tier.credits for tier in price.tiers))


def _units(price: Price, parameters: Mapping[str, Parameter], given: Mapping[str, Any], media_s: float | None) -> Decimal | None:
    if not price.units:
        return price.assumed or Decimal(1)
    if price.units == "media":
        return Decimal(math.ceil(media_s)) if media_s else price.assumed
    name = price.units.removeprefix(CHARACTERS)
    value = given[name] if is_given(given, name) else parameters[name].default
    if price.units.startswith(CHARACTERS):
        return Decimal(_characters(value)) / 1000 if value is not None else price.assumed
    return _positive(value) or price.assumed


def _count(price: Price, parameters: Mapping[str, Parameter], given: Mapping[str, Any]) -> Decimal:
    if not price.count:
        return Decimal(1)
    value = given.get(price.count, parameters[price.count].default)
    return _positive(len(value) if isinstance(value, list) else value) or Decimal(1)


def _extra(extra: Extra, given: Mapping[str, Any]) -> Decimal:
    if not is_given(given, extra.parameter):
        return Decimal(0)
    value = given[extra.parameter]
    return max((len(value) if isinstance(value, list) else 1) - extra.free, 0) * extra.credits


def _positive(value: Any) -> Decimal | None:
    """5, 5.0 and "5" as a number; None for what is no number of units: -1 (automatic), "auto", nothing."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _characters(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(_characters(each) for each in value.values())
    if isinstance(value, list | tuple):
        return sum(_characters(each) for each in value)
    return len(value) if isinstance(value, str) else 0


def _fewest_units(price: Price, tier: Tier, parameters: Mapping[str, Parameter]) -> Decimal:
    if not price.units:
        return price.assumed or Decimal(1)
    parameter = parameters.get(price.units)
    if parameter is None:  # seconds of media or characters: a price for one unit says more than one for nothing
        return Decimal(1)
    wanted = tier.when.get(parameter.name)
    values = wanted if isinstance(wanted, tuple) else parameter.values or (parameter.min, parameter.default)
    return min((found for value in values if (found := _positive(value))), default=price.assumed or Decimal(1))
