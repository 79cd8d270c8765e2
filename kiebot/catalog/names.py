"""Words for people: names of parameters and of their values, and the sentences of the validator, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kiebot.catalog.schema import Parameter

FOLDER = Path(__file__).parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is 10 times faster, but not in every build
Words = Mapping[str, str]


@cache
def table(name: str) -> Mapping[str, Any]:
    """One of the tables of words beside this module."""
    content: Mapping[str, Any] = yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader
    return content


def label_of(parameter: Parameter, language: str) -> str:
    """The name of a parameter: its own label, the common one, or what the wire says."""
    label: Words = parameter.label or table("parameters.yaml")["parameters"].get(_snake(parameter.name), {})
    return label.get(language) or _snake(parameter.name).replace("_", " ").capitalize()


def value_label(parameter: Parameter, value: Any, language: str) -> str:
    """The name of a value of an enum or a switch, as a button shows it."""
    words = table("parameters.yaml")
    if isinstance(value, bool):
        value = "on" if value else "off"
    own: Words | None = words["values_of"].get(_snake(parameter.name), {}).get(str(value))
    label: Words = own or words["values"].get(str(value).lower(), {})
    return label.get(language) or str(value)


def number_words(number: float) -> str:
    """A number as people write it: 2147483647 and 0.000005, never 2.14748e+09 or 5e-06."""
    written = f"{number:.6f}" if isinstance(number, float) else str(number)
    return (written.rstrip("0").rstrip(".") or "0") if "." in written else written


def sentence(code: str, language: str, **args: str) -> str:
    """The validator's sentence for a code."""
    words: Words = table("messages.yaml")["sentences"][code]
    return words[language if language in words else "en"].format(**args)


def type_word(kind: str, language: str) -> str:
    """A type of the wire in words: a text, a whole number."""
    words: Words = table("messages.yaml")["types"][kind]
    return words[language if language in words else "en"]


def kind_word(kind: str, language: str) -> str:
    """A kind of media in words: a picture, a video."""
    words: Words = table("messages.yaml")["kinds"][kind]
    return words[language if language in words else "en"]


def _snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()
