"""What parent and child say to each other: one JSON line, then the bytes of the files it announces.

A request is {"op", "args", "files": [{"name", "size"}]}; an answer has "data" and "files", or "error": {"reason", "message"}.
Both sides cap what they read and copy files in small chunks, so that a file of 2 GB costs neither of them memory.
A name is only data: what arrives is stored under a random name.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from kiebot.errors import ConfinedError

REASONS = frozenset({"refused", "timeout", "memory", "killed", "protocol", "missing"})
MAX_REQUEST_LINE = 1 << 20
MAX_ANSWER_LINE = 16 << 20
MAX_FILES = 2048  # the pieces of a film of an hour, the crossfades between them included
_CHUNK = 1 << 18
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


class EndedEarly(ConfinedError):
    """The other side closed before it had said everything; its exit code tells why."""

    def __init__(self) -> None:
        super().__init__("protocol", "ended early")


@dataclass(frozen=True)
class Answer:
    """What an operation gives back: plain data and files."""

    data: dict[str, Any]
    files: list[Path] = field(default_factory=list)


# An operation gets its arguments, the received files and a folder for what it writes.
Operation = Callable[[dict[str, Any], list[Path], Path], Answer]


def write_message(sink: BinaryIO, message: dict[str, Any], files: Sequence[Path] = ()) -> None:
    """Send the line and the files. A file that shrinks meanwhile breaks the message instead of shifting the rest."""
    sizes = [path.stat().st_size for path in files]
    entries = [{"name": path.name, "size": size} for path, size in zip(files, sizes, strict=True)]
    line = json.dumps({**message, "files": entries}, ensure_ascii=False)
    sink.write(line.encode("utf-8", errors="replace") + b"\n")
    for path, size in zip(files, sizes, strict=True):
        with path.open("rb") as file:
            _copy(file, sink, size)
    sink.flush()


def read_message(source: BinaryIO, max_line: int) -> dict[str, Any]:
    """Read the line. The bytes of its files are still to be taken with `read_files`."""
    line = source.readline(max_line + 1)
    if len(line) > max_line:
        raise ConfinedError("protocol", "line too long")
    if not line.endswith(b"\n"):
        raise EndedEarly
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ConfinedError("protocol", "not JSON") from exc
    if not isinstance(message, dict):
        raise ConfinedError("protocol", "not an object")
    return message


def read_files(source: BinaryIO, entries: object, folder: Path, max_bytes: int) -> list[Path]:
    """Store the announced files in `folder` under random names; on any failure none of them stays."""
    announced = _checked(entries, max_bytes)
    paths: list[Path] = []
    try:
        for suffix, size in announced:
            path = folder / f"{os.urandom(12).hex()}{suffix}"
            paths.append(path)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as file:
                _copy(source, file, size)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return paths


def _checked(entries: object, max_bytes: int) -> list[tuple[str, int]]:
    if not isinstance(entries, list) or len(entries) > MAX_FILES:
        raise ConfinedError("protocol", "bad list of files")
    announced = [_checked_entry(entry) for entry in entries]
    if sum(size for _, size in announced) > max_bytes:
        raise ConfinedError("refused", "too-large")
    return announced


def _checked_entry(entry: object) -> tuple[str, int]:
    name, size = (entry.get("name"), entry.get("size")) if isinstance(entry, dict) else (None, None)
    if not isinstance(name, str) or type(size) is not int or size < 0:
        raise ConfinedError("protocol", "bad file entry")
    suffix = os.path.splitext(name)[1].lower()
    return (suffix if _SUFFIX.fullmatch(suffix) else ""), size


def _copy(source: BinaryIO, sink: BinaryIO, size: int) -> None:
    while size:
        chunk = source.read(min(size, _CHUNK))
        if not chunk:
            raise EndedEarly
        sink.write(chunk)
        size -= len(chunk)
