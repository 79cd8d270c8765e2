"""Words that were said, handled as if they had been typed; the buttons under recordings."""

from __future__ import annotations

from kiebot.errors import UserFault
from kiebot.services import voices
from kiebot.services.accounts import Person
from kiebot.telegram.handlers import words
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, PressHandler
from kiebot.telegram.handlers.voices import press_again, press_file, press_type


def act(desk: Desk, person: Person, voice_id: int, effects: Effects) -> None:
    """Do what was said, once."""
    voice = voices.take_words(voice_id)
    if voice is not None:
        words.on_text(desk, person, voices.as_typed(voice), effects)


def press_voice(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """h:<action>:<number>."""
    action = ACTIONS.get(pressed.words[0] if pressed.words else "")
    if action is None:
        raise UserFault("button-old")
    action(desk, person, pressed, effects)


def press_answer(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """h:answer:<voice>: the words of a file are a question to the bot."""
    voice = voices.words_of(person, pressed.number(1))
    effects.notice = "voice-answering"
    words.on_text(desk, person, voices.as_typed(voice), effects)


ACTIONS: dict[str, PressHandler] = {"file": press_file, "again": press_again, "type": press_type, "answer": press_answer}
