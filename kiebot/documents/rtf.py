"""RTF: a small reader of its groups and control words. Pictures, objects and fields' instructions are left out."""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kiebot.documents import ReadingOrder
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document
from kiebot.errors import ConfinedError

_TOKEN = re.compile(rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\")
_MAX_DEPTH = 2_000
_SPELLED = {
    "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": " ", "enspace": " ", "line": "\n",
}  # fmt: skip
_LEFT_OUT = frozenset({
    "colortbl", "stylesheet", "pict", "object", "fldinst", "generator", "themedata", "datastore", "listtable",
    "listoverridetable", "revtbl", "rsidtbl", "xmlnstbl", "bkmkstart", "bkmkend", "filetbl", "operator", "author", "company",
    "category", "keywords", "comment", "subject", "manager", "doccomm", "creatim", "revtim", "printim", "panose", "falt",
    "nonshppict", "pntext", "listtext",
})  # fmt: skip
_SYMBOLS = {b"~": "\xa0", b"-": "", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
# The character sets of fonts that are not code pages by number.
_CHARSETS = {0: 1252, 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256,
             186: 1257, 204: 1251, 222: 874, 238: 1250}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """What a group inherits: where its words go ("body", "title", "fonts" or nowhere), its font, how many bytes follow a \\u."""

    goes_to: str = "body"
    font: int = -1
    after_unicode: int = 1


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Pages where the document breaks them."""
    paper = Paper(order.limits.max_chars)
    reader = _Reader(paper)
    with contextlib.suppress(EnoughError):
        reader.read(path.read_bytes())
    return document("rtf", reader.title, paper.pages(), order.limits, full=paper.full)


class _Reader:
    """Walks through the tokens with a stack of groups."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._stack: list[_Group] = []
        self._now = _Group()
        self._codepage, self._codepages = "cp1252", dict[int, str]()
        self._line: list[str] = []
        self._bytes = bytearray()  # waits until the code page ends: a letter may take two
        self._skip = 0
        self._in_row = False
        self.title = ""

    def read(self, data: bytes) -> None:
        position = 0
        while token := _TOKEN.match(data, position):
            position = token.end()
            word, number, code, symbol, brace, text = token.groups()
            if code or text:
                self._take_bytes(bytes([int(code, 16)]) if code else text)
                continue
            self._decode()
            if brace:
                self._brace(brace)
            elif word == b"bin":
                position += max(0, int(number or 0))
            elif word:
                self._control(word.decode(), None if number is None else int(number))
            elif symbol == b"*":
                self._now = replace(self._now, goes_to="")  # a destination that only its program knows
            elif symbol:
                self._put(_SYMBOLS.get(symbol, ""))
        self._decode()
        self._end_line()

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            if len(self._stack) >= _MAX_DEPTH:
                raise ConfinedError("refused", "bomb")
            self._stack.append(self._now)
        elif self._stack:
            self._now = self._stack.pop()
        self._skip = 0

    def _control(self, word: str, number: int | None) -> None:
        if word in _SPELLED:
            self._put(_SPELLED[word])
        elif word in {"par", "sect", "page", "cell", "row", "trowd", "nestcell", "nestrow"}:
            self._break(word)
        elif word == "u" and number is not None:
            self._put(chr(number % 0x10000))
            self._skip = self._now.after_unicode
        elif word == "uc":
            self._now = replace(self._now, after_unicode=min(number or 0, 10))
        elif word in {"ansicpg", "mac", "pc", "pca"}:
            self._codepage = _codec({"mac": 10000, "pc": 437, "pca": 850}.get(word, number or 1252), self._codepage)
        else:
            self._setting(word, number or 0)

    def _setting(self, word: str, number: int) -> None:
        if word in _LEFT_OUT:
            self._now = replace(self._now, goes_to="")
        elif word == "fonttbl":
            self._now = replace(self._now, goes_to="fonts")
        elif word == "title" and self._now.goes_to == "info":
            self._now = replace(self._now, goes_to="title")
        elif word == "info":
            self._now = replace(self._now, goes_to="info")
        elif word == "f":
            self._now = replace(self._now, font=number)
        elif word == "fcharset" and self._now.goes_to == "fonts" and number != 1:
            self._codepages[self._now.font] = _codec(_CHARSETS.get(number, 1252), self._codepage)
        elif word == "pard":
            self._in_row = False
        elif word == "intbl":
            self._in_row = True

    def _break(self, word: str) -> None:
        if self._now.goes_to != "body":
            return
        if word in {"cell", "nestcell"}:
            self._line.append(" | ")
        elif word == "par" and self._in_row:
            self._line.append(" ")
        elif word != "trowd":
            self._end_line()
        if word == "page":
            self._paper.turn()

    def _end_line(self) -> None:
        line = "".join(self._line).removesuffix(" | ")
        self._line.clear()
        # \u gives the halves of letters beyond 65,535 one by one.
        self._paper.put(line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))

    def _take_bytes(self, data: bytes) -> None:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self._bytes += data[skipped:]

    def _decode(self) -> None:
        if self._bytes:
            self._put(self._bytes.decode(self._codepages.get(self._now.font, self._codepage), errors="replace"))
            self._bytes.clear()

    def _put(self, text: str) -> None:
        if self._now.goes_to == "body":
            self._line.append(text)
        elif self._now.goes_to == "title":
            self.title += text


def _codec(number: int, otherwise: str) -> str:
    name = {10000: "mac-roman", 10007: "mac-cyrillic", 65001: "utf-8"}.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return otherwise
