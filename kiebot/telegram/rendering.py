"""Answers as Telegram messages: Markdown → pieces of text with entities, each within what one message may hold.

`split` for what is sent, `preview` for a text that still grows, `as_file` for what is too long to scroll through. Offsets
are UTF-16 units, Telegram's measure. Nothing here knows the client library; entities.py turns entities into its types.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from kiebot.services.incoming import Entity
from kiebot.telegram.markdown import render
from kiebot.telegram.markdown_drafts import draft_of
from kiebot.telegram.markdown_spans import Span, tidy

LIMIT = 4096  # UTF-16 units in one message
MAX_ENTITIES = 100  # Telegram silently drops the rest
# An answer of up to so many messages is sent as messages only. Of a longer one these are sent, and the whole `as_file` after
# them: nobody scrolls through ten messages, and the chat's limit of about one message a second would take as long to pass.
MAX_PIECES = 4

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_SENTENCE_END = re.compile(r"[.!?…。！？]+[»”\")\]]*\s")
_BLANK_SIGNS = "\u2800\u3164\u115f\u1160\uffa0"  # letters by their category, yet nothing to see


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one message and its formatting."""

    text: str
    entities: tuple[Entity, ...] = ()


def split(markdown: str, limit: int = LIMIT) -> list[Piece]:
    """The messages that show `markdown`. Empty only if there is nothing to see in it."""
    text, spans = render(markdown)
    if not _visible(text):  # only an empty link or the like: then its source says more than nothing
        text, spans = markdown.strip(), []
    return _pieces(text, spans, limit)


def split_text(text: str, entities: list[Entity] | tuple[Entity, ...] = (), limit: int = LIMIT) -> list[Piece]:
    """The messages that show `text`, cut at paragraphs, lines, sentences or words; formatting goes on in the next piece."""
    return _pieces(text, _spans_of(text, entities), limit)


def preview(markdown: str, limit: int = LIMIT) -> Piece:
    """One message for a text that still grows: what is open is closed, and of a long text the end is shown."""
    draft = draft_of(markdown, limit)
    text, spans = _render_settled(draft.settled)
    new_text, new_spans = render(draft.growing)
    if new_text:
        text += draft.joint if text else ""
        spans = (*spans, *(span.shifted(len(text)) for span in new_spans))
        text += new_text
    if not text:
        return Piece("…")
    return _last_part(text, spans, limit, cut=draft.cut)


def as_file(markdown: str, name: str = "answer.md") -> tuple[str, bytes]:
    """The whole answer as a document, for texts of more than MAX_PIECES messages. The mark tells old editors it is UTF-8."""
    return name, b"\xef\xbb\xbf" + markdown.encode("utf-8", "replace")


def speakable(markdown: str) -> str:
    """What can be read aloud of Markdown: no code, no marks."""
    text, spans = render(markdown)
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        if span.type == "pre":
            text = text[: span.start] + text[span.end :]
    return text.strip()


def utf16_length(text: str) -> int:
    """The length of `text` in Telegram's units."""
    return len(text) + (0 if text.isascii() else len(_ASTRAL.findall(text)))


def utf16_slice(text: str, start: int, end: int | None) -> str:
    """The characters between two of Telegram's offsets."""
    ruler = _Ruler(text)
    return text[ruler.character(start) : None if end is None else ruler.character(end)]


@lru_cache(maxsize=256)  # one entry per growing answer: all but its last paragraph is the same from call to call
def _render_settled(markdown: str) -> tuple[str, tuple[Span, ...]]:
    text, spans = render(markdown)
    return text, tuple(spans)


def _last_part(text: str, spans: tuple[Span, ...], limit: int, *, cut: bool) -> Piece:
    """The end of the text, beginning with "…" when something stands before it."""
    if not cut and utf16_length(text) <= limit:
        return _piece(text, list(spans[:MAX_ENTITIES]))
    ruler = _Ruler(text)
    too_much = max(0, ruler.units(len(text)) + 1 - limit)
    start = ruler.character(too_much)
    while start < len(text) and (ruler.units(start) < too_much or _joined(text, start)):
        start += 1
    kept = [span for span in spans if span.end > start][-MAX_ENTITIES:]
    by = 1 - start
    return _piece("…" + text[start:], [span._replace(start=max(span.start + by, 1), end=span.end + by) for span in kept])


def _piece(text: str, spans: list[Span]) -> Piece:
    ruler = _Ruler(text)
    return Piece(text, tuple(ruler.entity(span) for span in spans))


