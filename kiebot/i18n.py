"""Sentences people read, in their language: Fluent files of locales/, one per room, one folder per language.

A number given as an argument is written the way the language writes numbers ("1,234", "1 234"); an id or a code is not a
number: give it as text. An argument may be a sentence of its own: {"key", "args"}.
The sentences are plain text, not Markdown. That both languages hold the same keys and variables,
and that every key in the code exists, is kept by tests/test_i18n.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

from kiebot.services.languages import LANGUAGES, pick

__all__ = ["LANGUAGES", "languages", "pick", "text"]

LOCALES = Path(__file__).parent / "locales"
ENTRY = re.compile(r"^([a-zA-Z][\w-]*) *=.*\n(?:(?![a-zA-Z#-]).*\n)*", re.MULTILINE)  # up to the next one, or a comment


def languages() -> tuple[str, ...]:
    """The languages kiebot speaks, the default first."""
    return LANGUAGES


def text(language: str, key: str, **args: str | int | float | dict[str, Any]) -> str:
    """The sentence `key` in `language`. A key or a variable that is missing is a bug and raises KeyError."""
    args = {name: text(language, arg["key"], **arg["args"]) if isinstance(arg, dict) else arg for name, arg in args.items()}
    bundle = _bundle(language)
    if not bundle.has_message(key):
        bundle.add_resource(FluentResource(sources(language)[key]))
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise KeyError(key)
    sentence, errors = bundle.format_pattern(pattern, args)
    if errors:
        raise KeyError(f"{key} ({language}): {errors[0]}")
    return str(sentence)


@cache
def _bundle(language: str) -> FluentBundle:
    """The sentences of one language that were said already: to parse all of them would take half a second."""
    if language not in LANGUAGES:
        raise KeyError(f"no language {language!r}")
    return FluentBundle([language], use_isolating=False)  # the marks would show up in copied text and break searches


@cache
def sources(language: str) -> Mapping[str, str]:
    """All sentences of one language by their keys, as they are written. None speaks of another: a test keeps that."""
    files = sorted((LOCALES / language).glob("*.ftl"))
    return {found[1]: found[0] for file in files for found in ENTRY.finditer(file.read_text(encoding="utf-8") + "\n")}
