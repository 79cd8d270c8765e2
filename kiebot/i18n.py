"""Sentences people read, in their language: Fluent files of locales/, one per room, one folder per language.

A number given as an argument is written the way the language writes numbers ("1,234", "1 234"); an id or a code is not a
number: give it as text. An argument may be a sentence of its own: {"key", "args"}.
The sentences are plain text, not Markdown. That both languages hold the same keys and variables,
and that every key in the code exists, is kept by tests/test_i18n.py.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

from kiebot.services.languages import LANGUAGES, pick

__all__ = ["LANGUAGES", "languages", "pick", "text"]

LOCALES = Path(__file__).parent / "locales"


def languages() -> tuple[str, ...]:
    """The languages kiebot speaks, the default first."""
    return LANGUAGES


def text(language: str, key: str, **args: str | int | float | dict[str, Any]) -> str:
    """The sentence `key` in `language`. A key or a variable that is missing is a bug and raises KeyError."""
    args = {name: text(language, arg["key"], **arg["args"]) if isinstance(arg, dict) else arg for name, arg in args.items()}
    bundle = _bundle(language)
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise KeyError(key)
    sentence, errors = bundle.format_pattern(pattern, args)
    if errors:
        raise KeyError(f"{key} ({language}): {errors[0]}")
    return str(sentence)


@cache
def _bundle(language: str) -> FluentBundle:
    """All sentences of one language; read when first needed, since the worker of a quiet bot may need none."""
    if language not in LANGUAGES:
        raise KeyError(f"no language {language!r}")
    bundle = FluentBundle([language], use_isolating=False)  # the marks would show up in copied text and break searches
    for file in sorted((LOCALES / language).glob("*.ftl")):
        bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle
