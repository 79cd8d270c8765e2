"""Where readers put the words of a document that flows: lines on pages, cells in rows of tables."""

from __future__ import annotations

from kiebot.documents.text import clean


class EnoughError(Exception):
    """As many characters were read as the limits allow."""


class Paper:
    """Collects lines. A table's cell takes them while it is open; its row becomes one line, `a | b`."""

    def __init__(self, max_chars: int) -> None:
        self._left = max_chars
        self._pages: list[list[str]] = [[]]
        self._rows: list[list[str]] = []
        self._cells: list[list[str]] = []
        self.full = False

    @property
    def in_cell(self) -> bool:
        """Whether what comes next belongs to a table."""
        return bool(self._cells)

    def put(self, line: str) -> None:
        """Add a line. Raises EnoughError when there is no more room."""
        if self._cells:
            self._cells[-1].append(line)
            return
        self._pages[-1].append(line)
        self._left -= len(line) + 1
        if self._left < 0:
            self.full = True
            raise EnoughError

    def turn(self) -> None:
        """Begin a new page, unless this one is empty or a table stands open."""
        if self._pages[-1] and not self._cells:
            self._pages.append([])

    def begin_row(self) -> None:
        self._rows.append([])

    def begin_cell(self) -> None:
        self._cells.append([])

    def end_cell(self) -> str:
        """Close a cell. Returns its text."""
        if not self._cells:
            return ""
        text = " ".join(" ".join(self._cells.pop()).split())
        self.add_cell(text)
        return text

    def add_cell(self, text: str) -> None:
        """A cell whose text is known; one outside of any row is a line."""
        if self._rows:
            self._rows[-1].append(text)
        elif text:
            self.put(text)

    def end_row(self) -> None:
        row = self._rows.pop() if self._rows else []
        if any(row):
            self.put(" | ".join(row))

    def pages(self) -> list[str]:
        """The pages so far; a last one without words is none."""
        texts = [clean("\n".join(page)) for page in self._pages]
        return texts[:-1] if len(texts) > 1 and not texts[-1] else texts
