"""An order that is being put together: what was chosen, what is still missing, what it will cost."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.catalog.forms import Field, complete
from kiebot.catalog.prices import media_seconds
from kiebot.catalog.schema import InputError, Model, Parameter, is_given
from kiebot.catalog.validation import MediaFacts, validate
from kiebot.errors import UserFault
from kiebot.services import earlier, references
from kiebot.services.accounts import Person, may_handle
from kiebot.services.earlier import Earlier
from kiebot.store import forms, inputs, preferences
from kiebot.store.db import utc_now
from kiebot.store.inputs import name_of, named_in
from kiebot.telegram.handlers.desk import Desk, Pressed
from kiebot.telegram.handlers.screens import retire
from kiebot.telegram.handlers.values import asked, top

IDLE_S = 1800.0  # a form that nobody touched for so long does not take what a person writes
OFFERING, FILLING, CONFIRMING, IMPROVING, ORDERED = "offering", "filling", "confirming", "improving", "ordered"
ASKING = "asking"  # a form whose files the next message is a question about
ASIDES = "asides"  # in a form's memo: rows of messages about it that do not show the form itself
SEED = "seed"
MISSING = frozenset({"required", "any_of", "one_of", "requires", "required_if"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A form with its model. `chosen` is what stands in the form, `given` the complete input that would be sent."""

    form: Any
    model: Model
    person: Person
    chosen: dict[str, Any]
    given: dict[str, Any]
    errors: list[InputError]
    media: Mapping[str, MediaFacts]
    price: int | None  # whole credits, None when nobody knows
    sold: bool  # orders cost credits here; else no price is worth a word

    @property
    def words(self) -> str:
        """The person's words, empty when there are none yet."""
        return str(self.chosen.get(self.model.prompt_parameter or "") or "")

    @property
    def wants_words(self) -> bool:
        """Whether the model takes words and has none, and nobody said to go without."""
        return bool(self.model.prompt_parameter and not self.words and not self.form.memo.get("silent"))

    @property
    def words_needed(self) -> bool:
        """Whether it cannot be ordered without words."""
        return any(top(error) == self.model.prompt_parameter for error in self.errors)

    @property
    def missing(self) -> Field | None:
        """The first field, the words aside, without which nothing can be ordered."""
        wanted = {top(error) for error in self.errors if error.code in MISSING and not is_given(self.chosen, top(error))}
        return next((field for field in asked(self.model) if field.name in wanted), None)

    @property
    def media_s(self) -> float | None:
        """Seconds of the clips and sounds that are given; None when one of them does not say."""
        return media_seconds(self.model, self.given, self.media)


def cost(desk: Desk, person: Person, price: int | None) -> int:
    """What this person would pay: nothing in a studio without billing, or as its guest."""
    return 0 if person.free or not desk.tariff.enabled else price or 0


def draft_of(desk: Desk, person: Person, form: Any) -> Draft:
    """A form read anew. Raises UserFault when its model is not offered any more."""
    model = desk.shelf.catalogue.get(form.model)
    if model is None:
        raise UserFault("model-gone")
    if not model.offered:
        raise UserFault("model-off", model=model.label[person.language])
    chosen = {name: value for name, value in form.input.items() if name in model.input}
    return _checked(desk, form, model, person, chosen)


def _checked(desk: Desk, form: Any, model: Model, person: Person, chosen: dict[str, Any]) -> Draft:
    given = complete(model, chosen)
    media = references.facts(files_in(model, given))
    errors = validate(model, given, media, person.language)
    price = desk.tariff.price_of(model, given, media_seconds(model, given, media))
    return Draft(form, model, person, chosen, given, errors, media, price, desk.tariff.enabled)


def todays_price(desk: Desk, model: Model, given: Mapping[str, Any]) -> int | None:
    """What an input that was ordered before would cost now."""
    return desk.tariff.price_of(model, given, media_seconds(model, given, references.facts(files_in(model, given))))


def files_in(model: Model, given: Mapping[str, Any]) -> set[int]:
    """Ids of the files in an input. Only where the model takes media: whoever writes "file:7" elsewhere means these words."""
    return named_in({parameter.name: given.get(parameter.name) for parameter in model.media})


def own(person: Person, pressed: Pressed) -> Any:
    """The form that the first word of a button names. Raises UserFault: form-gone, button-not-yours, form-ordered."""
    form = forms.by_id(pressed.number(0))
    if form is None:
        raise UserFault("form-gone")
    if not may_handle(person, form.account_id, pressed.press.chat_id):
        raise UserFault("button-not-yours")
    if form.step == ORDERED:
        raise UserFault("form-ordered", job=str(form.memo.get("job", "")))
    return form


def open_form(person: Person, chat_id: int, topic_id: int) -> Any | None:
    """The form that takes what the person writes now: one with a model that was touched lately."""
    form = forms.get(person.account_id, chat_id, topic_id)
    if form is None or not form.model or form.step in (ORDERED, OFFERING) or form.updated_at < utc_now() - IDLE_S:
        return None
    return form


def forget_form(person: Person, chat_id: int, topic_id: int) -> None:
    """Who goes to the main menu leaves the order that was not confirmed: what is written next is talk again."""
    form = forms.get(person.account_id, chat_id, topic_id)
    if form is not None and form.step != ORDERED:
        leave(form)
        forms.drop(person.account_id, chat_id, topic_id)


def leave(form: Any, stays: int | None = None) -> None:
    """A form ends or goes on elsewhere: the messages that show it lose their buttons, all but the row `stays`.

    An offer keeps them: it can be taken up again (handlers/offered.py). What was ordered is the job's message now.
    """
    shown = [] if form.step in (OFFERING, ASKING, ORDERED) else [form.status_row]
    for row_id in {*shown, *form.memo.get(ASIDES, [])} - {None, stays}:
        retire(row_id)


