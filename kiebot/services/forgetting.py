"""What is kept about people, taken away: by /forget, by age.

A document's row stays without its name, so that its number is never given to another one and an old button finds nothing. What
people ordered and paid for (jobs, the ledger) is no conversation: it stays.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.services import billing
from kiebot.services.documents import original
from kiebot.store import documents, forgetting, passages, threads
from kiebot.store.db import after_commit, transaction, utc_now

DAY_S = 24 * 3600.0


def forget_document(document: Any, data_dir: Path) -> None:
    """A document's text, passages, name and file."""
    with transaction():
        forgetting.document(document.id)
        path = original(data_dir, document.id)
        after_commit(lambda: path.unlink(missing_ok=True))


def forget_here(account_id: int, chat_id: int, data_dir: Path) -> None:
    """All documents and conversations of a private chat; in a group a person's own documents, words and answers to them."""
    with transaction():
        own = None if chat_id > 0 else account_id
        _give_back(chat_id, own)
        for document in documents.kept_of(chat_id=chat_id, account_id=own):
            forget_document(document, data_dir)
        if chat_id > 0:
            forgetting.conversations(chat_id)
        else:
            forgetting.turns_of(account_id, chat_id)


def _give_back(chat_id: int, account_id: int | None) -> None:
    """What is held for answers that will not be given any more."""
    for turn in threads.open_turns():
        if turn.chat_id == chat_id and account_id in (None, turn.account_id):
            billing.give_back_answer(turn.id)


def forget_everywhere(account_id: int, user_id: int, data_dir: Path) -> None:
    """The same in the person's private chat and in all groups, and half-filled orders, remembered parameters, given files."""
    with transaction():
        forget_here(account_id, user_id, data_dir)
        for document in documents.kept_of(account_id=account_id):
            forget_document(document, data_dir)
        for chat_id in forgetting.chats_of(account_id):
            _give_back(chat_id, account_id)
            forgetting.turns_of(account_id, chat_id)
        forgetting.habits(account_id)


def forget_old(data_dir: Path, *, documents_days: int, chat_days: int) -> int:
    """What is older than it may be kept (0 days: for ever), and files that no document owns. Returns how many documents."""
    forgotten = 0
    with transaction():
        if documents_days:
            for document in documents.kept_of(before=utc_now() - documents_days * DAY_S):
                forget_document(document, data_dir)
                forgotten += 1
        if chat_days:
            forgetting.before(utc_now() - chat_days * DAY_S)
    for path in (data_dir / "documents").glob("*"):
        document = documents.get(int(path.name)) if path.name.isdecimal() else None
        if document is None or document.state != "ready":
            path.unlink(missing_ok=True)
    passages.tidy()
    return forgotten
