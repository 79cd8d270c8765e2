"""What is wrong with a configuration, in words for people."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from kiebot.config.keys import Config, KeyPath, key_paths
from kiebot.errors import OperatorFault

NOT_YET = (  # what people may have read about
    *("language", "providers"),
    *("limits.image_minutes", "limits.audio_minutes", "limits.video_minutes"),
)
SIMILAR = 0.7  # "modle" is to "model" 0.8

WORDS = {  # start of pydantic's error type -> our words
    "int_": "must be a whole number",
    "float_": "must be a number",
    "bool_": "must be true or false",
    "string_": 'must be text in "quotes"',
    "path_": 'must be a path in "quotes"',
    "list_": "must be a list in [brackets]",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where it was read, which key, and what is wrong with it."""

    source: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.key}: {self.message}" if self.key else f"{self.source}: {self.message}"


class ConfigFault(OperatorFault):
    """The configuration cannot be used; `problems` has all that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(["the configuration cannot be used:", *(f"  {problem}" for problem in problems)]))
        self.problems = problems


def in_words(error: Any) -> str:
    """An error of pydantic without its jargon."""
    for start, words in WORDS.items():
        if error["type"].startswith(start):
            return words.format(**error.get("ctx", {}))
    return str(error["msg"])


def unknown_key(path: KeyPath) -> str:
    """Name the key that was probably meant: one that is written alike, else the same key of another section."""
    name = ".".join(path)
    if name in NOT_YET or path[0] in NOT_YET:
        return "is not part of this release yet"
    known = [".".join(key) for key in key_paths()]
    meant = difflib.get_close_matches(name, [*known, *Config.model_fields], 1, SIMILAR)
    meant += [key for key in known if key.split(".")[-1] == path[-1]]
    return f"unknown key, did you mean {meant[0]}?" if meant else "unknown key; config.example.toml lists all"
