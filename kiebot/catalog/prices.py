"""What an input costs by a price of the catalogue. The catalogue's own prices are the provider's: 1 credit of KIE = 0.005 USD.

What people pay comes out of it in services/pricing.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from kiebot.catalog.schema import Extra, Model, Parameter, Price, Tier, holds, is_given
from kiebot.catalog.validation import FILE, MediaFacts

CHARACTERS = "characters:"
MEDIA = "media"
SECONDS_KINDS = ("video", "audio")  # media that have a length
LINKS = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Lowest:
    """The smallest order, and one unit, in exact credits of the price."""

    credits: Decimal
    unit: str
    unit_credits: Decimal


def provider_credits(model: Model, given: Mapping[str, Any], media_s: float | None = None) -> Decimal | None:
    """The provider's credits for an input; None when unknown. `media_s`: the seconds of the media that are given."""
    return None if model.price is None else amount(model.price, model.input, given, media_s)


def amount(
    price: Price, parameters: Mapping[str, Parameter], given: Mapping[str, Any], media_s: float | None = None
) -> Decimal | None:
    """What a price says of an input; None when it says nothing of such a one."""
    tier = next((each for each in price.tiers if holds(each.when, given, parameters)), None)
    units = _units(price, parameters, given, media_s)
    if tier is None or units is None:
        return None
    extras = sum((_extra(each, given) for each in price.extra), Decimal(0))
    return tier.credits * units * _count(price, parameters, given) + extras


def lowest(price: Price, parameters: Mapping[str, Parameter]) -> Lowest:
    """The least that a price asks for."""
    cheapest = min(tier.credits * _fewest_units(price, tier, parameters) for tier in price.tiers)
    return Lowest(cheapest, price.unit, min(tier.credits for tier in price.tiers))


def media_seconds(model: Model, given: Mapping[str, Any], media: Mapping[str, MediaFacts]) -> float | None:
    """Seconds of the clips and sounds of an input; None when one of them does not say, as links do not, or there are none."""
    lengths = [
        media[value].duration_s if value in media else None
        for parameter in model.media
        if parameter.media != "image"
        for value in _places(given.get(parameter.name))
        if value not in media or media[value].kind in SECONDS_KINDS
    ]
    known = [length for length in lengths if length is not None]
    return sum(known) if known and len(known) == len(lengths) else None


def media_links(model: Model, given: Mapping[str, Any]) -> list[str]:
    """Addresses that stand where a model takes clips or sounds: nobody knows how long they are."""
    values = (value for parameter in model.media if parameter.media != "image" for value in _places(given.get(parameter.name)))
    return list(dict.fromkeys(value for value in values if value.startswith(LINKS)))


def _places(value: Any) -> Iterator[str]:
    """The files and links in a value, however deep."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _places(each)
    elif isinstance(value, str) and value.startswith((FILE, *LINKS)):
        yield value


def _units(price: Price, parameters: Mapping[str, Parameter], given: Mapping[str, Any], media_s: float | None) -> Decimal | None:
    if not price.units:
        return price.assumed or Decimal(1)
    if price.units == MEDIA:
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
