"""What models write and CommonMark does not know: formulas, spoilers and reference lists.

Before parsing, each of them is replaced by a mark (one private character between two brackets that count as punctuation, so
that emphasis around it still works); the renderer turns the mark into what it means, and back into its source where it
landed in code or in an address. So a wrong guess here never changes a program.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["formula", "display", "spoiler", "end_spoiler", "literal"]

FIRST = 0xF0000  # plane 15 is private: no keyboard and no model writes it
LAST = 0xFFFFD
MARK = re.compile("\u2983?([\U000f0000-\U000ffffd])\u2984?")

_FENCE = r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})(?:.*?)(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)"
_CODE = r"(?<!`)(?P<ticks>`{1,3})(?!`).{1,1000}?(?<!`)(?P=ticks)(?!`)"
_SPECIAL = re.compile(
    rf"(?P<code>{_FENCE}|{_CODE})"
    r"|\\\((?P<round>.{1,2000}?)\\\)"
    r"|\\\[(?P<square>.{1,4000}?)\\\]"
    r"|(?P<escape>\\.)"
    r"|\$\$(?P<double>[^$]{1,4000}?)\$\$"
    r"|(?<![\w$])\$(?=[^\s$])(?P<single>[^$\n]{1,300}?)(?<=\S)\$(?![\w$])"
    r"|(?P<bars>\|\|)"
    r"|(?P<definition>^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?\[(?P<label>[^\]\n]+)\]:)"
    r"|(?P<private>[\U000f0000-\U000ffffd])",
    re.DOTALL | re.MULTILINE,
)
_WORTH_A_LOOK = re.compile(r"\\[(\[]|\$|\|\||\]:|[\U000f0000-\U000ffffd]")


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands behind one private character."""

    kind: Kind
    source: str
    body: str = ""


class Marked:
    """A source with its marks: `text` goes to the parser, `marks[i]` is what character FIRST + i stands for."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.marks: list[Mark] = []
        self.text = source
        if _WORTH_A_LOOK.search(source):
            spoilers = _spoiler_edges(source) if "||" in source else {}
            self.text = _SPECIAL.sub(lambda found: self._replace(found, spoilers), source)

    def of(self, character: str) -> Mark | None:
        place = ord(character) - FIRST
        return self.marks[place] if place < len(self.marks) else None

    def restore(self, text: str) -> str:
        """The text as its author wrote it: for code, addresses and unknown tags."""
        return MARK.sub(self._source_of, text) if self.marks else text

    def _source_of(self, found: re.Match[str]) -> str:
        mark = self.of(found[1])
        return mark.source if mark else found[0]

    def _replace(self, found: re.Match[str], spoilers: dict[int, Kind]) -> str:
        if FIRST + len(self.marks) > LAST:
            return found[0]
        kind = found.lastgroup or ""
        if kind == "label" or found["definition"]:
            return self._definition(found)
        if found["bars"]:
            return self._mark(Mark(spoilers[found.start()], "||")) if found.start() in spoilers else "||"
        if found["private"]:
            return self._mark(Mark("literal", found[0], found[0]))
        return self._formula(found)

    def _formula(self, found: re.Match[str]) -> str:
        for group, kind, reads_as_formula in _FORMULAS:
            body = found[group]
            if body is not None and body.strip() and reads_as_formula(body):
                return self._mark(Mark(kind, found[0], body.strip()))
        return found[0]

    def _definition(self, found: re.Match[str]) -> str:
        """`[1]: https://…` disappears when parsed; unless a link in the text points to it, it is text."""
        label = found["label"]
        if self._is_pointed_at(label.casefold()):
            return found[0]
        before, after = found[0][: -len(label) - 3], found[0][-len(label) - 2 :]
        return before + self._mark(Mark("literal", "[", "[")) + after

    def _is_pointed_at(self, label: str) -> bool:
        """By `[words][1]` or `[label]`; a bare `[1]` is a footnote's number and reads best with its brackets."""
        source = self.source.casefold()
        return f"][{label}]" in source or (label[0] not in "^0123456789" and source.count(f"[{label}]") > 1)

    def _mark(self, mark: Mark) -> str:
        self.marks.append(mark)
        return f"\u2983{chr(FIRST + len(self.marks) - 1)}\u2984"


def _never_prose(body: str) -> bool:
    return True


def _no_words(body: str) -> bool:
    """`\\(n\\)` is a formula, `\\(see below\\)` is prose with escaped brackets."""
    return bool(re.search(r"[\\^_=+<>]", body)) or not re.search(r"[^\W\d_]{3,}", body)


def _signs_or_lines(body: str) -> bool:
    """`\\[x^2\\]` is a formula, `\\[1\\]` an escaped footnote number."""
    return bool(re.search(r"[\\^_=+<>\n]", body)) or body != body.strip()


_FORMULAS: tuple[tuple[str, Kind, Callable[[str], bool]], ...] = (
    ("round", "formula", _no_words),
    ("square", "display", _signs_or_lines),
    ("double", "display", _never_prose),
    ("single", "formula", _never_prose),
)


def _spoiler_edges(source: str) -> dict[int, Kind]:
    """Where `||` opens and closes a spoiler: in pairs, within a paragraph, tight against the words inside."""
    edges: dict[int, Kind] = {}
    opened: int | None = None
    for found in _SPECIAL.finditer(source):
        if not found["bars"]:
            continue
        at = found.start()
        if opened is not None and "\n\n" in source[opened:at]:
            opened = None
        if opened is not None and at > opened + 2 and not source[at - 1].isspace():
            edges[opened], edges[at], opened = "spoiler", "end_spoiler", None
        elif source[at + 2 : at + 3].strip():
            opened = at
    return edges
