"""The screens of a form: parameters, one parameter, files, words, the order to be confirmed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from kiebot.catalog.forms import Field
from kiebot.catalog.names import number_words
from kiebot.catalog.schema import EARLIER, Model, is_given
from kiebot.i18n import text
from kiebot.services import earlier, generation
from kiebot.services.delivery import Button
from kiebot.services.pricing import by_media
from kiebot.telegram.handlers.balance import short_of, ways_to_buy
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.drafts import CONFIRMING, IMPROVING, Draft, cost, files_in, room
from kiebot.telegram.handlers.menu import HOME
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows
from kiebot.telegram.handlers.shelf import key_of, usual_s
from kiebot.telegram.handlers.values import asked, value_key
from kiebot.telegram.handlers.views import View, cancel_button, data
from kiebot.telegram.handlers.wording import SHOWN_PROMPT, chosen_lines, name_of, shorten, time_words, value_words

VALUES_A_PAGE = 24
SHORT_LABEL = 9  # so many characters fit three times into a row
LONGEST_SHOWN = 1500
TO_IMPROVE = "~"  # awaited: words that are improved before they become the prompt
EARLIER_SHOWN, SHOWN_TITLE = 6, 44
MAKERS_SHOWN = 3
NONE_EARLIER = {"task": "form-no-task", "track": "form-no-track"}
MANY_FIELDS, FIRST_FIELDS = 8, 6  # a form with more than so many buttons begins with the most needed ones


def advance(desk: Desk, draft: Draft) -> View:
    """The next thing to ask for, or the confirmation when nothing is missing."""
    field = draft.missing
    if field is not None and field.kind in ("media", "earlier"):
        return replace(field_view(desk, draft, field), chain=True)
    if draft.wants_words:
        return replace(words_view(draft), chain=True)
    if field is not None:
        return replace(field_view(desk, draft, field), chain=True)
    return confirm_view(desk, draft)


def after(desk: Desk, draft: Draft) -> View:
    """What follows when a parameter was set: the parameters, or the next question on the way to the confirmation."""
    return advance(desk, draft) if draft.form.memo.get("chain") else parameters_view(draft)


# -- parameters -------------------------------------------------------------------------------------------------------------


def parameters_view(draft: Draft) -> View:
    """The model with what can be chosen. Words that are written now become the prompt when there is none."""
    language, model = draft.person.language, draft.model
    said = "\n\n".join(filter(None, (_about_words(draft), unused_line(draft), _price_so_far(draft))))
    args = {"model": name_of(model, language), "about": model.about[language], "words": said}
    shown = _shown_fields(draft)
    buttons = [*in_rows([parameter_button(draft, field) for field in shown], 2)]
    if hidden := len(asked(model)) - len(shown):
        buttons.append([{"text": text(language, "form-more", count=hidden), "data": data(draft, "m")}])
    if model.prompt_parameter and draft.words:
        buttons.append([{"key": "form-words-button", "data": data(draft, "w")}])
    buttons.append([{"key": "form-continue", "data": data(draft, "c")}])
    buttons.append([{"key": "form-models", "data": f"t:{draft.form.type}"}, cancel_button(draft)])
    return View(Screen("form-parameters", args, buttons))


def _shown_fields(draft: Draft) -> list[Field]:
    """Of many fields those that must be filled in, that are, or that are chosen at a touch; the rest when it is asked for."""
    fields = asked(draft.model)
    if len(fields) <= MANY_FIELDS or draft.form.memo.get("more"):
        return fields
    ranks = {"choice": 1, "toggle": 1, "number": 1, "media": 2}

    def rank(field: Field) -> int:
        return 0 if field.required or is_given(draft.chosen, field.name) else ranks.get(field.kind, 3)

    first = sorted(fields, key=rank)[:FIRST_FIELDS]
    return [field for field in fields if field in first or is_given(draft.chosen, field.name)]


def unused_line(draft: Draft) -> str:
    """That the model takes fewer files than there are; empty when all are used."""
    left = len(draft.form.files)
    used = len(files_in(draft.model, draft.chosen))
    return text(draft.person.language, "form-unused", used=used, count=used + left) if left else ""


def _price_so_far(draft: Draft) -> str:
    """What it costs as it stands, long before it is confirmed."""
    if not draft.sold or draft.price is None:
        return ""
    return text(draft.person.language, "form-price", credits=draft.price)


def _about_words(draft: Draft) -> str:
    language = draft.person.language
    if draft.words:
        return text(language, "form-words", words=shorten(draft.words, SHOWN_PROMPT))
    return text(language, "form-write" if draft.model.prompt_parameter else "form-no-words")


def parameter_button(draft: Draft, field: Field) -> Button:
    """The button of a parameter: a switch is turned at once, all others open their own screen."""
    value = draft.chosen.get(field.name, field.default)
    label = f"{field.label[draft.person.language]}: {_words(draft, field.name, value)}"
    if field.kind == "toggle":
        other = value_key(not value)
        return {"text": label, "data": data(draft, "s", key_of(field.name), other)}
    return {"text": label, "data": data(draft, "e", key_of(field.name))}


# -- one parameter ------------------------------------------------------------------------------------------------------------


def field_view(desk: Desk, draft: Draft, field: Field, page: int = 0) -> View:
    """One parameter: its values as buttons; what has no buttons, or others beside them, is written or sent."""
    language = draft.person.language
    value = draft.chosen.get(field.name, field.default)
    args: dict[str, str | int] = {
        "model": name_of(draft.model, language),
        "name": field.label[language],
        "value": _words(draft, field.name, value),
        "ask": _ask(draft, field),
    }
    buttons = [*_value_buttons(draft, field, page), *_earlier_buttons(desk, draft, field)]
    if is_given(draft.chosen, field.name):
        buttons.append([{"key": "form-clear", "data": data(draft, "d", key_of(field.name))}])
    ready = field.kind == "media" and is_given(draft.chosen, field.name)
    onward: Button = {"key": "form-continue", "data": data(draft, "c")}
    buttons.append(
        [{"key": "form-parameters-button", "data": data(draft, "p")}, *([onward] if ready else []), cancel_button(draft)]
    )
    return View(Screen("form-field", args, buttons), awaiting=field.name)


def _ask(draft: Draft, field: Field) -> str:
    language = draft.person.language
    if field.kind == "media":
        return text(language, f"form-send-{field.parameter.media}", count=max(1, room(field.parameter, draft.chosen)))
    if field.kind == "earlier":
        return _ask_earlier(draft, field)
    if field.kind == "number":
        if field.parameter.min is None or field.parameter.max is None:
            return text(language, "form-type-any-number")
        least, most = number_words(field.parameter.min), number_words(field.parameter.max)
        return text(language, "form-type-number", least=least, most=most)
    if field.kind == "items":
        return text(language, "form-type-items")
    return text(language, "form-choose" if field.kind in ("choice", "toggle") else "form-type-text")


def _ask_earlier(draft: Draft, field: Field) -> str:
    if not field.parameter.makers or earlier.choices(draft.person.account_id, field.parameter, 1):
        return text(draft.person.language, f"form-send-{field.parameter.format}")
    return text(draft.person.language, NONE_EARLIER[field.parameter.format], days=earlier.KEPT_DAYS)


def _words(draft: Draft, name: str, value: Any) -> str:
    """A chosen value in people's words; an id of the provider as what the person knows of it."""
    parameter = draft.model.input[name]
    made = earlier.named(draft.person.account_id, parameter, value) if parameter.format in EARLIER and value else None
    return shorten(made.title, SHOWN_TITLE) if made is not None else value_words(draft.model, name, value, draft.person.language)


