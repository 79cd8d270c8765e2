"""The line under an answer that names the pages it rests on, and the passages as they are quoted."""

from __future__ import annotations

from collections.abc import Sequence

from kiebot.i18n import text
from kiebot.services.document_questions import Quote, Source

QUOTED_CHARS = 700  # of a passage; five of them fit one message


def sources_line(sources: Sequence[Source], language: str) -> str:
    """Markdown: "📄 p. 41, 57", with the names of the files when there are several; empty when nothing is named."""
    pages = [text(language, "document-pages", pages=", ".join(map(str, source.pages))) for source in sources]
    if len(sources) == 1:
        return f"📄 {pages[0]}"
    named = (f"📄 {_code(source.name)}: {where}" for source, where in zip(sources, pages, strict=True))
    return "\n\n".join(named)


def _code(name: str) -> str:
    """A stranger's file name in Markdown that formats nothing."""
    return "`" + name.replace("`", "'") + "`"


def quoted(quotes: Sequence[Quote], language: str) -> str:
    """The passages one after the other, each under its file and page; plain text."""
    parts = []
    for quote in quotes:
        words = " ".join(quote.text.split())
        shown = words if len(words) <= QUOTED_CHARS else words[: QUOTED_CHARS - 1] + "…"
        parts.append(f"📄 {quote.name}, {text(language, 'document-pages', pages=str(quote.page))}\n{shown}")
    return "\n\n".join(parts)
