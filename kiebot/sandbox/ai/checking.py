"""What KIE would say to an input: checked against the model's own schema, in KIE's words and with its two codes for one thing.

KIE ignores parameters that it does not know and takes the default instead, so `taken` leaves them out. A missing value or one
outside an enum is code 500 there, everything else 422.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from kiebot.sandbox.ai.listing import ListedModel

FORMATS = FormatChecker(formats=())
SCHEMAS_KEPT = 400
FIRST_SAID = {"required": 0, "enum": 1}


@FORMATS.checks("uri")
def is_url(value: object) -> bool:
    """An absolute http(s) address."""
    if not isinstance(value, str):
        return True  # the type is another check's matter
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


@functools.lru_cache(maxsize=SCHEMAS_KEPT)
def _validator(model: ListedModel) -> Draft202012Validator:
    return Draft202012Validator(model.input, format_checker=FORMATS)


def refusal(model: ListedModel, given: object) -> tuple[int, str] | None:
    """The code and the words with which an input is refused; None when it is accepted."""
    errors = sorted(_validator(model).iter_errors(given), key=_rank)
    return _said(errors[0]) if errors else None


def taken(model: ListedModel, given: dict[str, Any]) -> dict[str, Any]:
    """What the model really works with: the parameters that it knows, and the defaults of those that are not given."""
    defaults = {name: about["default"] for name, about in model.properties.items() if "default" in about}
    return defaults | {name: value for name, value in given.items() if name in model.properties}


@dataclass(frozen=True, slots=True)
class Medium:
    """A file that an input names."""

    parameter: str
    url: str
    kind: str  # image, video or audio
    accept: tuple[str, ...]  # media types; empty: any of the kind
    max_mb: float | None


def media(model: ListedModel, given: dict[str, Any]) -> Iterator[Medium]:
    """Every file that an input names."""
    for name, about in model.properties.items():
        if name in given:
            accept, max_mb = tuple(about.get("x-accept", ())), about.get("x-max-mb")
            for url, kind in _media(given[name], about):
                yield Medium(name, url, kind, accept, max_mb)


def _media(value: Any, about: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _media(item, about.get("items", {}))
    elif isinstance(value, dict):
        for name, inner in about.get("properties", {}).items():
            if name in value:
                yield from _media(value[name], inner)
    elif isinstance(value, str) and about.get("x-media") in ("image", "video", "audio"):
        yield value, about["x-media"]


def _rank(error: ValidationError) -> tuple[int, str]:
    return (FIRST_SAID.get(str(error.validator), 2), error.json_path)


def _said(error: ValidationError) -> tuple[int, str]:
    name = error.json_path.removeprefix("$").removeprefix(".") or "input"
    about: Any = error  # the library types its fields as possibly unset
    rule, limit, schema, given = str(error.validator), about.validator_value, about.schema, about.instance
    if rule == "required":
        missing = next(key for key in limit if key not in given)
        return 500, f"{missing if name == 'input' else f'{name}.{missing}'} is required"
    if rule == "enum":
        return 500, f"{name} is not within the range of allowed options"
    if "description" in schema:
        return 422, str(schema["description"])
    return 422, f"{name} {WORDS[rule].format(limit)}" if rule in WORDS else f"{name} is invalid"


WORDS = {
    "type": "must be of the type {}",
    "format": "must be a valid URL",
    "minLength": "must have at least {} characters",
    "maxLength": "text length exceeds the maximum of {} characters",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "anyOf": "is out of its range",
    "multipleOf": "must be a multiple of {}",
    "minItems": "must have at least {} items",
    "maxItems": "exceeds the maximum of {} items",
}
