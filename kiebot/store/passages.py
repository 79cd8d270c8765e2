"""Passages of documents and the index of their words (SQLite's FTS5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kiebot.store.db import database

MOST_CANDIDATES = 1500
MERGED_PAGES = 300  # of the index in one step; others may write in between


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a passage stands on its page (characters), and its words as they are searched."""

    page: int
    start: int
    length: int
    stems: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that holds some of the words that were asked for."""

    id: int
    document_id: int
    page: int
    stems: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with its text."""

    id: int
    document_id: int
    page: int
    start: int
    text: str


def write(document_id: int, cuts: Iterable[Cut]) -> None:
    """Keep the passages of some pages; what was kept of these pages before is replaced."""
    cuts = list(cuts)
    for page in {cut.page for cut in cuts}:
        database.execute_sql("DELETE FROM document_passage WHERE document_id = ? AND page = ?", (document_id, page))
    for cut in cuts:
        row = (document_id, cut.page, cut.start, cut.length)
        query = "INSERT INTO document_passage (document_id, page, start, length) VALUES (?, ?, ?, ?)"
        passage_id = database.execute_sql(query, row).lastrowid
        words = (passage_id, f"d{document_id}", cut.stems)
        database.execute_sql("INSERT INTO document_words (rowid, document, stems) VALUES (?, ?, ?)", words)


def drop(document_id: int) -> None:
    """Forget a document's passages; a trigger takes their words out of the index."""
    database.execute_sql("DELETE FROM document_passage WHERE document_id = ?", (document_id,))


def tidy() -> None:
    """Merge the index, a little at a time: words of forgotten passages stand in it, marked as gone, until then."""
    merging = True
    while merging:
        before = database.connection().total_changes
        database.execute_sql("INSERT INTO document_words (document_words, rank) VALUES ('merge', ?)", (-MERGED_PAGES,))
        merging = database.connection().total_changes - before > 1  # the command itself counts for one


def count(document_ids: Sequence[int]) -> int:
    """How many passages these documents have."""
    marks = ", ".join("?" for _ in document_ids)
    query = f"SELECT COUNT(*) FROM document_passage WHERE document_id IN ({marks})"  # noqa: S608 - question marks only
    return int(database.execute_sql(query, tuple(document_ids)).fetchone()[0])


def search(document_ids: Sequence[int], terms: Sequence[str], beginnings: Sequence[str]) -> list[Candidate]:
    """Passages of these documents with one of the words, or one of such a beginning; what SQLite ranks best comes first."""
    words = [f'"{term}"' for term in terms] + [f'"{beginning}"*' for beginning in beginnings]
    documents = " OR ".join(f'"d{document_id}"' for document_id in document_ids)
    query = (
        "SELECT p.id, p.document_id, p.page, w.stems FROM document_words w JOIN document_passage p ON p.id = w.rowid"
        " WHERE document_words MATCH ? ORDER BY bm25(document_words, 0.0, 1.0) LIMIT ?"
    )
    match = f"document : ({documents}) AND stems : ({' OR '.join(words)})"
    return [Candidate(*row) for row in database.execute_sql(query, (match, MOST_CANDIDATES)).fetchall()]


_WITH_TEXT = (
    "SELECT p.id, p.document_id, p.page, p.start, SUBSTR(t.text, p.start + 1, p.length)"
    " FROM document_passage p JOIN document_page t ON t.document_id = p.document_id AND t.number = p.page"
)
_IN_ORDER = " ORDER BY p.document_id, p.page, p.start"


def by_ids(passage_ids: Sequence[int]) -> list[Passage]:
    """These passages, as they stand in their documents; those that are forgotten are left out."""
    marks = ", ".join("?" for _ in passage_ids)
    query = f"{_WITH_TEXT} WHERE p.id IN ({marks}){_IN_ORDER}"
    return [Passage(*row) for row in database.execute_sql(query, tuple(passage_ids)).fetchall()]


_BEFORE_AND_AFTER = """
    SELECT (SELECT id FROM document_passage b WHERE b.document_id = p.document_id AND (b.page, b.start) < (p.page, p.start)
            ORDER BY b.page DESC, b.start DESC LIMIT 1),
           (SELECT id FROM document_passage a WHERE a.document_id = p.document_id AND (a.page, a.start) > (p.page, p.start)
            ORDER BY a.page, a.start LIMIT 1)
    FROM document_passage p WHERE p.id = ?
"""


def around(passage_id: int) -> list[int]:
    """The ids of the passages right before and after one, in the same document."""
    row = database.execute_sql(_BEFORE_AND_AFTER, (passage_id,)).fetchone() or ()
    return [int(found) for found in row if found is not None]


def following(document_id: int, first: int, number: int) -> list[int]:
    """The ids of so many passages of a document from place `first` (0, 1, ...) on."""
    query = "SELECT id FROM document_passage WHERE document_id = ? ORDER BY page, start LIMIT ? OFFSET ?"
    return [int(passage_id) for (passage_id,) in database.execute_sql(query, (document_id, number, first)).fetchall()]


def spread(document_id: int, number: int) -> list[int]:
    """The ids of about so many passages at even distances through a document, its first ones among them."""
    query = """
        SELECT id FROM (
            SELECT id, ROW_NUMBER() OVER (ORDER BY page, start) - 1 AS place, COUNT(*) OVER () AS total
            FROM document_passage WHERE document_id = ?
        ) WHERE place < ? OR place % MAX(1, total / ?) = 0
    """
    first = max(1, number // 4)
    rows = database.execute_sql(query, (document_id, first, max(1, number - first))).fetchall()
    return [int(passage_id) for (passage_id,) in rows]