def _pieces(text: str, spans: list[Span], limit: int) -> list[Piece]:
    pieces = []
    start = 0
    while start < len(text):
        end = _cut(text, spans, start, limit)
        part, kept = _part(text, spans, start, end)
        if _visible(part):
            pieces.append(_piece(part, kept))
        start = end
    return pieces


def _part(text: str, spans: list[Span], start: int, end: int) -> tuple[str, list[Span]]:
    """The words between two cuts, without the white space around them, and the spans that fall on them."""
    in_code = any(span.type == "pre" and span.start <= start < span.end for span in spans)
    while start < end and (text[start] == "\n" if in_code else text[start].isspace()):
        start += 1
    part = text[start:end].rstrip()
    stop = start + len(part)
    cut = (span._replace(start=max(span.start, start), end=min(span.end, stop)) for span in spans if span.start < stop)
    return part, tidy(part, [span.shifted(-start) for span in cut if span.end > span.start])[:MAX_ENTITIES]


def _cut(text: str, spans: list[Span], start: int, limit: int) -> int:
    """Where the piece that begins at `start` ends."""
    room = _furthest(text, start, limit)
    crowded = _end_of_room_for_entities(spans, start)
    if room >= len(text) and crowded >= len(text):
        return len(text)
    return _good_break(text, spans, start, max(start + 1, min(room, crowded)))


def _furthest(text: str, start: int, limit: int) -> int:
    """The most characters that fit into `limit` units."""
    window = text[start : start + limit]
    return start + _Ruler(window).character(limit)


def _end_of_room_for_entities(spans: list[Span], start: int) -> int:
    """Where the entity that would be one too many begins; spans are sorted by their starts."""
    here = [span for span in spans if span.end > start]
    return max(start + 1, here[MAX_ENTITIES].start) if len(here) > MAX_ENTITIES else 1 << 60


def _good_break(text: str, spans: list[Span], start: int, end: int) -> int:
    """The best place in the second half of the window: a paragraph outside code, any paragraph, a line, a sentence, a word."""
    lowest = start + (end - start) // 2
    window = text[lowest : end + 1]
    paragraphs = [lowest + found.end() for found in re.finditer(r"\n\n+", window)]
    outside = [place for place in paragraphs if place <= end and not _inside_code(spans, place)]
    if outside:
        return outside[-1]
    for pattern in (r"\n\n+", r"\n", _SENTENCE_END, r"\s"):
        places = [lowest + found.end() for found in re.finditer(pattern, window)]
        if reachable := [place for place in places if place <= end]:
            return reachable[-1]
    return _between_signs(text, start, end)


def _inside_code(spans: list[Span], place: int) -> bool:
    return any(span.type == "pre" and span.start < place < span.end for span in spans)


def _between_signs(text: str, start: int, end: int) -> int:
    """Not inside an emoji or between a letter and its accent, unless the sign is absurdly long."""
    for place in range(end, max(start, end - 40), -1):
        if not _joined(text, place):
            return place
    return end


def _joined(text: str, place: int) -> bool:
    """Whether the characters before and after `place` make one sign."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if "\u200d" in (before, after) or unicodedata.combining(after) or "\ufe00" <= after <= "\ufe0f":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    return _is_flag(before) and _is_flag(after)


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _visible(text: str) -> bool:
    return any(
        not sign.isspace() and sign not in _BLANK_SIGNS and unicodedata.category(sign) not in ("Cf", "Cc", "Mn") for sign in text
    )


def _spans_of(text: str, entities: list[Entity] | tuple[Entity, ...]) -> list[Span]:
    ruler = _Ruler(text)
    spans = (
        Span(one.type, ruler.character(one.offset), ruler.character(one.offset + one.length), one.url, one.language)
        for one in entities
    )
    return sorted(spans, key=lambda span: (span.start, -span.end))


class _Ruler:
    """Characters ↔ UTF-16 units of one text."""

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.wide = [] if text.isascii() else [found.start() for found in _ASTRAL.finditer(text)]
        self.wide_units = [place + number for number, place in enumerate(self.wide)]

    def units(self, character: int) -> int:
        return character + bisect_left(self.wide, character) if self.wide else character

    def character(self, unit: int) -> int:
        """The last character boundary at or before `unit`."""
        return min(self.length, unit - bisect_left(self.wide_units, unit))

    def entity(self, span: Span) -> Entity:
        start = self.units(span.start)
        return Entity(span.type, start, self.units(span.end) - start, span.url, span.language)
