"""PPTX: each slide is a page, with its title, tables and the speaker's notes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

from kiebot.documents import ReadingOrder
from kiebot.documents.archives import ends, macros, open_zip, relations, title, value
from kiebot.documents.ooxml import PartReader
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document

_SHOW = "ppt/presentation.xml"
_TITLES = frozenset({"title", "ctrTitle"})
_SMALL_PRINT = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Slides in the order of the show."""
    with open_zip(path) as archive:
        slides, paper = _slides(archive), Paper(order.limits.max_chars)
        try:
            for number, part in enumerate(slides):
                if number:
                    paper.put("")  # a slide without words is a page all the same
                    paper.turn()
                _read_slide(archive, part, paper)
        except EnoughError:
            pass
        return document("pptx", title(archive), paper.pages(), order.limits, full=paper.full, notes=macros(archive))


def _slides(archive: zipfile.ZipFile) -> list[str]:
    targets, found = relations(archive, _SHOW), []
    for element in ends(archive, _SHOW, "sldId"):
        reference = next((str(name) for key, name in element.attrib.items() if str(key).endswith("}id")), "")
        if reference in targets:
            found.append(targets[reference][1])
    return found


def _read_slide(archive: zipfile.ZipFile, part: str, paper: Paper) -> None:
    reader = _Reader(paper)
    reader.read_part(archive, part)
    for kind, other in relations(archive, part).values():
        if kind == "notesSlide":
            reader.read_part(archive, other)


class _Reader(PartReader):
    """Puts the paragraphs of shapes and tables on paper."""

    TAGS = ("sp", "ph", "p", "t", "br")
    FREED = frozenset({"sp", "tr"})

    def __init__(self, paper: Paper) -> None:
        super().__init__(paper)
        self._line: list[str] = []
        self._role = ""

    def _open(self, tag: str, element: etree._Element) -> None:
        if tag == "sp":
            self._role = ""
        elif tag == "ph":
            self._role = value(element, "type")
        else:
            super()._open(tag, element)

    def _close(self, tag: str, element: etree._Element) -> None:
        if tag == "t":
            self._line.append(element.text or "")
        elif tag == "br":
            self._line.append("\n")
        elif tag == "p":
            self._end_line()
        elif tag == "sp":
            self._role = ""
        else:
            super()._close(tag, element)

    def _end_line(self) -> None:
        text = "".join(self._line).strip()
        self._line.clear()
        if text and self._role not in _SMALL_PRINT:
            self._paper.put(("# " if self._role in _TITLES else "") + text)
