"""Documents of true pages (PDF, scans): as many pages a call as its time allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from kiebot.documents import ReadingOrder
from kiebot.documents.text import short

SLICE_S = 10.0  # after so long no further page is begun: the person sees progress, and a crash costs little
MOST_OCR_PAGES = 20

# Reads page `number` (from 1). Returns its text and the method.
PageReader = Callable[[int], tuple[str, str]]


def read_pages(
    kind: str,
    title: str,
    page_count: int,
    order: ReadingOrder,
    read_page: PageReader,
    *,
    notes: Sequence[str] = (),
    slice_s: float = SLICE_S,
) -> dict[str, Any]:
    """Pages from `order.first` on, until the slice, the document or the limits end."""
    last, left = min(page_count, order.limits.max_pages), order.limits.max_chars
    pages: list[dict[str, Any]] = []
    number, ocr_pages, stop_at = order.first, 0, time.monotonic() + slice_s
    while number <= last and left > 0 and ocr_pages < MOST_OCR_PAGES and (not pages or time.monotonic() < stop_at):
        text, method = read_page(number)
        pages.append({"number": number, "text": text[:left], "method": method})
        left -= len(text)
        ocr_pages += method == "ocr"
        number += 1
    more = number <= last and left > 0
    return {
        "kind": kind,
        "title": short(title),
        "pages": pages,
        "page_count": page_count,
        "truncated": not more and (number <= page_count or left < 0),
        "next_page": number if more else 0,
        "notes": list(notes),
    }
