"""FB2: a book as one file of XML, often in a ZIP of its own. Chapters begin pages; notes and comments stand on the last ones."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from lxml import etree

from kiebot.documents import ReadingOrder
from kiebot.documents.archives import Event, elements, fits, forget, local, only_member, open_zip, opened, value
from kiebot.documents.encodings import encoding_of
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document

_HEAD_BYTES = 64 << 10
_TAGS = ("title-info", "author", "book-title", "body", "section", "title", "p", "subtitle", "v", "text-author", "empty-line",
         "tr", "td", "th", "binary")  # fmt: skip
_LINES = frozenset({"p", "subtitle", "v", "text-author"})
_NAMES = ("first-name", "middle-name", "last-name")
_DEEPEST = 6  # heading
_DECLARED = re.compile(rb"""^[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Author, title and annotation, then the chapters. XML with mistakes is common in books and read on behind them."""
    paper = Paper(order.limits.max_chars)
    reader = _Reader(paper)
    try:
        with _opened(path) as stream:
            encoding = _encoding(stream.read(_HEAD_BYTES))
            stream.seek(0)
            reader.read(elements(stream, _TAGS, encoding=encoding, recover=True))
    except EnoughError:
        pass
    return document("fb2", reader.title, paper.pages(), order.limits, full=paper.full)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file
        return
    with open_zip(path) as archive:
        book = only_member(archive)
        fits(archive, book)
        with opened(archive, book) as stream:
            yield stream


def _encoding(head: bytes) -> str | None:
    """What the bytes show, where the declaration is missing or calls something UTF-8 that is not; else None."""
    found, declared = encoding_of(head), _DECLARED.match(head)
    if found.startswith("utf-8"):
        return None if head.isascii() else "utf-8"
    if found.startswith("utf") or (declared and not declared[1].lower().startswith(b"utf")):
        return None
    return found


class _Reader:
    """Walks through the book; a line is known at its end."""

    def __init__(self, paper: Paper) -> None:
        self.title = ""
        self._paper = paper
        self._part = ""  # "title-info" or "body", while one of them is open
        self._depth = 0  # of sections
        self._in_notes = False
        self._heading: list[str] | None = None  # the lines of a title that is open
        self._note = ""  # the mark of the note that begins with the next line
        self._told = False  # more than titles stands on this page

    def read(self, events: Iterable[Event]) -> None:
        for event, element in events:
            tag = local(element.tag)
            if tag == "binary":  # pictures: nothing else follows
                return
            (self._open if event == "start" else self._close)(tag, element)
            if event == "end" and (tag in _LINES or tag in {"tr", "section"}):
                forget(element)

    def _open(self, tag: str, element: etree._Element) -> None:
        if tag in {"title-info", "body"}:
            self._part = tag
            self._in_notes = bool(value(element, "name"))
            self._turn()
        elif tag == "section":
            self._depth += 1
            if not self._in_notes:
                self._turn()
        elif tag == "title":
            self._heading = []
        elif tag == "tr":
            self._paper.begin_row()
        elif tag in {"td", "th"}:
            self._paper.begin_cell()

    def _close(self, tag: str, element: etree._Element) -> None:
        if tag in {"title-info", "body"}:
            self._part = ""
        elif tag == "section":
            self._depth -= 1
        elif tag == "title":
            self._end_title()
        elif tag == "tr":
            self._paper.end_row()
        elif tag in {"td", "th"}:
            self._paper.put(_words(element))
            self._paper.end_cell()
        elif self._part == "title-info" and tag in {"author", "book-title"}:
            self._introduce(tag, element)
        elif self._part and tag in _LINES:
            self._line(_words(element))
        elif tag == "empty-line":
            self._paper.put("")

    def _turn(self) -> None:
        """Begin a page, unless only titles stand on this one: a part's title belongs to its first chapter."""
        if self._told:
            self._paper.turn()
            self._told = False

    def _introduce(self, tag: str, element: etree._Element) -> None:
        if tag == "book-title":
            self.title = _words(element)
            self._paper.put(f"# {self.title}")
        else:
            names = " ".join(_words(name) for part in _NAMES for name in element.iterchildren(f"{{*}}{part}"))
            if names.strip():
                self._paper.put(names)

    def _end_title(self) -> None:
        words, self._heading = " ".join(self._heading or ()), None
        if self._in_notes and self._depth:
            self._note = f"[{words}] "
        elif words:
            self._paper.put("#" * min(max(self._depth, 1), _DEEPEST) + f" {words}")

    def _line(self, words: str) -> None:
        if not words:
            return
        if self._heading is not None:
            self._heading.append(words)
            return
        note, self._note, self._told = self._note, "", True
        self._paper.put(note + words)


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())
