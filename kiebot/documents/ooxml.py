"""What the readers of DOCX and PPTX share: the walk through a part of the archive, and tables."""

from __future__ import annotations

import zipfile
from collections.abc import Set

from lxml import etree

from kiebot.documents.archives import events, forget, local
from kiebot.documents.paper import Paper

ROW, CELL, TWIN = "tr", "tc", "Fallback"


class PartReader:
    """Puts the words of parts on paper. Subclasses name the elements that they want, and those after which memory is freed."""

    TAGS: tuple[str, ...] = ()
    FREED: Set[str] = frozenset()

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._skipping = 0  # the old-style twin of a text box repeats its words

    def read_part(self, archive: zipfile.ZipFile, part: str) -> None:
        """Read one part of the archive."""
        for event, element in events(archive, part, (*self.TAGS, ROW, CELL, TWIN)):
            tag = local(element.tag)
            if tag == TWIN:
                self._skipping += 1 if event == "start" else -1
            elif not self._skipping:
                (self._open if event == "start" else self._close)(tag, element)
            if event == "end" and tag in self.FREED:
                forget(element)

    def _open(self, tag: str, element: etree._Element) -> None:
        if tag == ROW:
            self._paper.begin_row()
        elif tag == CELL:
            self._paper.begin_cell()

    def _close(self, tag: str, element: etree._Element) -> None:
        if tag == CELL:
            self._paper.end_cell()
        elif tag == ROW:
            self._paper.end_row()
