"""Messages without a command: for the form that waits, an order in plain words, or talk; a file to read or to work on."""

from __future__ import annotations

from kiebot.services.accounts import Person
from kiebot.services.incoming import Incoming
from kiebot.telegram.handlers import (
    balance,
    chat,
    documents,
    feedback,
    film,
    form,
    generation,
    links,
    offers,
    pictures,
    spoken,
    voices,
)
from kiebot.telegram.handlers.desk import Desk, Effects

ASKED = (documents.on_password, balance.on_typed, feedback.on_typed)  # of a text: what the bot asked for
# Of a text; the first that wants it has it.
TAKERS = (film.on_typed, form.on_typed, links.on_typed, documents.on_reply, pictures.on_typed)


def on_text(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A text: an answer to what was asked comes first, then the form that is open here, then a bare link or a picture that it is
    about, then what clearly begins an order, then the text model."""
    if any(takes(desk, person, incoming, effects) for takes in (*ASKED, *TAKERS)):
        return
    model_type = spoken.ordered_type(incoming)
    if model_type == spoken.FILM:
        film.on_spoken(desk, person, incoming, effects, spoken.film_idea(incoming.words.strip()))
    elif model_type is not None:
        generation.on_spoken(desk, person, incoming, effects, model_type)
    else:
        chat.on_text(desk, person, incoming, effects)


def on_edited(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A changed message: of the form that is open here, or of the talk."""
    if not (form.on_changed(desk, person, incoming) or film.on_changed(desk, person, incoming)):
        chat.on_edited(desk, person, incoming, effects)


def on_media(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A picture, clip or sound; one that is too large for the models can still be listened to."""
    if not (film.on_file(desk, person, incoming) or voices.on_large(desk, person, incoming, effects)):
        pictures.on_media(desk, person, incoming, effects)


def on_document(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A file: a picture, clip or sound is worked on like one that was sent as such, everything else is read."""
    if offers.is_media(incoming.attachment):
        on_media(desk, person, incoming, effects)
    elif not film.on_file(desk, person, incoming):
        documents.on_document(desk, person, incoming, effects)
