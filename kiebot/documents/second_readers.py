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

from kiebot.documents import ReadingLimits
from kiebot.documents.text import clean, document
from kiebot.errors import ConfinedError


def read_pdf(path: Path, limits: ReadingLimits) -> dict[str, Any]:
    """The first pages, as many as the limits allow. Raises ConfinedError when there is nothing to mend."""
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted:
            raise ConfinedError("refused", "encrypted")
        page_count = len(reader.pages)
        texts = [clean(page.extract_text()) for page in reader.pages[: limits.max_pages]]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:  # what pypdf meets in ruins
        raise ConfinedError("refused", "broken") from exc
    if not any(texts):
        raise ConfinedError("refused", "broken")
    answer = document("pdf", title, texts, limits)
    answer["truncated"] = answer["truncated"] or len(texts) < page_count
    answer["page_count"] = page_count
    return answer


def read_docx(path: Path, limits: ReadingLimits) -> dict[str, Any]:
    """Paragraphs and tables in reading order, as one page. The sizes inside the archive were checked by the caller."""
    try:
        opened = docx.Document(str(path))
    except (PackageNotFoundError, AttributeError, KeyError, ValueError, etree.XMLSyntaxError) as exc:  # met in ruins
        raise ConfinedError("refused", "broken") from exc
    lines: list[str] = []
    for block in opened.element.body.iterchildren():
        if block.tag == qn("w:p"):
            lines.append("".join(block.itertext(qn("w:t"))))
        elif block.tag == qn("w:tbl"):
            lines += [" | ".join("".join(cell.itertext(qn("w:t"))) for cell in row) for row in block.iter(qn("w:tr"))]
    return document("docx", opened.core_properties.title or "", [clean("\n".join(lines))], limits)
