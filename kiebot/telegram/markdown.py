"""Model Markdown → plain text with formatting for Telegram. `render` never fails and never swallows words.

pyromark (pulldown-cmark) parses CommonMark with tables, strikethrough and task lists; markdown_marks adds what models write
besides; this module walks the parser's events. Telegram knows neither headings nor lists, tables or nested quotes, so they
become what reads best in a chat.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pyromark

from kiebot.telegram.markdown_formulas import script, to_unicode
from kiebot.telegram.markdown_html import SMALL, steps, without_silent_lines
from kiebot.telegram.markdown_marks import MARK, Mark, Marked
from kiebot.telegram.markdown_spans import Span, Writer, tidy
from kiebot.telegram.markdown_tables import Cell, write_table

OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS
BULLETS = ("•", "◦", "▪")
RULE = "────────────"
INDENT = "   "
BOXES = {True: "☑", False: "☐"}

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINK = re.compile(r"(?:https?|tg|ton|ftp)://[^\s]+|(?:mailto|tel):[^\s]+", re.IGNORECASE)
_INLINE = {"Strong": "bold", "Emphasis": "italic", "Strikethrough": "strikethrough"}


def render(markdown: str) -> tuple[str, list[Span]]:
    """The visible text and its formatting, both trimmed."""
    source = _NOT_TEXT.sub("\ufffd", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    marked = Marked(source)
    return _Renderer(marked).walk(tuple(pyromark.events(marked.text, options=OPTIONS)))


class _Renderer:
    """One walk over one document's events."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.out = Writer()
        self.gap = 0  # line breaks owed before the next words
        self.fresh = True  # the next block begins where we stand, without a gap
        self.lead = ""  # a bullet or number that waits for its words
        self.prefixes: list[str] = []  # what every line begins with: indentation of lists, marks of nested quotes
        self.lists: list[int | None] = []  # the next number, None for bullets
        self.links: list[tuple[int, str]] = []
        self.quotes: list[int] = []
        self.code: list[str] | None = None
        self.markup: list[str] | None = None
        self.rows: list[list[Cell]] = []
        self.alignments: tuple[str, ...] = ()
        self.page: Writer | None = None  # the document, while `out` is a table's cell

    def walk(self, events: tuple[Any, ...]) -> tuple[str, list[Span]]:
        for place, event in enumerate(events):
            if isinstance(event, str):
                self._plain_event(event)
                continue
            name, value = next(iter(event.items()))
            if name == "Start":
                self._start(value, events[place + 1])
            else:
                _EVENTS[name](self, value)
        self._flush()
        self.out.close_all()
        text = self.out.text().rstrip()
        return text, tidy(text, self.out.spans)

    def _plain_event(self, event: str) -> None:
        if event == "Rule":
            self._block()
            self._write(RULE)
        elif self.page:
            self.out.write(" ")
        else:
            self._line_break()

    def _block(self, lines: int = 2) -> None:
        """A block begins: `lines` line breaks away from the one before."""
        if not self.fresh:
            self.gap = max(self.gap, lines)
        self.fresh = False

    def _flush(self, *, indented: bool = True) -> None:
        if self.gap and not self.page:
            if self.out.length:
                self.out.write("\n" * self.gap)
            self.out.write("".join(self.prefixes[: -1 if self.lead else None]) if indented or self.lead else "")
            self.gap = 0
        if self.lead:
            self.out.write(self.lead)
            self.lead = ""

    def _write(self, text: str) -> None:
        if text:
            self._flush()
            self.out.write(text)

    def _line_break(self) -> None:
        if self.gap:  # the break that is owed already
            self._flush()
        else:
            self._flush()
            self.out.write("\n" + "".join(self.prefixes))

    def _own_lines(self, text: str, language: str | None = None) -> None:
        """A code block: at the left edge even inside a list, since its lines are copied."""
        if not text:
            return
        self._flush(indented=False)
        if not self.out.ends_line():
            self.out.write("\n")
        start = self.out.length
        self.out.write(text)
        self.out.span("pre", start, language=language)
        self.gap, self.fresh = 1, False

    # starts

    def _start(self, tag: Any, following: Any) -> None:
        name, value = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if name in _INLINE:
            self._flush()
            self.out.open(_INLINE[name])
        elif name == "Item":
            self._start_item(following)
        elif name in _STARTS:
            _STARTS[name](self, value)

    def _start_heading(self, _: object) -> None:
        self._block()
        self._flush()
        self.out.open("bold")

    def _start_quote(self, _: object) -> None:
        if self.quotes:
            self.prefixes.append("> ")
        self._block()
        self._flush()
        self.quotes.append(self.out.length)
        if len(self.quotes) > 1:
            self.out.write("> " if self.out.ends_line() else "")
        self.fresh = True

    def _start_code(self, kind: Any) -> None:
        self._block(1 if self.lists else 2)
        self.code = [kind["Fenced"] if isinstance(kind, dict) else ""]

    def _start_list(self, first: int | None) -> None:
        self._block(1 if self.lists or self._after_colon() else 2)
        self.fresh = True
        self.lists.append(first)

    def _after_colon(self) -> bool:
        return bool(self.out.parts) and self.out.parts[-1].rstrip().endswith(":")

    def _start_item(self, following: Any) -> None:
        number = self.lists[-1]
        loose = following == {"Start": "Paragraph"}
        first = self.fresh
        if self.lead:
            self._flush()
        if not first or not self.out.ends_line():
            self.gap = max(self.gap, 2 if loose and not first else 1)
        if number is None:
            depth = sum(kind is None for kind in self.lists) - 1
            self.lead = f"{BULLETS[min(depth, len(BULLETS) - 1)]} "
        else:
            self.lead = f"{number}. "
            self.lists[-1] = number + 1
        self.prefixes.append(INDENT)
        self.fresh = True

    def _start_link(self, link: dict[str, str]) -> None:
        self._flush()
        self.links.append((self.out.length, self.marked.restore(link["dest_url"])))

    def _start_table(self, alignments: tuple[str, ...]) -> None:
        self._block()
        self._flush(indented=False)
        self.rows, self.alignments = [], alignments

    def _start_row(self, _: None) -> None:
        self.rows.append([])

    def _start_cell(self, _: None) -> None:
        self.page, self.out = self.page or self.out, Writer()

    def _start_markup(self, _: None) -> None:
        self._block()
        self.markup = []

    # ends

    def _end(self, tag: Any) -> None:
        name = tag if isinstance(tag, str) else next(iter(tag))
        if name in _INLINE:
            self.out.close(_INLINE[name])
        elif name in _ENDS:
            _ENDS[name](self)

    def _end_heading(self) -> None:
        self.out.close_all()
        self.gap, self.fresh = 1, True

    def _end_quote(self) -> None:
        start = self.quotes.pop()
        if self.quotes:
            self.prefixes.pop()
        else:
            self.out.span("blockquote", start)
        self.fresh = False

    def _end_code(self) -> None:
        language, *lines = self.code or [""]
        self.code = None
        name = re.split(r"[\s,{]", language.strip())[0] or None
        self._own_lines(self.marked.restore("".join(lines)).rstrip("\n"), self.marked.restore(name) if name else None)

    def _end_list(self) -> None:
        self.lists.pop()
        self.fresh = False

    def _end_item(self) -> None:
        if self.lead:  # an empty item
            self._flush()
        self.out.close_all()
        self.prefixes.pop()
        self.fresh = False

    def _end_link(self) -> None:
        start, url = self.links.pop()
        label = self.out.text_from(start).strip()
        if _LINK.fullmatch(url):
            self.out.write("" if label else url)
            if label and label != url.removeprefix("mailto:"):
                self.out.span("text_link", start, url=url)
        elif url and not url.startswith("#") and label != url:  # Telegram would drop such a link without a word
            self.out.write(f" ({url})" if label else url)

    def _end_cell(self) -> None:
        self.out.close_all()
        text = self.out.text().strip()
        self.rows[-1].append(Cell(text, tuple(tidy(text, self.out.spans))))
        self.out = cast(Writer, self.page)
        self.page = None

    def _end_table(self) -> None:
        if self.lead or not self.out.ends_line():
            self._line_break()
        write_table(self.out, self.rows, self.alignments)
        self.fresh = False

    def _end_markup(self) -> None:
        markup, self.markup = "".join(self.markup or []), None
        self._markup(without_silent_lines(markup))
        self.out.close_all()

    # inside lines

    def _text(self, text: str) -> None:
        if self.code is not None:
            self.code.append(text)
        elif self.marked.marks and MARK.search(text):
            self._text_with_marks(text)
        else:
            self._write(text)

    def _text_with_marks(self, text: str) -> None:
        after, alone = 0, False
        for found in MARK.finditer(text):
            mark = self.marked.of(found[1])
            words = text[after : found.start()]
            self._write(words.lstrip() if alone else words)
            alone = mark is not None and mark.kind == "display"
            self._mark(mark, found[0])
            after = found.end()
        self._write(text[after:].lstrip() if alone else text[after:])

    def _mark(self, mark: Mark | None, source: str) -> None:
        if mark is None or mark.kind == "literal":
            self._write(mark.body if mark else source)
        elif mark.kind == "spoiler":
            self._flush()
            self.out.open("spoiler")
        elif mark.kind == "end_spoiler":
            self.out.close("spoiler")
        else:
            self._formula(mark)

    def _formula(self, mark: Mark) -> None:
        said = to_unicode(mark.body)
        if self.page or mark.kind == "formula":
            self._inline_formula(mark.body if said is None else said.replace("\n", "; "), readable=said is not None)
        elif said is None:
            self._own_lines(mark.body, "latex")
        else:
            self._display(said)

    def _inline_formula(self, said: str, *, readable: bool) -> None:
        self._flush()
        start = self.out.length
        self.out.write(said)
        if not readable:
            self.out.span("code", start)

    def _display(self, said: str) -> None:
        self._flush()
        if not self.out.ends_line() and self.out.parts[-1].strip():
            self._line_break()
        for number, line in enumerate(said.split("\n")):
            if number:
                self._line_break()
            self.out.write(line)
        self.gap = max(self.gap, 1)

    def _inline_code(self, code: str) -> None:
        self._flush()
        start = self.out.length
        self.out.write(self.marked.restore(code))
        self.out.span("code", start)

    def _task(self, done: bool) -> None:
        box = f"{BOXES[done]} "
        self.lead = box if not self.lead or self.lists[-1] is None else self.lead + box

    def _html(self, markup: str) -> None:
        if self.markup is None:
            self._markup(markup)
        else:
            self.markup.append(markup)

    def _markup(self, markup: str) -> None:
        """HTML that means something here is obeyed, the rest is text: `List<T>` must not become `List`."""
        for action, value in steps(markup):
            if action == "text":
                self._text(value)
            elif action == "break":
                self._line_break()
            elif action == "link":
                self._start_link({"dest_url": value})
            elif action == "end_link" and self.links:
                self._end_link()
            elif action in ("open", "close"):
                self._flush()
                (self.out.open if action == "open" else self._close)(value)

    def _close(self, format_: str) -> None:
        """The end of a tag; small letters are written when all of them are known: H<sub>2</sub>O → H₂O."""
        if format_ not in SMALL:
            self.out.close(format_)
            return
        starts = [start for opened, start in self.out.opened if opened == format_]
        if starts:
            self.out.opened.remove((format_, starts[-1]))
            self.out.write(script(SMALL[format_], self.out.cut_from(starts[-1])))


