"""Files that people sent to be asked about, and their pages."""

from __future__ import annotations

from typing import Any

from kiebot.store.models import Document, DocumentPage


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
    """The text of all pages and what else is known now; a second run replaces the first."""
    DocumentPage.delete().where(DocumentPage.document == document_id).execute()
    rows = [{"document": document_id, "number": p["number"], "text": p["text"], "method": p["method"]} for p in pages]
    for start in range(0, len(rows), 100):
        DocumentPage.insert_many(rows[start : start + 100]).execute()
    Document.update(pages=len(pages), **fields).where(Document.id == document_id).execute()


def change(document_id: int, **fields: Any) -> None:
    """Write fields of a document."""
    Document.update(**fields).where(Document.id == document_id).execute()


def ready_of_thread(thread_id: int) -> list[Any]:
    """Documents that belong to a conversation and can be asked about, newest first."""
    query = Document.select().where(Document.thread == thread_id, Document.state == "ready")
    return list(query.order_by(Document.id.desc()))


def pages(document_id: int) -> list[Any]:
    """Pages in order."""
    return list(DocumentPage.select().where(DocumentPage.document == document_id).order_by(DocumentPage.number))
