"""Files to be asked about: taken in at once, fetched by the bot, read by the worker."""

from __future__ import annotations

from kiebot.services import documents
from kiebot.services.accounts import Person, place
from kiebot.services.incoming import Incoming
from kiebot.store import threads
from kiebot.telegram.handlers.desk import Desk, Effects


def on_document(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A document: too large ones are refused before they are fetched; the caption is the first question."""
    file = incoming.attachment
    assert file is not None, "a document message has a file"
    thread = threads.active(incoming.chat_id, incoming.topic_id)
    job_id = documents.receive(
        person.account_id,
        place(person, incoming),
        thread_id=thread.id,
        message_id=incoming.message_id,
        name=file.name,
        mime=file.mime,
        size_bytes=file.size_bytes,
        file_ref={"file_id": file.file_id, "chat_id": incoming.chat_id, "message_id": incoming.message_id},
        order_key=f"m:{incoming.chat_id}:{incoming.message_id}",
        question=incoming.words.strip(),
        limits=desk.limits,
    )
    effects.fetch.append(job_id)
