"""Files that people sent to be asked about, and their pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import fn

from kiebot.store import outbox, rows, threads
from kiebot.store.db import database
from kiebot.store.models import Document, DocumentChoice, DocumentPage, Job


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
    now = kept(document_id)
    Document.update(pages=now.pages, chars=now.chars, **fields).where(Document.id == document_id).execute()


def kept(document_id: int) -> Kept:
    """How much of a document has been read so far."""
    unread, worded = fn.SUM(DocumentPage.method == "none"), fn.SUM(DocumentPage.text != "")
    query = DocumentPage.select(fn.COUNT(DocumentPage.number), fn.SUM(fn.LENGTH(DocumentPage.text)), unread, worded)
    return Kept(*(number or 0 for number in query.where(DocumentPage.document == document_id).tuples().get()))


def change(document_id: int, **fields: Any) -> None:
    """Write fields of a document."""
    Document.update(**fields).where(Document.id == document_id).execute()


def ready(document_ids: Collection[int], chat_id: int) -> list[Any]:
    """Those of these documents that can be asked about in this chat, newest first."""
    query = Document.select().where(Document.id.in_(list(document_ids)), Document.chat_id == chat_id, Document.state == "ready")
    return list(query.order_by(Document.id.desc())) if document_ids else []


def listed(chat_id: int, limit: int, first: int = 0) -> list[Any]:
    """Documents of a chat that can be asked about, newest first."""
    query = "SELECT * FROM document WHERE chat_id = ? AND state = 'ready' ORDER BY id DESC LIMIT ? OFFSET ?"
    return rows.find_all(Document, query, chat_id, limit, first)


def names(chat_id: int) -> set[str]:
    """The names of a chat's documents that are read or can be asked about."""
    query = "SELECT name FROM document WHERE chat_id = ? AND state IN ('reading', 'ready')"
    return {str(name) for (name,) in database.execute_sql(query, (chat_id,))}


def count_ready(chat_id: int) -> int:
    """How many documents of a chat can be asked about."""
    query = "SELECT COUNT(*) FROM document WHERE chat_id = ? AND state = 'ready'"
    return int(database.execute_sql(query, (chat_id,)).fetchone()[0])


def chosen(thread_id: int, chat_id: int) -> list[Any]:
    """The documents that a conversation is about, newest first."""
    query = (
        "SELECT d.* FROM document_choice c JOIN document d ON d.id = c.document_id"
        " WHERE c.thread_id = ? AND d.chat_id = ? AND d.state = 'ready' ORDER BY d.id DESC"
    )
    return rows.find_all(Document, query, thread_id, chat_id)


def choose(thread_id: int, document_id: int) -> None:
    """From now on a conversation is about this document too."""
    query = "INSERT INTO document_choice (thread_id, document_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
    database.execute_sql(query, (thread_id, document_id))


def unchoose(thread_id: int, document_id: int | None = None) -> None:
    """A conversation is not about this document any more (None: about none)."""
    query = DocumentChoice.delete().where(DocumentChoice.thread == thread_id)
    (query if document_id is None else query.where(DocumentChoice.document == document_id)).execute()


def of_album(chat_id: int, album: str) -> list[Any]:
    """All documents that came in one album, in the order they came."""
    return list(Document.select().where(Document.chat_id == chat_id, Document.album == album).order_by(Document.id))


def of_message(chat_id: int, message_id: int) -> list[int]:
    """The documents that a message of a chat is about: it carries the file, tells of it, or answers a question about it."""
    query = (
        "SELECT d.id FROM document d JOIN job j ON j.id = d.job_id"
        " WHERE d.chat_id = ? AND d.state = 'ready' AND (json_extract(j.input, '$.file_ref.message_id') = ? OR j.id = ?)"
    )
    row = outbox.by_message(chat_id, message_id)
    found = database.execute_sql(query, (chat_id, message_id, row.job_id if row is not None else None)).fetchall()
    if found:
        return [int(document_id) for (document_id,) in found]
    turn = threads.turn_answered_in(chat_id, message_id) if row is not None else None
    return list(turn.documents) if turn is not None else []


_BEING_READ = (
    "SELECT d.* FROM document d JOIN job j ON j.id = d.job_id WHERE d.chat_id = ? AND d.state = 'reading'"
    " AND j.state IN ('queued', 'storing')"
)


def being_read_in(chat_id: int, message_id: int) -> list[Any]:
    """The documents that a message of a chat carries or tells of, while they are being read."""
    row = outbox.by_message(chat_id, message_id)
    query = f"{_BEING_READ} AND (json_extract(j.input, '$.file_ref.message_id') = ? OR j.id = ?)"
    return rows.find_all(Document, query, chat_id, message_id, row.job_id if row is not None else None)


def being_read_of(account_id: int, chat_id: int, topic_id: int, since: float) -> list[Any]:
    """What a person sent to this place since a moment (Unix seconds) without a question, and has not asked about yet."""
    query = (
        f"{_BEING_READ} AND d.account_id = ? AND d.topic_id = ? AND d.created_at > ?"  # noqa: S608
        " AND json_extract(j.input, '$.question') = '' AND NOT EXISTS (SELECT 1 FROM turn t, json_each(t.documents) asked"
        " WHERE t.chat_id = d.chat_id AND t.state = 'received' AND asked.value = d.id)"
    )
    return rows.find_all(Document, query, chat_id, account_id, topic_id, since)


def locked_job(account_id: int, chat_id: int, now: float) -> Any | None:
    """The oldest job of a person in a chat that waits for a password, or None."""
    query = (
        "SELECT * FROM job WHERE account_id = ? AND state = 'storing' AND kind = 'document' AND chat_id = ? AND boot_id = ''"
        " AND json_extract(input, '$.locked_until') > ? ORDER BY id LIMIT 1"
    )
    return rows.find(Job, query, account_id, chat_id, now)


def pages(document_id: int) -> list[Any]:
    """Pages in order."""
    return list(DocumentPage.select().where(DocumentPage.document == document_id).order_by(DocumentPage.number))


def beginning(document_id: int, chars: int) -> str:
    """The first characters of a document."""
    query = "SELECT SUBSTR(text, 1, ?) FROM document_page WHERE document_id = ? AND text <> '' ORDER BY number LIMIT 1"
    row = database.execute_sql(query, (chars, document_id)).fetchone()
    return "" if row is None else str(row[0])


def not_indexed() -> list[Any]:
    """Documents that were read by an earlier release: nobody counted their characters, and no passages were cut."""
    return list(Document.select().where(Document.state == "ready", Document.chars == 0))


def kept_of(*, chat_id: int | None = None, account_id: int | None = None, before: float | None = None) -> list[Any]:
    """Documents that were read, or could not be: of a chat, of a person, or older than a moment (Unix seconds)."""
    query = Document.select().where(Document.state.in_(("ready", "failed")))
    if chat_id is not None:
        query = query.where(Document.chat_id == chat_id)
    if account_id is not None:
        query = query.where(Document.account == account_id)
    if before is not None:
        query = query.where(Document.created_at < before)
    return list(query.order_by(Document.id))
