"""Markdown that is still being written: which part of it is settled, and how its open end would close.

A growing answer is rendered several times a second for many people at once. Its settled part (all but the last paragraph or
list item) is the same from call to call, so the caller keeps its rendering; only the growing end is parsed again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_LIST_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]")

_BLOCK_START = re.compile(r"\n(?:[ \t]*\n|(?=[ \t]*(?:[-*+|>]|\d{1,9}[.)]|#{1,6})[ \t]))")
_INLINE = re.compile(r"\\.|`+|\*{1,3}|_{1,3}|~~", re.DOTALL)
_OPEN_LINK = re.compile(r"(?<![\w\\])!?\[([^\]\n]*)(?:\]\([^)\s]*)?\Z")
_HALF_UNDERLINE = re.compile(r"(?<=\S)\n[-=]+[ \t]*\Z")  # would make a heading of the paragraph above it
_FORMULA_EDGES = ((r"\[", r"\]"), (r"\(", r"\)"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A growing text in two parts. `joint` stands between their renderings; `cut`: something before them is left out."""

    settled: str
    joint: str
    growing: str
    cut: bool


@dataclass(frozen=True, slots=True)
class _Fence:
    """A code block's opening line and where its inside ends."""

    start: int
    end: int
    opening: str


def draft_of(markdown: str, limit: int) -> Draft:
    """The parts of `markdown` whose renderings fill a message of `limit` units, whatever its length."""
    breaks, fences = _landmarks(markdown)
    last, start_of_last = breaks[-1] if breaks else (0, 0)
    reach = len(markdown) - limit
    start = max((after for _, after in breaks if after <= reach), default=0)
    settled = _window(markdown, start, last, 2 * limit, fences)
    growing = _window(markdown, start_of_last, len(markdown), limit + limit // 4, fences)
    cut_growing = len(markdown) - start_of_last > limit + limit // 4
    open_fence = bool(fences) and fences[-1].end > len(markdown)
    tail = growing if open_fence else closed(growing)
    heading = settled.rsplit("\n", 1)[-1].startswith("#")
    joint = "\n\n" if "\n" in markdown[last + 1 : start_of_last] and not heading else "\n"
    if cut_growing:
        return Draft("", "", tail, True)
    return Draft(settled, joint, tail, start > 0 or last - start > 2 * limit)


def _landmarks(markdown: str) -> tuple[list[tuple[int, int]], list[_Fence]]:
    """Where the text may be divided (end of one part, start of the next), and its fenced blocks; the last may be open."""
    breaks: list[tuple[int, int]] = []
    fences: list[_Fence] = []
    opened: tuple[int, re.Match[str]] | None = None
    at = words_end = 0
    for line in markdown.split("\n"):
        fence = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if opened is None and at > words_end and _begins_block(line, after_empty_line=at > words_end + 1):
            breaks.append((words_end, at))
        if fence and opened is None:
            opened = (at, fence)
        elif fence and opened and fence["fence"].startswith(opened[1]["fence"]) and not fence["info"].strip():
            fences.append(_fence_of(opened, at))
            opened = None
        at += len(line) + 1
        words_end = at - 1 if line.strip() else words_end
    return breaks, [*fences, _fence_of(opened, at)] if opened else fences


def _begins_block(line: str, *, after_empty_line: bool) -> bool:
    """Whether the text may be divided before `line` and both parts still mean the same."""
    if not line or line[0] in " \t>|":
        return False
    return after_empty_line or bool(_LIST_ITEM.match(line))


def _fence_of(opened: tuple[int, re.Match[str]], end: int) -> _Fence:
    return _Fence(opened[0], end, opened[1][0].lstrip(" \t>"))


def _window(markdown: str, start: int, end: int, most: int, fences: list[_Fence]) -> str:
    """At most `most` characters up to `end`, from a line's beginning, inside the same code block as in the whole text."""
    if end - start <= most:
        return markdown[start:end]
    line = markdown.find("\n", end - most, end) + 1 or end - most
    around = next((fence for fence in fences if fence.start < line <= fence.end), None)
    return (around.opening + "\n" if around else "") + markdown[line:end]


def closed(markdown: str) -> str:
    """The text with its unfinished bold, code, link or formula closed, so that it reads as it will when finished."""
    text = _HALF_UNDERLINE.sub("", _OPEN_LINK.sub(r"\1", markdown.rstrip()))
    for opening, closing in _FORMULA_EDGES:
        if text.rfind(opening) > text.rfind(closing):
            return text.removesuffix("\\") + closing
    if text.count("$$") % 2:
        return text + "$$"
    start = max((found.end() for found in _BLOCK_START.finditer(text)), default=0)
    return text[:start] + _closed_inline(text[start:])


def _closed_inline(line: str) -> str:
    opened: list[str] = []
    for found in _INLINE.finditer(line):
        sign = found[0]
        if sign[0] == "\\" or (opened and opened[-1][0] == "`" and sign != opened[-1]):
            continue
        if sign in opened and _may_close(line, found):
            del opened[opened.index(sign) :]
        elif found.end() == len(line):  # an opening sign, or half of a closing one: its words are still to come
            line = line[: found.start()]
        elif _may_open(line, found):
            opened.append(sign)
    return line.rstrip() + "".join(reversed(opened))


def _may_open(line: str, found: re.Match[str]) -> bool:
    after, before = line[found.end()], line[found.start() - 1 : found.start()]
    return found[0][0] == "`" or (not after.isspace() and not (found[0][0] == "_" and before.isalnum()))


def _may_close(line: str, found: re.Match[str]) -> bool:
    after, before = line[found.end() : found.end() + 1], line[found.start() - 1 : found.start()]
    return found[0][0] == "`" or (not before.isspace() and not (found[0][0] == "_" and after.isalnum()))
