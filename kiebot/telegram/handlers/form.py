"""Forms of orders: a model is chosen, its parameters are set by buttons or messages, words are given, the order is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiebot.catalog.forms import Field
from kiebot.catalog.schema import TRANSCRIBED, Model, is_given
from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import delivery, earlier
from kiebot.services.accounts import Person, place
from kiebot.services.chat import LONG_PART_CHARS
from kiebot.services.incoming import Incoming
from kiebot.store import forms, inputs
from kiebot.store.db import utc_now
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.drafts import (
    CONFIRMING,
    IDLE_S,
    IMPROVING,
    OFFERING,
    ORDERED,
    Draft,
    Spot,
    begin,
    carried,
    draft_of,
    leave,
    open_form,
    own,
    takes,
)
from kiebot.telegram.handlers.formscreens import (
    TO_IMPROVE,
    advance,
    after,
    field_view,
    improving_view,
    parameters_view,
    to_improve_view,
    waiting_screen,
    words_view,
)
from kiebot.telegram.handlers.menu import HOME, group_of, heard_screen, models_screen
from kiebot.telegram.handlers.offered import end_offer, note_offer, shown_form
from kiebot.telegram.handlers.screens import Screen, check_owner, put, row_of
from kiebot.telegram.handlers.values import LINKS, field_named, field_of, top, typed, value_of
from kiebot.telegram.handlers.views import View, aside, noted, show, show_again, show_anew
from kiebot.telegram.handlers.wording import SHOWN_PROMPT, shorten

JOIN_WITHIN_S = 3.0
Action = Callable[[Desk, Draft, Pressed, Effects], View]


def press_type(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """t:<type>[:<page>]: the models of a type, eight a page. Who comes from a form takes words and files along."""
    check_owner(person, pressed)
    model_type = pressed.words[0] if pressed.words else ""
    if group_of(model_type) is None:
        raise UserFault("button-old")
    if model_type in TRANSCRIBED:
        put(person, pressed, heard_screen(desk.shelf, model_type, person.language))
        return
    form = shown_form(person, pressed)
    files = [] if form is None else [(row.kind, earlier.of_file(row)) for row in inputs.many(_leave(desk, form))]
    screen = models_screen(
        desk,
        model_type,
        pressed.number(1),
        person.language,
        lambda model: all(takes(model, kind, made) for kind, made in files),
    )
    put(person, pressed, screen)


def _leave(desk: Desk, form: Any) -> list[int]:
    """Back from a form to the menus: what is written now is no prompt, but goes on to the next model. Returns the files."""
    if form.step == OFFERING:
        return list(form.files)
    words, files = carried(form, desk.shelf.catalogue.get(form.model))
    forms.save(form.id, step=OFFERING, memo={"words": words}, files=files, input={}, model="", awaiting="")
    return files


def press_model(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """m:<model>:<type>: its parameters. Words and files of the menu in which it is chosen go along."""
    check_owner(person, pressed)
    model = desk.shelf.known(pressed.words[0] if pressed.words else "")
    model_type = pressed.words[1] if len(pressed.words) > 1 else ""
    if model is None:
        raise UserFault("model-gone")
    if not model.offered:
        raise UserFault("model-off", model=model.label[person.language])
    if group_of(model_type) is None:
        raise UserFault("button-old")
    before = shown_form(person, pressed)
    words, files = carried(before, None if before is None else desk.shelf.catalogue.get(before.model))
    spot = Spot(pressed.press.chat_id, pressed.press.topic_id, before.order_message_id if before is not None else 0)
    form = begin(person, spot, model, model_type, words=words, files=files)
    draft = draft_of(desk, person, form)
    show(draft, pressed, parameters_view(draft))


def choose(desk: Desk, person: Person, incoming: Incoming, model: Model) -> None:
    """A model was named in a message: its parameters, as a new message."""
    spot = Spot(incoming.chat_id, incoming.topic_id, incoming.message_id)
    draft = draft_of(desk, person, begin(person, spot, model, model.type))
    show_anew(draft, place(person, incoming), parameters_view(draft))


# -- buttons of a form ------------------------------------------------------------------------------------------------------


def press_form(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """f:<form>:<action>[:...]."""
    check_owner(person, pressed)
    form = own(person, pressed)
    action = pressed.words[1] if len(pressed.words) > 1 else ""
    if action == "x":
        close(person, pressed, form.id)
        return
    if action not in ACTIONS:
        raise UserFault("button-old")
    draft = draft_of(desk, person, form)
    show(draft, pressed, ACTIONS[action](desk, draft, pressed, effects))


def close(person: Person, pressed: Pressed, form_id: int) -> None:
    """The order is given up, in the message of the button and in the one that shows the form."""
    form = forms.by_id(form_id)
    assert form is not None
    row = row_of(pressed.press)
    leave(form)
    forms.drop(form.account_id, form.chat_id, form.topic_id)
    where = delivery.Place(form.chat_id, person.language, form.topic_id)
    for row_id in {form.status_row, row.id if row is not None else None} - {None}:
        end_offer(row_id)
        delivery.change(where, row_id, "form-closed", lane=Lane.ANSWER)


def _parameters(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    return parameters_view(draft)


def _more(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    draft.form.memo["more"] = True
    return parameters_view(draft)


def _continue(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    return advance(desk, draft)


def _edit(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    return field_view(desk, draft, _field(draft, pressed), pressed.number(3))


def _set(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    field = _field(draft, pressed)
    value = value_of(field, pressed.words[3] if len(pressed.words) > 3 else "")
    if value is None:
        raise UserFault("button-old")
    before = draft.chosen.get(field.name, field.default)
    if type(before) is type(value) and before == value:
        effects.notice = "form-same"
    draft.chosen[field.name] = value
    return after(desk, _anew(desk, draft))


def _clear(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    draft.chosen.pop(_field(draft, pressed).name, None)
    return parameters_view(_anew(desk, draft))


def _task(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    field = _field(draft, pressed)
    made = earlier.chosen(draft.person.account_id, field.parameter, pressed.words[3] if len(pressed.words) > 3 else "")
    if made is None:
        raise UserFault("button-old")
    draft.chosen.update(earlier.values(draft.model, made))
    return after(desk, _anew(desk, draft))


def _words(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    return words_view(draft)


def _no_words(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    draft.form.memo["silent"] = True
    return advance(desk, draft)


def _improve(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    return improve(draft, effects) if draft.words else to_improve_view(draft)


def _take_improved(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    words = draft.form.memo.pop("improved", "")
    if not words or draft.form.step != IMPROVING:
        raise UserFault("improve-late")
    draft.chosen[draft.model.prompt_parameter or ""] = words
    return advance(desk, _anew(desk, draft))


def _keep_own(desk: Desk, draft: Draft, pressed: Pressed, effects: Effects) -> View:
    draft.form.memo.pop("improved", None)
    return advance(desk, draft)


ACTIONS: dict[str, Action] = {
    "p": _parameters,
    "c": _continue,
    "m": _more,
    "e": _edit,
    "s": _set,
    "d": _clear,
    "j": _task,
    "w": _words,
    "n": _no_words,
    "i": _improve,
    "y": _take_improved,
    "k": _keep_own,
}


def improve(draft: Draft, effects: Effects) -> View:
    """Let the text model make more of the words."""
    draft.form.memo.pop("improved", None)
    effects.improve.append(draft.form.id)
    return improving_view(draft)


def _field(draft: Draft, pressed: Pressed) -> Field:
    field = field_of(draft.model, pressed.words[2] if len(pressed.words) > 2 else "")
    if field is None:
        raise UserFault("button-old")
    return field


def _anew(desk: Desk, draft: Draft) -> Draft:
    """The draft with what was just chosen, checked again."""
    draft.form.input = draft.chosen
    return draft_of(desk, draft.person, draft.form)


# -- messages for a form ------------------------------------------------------------------------------------------------------


def on_changed(desk: Desk, person: Person, incoming: Incoming) -> bool:
    """The person changed the message whose words stand in the form: they stand there changed. False: it is not of the form."""
    form = forms.get(person.account_id, incoming.chat_id, incoming.topic_id)
    words = incoming.words.strip()
    if form is None or not words or form.order_message_id != incoming.message_id:
        return False
    where = place(person, incoming)
    if form.step == ORDERED:
        delivery.say(where, "form-changed-late", lane=Lane.ANSWER)
    elif form.model and desk.shelf.get(form.model) is not None:
        draft = draft_of(desk, person, form)
        if not draft.model.prompt_parameter:
            return False
        draft = _take_words(desk, draft, words, incoming)
        show_again(draft, where, advance(desk, draft))
    else:
        forms.save(form.id, memo={**form.memo, "words": words})
        note_offer(form.id)
        delivery.say(where, "form-changed-noted", lane=Lane.ANSWER)
    return True


def on_typed(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Give what was written to the form that waits here. False: none does."""
    form = open_form(person, incoming.chat_id, incoming.topic_id)
    words = incoming.words.strip()
    if form is None or not words or desk.shelf.get(form.model) is None:
        return False
    draft = draft_of(desk, person, form)
    where = place(person, incoming)
    field = field_named(draft.model, form.awaiting)
    if form.awaiting == TO_IMPROVE:
        _take_words(desk, draft, words, incoming)
        show_anew(draft, where, improve(draft, effects))
    elif field is not None and _takes_words(draft, field, words):
        _take_value(desk, draft, field, words, incoming)
    elif draft.model.prompt_parameter and (not draft.words or form.awaiting == draft.model.prompt_parameter):
        draft = _take_words(desk, draft, words, incoming)
        show_anew(draft, where, _with_words(draft, advance(desk, draft)))
    elif _goes_on(draft):
        draft = _take_words(desk, draft, f"{draft.words} {words}", incoming)
        show_again(draft, where, advance(desk, draft))
    else:
        aside(draft, where, waiting_screen(draft))
    return True


