"""Rows that go, or lose their words, when somebody wants to be forgotten or time is up."""

from __future__ import annotations

from kiebot.store import films, passages
from kiebot.store.db import database
from kiebot.store.models import Document, DocumentChoice, DocumentPage, Job, Turn
from kiebot.store.order_models import InputFile, JobInput, ModelPreference, OrderForm
from kiebot.store.outbox import FURTHER
from kiebot.store.voice_models import Voice

NO_WORDS = '{"text":"…","language":"en","buttons":[]}'  # of a message that was sent; its row still says that it is ours
# Nothing of a conversation: what a message was made from stays in Telegram, here only that there was one.
_EMPTY_MESSAGES = "UPDATE outbox_row SET payload = ? WHERE state NOT IN ('queued', 'held') AND kind IN ('text', 'edit') AND "
_HEARD = Voice.state.not_in(("hearing", "heard"))  # nobody works on the recording any more


def document(document_id: int) -> None:
    """Text, passages, choices and name; also where the job that read it repeats them."""
    passages.drop(document_id)
    DocumentPage.delete().where(DocumentPage.document == document_id).execute()
    DocumentChoice.delete().where(DocumentChoice.document == document_id).execute()
    row = Document.get_by_id(document_id)
    Document.update(state="forgotten", name="", mime="", chars=0, pages=0).where(Document.id == document_id).execute()
    if row.job_id is not None:
        Job.update(label="📄", input={}).where(Job.id == row.job_id, Job.state.in_(("done", "failed", "cancelled"))).execute()
        database.execute_sql(f"{_EMPTY_MESSAGES} job_id = ?", (NO_WORDS, row.job_id))


def conversations(chat_id: int) -> None:
    """All conversations of a chat, and the words of what the bot wrote there."""
    database.execute_sql("DELETE FROM thread WHERE chat_id = ?", (chat_id,))
    Voice.delete().where(Voice.chat_id == chat_id, _HEARD).execute()
    database.execute_sql(f"{_EMPTY_MESSAGES} chat_id = ?", (NO_WORDS, chat_id))


def turns_of(account_id: int, chat_id: int) -> None:
    """A person's messages in a group and the answers to them; a summary may repeat them, so it goes too."""
    turns = list(Turn.select(Turn.id, Turn.thread).where(Turn.account == account_id, Turn.chat_id == chat_id))
    for turn in turns:
        for row_id in _messages_of(turn.id):
            database.execute_sql(f"{_EMPTY_MESSAGES} (id = ? OR dedup_key GLOB ?)", (NO_WORDS, row_id, f"{FURTHER}{row_id}:*"))
    for thread_id in {turn.thread_id for turn in turns}:
        database.execute_sql("UPDATE thread SET summary = '' WHERE id = ?", (thread_id,))
    Turn.delete().where(Turn.account == account_id, Turn.chat_id == chat_id).execute()
    Voice.delete().where(Voice.account == account_id, Voice.chat_id == chat_id, _HEARD).execute()


def _messages_of(turn_id: int) -> list[int]:
    """The outbox rows of all answers to a turn: each, the sign before it in a group, and their changes."""
    query = """
        WITH own AS (SELECT id FROM outbox_row WHERE dedup_key GLOB ? OR dedup_key GLOB ?)
        SELECT id FROM own UNION SELECT id FROM outbox_row WHERE edits_id IN (SELECT id FROM own)
    """
    return [int(row_id) for (row_id,) in database.execute_sql(query, (f"answer:{turn_id}:*", f"turn:{turn_id}:*")).fetchall()]


def chats_of(account_id: int) -> list[int]:
    """Where a person has spoken with the model."""
    query = Turn.select(Turn.chat_id).where(Turn.account == account_id).distinct().tuples()
    return [int(chat_id) for (chat_id,) in query]


def habits(account_id: int) -> None:
    """What makes ordering comfortable: half-filled orders and films, remembered parameters, files that no job needs."""
    OrderForm.delete().where(OrderForm.account == account_id).execute()
    films.drop_drafts(account_id)
    ModelPreference.delete().where(ModelPreference.account == account_id).execute()
    needed = JobInput.select(JobInput.file)
    InputFile.delete().where(InputFile.account == account_id, InputFile.id.not_in(needed)).execute()


def before(moment: float) -> None:
    """Turns older than that (Unix seconds), conversations without turns since, and the words of messages as old."""
    Turn.delete().where(Turn.created_at < moment, Turn.state.not_in(("received", "answering"))).execute()
    unused = "DELETE FROM thread WHERE used_at < ? AND NOT EXISTS (SELECT 1 FROM turn WHERE turn.thread_id = thread.id)"
    database.execute_sql(unused, (moment,))
    Voice.delete().where(Voice.created_at < moment, _HEARD).execute()
    database.execute_sql(f"{_EMPTY_MESSAGES} created_at < ? AND payload <> ?", (NO_WORDS, moment, NO_WORDS))
