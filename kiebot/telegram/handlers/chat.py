"""Free text to the model, conversations (/new, /chats), and the buttons under answers."""

from __future__ import annotations

from kiebot.errors import UserFault
from kiebot.services import chat, conversations, documents
from kiebot.services.accounts import Person
from kiebot.services.delivery import Button
from kiebot.services.incoming import Incoming
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, notice, say
from kiebot.telegram.handlers.start import change_message

LONGEST_NAME = 60


def on_text(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A message for the model."""
    words = incoming.words.strip()
    if not words:
        say(person, incoming, "chat-no-words" if incoming.private else "chat-say-something")
        return
    awaited = documents.awaited(person.account_id, incoming)
    spoken = _spoken(person, incoming, words)
    ids = [document.id for document in awaited]
    turn = chat.take(person, incoming, words, most_chars=desk.text_chars, group_text=spoken, awaited=ids)
    if turn is not None:
        effects.turns.append(turn)
    elif awaited:
        say(person, incoming, "document-question-waits", {"name": awaited[0].name, "count": len(awaited)})


def _spoken(person: Person, incoming: Incoming, words: str) -> str:
    """In a group the model sees who speaks."""
    return words if incoming.private else f"{person.name}: {words}"


def on_edited(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """The person changed a message: offer an answer to the new words, or say that changed orders are not read."""
    words = incoming.words.strip()
    turn_id = chat.edited(person, incoming, _spoken(person, incoming, words) if words else "")
    if turn_id is None and incoming.command:
        notice(person, incoming, "edited-command")
    elif turn_id is not None:
        say(
            person,
            incoming,
            "chat-edited",
            buttons=[[{"key": "chat-edited-button", "data": chat.ASK_AGAIN.format(turn=turn_id)}]],
        )


def on_new(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/new [name]: a new conversation; the old one is kept."""
    name = " ".join(incoming.words.split())[:LONGEST_NAME]
    conversations.begin_thread(incoming.chat_id, incoming.topic_id, name)
    say(person, incoming, "chat-new")


def on_chats(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/chats: the conversations of this place; a button goes back to one."""
    say(person, incoming, "chats", buttons=thread_buttons(incoming.chat_id, incoming.topic_id, person.language))


def thread_buttons(chat_id: int, topic_id: int, language: str) -> list[list[Button]]:
    """One button a conversation, the active one marked, and a new one."""
    rows: list[list[Button]] = [
        [{"text": ("• " if active else "") + (name or "…"), "data": f"thread:{thread_id}"}]
        for thread_id, name, active in conversations.list_threads(chat_id, topic_id)
    ]
    return [*rows, [{"key": "menu-new", "data": "menu:new"}]]


def press_thread(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """Go back to a conversation."""
    press = pressed.press
    name = conversations.select_thread(press.chat_id, press.topic_id, pressed.number(0))
    change_message(
        pressed,
        person.language,
        "chat-selected",
        thread_buttons(press.chat_id, press.topic_id, person.language),
        name=name or "…",
    )


def press_chat(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """chat:again:<turn> asks for the answer anew, chat:stop:<turn> stops it."""
    turn_id = pressed.number(1)
    if pressed.words[:1] == ("again",):
        effects.turns.append(chat.ask_again(person, turn_id, pressed.press.chat_id))
        effects.notice = "chat-again-notice"
    elif pressed.words[:1] == ("stop",):
        chat.may_stop(person, turn_id, pressed.press.chat_id)
        effects.stop.append(turn_id)
        effects.notice = "chat-stopping"
    else:
        raise UserFault("button-old")
