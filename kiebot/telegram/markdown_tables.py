"""Tables for a narrow screen: aligned columns where they fit, one record per row where they do not."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import zip_longest

from kiebot.telegram.markdown_spans import Span, Writer

SCREEN = 40  # monospace characters a phone shows without folding the line
GAP = "  "


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text and the formatting inside it."""

    text: str = ""
    spans: tuple[Span, ...] = ()


def write_table(out: Writer, rows: list[list[Cell]], alignments: tuple[str, ...]) -> None:
    """The first row holds the headings. Columns need monospace, which hides links: then records are better, too."""
    widths = [max(map(_cell_width, column)) for column in zip_longest(*rows, fillvalue=Cell())]
    linked = any(span.type == "text_link" for row in rows for cell in row for span in cell.spans)
    if linked or sum(widths) + len(GAP) * (len(widths) - 1) > SCREEN:
        _write_records(out, rows)
    else:
        start = out.length
        out.write("\n".join(_lines(rows, widths, alignments)))
        out.span("pre", start)


def width(text: str) -> int:
    """Columns the text takes in a monospace font."""
    return len(text) if text.isascii() else sum(_sign_width(sign) for sign in text)


def _sign_width(sign: str) -> int:
    if unicodedata.combining(sign) or sign in "\u200d\ufe0f\ufe0e":
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _cell_width(cell: Cell) -> int:
    return width(cell.text)


def _lines(rows: list[list[Cell]], widths: list[int], alignments: tuple[str, ...]) -> list[str]:
    lines = [_line(row, widths, alignments) for row in rows]
    rule = GAP.join("─" * columns for columns in widths)
    return [lines[0], rule, *lines[1:]] if len(lines) > 1 else lines


def _line(row: list[Cell], widths: list[int], alignments: tuple[str, ...]) -> str:
    cells = zip_longest(row, widths, alignments, fillvalue=None)
    return GAP.join(_padded((cell or Cell()).text, columns or 0, alignment) for cell, columns, alignment in cells).rstrip()


def _padded(text: str, columns: int, alignment: str | None) -> str:
    space = max(0, columns - width(text))
    before = {"Right": space, "Center": space // 2}.get(alignment or "", 0)
    return " " * before + text + " " * (space - before)


def _write_records(out: Writer, rows: list[list[Cell]]) -> None:
    """One line per cell, `Price: 10`, the first in bold, and an empty line between records."""
    headings, *records = rows if len(rows) > 1 else [[], *rows]
    for number, record in enumerate(records):
        if number:
            out.write("\n\n")
        _write_record(out, headings, record)


def _write_record(out: Writer, headings: list[Cell], record: list[Cell]) -> None:
    said = [pair for pair in zip_longest(headings, record, fillvalue=Cell()) if pair[1].text]
    for number, (heading, cell) in enumerate(said):
        if number:
            out.write("\n")
        start = out.length
        out.write(f"{heading.text}: " if heading.text else "")
        out.add(cell.text, list(cell.spans))
        if number == 0:
            out.span("bold", start)
