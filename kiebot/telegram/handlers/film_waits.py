"""What a person's next words are for a film: its idea, a wish, the number of a scene, other words of it.

There is one such wait a person and place. It is a form, as orders are: whatever else is begun there ends it, and so does time.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiebot.services.accounts import Person
from kiebot.services.incoming import Incoming
from kiebot.store import forms
from kiebot.store.db import utc_now
from kiebot.telegram.handlers.drafts import Spot, replace_form

STEP = "film"
PATIENCE_S = 600.0
IDEA, WISH, SCENE, PICTURE, NARRATION = "idea", "wish", "scene", "picture", "narration"


@dataclass(frozen=True, slots=True)
class Wait:
    """What the next words are, of which film (0: none yet) and which of its scenes."""

    what: str
    film_id: int = 0
    number: int = 0


def expect(person: Person, chat_id: int, topic_id: int, wait: Wait) -> None:
    """The next words that this person writes or says here are for a film."""
    memo = {"film": wait.film_id, "number": wait.number}
    replace_form(person.account_id, Spot(chat_id, topic_id), step=STEP, awaiting=wait.what, memo=memo)


def expected(account_id: int, chat_id: int, topic_id: int) -> Wait | None:
    """What the next words are; None: nothing for a film."""
    form = forms.get(account_id, chat_id, topic_id)
    if form is None or form.step != STEP or form.updated_at < utc_now() - PATIENCE_S:
        return None
    return Wait(form.awaiting, form.memo["film"], form.memo["number"])


def awaited(person: Person, incoming: Incoming) -> Wait | None:
    """What a message is for a film; only new words count."""
    if incoming.command or incoming.edited_at:
        return None
    return expected(person.account_id, incoming.chat_id, incoming.topic_id)


def is_waited(chat_id: int, topic_id: int) -> bool:
    """Whether anybody's words are waited for here."""
    return forms.is_any(chat_id, topic_id, STEP)


def forget(person: Person, chat_id: int, topic_id: int) -> bool:
    """Words are ordinary talk again. False: they were."""
    form = forms.get(person.account_id, chat_id, topic_id)
    return form is not None and form.step == STEP and forms.drop(person.account_id, chat_id, topic_id)
