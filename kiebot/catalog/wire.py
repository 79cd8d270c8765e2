"""What cannot be written down as JSON and sent: halves of characters, and values inside of values without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST = 32  # levels; the catalogue's deepest input has four


def faults_of(value: Any) -> Iterator[tuple[str, str]]:
    """(field, code) of each such place. The codes: text, depth. Fields are printable whatever they were called."""
    left: list[tuple[str, Any, int]] = [("", value, 0)]
    while left:
        path, found, depth = left.pop()
        if depth > DEEPEST:
            yield path, "depth"
        elif isinstance(found, str):
            if not _is_text(found):
                yield path, "text"
        elif isinstance(found, Mapping):
            names = {name: _below(path, printable(str(name))) for name in found}
            yield from ((names[name], "text") for name in found if not _is_text(str(name)))
            left += [(names[name], inner, depth + 1) for name, inner in found.items()]
        elif isinstance(found, list | tuple):
            left += [(f"{path}[{number}]", inner, depth + 1) for number, inner in enumerate(found)]


def printable(text: str) -> str:
    r"""The text with halves of surrogate pairs written as \ud800: nothing else can show them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
