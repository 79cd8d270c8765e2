"""What is kept about people, taken away: by /forget, by age.

A document's row stays without its name, so that its number is never given to another one and an old button finds nothing. What
people ordered and paid for (jobs, the ledger) is no conversation: it stays. An answer that is being made ends; what had come of
it was shown, and is paid as if it had been stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiebot.services import billing, delivery, metering
from kiebot.services.chat import Answer, place_of
from kiebot.services.documents import original
from kiebot.store import documents, forgetting, passages, threads
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.outbox import Lane

DAY_S = 24 * 3600.0
SoFar = Callable[[int], Answer | None]  # a turn -> what has come of its answer


def nothing_shown(turn_id: int) -> None:
    """No answer is being made in this process."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Answers that were being made or waited for: their turns, and what was charged for what had come of them."""

    turns: tuple[int, ...] = ()
    charged: int = 0

    def __add__(self, other: Ended) -> Ended:
        return Ended((*self.turns, *other.turns), self.charged + other.charged)


def forget_document(document: Any, data_dir: Path) -> None:
    """A document's text, passages, name and file."""
    with transaction():
        forgetting.document(document.id)
        path = original(data_dir, document.id)
        after_commit(lambda: path.unlink(missing_ok=True))


def forget_here(account_id: int, chat_id: int, data_dir: Path, so_far: SoFar = nothing_shown) -> Ended:
    """All documents and conversations of a private chat; in a group a person's own documents, words and answers to them."""
    with transaction(durable=True):
        own = None if chat_id > 0 else account_id
        ended = _end_answers(chat_id, own, so_far)
        for document in documents.kept_of(chat_id=chat_id, account_id=own):
            forget_document(document, data_dir)
        if chat_id > 0:
            forgetting.conversations(chat_id)
        else:
            forgetting.turns_of(account_id, chat_id)
    return ended


def _end_answers(chat_id: int, account_id: int | None, so_far: SoFar) -> Ended:
    """Answers that will not be given any more: what had come of them is charged, what else is held for them goes back."""
    turns = [turn for turn in threads.open_turns() if turn.chat_id == chat_id and account_id in (None, turn.account_id)]
    return Ended(tuple(turn.id for turn in turns), sum(_end_answer(turn, so_far(turn.id)) for turn in turns))


def _end_answer(turn: Any, answer: Answer | None) -> int:
    """Returns what was charged."""
    charged = metering.settle(turn, answer.charge, answer.price) if answer is not None and answer.markdown else 0
    billing.give_back_answer(turn.id)
    if turn.placeholder is not None:
        delivery.change(place_of(turn), turn.placeholder, "forget-answer", lane=Lane.ANSWER)
    return charged


def forget_everywhere(account_id: int, user_id: int, data_dir: Path, so_far: SoFar = nothing_shown) -> Ended:
    """The same in the person's private chat and in all groups, and half-filled orders, remembered parameters, given files."""
    with transaction(durable=True):
        ended = forget_here(account_id, user_id, data_dir, so_far)
        for document in documents.kept_of(account_id=account_id):
            forget_document(document, data_dir)
        for chat_id in forgetting.chats_of(account_id):
            ended += _end_answers(chat_id, account_id, so_far)
            forgetting.turns_of(account_id, chat_id)
        forgetting.habits(account_id)
    return ended


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
