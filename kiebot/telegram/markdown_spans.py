"""Text that grows together with its formatting. Offsets count Python characters here; Telegram's UTF-16 units come last."""

from __future__ import annotations

from typing import NamedTuple

FORMATS = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
CODE = frozenset({"code", "pre"})


class Span(NamedTuple):  # made by the hundred for every draft: a frozen dataclass took five times as long
    """One formatted stretch: characters `start` to `end` (exclusive)."""

    type: str
    start: int
    end: int
    url: str | None = None
    language: str | None = None

    def shifted(self, by: int) -> Span:
        return Span(self.type, self.start + by, self.end + by, self.url, self.language)


class Writer:
    """Collects text and spans; formatting is opened and closed in any order, as model HTML demands."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.spans: list[Span] = []
        self.opened: list[tuple[str, int]] = []

    def write(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)

    def add(self, text: str, spans: list[Span]) -> None:
        """Append text that was formatted elsewhere, as a cell of a table."""
        self.spans.extend(span.shifted(self.length) for span in spans)
        self.write(text)

    def span(self, type_: str, start: int, *, url: str | None = None, language: str | None = None) -> None:
        if self.length > start:
            self.spans.append(Span(type_, start, self.length, url, language))

    def open(self, type_: str) -> None:
        self.opened.append((type_, self.length))

    def close(self, type_: str) -> None:
        """Close the innermost `type_`; one that was never opened is ignored."""
        for place in range(len(self.opened) - 1, -1, -1):
            if self.opened[place][0] == type_:
                start = self.opened.pop(place)[1]
                if type_ in FORMATS | CODE:  # <sub> and <sup> are open, too, but are no formatting
                    self.span(type_, start)
                return

    def close_all(self) -> None:
        while self.opened:
            self.close(self.opened[-1][0])

    def text(self) -> str:
        return "".join(self.parts)

    def text_from(self, start: int) -> str:
        return self.text()[start:]

    def cut_from(self, start: int) -> str:
        """Take back what was written since `start`; its spans go with it."""
        text = self.text()
        self.parts, self.length = [text[:start]], start
        self.spans = [span for span in self.spans if span.end <= start]
        return text[start:]

    def ends_line(self) -> bool:
        return not self.parts or self.parts[-1].endswith("\n")


def tidy(text: str, spans: list[Span]) -> list[Span]:
    """Spans as Telegram wants them: sorted, trimmed to their words, never twice the same, nothing inside code."""
    if not spans:
        return []
    kept = [trimmed for span in spans if (trimmed := _trimmed(text, span))]
    links = _outermost([span for span in kept if span.type == "text_link"])
    code = _merged([span for span in kept if span.type in CODE and not _touches(span, links)])
    formats = [piece for span in _merged([span for span in kept if span.type in FORMATS]) for piece in _without(span, code)]
    others = [span for span in kept if span.type not in FORMATS | CODE | {"text_link"}]
    whole = [trimmed for span in formats if (trimmed := _trimmed(text, span))]
    return sorted(whole + code + links + others, key=lambda span: (span.start, -span.end, span.type))


def _trimmed(text: str, span: Span) -> Span | None:
    """Without the white space at its edges; a code block keeps the indentation of its first line."""
    start, end = span.start, min(span.end, len(text))
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and (text[start] == "\n" if span.type == "pre" else text[start].isspace()):
        start += 1
    if (start, end) == (span.start, span.end):
        return span
    return span._replace(start=start, end=end) if end > start else None


def _outermost(links: list[Span]) -> list[Span]:
    """A picture inside a link is one link."""
    kept: list[Span] = []
    for link in sorted(links, key=lambda span: (span.start, -span.end)):
        if not kept or link.start >= kept[-1].end:
            kept.append(link)
    return kept


def _touches(span: Span, others: list[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)


def _merged(spans: list[Span]) -> list[Span]:
    """Overlapping spans of one type become one: bold inside a bold heading."""
    merged: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        row = merged.setdefault(span.type, [])
        if row and span.start < row[-1].end:
            row[-1] = row[-1]._replace(end=max(row[-1].end, span.end))
        else:
            row.append(span)
    return [span for row in merged.values() for span in row]


def _without(span: Span, holes: list[Span]) -> list[Span]:
    """The parts of `span` outside `holes`: Telegram lets nothing share characters with code."""
    pieces: list[Span] = []
    start = span.start
    for hole in sorted(holes, key=lambda hole: hole.start):
        if hole.end <= start or hole.start >= span.end:
            continue
        if hole.start > start:
            pieces.append(span._replace(start=start, end=hole.start))
        start = hole.end
    return [*pieces, span._replace(start=start)] if start < span.end else pieces
