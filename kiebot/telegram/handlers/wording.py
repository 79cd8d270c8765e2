"""Models, prices and times in people's words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from kiebot.catalog.names import label_of, value_label
from kiebot.catalog.schema import EARLIER, Model, is_given
from kiebot.i18n import text
from kiebot.services.pricing import Tariff
from kiebot.telegram.handlers.desk import Desk

MINUTES_FROM_S = 90
SHOWN_PROMPT = 300
SHOWN_VALUE = 40


def name_of(model: Model, language: str) -> str:
    """What a model is called everywhere."""
    return f"{model.emoji} {model.label[language]}"


def price_of_menu(tariff: Tariff, model: Model, language: str) -> str:
    """The lowest price, as short as a button needs it; empty when nobody knows, or where nobody pays."""
    found = tariff.from_price(model) if tariff.enabled else None
    if found is None:
        return ""
    per, least = (found.unit, "no") if found.by_unit else ("order", "yes" if found.varies else "no")
    return text(language, "price-menu", credits=found.credits, least=least, per=per)


def time_words(seconds: float, language: str) -> str:
    """How long it takes, rounded as people speak."""
    if seconds < MINUTES_FROM_S:
        return text(language, "time-seconds", seconds=max(5, 5 * math.ceil(seconds / 5)))
    return text(language, "time-minutes", minutes=math.ceil(seconds / 60))


def menu_line(desk: Desk, model: Model, language: str) -> str:
    """Name, price and speed in one line."""
    price, time = price_of_menu(desk.tariff, model, language), time_words(desk.shelf.seconds(model), language)
    parts = (name_of(model, language), price, time)
    return " · ".join(part for part in parts if part)


def value_words(model: Model, name: str, value: Any, language: str) -> str:
    """A chosen value as a button or a line shows it."""
    parameter = model.input[name]
    if not is_given({name: value}, name):
        return "…"
    if isinstance(value, list):
        return (
            str(len(value)) if parameter.media or parameter.item_properties else shorten(", ".join(map(str, value)), SHOWN_VALUE)
        )
    if parameter.media or parameter.format in EARLIER:
        return "✓"
    return shorten(value_label(parameter, value, language), SHOWN_VALUE)


def chosen_lines(model: Model, given: Mapping[str, Any], language: str, words: Callable[[str, Any], str]) -> str:
    """What was chosen, a parameter a line, its value in `words`; without the prompt, which is shown by itself."""
    lines = [
        f"{label_of(parameter, language)}: {words(name, given[name])}"
        for name, parameter in model.input.items()
        if name != model.prompt_parameter and not parameter.advanced and is_given(given, name)
    ]
    return "\n".join(lines)


def shorten(words: str, most: int) -> str:
    """One line of at most so many characters."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
