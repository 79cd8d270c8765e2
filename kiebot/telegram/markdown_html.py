"""The little HTML that models mix into their Markdown, as steps of the renderer. What is no tag we know stays text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

Step = tuple[str, str]  # text, break, open, close, link or end_link; and its value

SMALL = {"sub": "_", "sup": "^"}

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?:\s[^<>]*)?)/?>")  # in small letters: `List<T>` is no tag
_ADDRESS = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]*)")
_FORMATS = {
    "b": "bold",
    "strong": "bold",
    "summary": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "kbd": "code",
    "tg-spoiler": "spoiler",
    "sub": "sub",
    "sup": "sup",
}
_SILENT = frozenset(("p", "div", "span", "center", "details", "font", "small", "big", "ul", "ol"))
_SILENT_LINES = re.compile(rf"\s*\n\s*(?:</?(?:{'|'.join(sorted(_SILENT))})(?:\s[^<>]*)?>\s*)+(?:\n|\Z)")


def without_silent_lines(markup: str) -> str:
    """An HTML block without the lines that would only leave a hole."""
    return _SILENT_LINES.sub("\n", markup).strip()


def steps(markup: str) -> Iterator[Step]:
    """The markup from left to right."""
    after = 0
    for tag in _TAG.finditer(markup):
        yield from _text(markup[after : tag.start()])
        yield from _tag(tag)
        after = tag.end()
    yield from _text(markup[after:])


def _text(markup: str) -> Iterator[Step]:
    for number, line in enumerate(html.unescape(markup).split("\n")):
        if number:
            yield "break", ""
        if line:
            yield "text", line


def _tag(tag: re.Match[str]) -> Iterator[Step]:
    closing, name, attributes = bool(tag[1]), tag[2], tag[3]
    address = _ADDRESS.search(attributes)
    if name in _FORMATS:
        yield ("close" if closing else "open"), _FORMATS[name]
    elif name == "a" and (closing or address):
        yield ("end_link", "") if closing or not address else ("link", address[1])
    elif name == "br":
        yield "break", ""
    elif name == "li" and not closing:
        yield "text", "• "
    elif name not in _SILENT and name != "li":
        yield "text", tag[0]
