"""The smallest input that a model takes: what sanity checks send and tests begin with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kiebot.catalog.rules import Broken, broken_rules
from kiebot.catalog.schema import EARLIER, Model, Parameter

WORDS = "A red boat on a calm sea in the morning light. "
EARLIER_ID = "0" * 32  # the id of a task or a track, of the right form, that nobody has
MOST_STEPS = 10


def minimal(model: Model, media_urls: Mapping[str, str]) -> dict[str, Any]:
    """Required parameters only, and what the rules need besides. `media_urls`: a URL for image, video, audio, file and page;
    `task` and `track` (optional): the id of an earlier task, and of something that it made."""
    given = {name: example(each, media_urls) for name, each in model.input.items() if each.required}
    for _ in range(MOST_STEPS):
        broken = next(broken_rules(model, given), None)
        if broken is None:
            break
        name = _mending(model, broken, given)
        given[name] = example(model.input[name], media_urls)
    return given


def example(parameter: Parameter, media_urls: Mapping[str, str]) -> Any:
    """A value that a parameter takes: its default, else the first or smallest."""
    if parameter.default is not None:
        return parameter.default
    if parameter.type in ("boolean", "enum"):
        return False if parameter.type == "boolean" else parameter.values[0]
    if parameter.type == "array":
        return [_item(parameter, media_urls) for _ in range(max(parameter.min_items or 0, 1))]
    return _text(parameter, parameter.format, media_urls) if parameter.type == "string" else _number(parameter)


def _mending(model: Model, broken: Broken, given: Mapping[str, Any]) -> str:
    """The parameter whose example mends a broken rule."""
    missing = [name for name in broken.names if name not in given]
    if broken.code in ("any_of", "one_of") and model.prompt_parameter in missing:
        return model.prompt_parameter
    return broken.field


def _number(parameter: Parameter) -> float:
    step = parameter.multiple_of or 1
    low = parameter.min if parameter.min is not None else min(1, parameter.max if parameter.max is not None else 1)
    number = math.ceil(low / step) * step
    if parameter.max is not None and number > parameter.max:
        number = low
    return int(number) if parameter.type == "integer" else number


def _item(parameter: Parameter, media_urls: Mapping[str, str]) -> Any:
    if parameter.items == "object":
        return {name: example(each, media_urls) for name, each in parameter.item_properties.items() if each.required}
    if parameter.items == "array":
        return []
    return 1 if parameter.items in ("integer", "number") else _text(parameter, parameter.url_format, media_urls)


def _text(parameter: Parameter, form: str, media_urls: Mapping[str, str]) -> str:
    if form in EARLIER:
        return media_urls.get(form, EARLIER_ID)
    if form.startswith("url-"):
        return media_urls[form.removeprefix("url-")]
    low, high = parameter.min_length or 0, parameter.max_length or len(WORDS)
    words = WORDS * (low // len(WORDS) + 1)
    return words[: max(low, min(len(WORDS) - 1, high))]