def _value_buttons(draft: Draft, field: Field, page: int) -> Rows:
    if field.kind in ("media", "items", "text", "earlier"):
        return []
    language, current = draft.person.language, draft.chosen.get(field.name, field.default)
    shown = field.values[page * VALUES_A_PAGE : (page + 1) * VALUES_A_PAGE]
    labels = [field.value_label(value, language) for value in shown]
    buttons: list[Button] = [
        {
            "text": f"✓ {label}" if type(value) is type(current) and value == current else label,
            "data": data(draft, "s", key_of(field.name), value_key(value)),
        }
        for value, label in zip(shown, labels, strict=True)
    ]
    width = 3 if all(len(label) <= SHORT_LABEL for label in labels) else 2
    return [*in_rows(buttons, width), *_pages(draft, field, page)]


def _pages(draft: Draft, field: Field, page: int) -> Rows:
    pages = -(-len(field.values) // VALUES_A_PAGE)
    if pages < 2:
        return []
    steps = ((page - 1) % pages, "◀️"), (page, f"{page + 1} / {pages}"), ((page + 1) % pages, "▶️")
    return [[{"text": label, "data": data(draft, "e", key_of(field.name), to)} for to, label in steps]]


def _earlier_buttons(desk: Desk, draft: Draft, field: Field) -> Rows:
    """A parameter that names what was made before: what the person has of that, or who can make it."""
    if field.kind != "earlier":
        return []
    found = earlier.choices(draft.person.account_id, field.parameter, EARLIER_SHOWN)
    rows: Rows = [
        [{"text": shorten(each.title, SHOWN_TITLE), "data": data(draft, "j", key_of(field.name), f"{each.job.id}/{each.number}")}]
        for each in found
    ]
    makers = [maker for model_id in field.parameter.makers if (maker := desk.shelf.get(model_id)) is not None]
    return rows or [[{"text": name_of(each, draft.person.language), "data": _model(each)}] for each in makers[:MAKERS_SHOWN]]


def _model(model: Model) -> str:
    return f"m:{key_of(model.id)}:{model.type}"


# -- words -------------------------------------------------------------------------------------------------------------------


def words_view(draft: Draft) -> View:
    """Two examples for the type, or the words until now to be copied; and the offer to make more of a few words."""
    language = draft.person.language
    name = name_of(draft.model, language)
    screen = Screen(
        "form-ask-words", {"model": name, "type": draft.form.type, "examples": text(language, f"examples-{draft.form.type}")}
    )
    if draft.words:
        screen = Screen("form-other-words", {"model": name, "words": draft.words[:LONGEST_SHOWN]})
    buttons: Rows = [[{"key": "improve-button", "data": data(draft, "i")}]]
    if draft.words:
        buttons.append([{"key": "form-continue", "data": data(draft, "c")}])
    elif not draft.words_needed:
        buttons.append([{"key": "form-no-words-button", "data": data(draft, "n")}])
    if asked(draft.model):
        buttons.append([{"key": "form-parameters-button", "data": data(draft, "p")}])
    buttons.append([{"key": "form-models", "data": f"t:{draft.form.type}"}, cancel_button(draft)])
    return View(replace(screen, buttons=buttons), awaiting=draft.model.prompt_parameter or "")


def to_improve_view(draft: Draft) -> View:
    """A few words are awaited, out of which the text model makes a description."""
    buttons: Rows = [[{"key": "menu-back", "data": data(draft, "w")}, cancel_button(draft)]]
    return View(Screen("improve-ask", buttons=buttons), awaiting=TO_IMPROVE, chain=True)


def improving_view(draft: Draft) -> View:
    """The text model is at work."""
    buttons: Rows = [[{"key": "improve-keep", "data": data(draft, "k")}, cancel_button(draft)]]
    args = {"words": shorten(draft.words, SHOWN_PROMPT)}
    return View(Screen("improve-working", args, buttons), step=IMPROVING, chain=True)


def improved_view(draft: Draft, words: str) -> View:
    """What the text model made of the words, to be taken or not."""
    buttons: Rows = [
        [{"key": "improve-take", "data": data(draft, "y")}],
        [{"key": "improve-again", "data": data(draft, "i")}, {"key": "improve-keep", "data": data(draft, "k")}],
    ]
    return View(Screen("improve-done", {"words": words[:LONGEST_SHOWN]}, buttons), step=IMPROVING, chain=True)


def not_improved_view(draft: Draft) -> View:
    """The text model gave nothing."""
    buttons: Rows = [[{"key": "common-retry", "data": data(draft, "i")}, {"key": "improve-keep", "data": data(draft, "k")}]]
    return View(Screen("improve-failed", {}, buttons), step=IMPROVING, chain=True)


# -- confirmation --------------------------------------------------------------------------------------------------------------


def confirm_view(desk: Desk, draft: Draft) -> View:
    """The whole order with price and time; with what is wrong instead of the button that makes it."""
    language, model = draft.person.language, draft.model
    words = draft.words[:LONGEST_SHOWN]
    parts = [
        f"«{words}»" if words else "",
        chosen_lines(model, draft.given, language, partial(_words, draft)),
        unused_line(draft),
        _price_lines(desk, draft),
        _time_line(desk, draft),
    ]
    errors = "\n".join(f"⚠️ {error.message}" for error in draft.errors)
    args = {"model": name_of(model, language), "body": "\n\n".join(part for part in (*parts, errors) if part)}
    key = "confirm-wrong" if errors else "confirm"
    pays = cost(desk, draft.person, draft.price)
    return View(Screen(key, args, _confirm_buttons(desk, draft)), step=CONFIRMING, pays=pays)


def _price_lines(desk: Desk, draft: Draft) -> str:
    price, language = draft.price, draft.person.language
    if not draft.sold:
        return ""
    if draft.errors or price is None:
        return "" if draft.errors else text(language, "confirm-no-price")
    pays = cost(desk, draft.person, price)
    line = text(language, _price_key(desk, draft) if pays else "confirm-free", credits=price)
    missing = short_of(draft.person, pays)
    if not missing:
        return line
    if draft.form.chat_id < 0:  # others read along
        return f"{line}\n{text(language, 'confirm-short-group')}"
    return f"{line}\n{text(language, 'confirm-short', balance=pays - missing, missing=missing)}"


def _price_key(desk: Desk, draft: Draft) -> str:
    """Of what a link leads to nobody knows the length: the most that it can cost is held, and its real length charged."""
    unknown = by_media(desk.tariff.in_force(draft.model)) and draft.media_s is None
    return "confirm-price-most" if unknown else "confirm-price"


def _time_line(desk: Desk, draft: Draft) -> str:
    language = draft.person.language
    expected = generation.expectation(draft.model.id, usual_s(draft.model))
    return text(language, "confirm-time", time=time_words(expected.seconds or usual_s(draft.model), language))


def _confirm_buttons(desk: Desk, draft: Draft) -> Rows:
    language, rows = draft.person.language, []
    pays = cost(desk, draft.person, draft.price)
    if not draft.errors:
        rows += ways_to_buy(desk, draft.person, draft.form.chat_id, pays)  # the order stays: it can be made once they are there
        label = text(language, "confirm-make-price", credits=pays) if pays else text(language, "confirm-make")
        rows.append([{"text": label, "data": f"o:{draft.form.id}"}])
    if draft.form.memo.get("spoken"):
        rows.append([{"key": "spoken-answer", "data": f"w:f:{draft.form.id}"}])
    if draft.model.prompt_parameter and draft.words:
        improve: Button = {"key": "improve-button", "data": data(draft, "i")}
        rows.append([{"key": "form-words-button", "data": data(draft, "w")}, improve])
    rows.append(
        [{"key": "form-parameters-button", "data": data(draft, "p")}, {"key": "form-models", "data": f"t:{draft.form.type}"}]
    )
    return [*rows, [cancel_button(draft)]]


# -- the wrong moment ------------------------------------------------------------------------------------------------------------


def waiting_screen(draft: Draft) -> Screen:
    """One sentence that names what is awaited."""
    field = next((field for field in asked(draft.model) if field.name == draft.form.awaiting), None)
    args: dict[str, Any] = {"model": name_of(draft.model, draft.person.language)}
    key = "form-waits-confirm" if draft.form.step == CONFIRMING else "form-waits-choice"
    if draft.form.step == IMPROVING:
        key = "form-waits-improved"
    elif field is not None and field.kind == "media":
        key, args = "form-waits-media", {**args, "name": field.label[draft.person.language]}
    return Screen(key, args, [[HOME, cancel_button(draft)]])
