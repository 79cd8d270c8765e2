"""The configuration in force as a file of its own, for a backup: what was set, wherever, with or without the secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kiebot.config.keys import Config, KeyPath, field_type, is_section

OF_THE_MACHINE = frozenset({("data_dir",)})  # the place is chosen where the copy is used


def as_toml(config: Config, *, with_secrets: bool) -> str:
    """Everything that is not a default. Without secrets each of them is a comment that says where it belongs."""
    return "\n".join(_table(config.model_dump(exclude_unset=True), (), with_secrets)) + "\n"


def left_out(config: Config) -> list[str]:
    """The keys of secrets that are set."""
    return [".".join(path) for path, value in _leaves(config.model_dump(exclude_unset=True)) if _is_set_secret(value)]


def _table(values: Mapping[str, Any], trail: KeyPath, with_secrets: bool) -> Iterator[str]:
    paths = {name: (*trail, name) for name in values}
    sections = [name for name, path in paths.items() if is_section(field_type(path))]
    plain = [name for name, path in paths.items() if name not in sections and path not in OF_THE_MACHINE]
    if trail and plain:
        yield f"\n[{'.'.join(trail)}]"
    for name in plain:
        if not isinstance(values[name], SecretStr) or with_secrets:
            yield f"{name} = {_value(values[name])}"
        elif _is_set_secret(values[name]):
            yield f"# {name} = a secret that was left out"
    for name in sections:
        yield from _table(values[name], paths[name], with_secrets)


def _value(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(name)} = {_value(item)}" for name, item in value.items()) + "}"
    return _text(str(value) if isinstance(value, Path) else value)


def _text(value: str) -> str:
    """JSON's strings are TOML's but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _leaves(values: Mapping[str, Any], trail: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    for name, value in values.items():
        if is_section(field_type((*trail, name))):
            yield from _leaves(value, (*trail, name))
        else:
            yield (*trail, name), value


def _is_set_secret(value: Any) -> bool:
    return isinstance(value, SecretStr) and bool(value.get_secret_value())
