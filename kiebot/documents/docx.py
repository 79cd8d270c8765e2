"""DOCX by zipfile and an incremental XML parser: text in reading order, headings, lists and tables.

The tree is thrown away behind the reading point, so memory does not follow the size of the document. Entities and
DTDs are refused, and the sizes that the archive declares are checked before anything is inflated (zipfile never gives
out more than was declared).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from kiebot.documents import ReadingLimits
from kiebot.documents.kinds import open_zip
from kiebot.documents.text import clean, document
from kiebot.errors import ConfinedError

_MAX_PART_BYTES = 100 << 20
_MAX_STYLES_BYTES = 10 << 20
_HARMLESS_BYTES = 10 << 20
_MAX_RATIO = 200  # Word's XML deflates 10 to 60 times; deflate's own limit is 1032
_BODY_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_TAGS = ("p", "t", "tab", "br", "cr", "noBreakHyphen", "pStyle", "outlineLvl", "numPr", "tbl", "tr", "tc", "Fallback",
         "lastRenderedPageBreak")  # fmt: skip
_SPELLED = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_Event = tuple[str, "etree._Element"]


def read(path: Path, limits: ReadingLimits) -> dict[str, Any]:
    """The body with its footnotes. Pages are those of the program that saved the file, if it left marks of them."""
    with open_zip(path) as archive:
        if not _fits(archive, _BODY_PARTS[0], _MAX_PART_BYTES):
            return _with_another_main_part(archive, path, limits)
        reader = _Reader(_style_prefixes(archive), limits)
        try:
            for part in _BODY_PARTS:
                reader.read_part(archive, part)
        except _EnoughError:
            pass
        answer = document("docx", _title(archive), reader.pages(), limits)
        answer["truncated"] = answer["truncated"] or reader.full
        return answer


def _with_another_main_part(archive: zipfile.ZipFile, path: Path, limits: ReadingLimits) -> dict[str, Any]:
    """Some programs name the main part otherwise; its own table says how. All parts are held in memory, so they must be small."""
    for entry in archive.infolist():
        _fits(archive, entry.filename, _HARMLESS_BYTES)
    if sum(entry.file_size for entry in archive.infolist()) > _MAX_PART_BYTES:
        raise ConfinedError("refused", "bomb")
    from kiebot.documents.second_readers import read_docx  # loads two large libraries that hardly a file needs

    return read_docx(path, limits)


class _EnoughError(Exception):
    """As many characters were read as the limits allow."""


class _Reader:
    """Collects the text: a stack of open paragraphs (a text box lies inside one) and a stack of open table cells."""

    def __init__(self, style_prefixes: dict[str, str], limits: ReadingLimits) -> None:
        self._style_prefixes, self._left = style_prefixes, limits.max_chars
        self._pages: list[list[str]] = [[]]
        self._paragraphs: list[list[str]] = []
        self._prefix = ""
        self._rows: list[list[str]] = []
        self._cells: list[list[str]] = []
        self._skipping = 0  # the old-style twin of a text box repeats its words
        self.full = False

    def read_part(self, archive: zipfile.ZipFile, part: str) -> None:
        for event, element in _events(archive, part, _TAGS, _MAX_PART_BYTES):
            tag = _local(element.tag)
            if tag == "Fallback":
                self._skipping += 1 if event == "start" else -1
            elif not self._skipping:
                (self._open if event == "start" else self._close)(tag, element)
            if event == "end" and tag in {"p", "tr"}:
                _forget(element)

    def pages(self) -> list[str]:
        return [clean("\n".join(page)) for page in self._pages]

    def _open(self, tag: str, element: etree._Element) -> None:
        if tag == "p":
            self._paragraphs.append([])
        elif tag == "tr":
            self._rows.append([])
        elif tag == "tc":
            self._cells.append([])

    def _close(self, tag: str, element: etree._Element) -> None:
        if tag == "p":
            self._end_paragraph()
        elif tag == "tc":
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "tbl":
            self._put("")
        elif tag in {"pStyle", "outlineLvl", "numPr"}:
            self._prefix = self._prefix_of(tag, element) or self._prefix
        else:
            self._inline(tag, element)

    def _inline(self, tag: str, element: etree._Element) -> None:
        page_break = tag == "lastRenderedPageBreak" or (tag == "br" and _value(element, "type") == "page")
        if page_break and not self._cells:
            self._turn_page()
        elif not page_break and self._paragraphs:
            self._paragraphs[-1].append(element.text or "" if tag == "t" else _SPELLED.get(tag, ""))

    def _turn_page(self) -> None:
        """Words of an open paragraph before the break stay on the old page."""
        if self._paragraphs and (before := "".join(self._paragraphs[-1])):
            self._put(before)
            self._paragraphs[-1].clear()
        if self._pages[-1]:
            self._pages.append([])

    def _end_paragraph(self) -> None:
        if not self._paragraphs:
            return
        text, prefix = "".join(self._paragraphs.pop()), self._prefix
        self._prefix = ""
        if text.strip():
            self._put(prefix + text)

    def _end_cell(self) -> None:
        if self._cells:
            cell = " ".join(" ".join(self._cells.pop()).split())
            if self._rows:
                self._rows[-1].append(cell)

    def _end_row(self) -> None:
        if self._rows:
            row = self._rows.pop()
            if any(row):
                self._put(" | ".join(row))

    def _put(self, text: str) -> None:
        if self._cells:
            self._cells[-1].append(text)
            return
        self._pages[-1].append(text)
        self._left -= len(text) + 1
        if self._left < 0:
            self.full = True
            raise _EnoughError

    def _prefix_of(self, tag: str, element: etree._Element) -> str:
        value = _value(element, "val")
        if tag == "numPr":
            return self._prefix or "- "  # a numbered heading stays a heading
        if tag == "outlineLvl":
            return "#" * (int(value) + 1) + " " if value.isdigit() and int(value) < 9 else ""
        return self._style_prefixes.get(value, "")


def _events(archive: zipfile.ZipFile, part: str, tags: tuple[str, ...], max_bytes: int) -> Iterator[_Event]:
    if not _fits(archive, part, max_bytes):
        return
    wildcards = [f"{{*}}{tag}" for tag in tags]  # Word writes one of two namespaces
    try:
        with archive.open(part) as stream:
            events = etree.iterparse(
                stream, events=("start", "end"), tag=wildcards,
                resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
            )  # fmt: skip
            for number, (event, element) in enumerate(events):
                if number == 0 and element.getroottree().docinfo.doctype:
                    raise ConfinedError("refused", "bomb")
                yield event, element
    except (etree.XMLSyntaxError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as exc:
        raise ConfinedError("refused", "broken") from exc


def _fits(archive: zipfile.ZipFile, part: str, max_bytes: int) -> bool:
    """Whether the part exists; refuses one that would inflate beyond reason."""
    try:
        entry = archive.getinfo(part)
    except KeyError:
        return False
    if entry.flag_bits & 1:
        raise ConfinedError("refused", "encrypted")
    too_dense = entry.file_size > _HARMLESS_BYTES and entry.file_size > entry.compress_size * _MAX_RATIO
    if entry.file_size > max_bytes or too_dense:
        raise ConfinedError("refused", "bomb")
    return True


def _style_prefixes(archive: zipfile.ZipFile) -> dict[str, str]:
    """Style ids are localised ("1", "Heading1", "a3"); only what stands inside says that it is a heading or a list."""
    prefixes: dict[str, str] = {}
    for event, element in _events(archive, "word/styles.xml", ("style",), _MAX_STYLES_BYTES):
        if event == "end":
            children = {_local(child.tag): child for child in element.iterdescendants(etree.Element)}
            heading = _HEADING.fullmatch(_value(children["name"], "val")) if "name" in children else None
            prefix = "#" * int(heading[1]) + " " if heading else "- " if "numPr" in children else ""
            if prefix:
                prefixes[_value(element, "styleId")] = prefix
            _forget(element)
    return prefixes


def _title(archive: zipfile.ZipFile) -> str:
    for event, element in _events(archive, "docProps/core.xml", ("title",), _MAX_STYLES_BYTES):
        if event == "end":
            return element.text or ""
    return ""


def _value(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if _local(key) == name), "")


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
