"""The configuration: config.toml, the environment and systemd credentials, checked as a whole before anything starts.

Where a key may come from, the first wins:
1. the environment: `KIEBOT_TELEGRAM__BOT_TOKEN`, top-level keys as `KIEBOT_DATA_DIR`;
2. config.toml: the file of `--config` or `$KIEBOT_CONFIG`, else ./config.toml, else /etc/kiebot/config.toml;
3. for secrets, a systemd credential named section_key: `$CREDENTIALS_DIRECTORY/telegram_bot_token` (or kiebot_section_key).
In the first two a secret may be given as a file that holds it: `bot_token_file = "/run/secrets/token"`.
Relative paths in config.toml start from the folder of config.toml.

keys.py has the keys as pydantic models, sources.py reads the three sources, problems.py has the words for what is wrong, and
usable.py says what else a bot needs. Reading is our own (not pydantic-settings) so that every error can name its file and key
and unknown variables are errors too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from kiebot.config.keys import Config, field_type, key_paths
from kiebot.config.problems import ConfigFault, Problem, in_words
from kiebot.config.sources import DEFAULT_FILES, Given, Source
from kiebot.config.usable import missing, unusable

__all__ = ["Config", "ConfigFault", "Problem", "describe", "find", "load", "missing", "secrets", "unusable"]


def find(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file that applies, or None. A file that was named must exist; the default places may be empty."""
    named = path or (Path(environ["KIEBOT_CONFIG"]) if environ.get("KIEBOT_CONFIG") else None)
    if named is not None:
        if not _is_file(named):
            raise ConfigFault([Problem(str(named), "", "there is no such file")])
        return named
    return next((file for file in DEFAULT_FILES if _is_file(file)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:
        raise ConfigFault([Problem(str(path), "", "this user may not read it")]) from None


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Read and check everything. Raises ConfigFault with all problems at once."""
    source = Source()
    given: dict[tuple[str, ...], Given] = {}
    for item in source.all_given(find(path, environ), environ):
        given.setdefault(item.path, item)
    try:
        config = Config.model_validate(_nested(given.values()))
    except ValidationError as exc:
        source.problems += [_problem(error, given) for error in exc.errors(include_url=False)]
    if source.problems:
        raise ConfigFault(source.problems)
    return config


def describe(config: Config) -> dict[str, Any]:
    """The whole configuration as JSON, secrets hidden: "**********" when set, "" when not."""
    return config.model_dump(mode="json")


def secrets(config: Config) -> list[str]:
    """The values that must never show up in a log."""
    values: list[Any] = [reduce(getattr, path, config) for path in key_paths() if field_type(path) is SecretStr]
    return [value.get_secret_value() for value in values if value.get_secret_value()]


def _nested(items: Iterable[Given]) -> dict[str, Any]:
    """The values as the nested dict that the model takes."""
    tree: dict[str, Any] = {}
    for item in items:
        place = tree
        for name in item.path[:-1]:
            place = place.setdefault(name, {})
        place[item.path[-1]] = item.value
    return tree


def _problem(error: Any, given: dict[tuple[str, ...], Given]) -> Problem:
    """An error of pydantic in words for people, with the place where the value came from."""
    path = tuple(part for part in error["loc"] if isinstance(part, str))
    item = next((found for key, found in given.items() if key[: len(path)] == path), None)
    return Problem(item.source if item else "configuration", ".".join(path), in_words(error))
