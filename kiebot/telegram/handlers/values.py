"""Values of parameters: what a person types as what goes over the wire, and the short names of values in buttons."""

from __future__ import annotations

import json
import re
from typing import Any

from kiebot.catalog.forms import Field, fields
from kiebot.catalog.schema import InputError, Model
from kiebot.telegram.handlers.shelf import key_of

YES = frozenset({"yes", "on", "true", "да", "вкл", "1", "+"})
NO = frozenset({"no", "off", "false", "нет", "выкл", "0", "-"})
LINKS = ("http://", "https://")
NUMBER = re.compile(r"[-+]?\d{1,12}(?:[.,]\d{1,6})?")


def value_key(value: Any) -> str:
    """The short name of a value, the same after a change of the order in the catalogue."""
    return key_of(json.dumps(value))


def value_of(field: Field, key: str) -> Any | None:
    """The value that a button names; None when the field has it no more."""
    return next((value for value in field.values if value_key(value) == key), None)


def field_of(model: Model, key: str) -> Field | None:
    """The field that a button names; None when the model has it no more."""
    return next((field for field in fields(model) if key_of(field.name) == key), None)


def field_named(model: Model, name: str) -> Field | None:
    """The field of this name, or None."""
    return next((field for field in fields(model) if field.name == name), None)


def asked(model: Model) -> list[Field]:
    """The fields that the chat asks for: all but the words and what only experts turn."""
    return [field for field in fields(model) if not field.advanced and field.name != model.prompt_parameter]


def typed(field: Field, words: str, language: str) -> Any | None:
    """What the person's words mean for this field; None when they mean nothing."""
    words = words.strip()
    match field.kind:
        case "toggle":
            return True if words.lower() in YES else False if words.lower() in NO else None
        case "number":
            return _number(words, whole=field.parameter.type == "integer")
        case "choice":
            return _choice(field, words, language)
        case "items":
            return _items(field, words)
        case "media":
            return _link(field, words)
        case "earlier":  # a task may have been made elsewhere; a track without its task is of no use
            return words if field.parameter.format == "task" and words else None
    return words or None


def _number(words: str, *, whole: bool) -> int | float | None:
    if NUMBER.fullmatch(words) is None:
        return None
    number = float(words.replace(",", "."))
    return int(number) if whole and number == int(number) else None if whole else number


def _choice(field: Field, words: str, language: str) -> Any | None:
    for value in field.values:
        if words.lower() in (str(value).lower(), field.value_label(value, language).lower()):
            return value
    return words if words and not field.parameter.strict else None


def _link(field: Field, words: str) -> Any | None:
    """A file may be on the internet already."""
    if not words.startswith(LINKS) or len(words.split()) > 1:
        return None
    return [words] if field.parameter.type == "array" else words


def _items(field: Field, words: str) -> Any | None:
    """Lines of words; numbers also by commas."""
    if field.parameter.items not in ("integer", "number"):
        return [line.strip() for line in words.splitlines() if line.strip()] or None
    numbers = [_number(each, whole=field.parameter.items == "integer") for each in re.split(r"[\s;]+|,\s+", words) if each]
    return None if None in numbers or not numbers else numbers


def top(error: InputError) -> str:
    """The parameter that an error is about: "shots[2].prompt" is about shots."""
    return re.split(r"[.\[]", error.field, maxsplit=1)[0]
