"""Finding a model by words: /models, inline search in any chat, and the short names by which a message chooses one."""

from __future__ import annotations

from dataclasses import dataclass

from kiebot.catalog.schema import Model
from kiebot.catalog.search import search
from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import accounts as services
from kiebot.services.accounts import Person, place
from kiebot.services.delivery import Button
from kiebot.services.incoming import Incoming, InlineQuery
from kiebot.telegram.handlers import form
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, say
from kiebot.telegram.handlers.menu import (
    HOME,
    main_screen,
    model_buttons,
    model_lines,
    page_of,
)
from kiebot.telegram.handlers.screens import Screen, check_owner, post, put, row_of, turning
from kiebot.telegram.handlers.shelf import KEY_CHARS, key_of
from kiebot.telegram.handlers.wording import menu_line, name_of, shorten

LONGEST_QUERY = 60
DEEP_LINK = "m_"  # /start m_1a2b3c4d chooses a model
INLINE_PAGE = 20


def on_models(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/models words: what fits. Without words: all groups of work."""
    words = shorten(incoming.words, LONGEST_QUERY)
    if not words:
        post(person, place(person, incoming), main_screen(desk))
        return
    post(person, place(person, incoming), found_screen(desk, words, 0, person.language))


def found_screen(desk: Desk, words: str, page: int, language: str) -> Screen:
    """One page of what was found; `words` stay in the message, from where the next page reads them."""
    models = search(desk.shelf.catalogue, words, language)
    if not models:
        return Screen("models-not-found", {"words": words}, [[HOME]])
    shown, page, pages = page_of(models, page)
    args: dict[str, str | int] = {"words": words, "count": len(models), "lines": model_lines(desk, shown, language)}
    return Screen("models-found", args, [*model_buttons(shown, "", language), *turning("s", page, pages), [HOME]])


def press_found(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """s:<page>: another page of what was found."""
    check_owner(person, pressed)
    row = row_of(pressed.press)
    words = str(row.payload.get("args", {}).get("words", "")) if row is not None else ""
    if not words:
        raise UserFault("button-old")
    put(person, pressed, found_screen(desk, words, pressed.number(0), person.language))


def on_model(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/model 1a2b3c4d, as inline search writes it, chooses a model; by a name the only one that fits."""
    words = incoming.words.split()
    model = desk.shelf.known(words[0]) if words else None
    if model is None:
        found = search(desk.shelf.catalogue, incoming.words, person.language) if words else []
        if len(found) != 1:
            on_models(desk, person, incoming, effects)
            return
        model = found[0]
    if not model.offered:
        say(person, incoming, "model-off", {"model": model.label[person.language]})
        return
    form.choose(desk, person, incoming, model)


def linked(incoming: Incoming) -> str | None:
    """The short name of the model that a link to the bot chooses, or None: /start m_1a2b3c4d."""
    word = incoming.words.strip()
    return word.removeprefix(DEEP_LINK) if word.startswith(DEEP_LINK) and len(word) == len(DEEP_LINK) + KEY_CHARS else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A result of inline search. `words` is the message that choosing it sends."""

    key: str
    title: str
    about: str
    words: str
    buttons: list[list[Button]]


def inline(desk: Desk, query: InlineQuery) -> tuple[list[Hit], int | None]:
    """(what fits, where the next page begins or None). Nothing typed yet: the usual model of each type."""
    person = services.meet(query.sender, desk.admins)
    catalogue = desk.shelf.catalogue
    words = shorten(query.words, LONGEST_QUERY)
    models = search(catalogue, words, person.language) if words else _defaults(desk)
    shown = models[query.offset : query.offset + INLINE_PAGE]
    onward = query.offset + INLINE_PAGE
    return [_hit(desk, model, person, query.with_bot) for model in shown], onward if onward < len(models) else None


def _defaults(desk: Desk) -> list[Model]:
    found = [desk.shelf.catalogue.default_for(model_type) for model_type in desk.shelf.catalogue.types()]
    return list({model.id: model for model in found if model is not None}.values())


def _hit(desk: Desk, model: Model, person: Person, with_bot: bool) -> Hit:
    """In the chat with the bot it is a command; in other chats it also has a link, since the bot may not be there."""
    language, key = person.language, key_of(model.id)
    name = name_of(model, language)
    at = "" if with_bot else f"@{desk.bot_username}"
    link: Button = {
        "text": text(language, "search-open", bot=f"@{desk.bot_username}"),
        "url": f"https://t.me/{desk.bot_username}?start={DEEP_LINK}{key}",
    }
    about = f"{menu_line(desk, model, language).removeprefix(name).removeprefix(' · ')}\n{model.about[language]}"
    return Hit(key, name, about, f"/model{at} {key} {name}", [] if with_bot else [[link]])
