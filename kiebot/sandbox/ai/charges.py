"""What a task costs in KIE's credits, by the price that the listing gives."""

from __future__ import annotations

from typing import Any

from kiebot.sandbox.ai.listing import ListedModel

ASSUMED_S = 5.0  # the length of a result whose length is not asked for


def credits(model: ListedModel, given: dict[str, Any], pieces: int) -> float:
    """The price of an input (with its defaults), for so many pictures."""
    price = model.price
    rows = price.get("tiers") or []
    each = next((tier["credits"] for tier in rows if _holds(tier["when"], given)), price["credits"])
    return round(float(each) * _units(price, given) * (pieces if price["unit"] == "image" else 1), 2)


def _holds(when: dict[str, Any], given: dict[str, Any]) -> bool:
    """Every condition: a parameter's value, null for absent, "*" for any of several present."""
    for name, value in when.items():
        if name == "*":
            if not any(given.get(key) for key in value):
                return False
        elif (given.get(name) or None) != value:
            return False
    return True


def _units(price: dict[str, Any], given: dict[str, Any]) -> float:
    if price["unit"] == "second":
        return _number(given.get(price.get("units", ""))) or ASSUMED_S
    if price["unit"] == "thousand_characters":
        return max(1, _characters(given.get(price["units"]))) / 1000
    return 1.0


def _number(value: object) -> float:
    try:
        return max(0.0, float(str(value)))
    except ValueError:
        return 0.0


def _characters(value: object) -> int:
    if isinstance(value, list):
        return sum(_characters(turn.get("text")) for turn in value if isinstance(turn, dict))
    return len(str(value or ""))
