"""What an incident was probably caused by: rules over its kind, its words and the line of source where it happened.

A rule answers with a cause, with what the operator can do, and, where the slip is plain, with a patch. Patches are only proposed.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import kiebot
from kiebot.services.conditions import CONDITIONS

PACKAGE = Path(kiebot.__file__).parent
FRAME = re.compile(r'^  File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>.+)$\n(?:    (?P<text>\S.*)$)?', re.MULTILINE)
CLOSE = 0.75  # "timout" is to "timeout" 0.92
CONTEXT_LINES = 12


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Where it happened, and what is known of why. `by` is "rule", the name of a model, or "" when nobody knows."""

    file: str = ""
    line: int = 0
    function: str = ""
    source: str = ""
    cause: str = ""
    advice: str = ""
    patch: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a rule about code sees: the message, the file's text, and the line."""

    message: str
    text: str
    line: int

    @property
    def code(self) -> str:
        return self.text.splitlines()[self.line - 1]


Found = tuple[str, str, list[str]]  # cause, advice, the lines of the mended file (none: no patch)


def diagnose(kind: str, traceback: str, version: str) -> Diagnosis:
    """What the rules say."""
    place = where(traceback)
    message = traceback.strip().splitlines()[-1] if traceback.strip() else ""
    for words, cause, advice in CONDITIONS:
        if re.search(words, kind) or re.search(words, message):
            return replace(place, cause=cause, advice=advice, by="rule")
    if not place.source:
        return replace(place, advice=_elsewhere(version) if place.file else "")
    slip = Slip(message, (PACKAGE.parent / place.file).read_text(encoding="utf-8"), place.line)
    found = RULES[kind](slip) if kind in RULES else None
    if found is None:
        return place
    cause, advice, mended = found
    return replace(place, cause=cause, advice=advice, patch=_patch(place.file, slip.text, mended), by="rule")


def where(traceback: str) -> Diagnosis:
    """The innermost frame in kiebot's own code; without its source when this release has another line there."""
    own = [frame for frame in FRAME.finditer(traceback) if _lines(PACKAGE / _inside(frame["file"]))]
    if not own:
        return Diagnosis()
    frame, inside = own[-1], _inside(own[-1]["file"])
    place = Diagnosis(f"kiebot/{inside}", int(frame["line"]), frame["function"])
    lines = _lines(PACKAGE / inside)
    same = place.line <= len(lines) and lines[place.line - 1].strip() == (frame["text"] or "").strip() != ""
    return replace(place, source=lines[place.line - 1].strip()) if same else place


def _inside(file: str) -> str:
    """The path inside the package, whichever release's package it was."""
    return file.rsplit("/kiebot/", 1)[-1]


def around(place: Diagnosis) -> str:
    """The source around the line, numbered."""
    lines = _lines(PACKAGE.parent / place.file)
    first = max(1, place.line - CONTEXT_LINES)
    return "\n".join(f"{n:4} {lines[n - 1]}" for n in range(first, min(len(lines), place.line + CONTEXT_LINES) + 1))


def _lines(path: Path) -> list[str]:
    inside = path.resolve().is_relative_to(PACKAGE.resolve())
    return path.read_text(encoding="utf-8").splitlines() if inside and path.is_file() else []


def _elsewhere(version: str) -> str:
    return (
        f"it happened in release {version}; this one ({kiebot.__version__}) has another line there: look whether it still happens"
    )


def _patch(file: str, text: str, mended: list[str]) -> str:
    """A unified diff; none when the mended file would not compile."""
    if not mended:
        return ""
    try:
        compile("\n".join(mended), file, "exec")
    except SyntaxError:
        return ""
    return "\n".join(difflib.unified_diff(text.splitlines(), mended, f"a/{file}", f"b/{file}", lineterm="")) + "\n"


# -- rules about code -----------------------------------------------------------------------------------------------------


