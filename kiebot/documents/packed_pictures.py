"""Office files that hold nothing but pictures, as people make them of photographed pages: each picture is a page, read by OCR."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from kiebot.documents import ReadingOrder
from kiebot.documents.archives import content, open_zip
from kiebot.documents.pictures import page_text
from kiebot.documents.slices import read_pages
from kiebot.errors import ConfinedError
from kiebot.media import picture

_FOLDERS = ("word/media/", "ppt/media/", "Pictures/")
_MAX_BYTES = 30 << 20
_NUMBER = re.compile(r"(\d+)")


def read(path: Path, kind: str, title: str, order: ReadingOrder) -> dict[str, Any] | None:
    """A slice of its pictures, in the order of their numbers, which is that in which they were put in. None: there are none."""
    with open_zip(path) as archive:
        names = sorted((name for name in archive.namelist() if name.startswith(_FOLDERS)), key=_numbered)
        if not names:
            return None
        return read_pages(kind, title, len(names), order, lambda number: _page(archive, names[number - 1], order.ocr))


def _page(archive: zipfile.ZipFile, name: str, mode: str) -> tuple[str, str]:
    """Drawings of other formats are pages that cannot be read."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content(archive, name, _MAX_BYTES))
        file.flush()
        try:
            with picture.opened(Path(file.name), formats=picture.SCANS) as image:
                return page_text(image, 0, mode)
        except ConfinedError as error:
            if error.message != "broken":
                raise
            return "", "none"


def _numbered(name: str) -> list[str | int]:
    """So that "image10" comes after "image9"."""
    return [int(part) if part.isdecimal() else part for part in _NUMBER.split(name)]
