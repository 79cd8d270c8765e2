"""What can be made of documents by a button: a summary, the key points, a translation. Each is a turn of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.services import delivery, limits
from kiebot.services.delivery import Place
from kiebot.services.wordforms import CYRILLIC
from kiebot.store import documents, threads

ASK, SUMMARY, LONG_SUMMARY, POINTS, TRANSLATE = "", "summary", "summarise", "points", "translate"
TRANSLATED_CHARS = 3000  # a piece that is answered in one message
BEGINNING_CHARS = 2000  # tell a document's language
RUSSIAN_SHARE = 0.25

# What the model is asked, in the language that the answer is to have. A person never reads it.
WISHES = {
    SUMMARY: {
        "en": "Say in three to five sentences what {names} is and what it says: subject, purpose, what matters most. In English.",
        "ru": "Скажи в трёх–пяти предложениях, что такое {names} и о чём там речь: предмет, цель, самое важное. По-русски.",
    },
    LONG_SUMMARY: {
        "en": "Summarise {names} in detail, part by part, in English.",
        "ru": "Перескажи {names} подробно, по частям, по-русски.",
    },
    POINTS: {
        "en": "List the key points of {names} in English: facts, numbers, dates, names, duties, conclusions. At most fifteen.",
        "ru": "Перечисли главное из {names} по-русски: факты, числа, даты, имена, обязанности, выводы. Не больше пятнадцати.",
    },
    TRANSLATE: {
        "en": "Translate this part of {names} into English, completely and without comments.",
        "ru": "Переведи эту часть {names} на русский, полностью и без замечаний.",
    },
}


@dataclass(frozen=True, slots=True)
class Task:
    """The column `task` of a turn: a name, and for a translation the place of its first passage in the document."""

    name: str = ASK
    first: int = 0

    @classmethod
    def read(cls, written: str) -> Task:
        """From the column."""
        name, _, first = written.partition(":")
        return cls(name, int(first or 0))

    def __str__(self) -> str:
        return f"{self.name}:{self.first}" if self.first else self.name


def begin(
    account_id: int, place: Place, thread_id: int, message_id: int, about: Sequence[Any], task: Task, *, ready_at: float = 0.0
) -> Any | None:
    """Ask for a task in the name of a person; the bot answers it like a question. None when this message was answered before."""
    names = ", ".join(f"«{document.name}»" if place.language == "ru" else f'"{document.name}"' for document in about)
    language = _other(about[0], place.language) if task.name == TRANSLATE else place.language
    wish = WISHES[task.name].get(language, WISHES[task.name]["en"]).format(names=names)
    return ask(account_id, place, thread_id, message_id, about, wish, task=task, ready_at=ready_at)


def ask(
    account_id: int,
    place: Place,
    thread_id: int,
    message_id: int,
    about: Sequence[Any],
    words: str,
    *,
    task: Task | None = None,
    ready_at: float = 0.0,
) -> Any | None:
    """Put words about documents into the conversation as if they had been written just now."""
    turn = threads.add_turn(
        thread=thread_id,
        account=account_id,
        chat_id=place.chat_id,
        topic_id=place.topic_id,
        message_id=message_id,
        language=place.language,
        ready_at=ready_at,
        content=[{"type": "text", "text": words}],
        documents=[document.id for document in about],
        task=str(task or ""),
    )
    if turn is not None:
        limits.count(account_id, "chat")
        delivery.wake_bot()
    return turn


def _other(document: Any, language: str) -> str:
    """Into which language a document is translated: the person's, unless it is in that one already."""
    text = documents.beginning(document.id, BEGINNING_CHARS).casefold()
    letters = sum(letter.isalpha() for letter in text)
    russian = len(CYRILLIC.findall(text)) > letters * RUSSIAN_SHARE
    if language == "ru":
        return "en" if russian else "ru"
    return "en" if russian or not text else "ru"