def leave_open(account_id: int, spot: Spot, stays: int | None = None) -> None:
    """The form that stands in this place, if one does, makes room for another."""
    before = forms.get(account_id, spot.chat_id, spot.topic_id)
    if before is not None:
        leave(before, stays)


def replace_form(account_id: int, spot: Spot, **fields: Any) -> Any:
    """A new form in place of the one before."""
    leave_open(account_id, spot, stays=fields.get("status_row"))
    return forms.begin(account_id, spot.chat_id, spot.topic_id, order_message_id=spot.message_id, **fields)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a form stands, and the message of the person that asked for it (0: none)."""

    chat_id: int
    topic_id: int = 0
    message_id: int = 0


def begin(
    person: Person,
    spot: Spot,
    model: Model,
    model_type: str,
    *,
    words: str = "",
    files: Iterable[int] = (),
    chosen: Mapping[str, Any] | None = None,
    memo: Mapping[str, Any] | None = None,
) -> Any:
    """A new form for a model: with what was used last, or what is given."""
    start = dict(remembered(person.account_id, model) if chosen is None else chosen)
    if words and model.prompt_parameter:
        start[model.prompt_parameter] = words
    file_ids = list(files)
    left = place_files(model, model_type, start, file_ids)
    by_id = [file_id for file_id in file_ids if file_id not in left and file_id not in files_in(model, start)]
    kept = {**(memo or {}), "by_id": by_id}
    return replace_form(
        person.account_id, spot, model=model.id, type=model_type, input=start, files=left, memo=kept, step=FILLING
    )


def remembered(account_id: int, model: Model) -> dict[str, Any]:
    """The last used parameters, as far as the model still takes them."""
    last = {name: value for name, value in preferences.get(account_id, model.id).items() if name in model.input}
    wrong = {top(error) for error in validate(model, complete(model, last)) if error.code not in MISSING}
    return {name: value for name, value in last.items() if name not in wrong}


def remember(account_id: int, model: Model, chosen: Mapping[str, Any]) -> None:
    """Keep the parameters for the next time: not the words, the files or what belongs to one order only."""
    kept = {
        field.name: chosen[field.name]
        for field in asked(model)
        if is_given(chosen, field.name) and field.kind in ("choice", "toggle", "number")
    }
    preferences.save(account_id, model.id, kept)


def place_files(model: Model, model_type: str, chosen: dict[str, Any], file_ids: Iterable[int]) -> list[int]:
    """Put files where the model takes them, or the provider's ids of what they are results of. Returns the ids of the others."""
    left, rows = [], inputs.many(file_ids)
    for number, row in enumerate(rows):
        places = _places(model, model_type, chosen, row.kind, len(rows) - number)
        made = None if places else earlier.of_file(row)
        if places:
            _put(places[0], chosen, name_of(row.id))
        elif made is not None and goes_on_from(model, made):
            chosen |= earlier.values(model, made)
        else:
            left.append(row.id)
    return left


def _places(model: Model, model_type: str, chosen: Mapping[str, Any], kind: str, count: int) -> list[Parameter]:
    """The parameters with room for a file of this kind: needed ones first, those for references only where that is the type."""
    free = [
        parameter
        for parameter in model.media
        if parameter.media in (kind, "file") and not parameter.advanced and room(parameter, chosen) > 0
    ]
    as_reference = model_type.startswith("reference")
    return sorted(
        free,
        key=lambda each: (
            not each.required,
            ("reference" in each.name) != as_reference,
            count > 2 and room(each, chosen) < count,  # for many pictures a list, not the first and the last frame
            "mask" in each.name or "last" in each.name or "tail" in each.name,
        ),
    )


def room(parameter: Parameter, chosen: Mapping[str, Any]) -> int:
    """For how many more files a parameter has a place."""
    taken = chosen.get(parameter.name)
    if parameter.type != "array":
        return 0 if taken else 1
    return (parameter.max_items or 10) - (len(taken) if isinstance(taken, list) else 0)


def _put(parameter: Parameter, chosen: dict[str, Any], name: str) -> None:
    chosen[parameter.name] = [*(chosen.get(parameter.name) or []), name] if parameter.type == "array" else name


def takes(model: Model, kind: str, made: Earlier | None = None) -> bool:
    """Whether a model takes a file of this kind, or goes on from what the file is a result of."""
    by_file = any(parameter.media in (kind, "file") and not parameter.advanced for parameter in model.media)
    return by_file or (made is not None and goes_on_from(model, made))


def goes_on_from(model: Model, made: Earlier) -> bool:
    """Whether a model takes the provider's id of an earlier result."""
    return earlier.parameter_for(model, made) is not None


def fresh_seed(model: Model, chosen: dict[str, Any]) -> None:
    """Another seed, where a model has one: the same order gives something else."""
    parameter = model.input.get(SEED)
    if parameter is None or parameter.type not in ("integer", "number"):
        chosen.pop(SEED, None)
        return
    chosen[SEED] = random.randint(int(parameter.min or 0), int(min(parameter.max or 2**31 - 1, 2**31 - 1)))


def carried(form: Any | None, model: Model | None) -> tuple[str, list[int]]:
    """(words, files) that a person who goes on to another model takes along."""
    if form is None:
        return "", []
    words = form.memo.get("words") or (form.input.get(model.prompt_parameter or "") if model is not None else "")
    placed = files_in(model, form.input) if model is not None else set()
    return str(words or ""), sorted({*form.files, *placed, *form.memo.get("by_id", [])})
