"""HTML as a reader sees it: headings, paragraphs, lists and tables, without scripts and styles. No tree is built."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

from lxml import etree

from kiebot.documents import ReadingOrder
from kiebot.documents.encodings import encoding_of
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document
from kiebot.errors import ConfinedError

_DECLARED = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*((?:windows|iso|cp|koi|ibm|mac|x-mac|euc|gb|big|shift|tis)[A-Za-z0-9_-]*)""",
    re.IGNORECASE,
)
_HEAD_BYTES = 4096
_CHUNK = 1 << 16
_HIDDEN = frozenset({"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select", "head"})
_BLOCKS = frozenset({
    "p", "div", "section", "article", "aside", "header", "footer", "nav", "main", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "tr", "td", "th", "caption", "blockquote", "pre", "figure", "figcaption", "form", "fieldset", "address", "hr", "body",
    "details", "summary", "h1", "h2", "h3", "h4", "h5", "h6", "center",
})  # fmt: skip
_SPACES = re.compile(r"[ \t\r\n\f]+")


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """One page, as there are none."""
    data = path.read_bytes()
    paper = Paper(order.limits.max_chars)
    title = read_markup(data.decode(_encoding(data), errors="replace"), paper)
    return document("html", title, paper.pages(), order.limits, full=paper.full)


def read_markup(markup: str, paper: Paper) -> str:
    """Put the text of a page on paper. Returns the page's title."""
    target = _Target(paper)
    parser = etree.HTMLParser(target=target, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    markup = re.sub(r"^\s*<\?xml[^>]*>", "", markup.removeprefix("\ufeff"))  # its encoding is not that of a decoded text
    try:
        for start in range(0, len(markup), _CHUNK):
            parser.feed(markup[start : start + _CHUNK])
        if markup:
            parser.close()
    except EnoughError:
        pass
    except etree.XMLSyntaxError as exc:
        raise ConfinedError("refused", "broken") from exc
    return target.title


class _Target:
    """What the parser calls."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._words: list[str] = []
        self._hidden = 0
        self._verbatim = 0
        self._in_title = False
        self._prefix = ""
        self.title = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "br":
            self._flush()
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "tr":
            self._paper.begin_row()
        elif tag in {"td", "th"}:
            self._paper.begin_cell()
        elif tag == "li":
            self._prefix = "- "
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._prefix = "#" * int(tag[1]) + " "

    def end(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag in _BLOCKS:
            self._flush()
            self._prefix = ""
        if tag in _HIDDEN:
            self._hidden -= 1
        elif tag == "pre":
            self._verbatim -= 1
        elif tag in {"td", "th"}:
            self._paper.end_cell()
        elif tag == "tr":
            self._paper.end_row()
        elif tag in {"p", "table", "ul", "ol", "pre", "blockquote"} and not self._paper.in_cell:
            self._paper.put("")

    def data(self, text: str) -> None:
        if self._in_title:
            self.title += text
        elif not self._hidden:
            self._words.append(text)

    def close(self) -> None:
        self._flush()

    def _flush(self) -> None:
        """End a line."""
        text = "".join(self._words)
        self._words.clear()
        if not self._verbatim:
            text = _SPACES.sub(" ", text).strip()
        if not text.strip():
            return
        prefix, self._prefix = self._prefix, ""
        self._paper.put(prefix + text)


def _encoding(data: bytes) -> str:
    """What the bytes show first, then what the page declares: many declare what they are not."""
    found = encoding_of(data)
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    if found.startswith("utf") or not declared:
        return found
    try:
        return codecs.lookup(declared[1].decode()).name
    except LookupError:
        return found
