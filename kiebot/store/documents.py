"""Files that people sent to be asked about, and their pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import fn

from kiebot.store import rows
from kiebot.store.models import Document, DocumentPage


@dataclass(frozen=True, slots=True)
class Kept:
    """Pages that have been read, their characters, those of them nobody could read and those with any words."""

    pages: int
    chars: int
    unread: int
    worded: int


def add(**fields: Any) -> Any:
    """A new document in the state `reading`."""
    return Document.create(**fields)


def get(document_id: int) -> Any | None:
    """The row, or None."""
    return Document.get_or_none(Document.id == document_id)


def of_job(job_id: int) -> Any | None:
    """The document that a job reads, or None."""
    return Document.get_or_none(Document.job == job_id)


def write_pages(document_id: int, pages: list[dict[str, Any]], **fields: Any) -> None:
    """The text of some pages and what else is known now; a second run replaces the first."""
    numbers = [p["number"] for p in pages]
    DocumentPage.delete().where(DocumentPage.document == document_id, DocumentPage.number.in_(numbers)).execute()
    rows = [{"document": document_id, "number": p["number"], "text": p["text"], "method": p["method"]} for p in pages]
    for start in range(0, len(rows), 100):
        DocumentPage.insert_many(rows[start : start + 100]).execute()
    Document.update(pages=kept(document_id).pages, **fields).where(Document.id == document_id).execute()


def kept(document_id: int) -> Kept:
    """How much of a document has been read so far."""
    unread, worded = fn.SUM(DocumentPage.method == "none"), fn.SUM(DocumentPage.text != "")
    query = DocumentPage.select(fn.COUNT(DocumentPage.number), fn.SUM(fn.LENGTH(DocumentPage.text)), unread, worded)
    return Kept(*(number or 0 for number in query.where(DocumentPage.document == document_id).tuples().get()))


def change(document_id: int, **fields: Any) -> None:
    """Write fields of a document."""
    Document.update(**fields).where(Document.id == document_id).execute()


def ready_of_thread(thread_id: int) -> list[Any]:
    """Documents that belong to a conversation and can be asked about, newest first."""
    query = "SELECT * FROM document WHERE thread_id = ? AND state = 'ready' ORDER BY id DESC"
    return rows.find_all(Document, query, thread_id)


def pages(document_id: int) -> list[Any]:
    """Pages in order."""
    return list(DocumentPage.select().where(DocumentPage.document == document_id).order_by(DocumentPage.number))
