"""Slower readers for files that the fast ones cannot open.

pypdf mends broken tables of a PDF, python-docx finds the main part of a Word file whose maker gave it another
name. Both run in the confined child, within its limits of memory and time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pypdf
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree
from pypdf.errors import PyPdfError

from kiebot.documents import ReadingLimits, ReadingOrder
from kiebot.documents.slices import read_pages
from kiebot.documents.text import clean, document
from kiebot.errors import ConfinedError

# What the two libraries meet in ruins.
_RUINS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError)


def read_pdf(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """A slice of its text layer. Raises ConfinedError when there is nothing to mend."""
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(order.password):
            raise ConfinedError("refused", "wrong-password" if order.password else "password")
        title = str(reader.metadata.title or "") if reader.metadata else ""
        answer = read_pages("pdf", title, len(reader.pages), order, lambda number: _pdf_page(reader.pages[number - 1]))
    except (PyPdfError, *_RUINS) as exc:
        raise ConfinedError("refused", "broken") from exc
    if order.first == 1 and not any(page["text"] for page in answer["pages"]):
        raise ConfinedError("refused", "broken")
    return answer


def _pdf_page(page: pypdf.PageObject) -> tuple[str, str]:
    text = clean(page.extract_text())
    return text, "text" if text else "none"


def read_docx(path: Path, limits: ReadingLimits) -> dict[str, Any]:
    """Paragraphs and tables in reading order, as one page. The sizes inside the archive were checked by the caller."""
    try:
        opened = docx.Document(str(path))
    except (PackageNotFoundError, etree.XMLSyntaxError, *_RUINS) as exc:
        raise ConfinedError("refused", "broken") from exc
    lines: list[str] = []
    for block in opened.element.body.iterchildren():
        if block.tag == qn("w:p"):
            lines.append("".join(block.itertext(qn("w:t"))))
        elif block.tag == qn("w:tbl"):
            lines += [" | ".join("".join(cell.itertext(qn("w:t"))) for cell in row) for row in block.iter(qn("w:tr"))]
    return document("docx", opened.core_properties.title or "", [clean("\n".join(lines))], limits)
