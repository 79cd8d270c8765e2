"""Files to be asked about: taken in at once, fetched by the bot, read by the worker; /docs and the buttons under them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import chat, document_questions, document_tasks, documents, forgetting
from kiebot.services.accounts import Person, may_handle, place, press_place
from kiebot.services.delivery import Button
from kiebot.services.document_tasks import LONG_SUMMARY, POINTS, TRANSLATE, Task
from kiebot.services.incoming import Attachment, Incoming
from kiebot.store import documents as rows
from kiebot.store import threads
from kiebot.store.db import utc_now
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, say
from kiebot.telegram.handlers.drafts import cost
from kiebot.telegram.handlers.offers import is_media
from kiebot.telegram.handlers.screens import Rows, Screen, post, put, turning
from kiebot.telegram.handlers.wording import shorten
from kiebot.telegram.sources import quoted

PAGE = 6
SHOWN_NAME = 40
TURN, QUOTES, GONE = "page", "quotes", "gone"

Action = Callable[[Desk, Person, Pressed, Any, Effects], None]


def on_document(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A document: too large ones are refused before they are fetched; the caption is the first question."""
    file = incoming.attachment
    assert file is not None, "a document message has a file"
    _receive(desk, person, incoming, file, incoming.message_id, effects)


def on_reply(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Words about a document that somebody else sent, or that is not kept any more: it is read first. False: there is none."""
    file, there = incoming.replied, (incoming.chat_id, incoming.reply_to)
    if file is None or not is_about_file(incoming) or rows.of_message(*there) or rows.being_read_in(*there):
        return False
    _receive(desk, person, incoming, file, incoming.reply_to, effects)
    return True


def is_about_file(incoming: Incoming) -> bool:
    """Whether a message replies to one with a file that is to be read, as far as the bot looked there."""
    return incoming.replied is not None and incoming.replied_kind == "document" and not is_media(incoming.replied)


def _receive(desk: Desk, person: Person, incoming: Incoming, file: Attachment, file_message_id: int, effects: Effects) -> None:
    thread = threads.active(incoming.chat_id, incoming.topic_id)
    job_id = documents.receive(
        person.account_id,
        place(person, incoming),
        thread_id=thread.id,
        message_id=incoming.message_id,
        name=file.name,
        mime=file.mime,
        size_bytes=file.size_bytes,
        file_ref={"file_id": file.file_id, "chat_id": incoming.chat_id, "message_id": file_message_id},
        order_key=f"m:{incoming.chat_id}:{incoming.message_id}",
        question=incoming.words.strip(),
        limits=desk.limits,
        album=incoming.album,
        sum_up=not cost(desk, person, desk.tariff.answer(documents=True).price(1)),
    )
    effects.fetch.append(job_id)


def on_password(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Whether a text was the password that a locked file waits for. It is taken out of the chat and kept nowhere.

    In a group only a reply to one of our messages is: others talk there too.
    """
    job = rows.locked_job(person.account_id, incoming.chat_id, utc_now())
    words = incoming.text.strip()
    if job is None or not words or incoming.command or (not incoming.private and not incoming.reply_to):
        return False
    if not documents.give_password(job.id, words, queue=desk.queue):
        return False
    effects.delete.append((incoming.chat_id, incoming.message_id))
    say(person, incoming, "document-password-taken" if incoming.private else "document-password-taken-group")
    return True


# -- /docs -------------------------------------------------------------------------------------------------------------------


def on_docs(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/docs: the files of this chat, each with a button that opens it."""
    thread = threads.active(incoming.chat_id, incoming.topic_id)
    post(person, place(person, incoming), _list(incoming.chat_id, thread.id, 0))


def _list(chat_id: int, thread_id: int, page: int) -> Screen:
    total = rows.count_ready(chat_id)
    if not total:
        return Screen("documents-none", {"where": "group" if chat_id < 0 else "private"})
    pages = -(-total // PAGE)
    page = min(page, pages - 1)
    chosen = {document.id for document in rows.chosen(thread_id, chat_id)}
    shown = rows.listed(chat_id, PAGE, page * PAGE)
    buttons: Rows = [[_open_button(document, document.id in chosen)] for document in shown]
    return Screen("documents", {"total": total, "chosen": len(chosen)}, [*buttons, *turning(f"d:{TURN}", page, pages)])


def _open_button(document: Any, chosen: bool) -> Button:
    mark = "✅" if chosen else "📄"
    return {"text": f"{mark} {shorten(document.name, SHOWN_NAME)} · {document.pages}", "data": f"d:open:{document.id}"}


def press_document(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """d:<action>:<document>, d:quotes:<turn>, d:page:<number>. Everybody in a chat may use its documents, and only there."""
    word, number = pressed.words[0] if pressed.words else "", pressed.number(1)
    if word == QUOTES:
        _quote(person, pressed, number)
    elif word == TURN:
        thread = threads.active(pressed.press.chat_id, pressed.press.topic_id)
        put(person, pressed, _list(pressed.press.chat_id, thread.id, number))
    else:
        action = ACTIONS.get(word)
        found = rows.ready([number], pressed.press.chat_id)
        if action is None or not found:
            raise UserFault("document-gone" if action else "button-old")
        action(desk, person, pressed, found[0], effects)


def _quote(person: Person, pressed: Pressed, turn_id: int) -> None:
    turn = threads.turn(turn_id)
    quotes = document_questions.quotes(turn_id) if turn is not None and turn.chat_id == pressed.press.chat_id else []
    if not quotes:
        raise UserFault("document-gone")
    post(person, press_place(person, pressed.press), Screen("document-quotes", {"quotes": quoted(quotes, person.language)}))


def _open(desk: Desk, person: Person, pressed: Pressed, document: Any, effects: Effects) -> None:
    put(person, pressed, _screen(pressed, document))


def _screen(pressed: Pressed, document: Any) -> Screen:
    """One document with all that can be done with it."""
    press = pressed.press
    thread = threads.active(press.chat_id, press.topic_id)
    chosen = document.id in {row.id for row in rows.chosen(thread.id, press.chat_id)}
    choice = "unchoose" if chosen else "choose"
    buttons: Rows = [
        [{"key": f"document-do-{choice}", "data": f"d:{choice}:{document.id}"}],
        *documents.task_buttons(document.id),
        [{"key": "documents-back", "data": f"d:{TURN}:0"}],
    ]
    args = {"name": document.name, "pages": document.pages, "chosen": "yes" if chosen else "no"}
    return Screen("document-shown", args, buttons)


def _choose(desk: Desk, person: Person, pressed: Pressed, document: Any, effects: Effects) -> None:
    rows.choose(threads.active(pressed.press.chat_id, pressed.press.topic_id).id, document.id)
    put(person, pressed, _screen(pressed, document))


def _unchoose(desk: Desk, person: Person, pressed: Pressed, document: Any, effects: Effects) -> None:
    rows.unchoose(threads.active(pressed.press.chat_id, pressed.press.topic_id).id, document.id)
    put(person, pressed, _screen(pressed, document))


def _ask(desk: Desk, person: Person, pressed: Pressed, document: Any, effects: Effects) -> None:
    """From now on the conversation is about this document alone; a reply to the message that says so always is."""
    press = pressed.press
    thread = threads.active(press.chat_id, press.topic_id)
    rows.unchoose(thread.id)
    rows.choose(thread.id, document.id)
    documents.invite(document, press_place(person, press), "document-ask" if press.chat_id > 0 else "document-ask-group")


def _task(name: str) -> Action:
    def begin(desk: Desk, person: Person, pressed: Pressed, document: Any, effects: Effects) -> None:
        press, task = pressed.press, Task(name, pressed.number(2))
        thread = threads.active(press.chat_id, press.topic_id)
        where = press_place(person, press)
        # Negative: the question is no message of the chat, and one button pressed twice by a replay is one question.
        turn = document_tasks.begin(person.account_id, where, thread.id, -abs(press.query_id), [document], task)
        if turn is not None:
            effects.turns.append(chat.taken(turn))
        effects.notice = "document-working"

    return begin


def _forget(desk: Desk, person: Person, pressed: Pressed, document: Any, effects: Effects) -> None:
    _check_owner(person, document)
    buttons: Rows = [
        [{"key": "forget-yes", "data": f"d:{GONE}:{document.id}"}, {"key": "forget-no", "data": f"d:open:{document.id}"}]
    ]
    put(person, pressed, Screen("document-forget", {"name": document.name}, buttons))


def _gone(desk: Desk, person: Person, pressed: Pressed, document: Any, effects: Effects) -> None:
    _check_owner(person, document)
    forgetting.forget_document(document, desk.data_dir)
    put(person, pressed, Screen("document-forgotten"))


def _check_owner(person: Person, document: Any) -> None:
    """In a group who sent a file may have it forgotten, and the admin."""
    if not person.admin and not may_handle(person, document.account_id, document.chat_id):
        raise UserFault("button-not-yours")


ACTIONS: dict[str, Action] = {
    "open": _open,
    "choose": _choose,
    "unchoose": _unchoose,
    "ask": _ask,
    "summarise": _task(LONG_SUMMARY),
    "points": _task(POINTS),
    "translate": _task(TRANSLATE),
    "forget": _forget,
    GONE: _gone,
}
