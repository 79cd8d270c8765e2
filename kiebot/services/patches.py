"""A proposed patch, held against the source that is here: what it would change to the letter, and nothing else.

A patch may come from a text model, which counts lines badly and sees words that people wrote. So the numbers of its hunks are
only hints, what is to be replaced has to stand there exactly and only once, and what the operator reads, hashes and lets in is a
diff made here from the files themselves. Only modules of the package can be changed, and what is added can be read as it is.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from kiebot.errors import KiebotError

HASH_CHARS = 12
MOST_LINES = 200  # added and removed: more than that nobody reads before typing a hash
HUNK = re.compile(r"@@ -(?P<line>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
UNTOUCHED = PurePosixPath("kiebot/store/migrations")  # what was applied somewhere stays as it is


class Unfit(KiebotError):
    """The patch cannot be applied here; the message says why."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What it comes to. `text`: the diff between what is here and what would be; `files`: path -> all of its new text."""

    text: str
    files: dict[str, str]

    @property
    def hash(self) -> str:
        """What the operator types."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:HASH_CHARS]

    def write(self, root: Path) -> None:
        """Put the new files in the place of the old ones below `root`."""
        for name, text in self.files.items():
            (root / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that follow each other, before and after. `line`: where the patch says that they begin, 0: it does not say."""

    line: int
    old: tuple[str, ...]
    new: tuple[str, ...]


def fitted(diff: str, root: Path) -> Patch:
    """The patch as it fits the package that lies in `root`. Raises Unfit."""
    files: dict[str, str] = {}
    differences: dict[str, list[str]] = {}
    for name, hunks in _files(diff.split("\n")):
        if name in files:
            raise Unfit(f"it changes {name} twice")
        before = _source(root, name)
        after = _applied(name, before, hunks)
        files[name] = "".join(f"{line}\n" for line in after)
        differences[name] = list(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm=""))
    _judge([line for lines in differences.values() for line in lines[2:] if line[0] in "+-"])
    return Patch("".join(f"{line}\n" for name in sorted(differences) for line in differences[name]), files)


def _files(lines: Sequence[str]) -> Iterator[tuple[str, list[Hunk]]]:
    """The changed files, each with its hunks."""
    heads = [number for number, (one, other) in enumerate(pairwise(lines)) if _is_head(one, other)]
    if not heads:
        raise Unfit("it is no unified diff")
    for first, end in pairwise([*heads, len(lines)]):
        yield _name(lines[first]), _hunks(_name(lines[first + 1]), lines[first + 2 : end])


def _is_head(one: str, other: str) -> bool:
    return one.startswith("--- ") and other.startswith("+++ ")


def _name(line: str) -> str:
    """The path of a head line, without a/ or b/ and the time behind it."""
    return re.sub(r"^[ab]/", "", line[4:].split("\t")[0].strip())


def _hunks(name: str, lines: Sequence[str]) -> list[Hunk]:
    marks = [number for number, line in enumerate(lines) if line.startswith("@@")]
    if not marks:
        raise Unfit(f"it changes nothing in {name}")
    return [_hunk(name, lines[first], lines[first + 1 : end]) for first, end in pairwise([*marks, len(lines)])]


def _hunk(name: str, mark: str, lines: Sequence[str]) -> Hunk:
    body = [line or " " for line in lines if not line.startswith(("\\", "diff --git ", "index "))]
    while body and body[-1] == " ":  # what stands between two files, or after the last
        body.pop()
    if any(line[0] not in " +-" for line in body):
        raise Unfit(f"a hunk of {name} has a line that is neither old nor new")
    old = tuple(line[1:] for line in body if line[0] in " -")
    new = tuple(line[1:] for line in body if line[0] in " +")
    if not any(line.strip() for line in old):
        raise Unfit(f"a hunk of {name} does not say what it goes beside")
    found = HUNK.match(mark)
    return Hunk(int(found["line"]) if found else 0, old, new)


def _source(root: Path, name: str) -> list[str]:
    """The lines of a module of the package. Raises Unfit: it is something else."""
    path = PurePosixPath(name)
    if path.suffix != ".py" or path.parts[:1] != ("kiebot",) or ".." in path.parts:
        raise Unfit(f"{name} is no module of kiebot")
    if path.is_relative_to(UNTOUCHED):
        raise Unfit(f"{name} is a migration: what was applied once is never changed")
    file = root / path
    if not file.is_file() or file.is_symlink():
        raise Unfit(f"{name} is not in this release")
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _applied(name: str, before: Sequence[str], hunks: Sequence[Hunk]) -> list[str]:
    lines, moved = list(before), 0
    for hunk in hunks:
        at = _place(name, lines, hunk, moved)
        lines[at : at + len(hunk.old)] = hunk.new
        moved += len(hunk.new) - len(hunk.old)
    return lines


def _place(name: str, lines: Sequence[str], hunk: Hunk, moved: int) -> int:
    """Where the old lines stand: the only place, or the one that the patch names."""
    size = len(hunk.old)
    found = [at for at in range(len(lines) - size + 1) if tuple(lines[at : at + size]) == hunk.old]
    named = hunk.line - 1 + moved
    if named in found:
        return named
    if len(found) == 1:
        return found[0]
    raise Unfit(f"it does not fit: {name} has what it replaces {'in several places' if found else 'nowhere'}")


def _judge(changed: Sequence[str]) -> None:
    """Raises Unfit when nobody could judge it by reading."""
    if not changed:
        raise Unfit("it changes nothing")
    if len(changed) > MOST_LINES:
        raise Unfit(f"it changes {len(changed)} lines: more than {MOST_LINES} are not let in by a hash")
    if any(not line.isprintable() for line in changed):
        raise Unfit("it has signs that cannot be seen")