def _with_words(draft: Draft, view: View) -> View:
    """What is asked for next says that the words were taken; the whole order shows them anyway."""
    kept = text(draft.person.language, "form-words-kept", words=shorten(draft.words, SHOWN_PROMPT))
    return view if view.step == CONFIRMING else noted(view, kept)


def _takes_words(draft: Draft, field: Field, words: str) -> bool:
    """Whether what was written is the value of the awaited field; a file may come as a link."""
    if field.name == draft.model.prompt_parameter:
        return False
    return field.kind != "media" or words.startswith(LINKS)


def _goes_on(draft: Draft) -> bool:
    """Whether the words are so long and so fresh that Telegram's app may have cut them: what comes now is their next part."""
    form = draft.form
    return form.step == CONFIRMING and len(draft.words) >= LONG_PART_CHARS and form.updated_at > utc_now() - JOIN_WITHIN_S


def _take_words(desk: Desk, draft: Draft, words: str, incoming: Incoming) -> Draft:
    """What was written is what the person wants to get; the result will reply to it."""
    draft.chosen[draft.model.prompt_parameter or ""] = words
    draft.form.order_message_id = incoming.message_id
    forms.save(draft.form.id, order_message_id=incoming.message_id)
    return _anew(desk, draft)


def _take_value(desk: Desk, draft: Draft, field: Field, words: str, incoming: Incoming) -> None:
    where = place(draft.person, incoming)
    value = typed(field, words, draft.person.language)
    before = draft.chosen.get(field.name)
    made = earlier.chosen(draft.person.account_id, field.parameter, words) if field.kind == "earlier" else None
    if made is not None:
        draft.chosen.update(earlier.values(draft.model, made))
        value = draft.chosen[field.name]
    if value is not None:
        draft.chosen[field.name] = value
    tried = _anew(desk, draft)
    wrong = [error.message for error in tried.errors if top(error) == field.name and is_given(tried.chosen, field.name)]
    if value is not None and not wrong:
        show_anew(tried, where, after(desk, tried))
        return
    if before is None:
        tried.chosen.pop(field.name, None)
    else:
        tried.chosen[field.name] = before
    view = field_view(desk, _anew(desk, tried), field)
    ask = "\n".join(wrong) or str(view.screen.args["ask"])
    args = {"name": field.label[draft.person.language], "ask": ask}
    aside(draft, where, Screen("form-no-such-value", args, [*view.screen.buttons, [HOME]]))


def give_up(person: Person, chat_id: int, topic_id: int) -> bool:
    """/cancel: the form that is open here is closed. False when there is none."""
    form = forms.get(person.account_id, chat_id, topic_id)
    if form is None or form.step == ORDERED or form.updated_at < utc_now() - IDLE_S or not (form.model or form.files):
        return False
    leave(form)
    forms.drop(person.account_id, chat_id, topic_id)
    return True
