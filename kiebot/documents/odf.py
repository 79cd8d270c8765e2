"""OpenDocument: texts, sheets and slides, all in one content.xml. Sheets and slides are pages; texts carry marks of breaks."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

from kiebot.documents import ReadingOrder
from kiebot.documents.archives import ends, events, forget, local, macros, open_zip, title, value
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document
from kiebot.errors import ConfinedError

_TAGS = ("p", "h", "list-item", "table", "table-row", "table-cell", "covered-table-cell", "page", "soft-page-break", "note",
         "tracked-changes", "annotation", "forms")  # fmt: skip
_LEFT_OUT = frozenset({"tracked-changes", "annotation", "forms"})
_MOST_REPEATED = 100  # an empty row to the end of the sheet is one cell, repeated 16,384 times


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Headers of the page style, the content, its notes, footers."""
    with open_zip(path) as archive:
        kind = _kind(archive)
        paper = Paper(order.limits.max_chars)
        try:
            _read_edges(archive, "header", paper)
            _Reader(paper, kind).read_part(archive, "content.xml")
            _read_edges(archive, "footer", paper)
        except EnoughError:
            pass
        return document(kind, title(archive, "meta.xml"), paper.pages(), order.limits, full=paper.full, notes=_notes(archive))


def _kind(archive: zipfile.ZipFile) -> str:
    for _ in ends(archive, "META-INF/manifest.xml", "encryption-data"):
        raise ConfinedError("refused", "encrypted")
    if "content.xml" not in archive.namelist():
        raise ConfinedError("refused", "broken")
    mimetype = archive.read("mimetype")
    return "ods" if b".spreadsheet" in mimetype else "odp" if b".presentation" in mimetype else "odt"


def _notes(archive: zipfile.ZipFile) -> list[str]:
    """Basic's own table of contents is there without any macro, so a library's module has to be."""
    names = (name for name in archive.namelist() if name.startswith(("Basic/", "Scripts/")))
    modules = any(not name.endswith(("/", "script-lc.xml", "script-lb.xml")) for name in names)
    return ["macros"] if modules else [] if any(name.startswith("Basic/") for name in archive.namelist()) else macros(archive)


def _read_edges(archive: zipfile.ZipFile, which: str, paper: Paper) -> None:
    """What stands above (or below) every page, said once."""
    said: set[str] = set()
    for element in ends(archive, "styles.xml", which):
        line = " ".join(" ".join(_text(paragraph, []) for paragraph in element.iterdescendants("{*}p")).split())
        if line and line not in said:
            said.add(line)
            paper.put(line)


class _Reader:
    """Walks through the content; a paragraph's words are known at its end."""

    def __init__(self, paper: Paper, kind: str) -> None:
        self._paper, self._kind = paper, kind
        self._items = 0
        self._depth = 0  # of tables
        self._left_out = 0
        self._notes: list[str] = []
        self._in_note = 0
        self._columns = 0

    def read_part(self, archive: zipfile.ZipFile, part: str) -> None:
        for event, element in events(archive, part, _TAGS):
            tag = local(element.tag)
            if tag in _LEFT_OUT:
                self._left_out += 1 if event == "start" else -1
            elif tag == "note":
                self._in_note += 1 if event == "start" else -1
            elif not self._left_out and not self._in_note:
                (self._open if event == "start" else self._close)(tag, element)
            if event == "end" and not self._in_note and tag in {"p", "h", "table-row"} and not _inside_paragraph(element):
                forget(element)
        for note in self._notes:
            self._paper.put(note)

    def _open(self, tag: str, element: etree._Element) -> None:
        if tag == "list-item":
            self._items += 1
        elif tag == "table":
            self._depth += 1
            if self._kind == "ods" and self._depth == 1:
                self._paper.turn()
                self._paper.put(f"# {value(element, 'name')}")
        elif tag == "page":
            self._paper.turn()
        elif tag == "table-row":
            self._paper.begin_row()
        elif tag in {"table-cell", "covered-table-cell"}:
            self._paper.begin_cell()

    def _close(self, tag: str, element: etree._Element) -> None:
        if tag == "list-item":
            self._items -= 1
        elif tag == "table":
            self._depth -= 1
            self._paper.put("")
        elif tag == "table-row":
            self._paper.end_row()
        elif tag in {"table-cell", "covered-table-cell"}:
            self._end_cell(element)
        elif tag == "soft-page-break" and not self._paper.in_cell:
            self._paper.turn()
        elif tag in {"p", "h"}:
            self._end_paragraph(tag, element)

    def _end_paragraph(self, tag: str, element: etree._Element) -> None:
        text = _text(element, self._notes)
        if not text.strip():
            return
        level = value(element, "outline-level")
        heading = "#" * int(level) + " " if tag == "h" and level.isdecimal() and 0 < int(level) < 10 else ""
        self._paper.put((heading or ("- " if self._items and not self._paper.in_cell else "")) + text)

    def _end_cell(self, element: etree._Element) -> None:
        text = self._paper.end_cell()
        repeated = value(element, "number-columns-repeated")
        if text and repeated.isdecimal():
            for _ in range(min(int(repeated) - 1, _MOST_REPEATED)):
                self._paper.add_cell(text)


def _inside_paragraph(element: etree._Element) -> bool:
    """Whether a paragraph lies in another one (a text box): that one is still read, and nothing before it may be dropped."""
    return any(local(above.tag) in {"p", "h"} for above in element.iterancestors())


def _text(element: etree._Element, notes: list[str]) -> str:
    """A paragraph's words. Notes are numbered and kept for the end; paragraphs inside it have been said already."""
    words = [element.text or ""]
    for child in element:
        tag = local(child.tag)
        if tag == "note":
            notes.append(f"[{len(notes) + 1}] " + " ".join(_text(p, []) for p in child.iterdescendants("{*}p")))
            words.append(f"[{len(notes)}]")
        elif tag == "s":
            count = value(child, "c")
            words.append(" " * min(int(count) if count.isdecimal() else 1, _MOST_REPEATED))
        elif tag in {"tab", "line-break"}:
            words.append("\t" if tag == "tab" else "\n")
        elif tag and tag not in {"p", "h", "annotation", "frame"}:
            words.append(_text(child, notes))
        words.append(child.tail or "")
    return "".join(words)
