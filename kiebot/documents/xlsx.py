"""XLSX: each sheet is a page, each row a line. Values are those that the program computed last; dates are dates again."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from kiebot.documents import ReadingOrder
from kiebot.documents.archives import ends, events, fits, forget, local, macros, open_zip, relations, title, value
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document

_BOOK = "xl/workbook.xml"
_MOST_COLUMNS = 500
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)
_COLUMN = re.compile(r"[A-Z]{1,3}")
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # the first one believes in 29 February 1900
_MAX_DAYS = 2_958_465  # the end of the year 9999


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Sheets in the order of their tabs."""
    with open_zip(path) as archive:
        paper = Paper(order.limits.max_chars)
        book = _Book(archive, order.limits.max_chars)
        try:
            for name, part in _sheets(archive):
                paper.turn()
                paper.put(f"# {name}")
                for row in book.rows(part):
                    paper.put(" | ".join(row))
        except EnoughError:
            pass
        return document("xlsx", title(archive), paper.pages(), order.limits, full=paper.full, notes=macros(archive))


class _Book:
    """What all sheets share: the table of texts, and which styles show dates."""

    def __init__(self, archive: zipfile.ZipFile, max_chars: int) -> None:
        self._archive = archive
        self._texts = _shared_texts(archive, max_chars)
        self._dates = _date_styles(archive)
        self._epoch = _EPOCHS[any(value(found, "date1904") in {"1", "true"} for found in ends(archive, _BOOK, "workbookPr"))]

    def rows(self, part: str) -> Iterator[list[str]]:
        """Rows that hold anything, each cell under its column."""
        row: list[str] = []
        for event, element in events(self._archive, part, ("row", "c")):
            tag = local(element.tag)
            if event == "start":
                row = [] if tag == "row" else row
            elif tag == "c":
                self._add(row, element)
                forget(element)
            else:
                forget(element)
                while row and not row[-1]:
                    row.pop()
                if row:
                    yield row

    def _add(self, row: list[str], cell: etree._Element) -> None:
        text = self._text(cell)
        if not text:
            return
        place = _COLUMN.match(cell.get("r", ""))
        missing = _number_of(place[0]) - 1 - len(row) if place else 0
        row += [""] * max(0, min(missing, _MOST_COLUMNS - len(row)))
        row.append(" ".join(text.split()))

    def _text(self, cell: etree._Element) -> str:
        kind = cell.get("t", "")
        if kind == "inlineStr":
            return _words(cell)
        shown = next((child.text or "" for child in cell if local(child.tag) == "v"), "")
        if kind == "s":
            return self._texts[int(shown)] if shown.isdecimal() and int(shown) < len(self._texts) else ""
        if kind == "b":
            return {"0": "FALSE", "1": "TRUE"}.get(shown, shown)
        return self._date(shown) if kind in {"", "n"} and cell.get("s", "") in self._dates else shown

    def _date(self, shown: str) -> str:
        try:
            days = float(shown)
        except ValueError:
            return shown
        if not 0 <= days <= _MAX_DAYS:
            return shown
        moment = self._epoch + timedelta(seconds=round(days * 86_400))
        if days < 1:
            return moment.strftime("%H:%M:%S")
        return moment.strftime("%Y-%m-%d" if days.is_integer() else "%Y-%m-%d %H:%M:%S")


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    targets = relations(archive, _BOOK)
    sheets = []
    for element in ends(archive, _BOOK, "sheet"):
        reference = next((str(found) for key, found in element.attrib.items() if str(key).endswith("}id")), "")
        if reference in targets and fits(archive, targets[reference][1]):
            sheets.append((value(element, "name"), targets[reference][1]))
    return sheets


def _shared_texts(archive: zipfile.ZipFile, max_chars: int) -> list[str]:
    """Texts by number, as many as there can be room for: each may stand in any cell."""
    texts, left = [], max_chars * 4
    for event, element in events(archive, "xl/sharedStrings.xml", ("si",)):
        if event == "end":
            texts.append(_words(element)[: max(0, left)])
            left -= len(texts[-1])
            forget(element)
    return texts


def _words(element: etree._Element) -> str:
    """The runs of a text, without the phonetic hints of Japanese."""
    found = element.iterdescendants("{*}t")
    return "".join(run.text or "" for run in found if (above := run.getparent()) is None or local(above.tag) != "rPh")


def _date_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    formats, styles, number = set(_DATE_FORMATS), set(), 0
    for element in ends(archive, "xl/styles.xml", "numFmt", "cellXfs"):
        if local(element.tag) == "numFmt":
            if value(element, "numFmtId").isdecimal() and _DATE_LETTERS.search(_QUOTED.sub("", value(element, "formatCode"))):
                formats.add(int(value(element, "numFmtId")))
            continue
        for number, style in enumerate(element.iterchildren("{*}xf")):
            if value(style, "numFmtId").isdecimal() and int(value(style, "numFmtId")) in formats:
                styles.add(str(number))
    return frozenset(styles)


def _number_of(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
