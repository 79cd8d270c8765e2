"""/feedback: words for whoever runs the bot."""

from __future__ import annotations

from kiebot.services import feedback, waiting
from kiebot.services.accounts import Person
from kiebot.services.incoming import Incoming
from kiebot.telegram.handlers.desk import Desk, Effects, say

AWAITED = "feedback"  # what is waited for


def on_feedback(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/feedback WORDS; without words the next text in the private chat is meant."""
    if incoming.words.strip():
        _take(person, incoming)
    elif incoming.private:
        waiting.expect(incoming.chat_id, AWAITED)
        say(person, incoming, "feedback-ask")
    else:
        say(person, incoming, "feedback-usage")


def awaits_words(incoming: Incoming) -> bool:
    """Whether a message is the feedback that was asked for."""
    new_text = incoming.kind == "text" and not (incoming.command or incoming.edited_at)
    return incoming.private and new_text and waiting.expected(incoming.chat_id) == AWAITED


def on_typed(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Take what was asked for. False: nothing was."""
    if not awaits_words(incoming) or not incoming.words.strip():
        return False
    waiting.forget(incoming.chat_id)
    _take(person, incoming)
    return True


def _take(person: Person, incoming: Incoming) -> None:
    words = incoming.words.strip()
    say(person, incoming, feedback.take(person, incoming.chat_id, words, reply_to=incoming.reply_to))
