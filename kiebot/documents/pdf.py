"""PDF through pdfium: the text layer, page by page. Scans are only recognised as such, not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw

from kiebot.documents import ReadingLimits
from kiebot.documents.text import clean, document
from kiebot.errors import ConfinedError

# pdfium puts one of these where a word was hyphenated at the end of a line.
_HYPHENATION = re.compile("[\x02\ufffe]\r?\n?")


def read(path: Path, limits: ReadingLimits) -> dict[str, Any]:
    """The first pages, as many as the limits allow. A file that pdfium cannot open gets a second, slower chance."""
    try:
        return _read(path, limits)
    except ConfinedError as refusal:
        if refusal.message != "broken":
            raise
        from kiebot.documents.second_readers import read_pdf  # loads two large libraries that hardly a file needs

        return read_pdf(path, limits)


def _read(path: Path, limits: ReadingLimits) -> dict[str, Any]:
    with closing(_opened(path)) as pdf:
        page_count = len(pdf)
        if page_count == 0:
            raise ConfinedError("refused", "empty")
        texts = list(_texts(pdf, min(page_count, limits.max_pages), limits.max_chars))
        answer = document("pdf", pdf.get_metadata_value("Title"), texts, limits)
        answer["truncated"] = answer["truncated"] or len(texts) < page_count
        answer["page_count"] = page_count
        return answer


def _opened(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as exc:
        encrypted = exc.err_code in {pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY}
        raise ConfinedError("refused", "encrypted" if encrypted else "broken") from exc


def _texts(pdf: pypdfium2.PdfDocument, count: int, max_chars: int) -> Iterator[str]:
    """Page after page, until there are more characters than will be kept."""
    read_chars = 0
    for index in range(count):
        text = _text(pdf, index)
        yield text
        read_chars += len(text)
        if read_chars >= max_chars:
            return


def _text(pdf: pypdfium2.PdfDocument, index: int) -> str:
    """A page that pdfium cannot load is an empty one: the rest of the document may be fine."""
    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as layer:
            return clean(_HYPHENATION.sub("", layer.get_text_bounded()))
    except pypdfium2.PdfiumError:
        return ""
