"""Reads what the environment, config.toml and systemd's credentials say, key by key, remembering where each value was found."""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_origin

from pydantic import SecretStr

from kiebot.config.keys import KeyPath, field_type, is_section, key_paths
from kiebot.config.problems import Problem, unknown_key

DEFAULT_FILES = (Path("config.toml"), Path("/etc/kiebot/config.toml"))
PREFIX = "KIEBOT_"
# Variables with our prefix that say something else
NO_KEYS = frozenset({"KIEBOT_CONFIG", "KIEBOT_FAILPOINT", "KIEBOT_HOLD", "KIEBOT_PARENT"})
LONGEST_SECRET_CHARS = 64 * 1024


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was found. `base` is the folder from which a relative path starts."""

    path: KeyPath
    value: object
    source: str
    base: Path

    @property
    def key(self) -> str:
        return ".".join(self.path)


@dataclass(slots=True)
class Source:
    """Reads everything; what cannot be read or has no key ends up in `problems`."""

    problems: list[Problem] = field(default_factory=list)

    def all_given(self, file: Path | None, environ: Mapping[str, str]) -> Iterator[Given]:
        """All that was found, the source that wins first."""
        yield from self._environment(environ)
        if file is not None:
            yield from self._file(file)
        if environ.get("CREDENTIALS_DIRECTORY"):
            yield from self._credentials(Path(environ["CREDENTIALS_DIRECTORY"]))

    def _environment(self, environ: Mapping[str, str]) -> Iterator[Given]:
        for name in sorted(environ):
            if name.startswith(PREFIX) and name not in NO_KEYS:
                path = tuple(name.removeprefix(PREFIX).lower().split("__"))
                yield from self._known(Given(path, environ[name], f"${name}", Path.cwd()))

    def _file(self, file: Path) -> Iterator[Given]:
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8-sig"))  # editors on Windows begin files with a mark
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
            self.problems.append(Problem(str(file), "", f"cannot be read: {exc}"))
            return
        for path, value in _leaves(table):
            yield from self._known(Given(path, value, str(file), file.absolute().parent))

    def _credentials(self, folder: Path) -> Iterator[Given]:
        """Those of LoadCredential=NAME:FILE, and those of LoadCredential=kiebot:FOLDER, which systemd names kiebot_NAME."""
        try:
            there = frozenset(os.listdir(folder))
        except OSError as exc:
            self.problems.append(Problem(str(folder), "", f"cannot be read: {exc}"))
            return
        for path in key_paths():
            name = "_".join(path)
            found = next((each for each in (name, f"kiebot_{name}") if each in there), None)
            if field_type(path) is SecretStr and found is not None:
                yield from self._secret_of(Given(path, found, f"credential {found}", folder))

    def _known(self, given: Given) -> Iterator[Given]:
        """The value in the form that its key wants; nothing but a problem when there is no such key."""
        kind = field_type(given.path)
        secret = (*given.path[:-1], given.path[-1].removesuffix("_file"))
        if kind is None and secret != given.path and field_type(secret) is SecretStr:
            yield from self._secret_of(Given(secret, given.value, given.source, given.base))
        elif kind is None:
            self.problems.append(Problem(given.source, given.key, unknown_key(given.path)))
        elif is_section(kind):
            self.problems.append(Problem(given.source, given.key, "is a section and takes keys, not a value"))
        else:
            yield Given(given.path, _shaped(kind, given), given.source, given.base)

    def _secret_of(self, given: Given) -> Iterator[Given]:
        """Read the secret from the file that `given` names. A final newline is the editor's, not the secret's."""
        file = given.base / Path(str(given.value)).expanduser()
        try:
            with file.open(encoding="utf-8") as opened:
                secret = opened.read(LONGEST_SECRET_CHARS).strip()
        except (OSError, UnicodeDecodeError) as exc:
            self.problems.append(Problem(given.source, f"{given.key}_file", f"cannot be read: {exc}"))
            return
        yield Given(given.path, secret, given.source, given.base)


def _leaves(table: dict[str, Any], trail: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """The values of a TOML table with their paths. A table that is no section of ours counts as one value."""
    for name, value in table.items():
        path = (*trail, name)
        if isinstance(value, dict) and is_section(field_type(path)):
            yield from _leaves(value, path)
        else:
            yield path, value


def _shaped(kind: object, given: Given) -> object:
    """Paths absolute, lists and tables of the environment read; all else is for the model to judge."""
    value = given.value
    if not isinstance(value, str):
        return value
    if kind in (Path, Path | None) and value:
        return given.base / Path(value).expanduser()
    if kind in (list[int], list[str]) and given.source.startswith("$"):
        return [part.strip("\"'") for part in value.strip("[]").replace(",", " ").split()]
    if get_origin(kind) in (list, dict) and given.source.startswith("$"):
        return _toml_of(value)
    return value


def _toml_of(value: str) -> object:
    """A list or table of the environment, written as in config.toml or as JSON; as it is where it is neither."""
    with contextlib.suppress(tomllib.TOMLDecodeError):
        return tomllib.loads(f"value = {value}")["value"]
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(value)
    return value
