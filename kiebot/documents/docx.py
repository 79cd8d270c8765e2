"""DOCX by zipfile and an incremental XML parser: text in reading order, headings, lists, tables, headers, footers and notes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

from kiebot.documents import ReadingOrder
from kiebot.documents.archives import (
    HARMLESS_BYTES,
    MAX_PART_BYTES,
    ends,
    fits,
    local,
    macros,
    open_zip,
    relations,
    title,
    value,
)
from kiebot.documents.ooxml import CELL, ROW, PartReader
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document
from kiebot.errors import ConfinedError

BODY = "word/document.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_SPELLED = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Headers, the body, footers and notes. Pages are those of the program that saved the file, if it left marks of them."""
    with open_zip(path) as archive:
        if not fits(archive, BODY):
            return _with_another_main_part(archive, path, order)
        paper = Paper(order.limits.max_chars)
        reader = _Reader(_style_prefixes(archive), paper)
        try:
            _edges(archive, "header", reader, paper)
            reader.read_part(archive, BODY)
            _edges(archive, "footer", reader, paper)
            for part in _NOTES:
                reader.read_part(archive, part)
        except EnoughError:
            pass
        return document("docx", title(archive), paper.pages(), order.limits, full=paper.full, notes=macros(archive))


def _with_another_main_part(archive: zipfile.ZipFile, path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Some programs name the main part otherwise; its own table says how. All parts are held in memory, so they must be small."""
    for entry in archive.infolist():
        fits(archive, entry.filename, HARMLESS_BYTES)
    if sum(entry.file_size for entry in archive.infolist()) > MAX_PART_BYTES:
        raise ConfinedError("refused", "bomb")
    from kiebot.documents.second_readers import read_docx  # loads two large libraries that hardly a file needs

    return read_docx(path, order.limits)


def _edges(archive: zipfile.ZipFile, kind: str, reader: _Reader, paper: Paper) -> None:
    """What stands above (or below) every page, said once however many sections repeat it."""
    said: set[str] = set()
    for part in sorted(name for found, name in relations(archive, BODY).values() if found == kind):
        apart = Paper(HARMLESS_BYTES)
        reader.read_apart(archive, part, apart)
        text = "\n".join(apart.pages())
        if text and text not in said:
            said.add(text)
            paper.put(text)


class _Reader(PartReader):
    """Walks through a part: a stack of open paragraphs (a text box lies inside one), the lines go to the paper."""

    TAGS = ("p", "t", "tab", "br", "cr", "noBreakHyphen", "pStyle", "outlineLvl", "numPr", "tbl", "lastRenderedPageBreak",
            "footnoteReference", "endnoteReference", "footnote", "endnote")  # fmt: skip
    FREED = frozenset({"p", "tr"})

    def __init__(self, style_prefixes: dict[str, str], paper: Paper) -> None:
        super().__init__(paper)
        self._style_prefixes = style_prefixes
        self._paragraphs: list[list[str]] = []
        self._prefix = ""
        self._marks: dict[tuple[str, str], int] = {}  # ("footnote", its id) -> the number it is shown with
        self._note = ""

    def read_apart(self, archive: zipfile.ZipFile, part: str, paper: Paper) -> None:
        """Read one part of the archive onto a paper of its own."""
        main, self._paper = self._paper, paper
        self.read_part(archive, part)
        self._paper = main

    def _open(self, tag: str, element: etree._Element) -> None:
        if tag == "p":
            self._paragraphs.append([])
        elif tag in {"footnote", "endnote"}:
            number = self._marks.get((tag, value(element, "id")))
            self._note = f"[{number}] " if number else ""
        else:
            super()._open(tag, element)

    def _close(self, tag: str, element: etree._Element) -> None:
        if tag == "p":
            self._end_paragraph()
        elif tag in {ROW, CELL}:
            super()._close(tag, element)
        elif tag == "tbl":
            self._paper.put("")
        elif tag in {"pStyle", "outlineLvl", "numPr"}:
            self._prefix = self._prefix_of(tag, element) or self._prefix
        else:
            self._inline(tag, element)

    def _inline(self, tag: str, element: etree._Element) -> None:
        page_break = tag == "lastRenderedPageBreak" or (tag == "br" and value(element, "type") == "page")
        if page_break and not self._paper.in_cell:
            self._turn_page()
        elif not page_break and self._paragraphs:
            self._paragraphs[-1].append(self._spelled(tag, element))

    def _spelled(self, tag: str, element: etree._Element) -> str:
        if tag.endswith("Reference"):
            key = (tag.removesuffix("Reference"), value(element, "id"))
            return f"[{self._marks.setdefault(key, len(self._marks) + 1)}]"
        return element.text or "" if tag == "t" else _SPELLED.get(tag, "")

    def _turn_page(self) -> None:
        """Words of an open paragraph before the break stay on the old page."""
        if self._paragraphs and (before := "".join(self._paragraphs[-1])):
            self._paper.put(before)
            self._paragraphs[-1].clear()
        self._paper.turn()

    def _end_paragraph(self) -> None:
        if not self._paragraphs:
            return
        text, prefix = "".join(self._paragraphs.pop()), self._prefix
        self._prefix = ""
        if text.strip():
            self._paper.put(self._note + prefix + text)
            self._note = ""

    def _prefix_of(self, tag: str, element: etree._Element) -> str:
        found = value(element, "val")
        if tag == "numPr":
            return self._prefix or "- "  # a numbered heading stays a heading
        if tag == "outlineLvl":
            return "#" * (int(found) + 1) + " " if found.isdigit() and int(found) < 9 else ""
        return self._style_prefixes.get(found, "")


def _style_prefixes(archive: zipfile.ZipFile) -> dict[str, str]:
    """Style ids are localised ("1", "Heading1", "a3"); only what stands inside says that it is a heading or a list."""
    prefixes: dict[str, str] = {}
    for element in ends(archive, "word/styles.xml", "style"):
        children = {local(child.tag): child for child in element.iterdescendants(etree.Element)}
        heading = _HEADING.fullmatch(value(children["name"], "val")) if "name" in children else None
        prefix = "#" * int(heading[1]) + " " if heading else "- " if "numPr" in children else ""
        if prefix:
            prefixes[value(element, "styleId")] = prefix
    return prefixes