_EVENTS: dict[str, Callable[[_Renderer, Any], None]] = {
    "End": _Renderer._end,
    "Text": _Renderer._text,
    "Code": _Renderer._inline_code,
    "Html": _Renderer._html,
    "InlineHtml": _Renderer._html,
    "TaskListMarker": _Renderer._task,
}
_STARTS: dict[str, Callable[[_Renderer, Any], None]] = {
    "Paragraph": lambda renderer, _: renderer._block(),
    "Heading": _Renderer._start_heading,
    "BlockQuote": _Renderer._start_quote,
    "CodeBlock": _Renderer._start_code,
    "List": _Renderer._start_list,
    "Link": _Renderer._start_link,
    "Image": _Renderer._start_link,
    "Table": _Renderer._start_table,
    "TableHead": _Renderer._start_row,
    "TableRow": _Renderer._start_row,
    "TableCell": _Renderer._start_cell,
    "HtmlBlock": _Renderer._start_markup,
}
_ENDS: dict[str, Callable[[_Renderer], None]] = {
    "Paragraph": lambda renderer: renderer.out.close_all(),
    "Heading": _Renderer._end_heading,
    "BlockQuote": _Renderer._end_quote,
    "CodeBlock": _Renderer._end_code,
    "List": _Renderer._end_list,
    "Item": _Renderer._end_item,
    "Link": _Renderer._end_link,
    "Image": _Renderer._end_link,
    "Table": _Renderer._end_table,
    "TableCell": _Renderer._end_cell,
    "HtmlBlock": _Renderer._end_markup,
}
