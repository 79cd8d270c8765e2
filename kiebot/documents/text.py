"""Plain text in any of the encodings that people still send."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiebot.documents import ReadingLimits, ReadingOrder
from kiebot.documents.encodings import encoding_of

# Neither printable nor whitespace: they would only confuse models and terminals. U+FFFE and U+0002 are pdfium's marks.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_BLANK_LINES = re.compile(r"\n{3,}")
_TITLE_CHARS = 200
_MOST_BYTES_A_CHARACTER = 4


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """A form feed begins a new page, as in RFCs; else a text is one page."""
    limits = order.limits
    with path.open("rb") as file:
        data = file.read(limits.max_chars * _MOST_BYTES_A_CHARACTER)
        more = bool(file.read(1))
    decoded = data.decode(encoding_of(data), errors="replace")
    parts = [clean(part) for part in decoded.split("\f")]
    return document("text", "", [part for part in parts if part] or [""], limits, full=more)


def document(
    kind: str, title: str, texts: list[str], limits: ReadingLimits, *, full: bool = False, notes: Sequence[str] = ()
) -> dict[str, Any]:
    """The answer for a document that was read in one call, cut to the limits. `full`: its reader stopped at them."""
    pages: list[dict[str, Any]] = []
    left = limits.max_chars
    for number, text in enumerate(texts[: limits.max_pages], start=1):
        if left <= 0:
            break
        pages.append({"number": number, "text": text[:left], "method": "text" if text else "none"})
        left -= len(text)
    return {
        "kind": kind,
        "title": short(title),
        "pages": pages,
        "page_count": len(texts),
        "truncated": full or len(pages) < len(texts) or left < 0,
        "next_page": 0,
        "notes": list(notes),
    }


def short(title: str) -> str:
    """A title as it may stand in one line."""
    return " ".join(clean(title).split())[:_TITLE_CHARS]


def clean(text: str) -> str:
    """Text without unprintable characters, with "\\n" line ends and at most one blank line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = (line.rstrip() for line in _UNPRINTABLE.sub("", text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