def _name(slip: Slip) -> Found | None:
    found = re.search(r"name '(\w+)' is not defined", slip.message)
    if found is None:
        return None
    name = found[1]
    if name in sys.stdlib_module_names:
        return f"the module {name} is used but not imported", "", _with_import(slip.text, name)
    meant = _closest(name, _names(slip.text) | set(dir(builtins)))
    cause = f"there is nothing called {name}" + (f"; {meant} was probably meant" if meant else "")
    return cause, "", _renamed(slip, rf"\b{name}\b", meant)


def _attribute(slip: Slip) -> Found | None:
    nothing = re.search(r"'NoneType' object has no attribute '(\w+)'", slip.message)
    if nothing is not None:
        value = _value_of(slip.code, nothing[1])
        return (
            f"{value} was None, and nobody expected that",
            f"look where {value} comes from, and say what has to happen without it",
            [],
        )
    found = re.search(r"has no attribute '(\w+)'", slip.message)
    if found is None:
        return None
    meant = _closest(found[1], {node.attr for node in ast.walk(ast.parse(slip.text)) if isinstance(node, ast.Attribute)})
    cause = f"{slip.message.partition(': ')[2]}" + (f"; {meant} was probably meant" if meant else "")
    return cause, "", _renamed(slip, rf"(?<=\.){found[1]}\b", meant)


def _key(slip: Slip) -> Found | None:
    key = slip.message.partition(": ")[2]
    return f"there is no {key} in what line {slip.line} looks into", "an answer or a row may come without it: say what then", []


def _argument(slip: Slip) -> Found | None:
    found = re.search(r"unexpected keyword argument '(\w+)'", slip.message)
    if found is None:
        return (slip.message.partition(": ")[2], "the call and what is called do not fit together", [])
    meant = _closest(found[1], _names(slip.text))
    cause = f"the call has no parameter {found[1]}" + (f"; {meant} was probably meant" if meant else "")
    return cause, "", _renamed(slip, rf"\b{found[1]}(?==)", meant)


def _index(slip: Slip) -> Found | None:
    return f"line {slip.line} counts on more items than there were", "an empty answer is the usual reason: say what then", []


def _division(slip: Slip) -> Found | None:
    return f"line {slip.line} divides by something that was 0", "say what has to happen then", []


def _unbound(slip: Slip) -> Found | None:
    return slip.message.partition(": ")[2], "one of the ways to this line does not set it", []


def _import(slip: Slip) -> Found | None:
    return slip.message.partition(": ")[2], "files of two releases may be mixed: install again", []


RULES: dict[str, Callable[[Slip], Found | None]] = {
    "NameError": _name,
    "AttributeError": _attribute,
    "KeyError": _key,
    "TypeError": _argument,
    "IndexError": _index,
    "ZeroDivisionError": _division,
    "UnboundLocalError": _unbound,
    "ImportError": _import,
}


def _closest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known - {name}), 1, CLOSE)
    return close[0] if close else ""


def _names(text: str) -> set[str]:
    """Everything that has a name in a file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        for field in ("id", "name", "arg", "asname"):
            value: Any = getattr(node, field, None)
            names |= {value} if isinstance(value, str) and value.isidentifier() else set()
    return names


def _renamed(slip: Slip, old: str, new: str) -> list[str]:
    """The file with the name changed in this line; nothing when it stands there twice, or when nothing is like it."""
    changed, count = re.subn(old, new, slip.code)
    if not new or count != 1:
        return []
    lines = slip.text.splitlines()
    return [*lines[: slip.line - 1], changed, *lines[slip.line :]]


def _with_import(text: str, module: str) -> list[str]:
    """The file with one more import, before the first that is there."""
    lines = text.splitlines()
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.Import)]
    others = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom) and node.module != "__future__"]
    first = next(iter([*imports, *others]), None)
    if first is None:
        return []
    return [*lines[: first.lineno - 1], f"import {module}", *lines[first.lineno - 1 :]]


def _value_of(code: str, attribute: str) -> str:
    found = re.search(rf"([\w.]+(?:\([^()]*\))?)\.{attribute}\b", code)
    return found[1] if found else "a value"
