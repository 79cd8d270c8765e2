"""What can be chosen of a film, as values, words and buttons; what was chosen last is where the next film begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kiebot.catalog.loading import Catalogue
from kiebot.catalog.schema import Model
from kiebot.films.choices import (
    ASPECTS,
    LANGUAGES,
    LENGTHS,
    NO_VOICE,
    STYLES,
    SUBTITLES,
    TRANSITIONS,
    Choices,
    defaults,
    from_json,
)
from kiebot.films.fitting import ANY_PICTURE, PROBE, models_for, order_input
from kiebot.films.timeline import clock
from kiebot.i18n import text
from kiebot.services.accounts import Person
from kiebot.services.delivery import Button
from kiebot.services.film_money import Offer, model_for
from kiebot.services.film_studio import bound
from kiebot.store import preferences
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows, turning
from kiebot.telegram.handlers.shelf import key_of
from kiebot.telegram.handlers.wording import name_of

KEPT_AS = "film"  # among the preferences of models: what was chosen for the last film
PAGE = 8
FIELDS = {"picture": "image_model", "clip": "animation_model"}  # of Choices, by what the model is for
WIDTHS = {"seconds": 3, "aspect": 3, "style": 2, "language": 2, "voice": 2, "subtitles": 1, "transition": 1}
_fitting: dict[tuple[str, str], tuple[Catalogue, Sequence[Model]]] = {}  # asked anew when the catalogue is another one


# -- values --------------------------------------------------------------------------------------------------------------------


def first_choices(person: Person) -> Choices:
    """What the person chose last, as far as it can still be chosen; else what the operator set."""
    rules = bound().rules
    voice = rules.voices[0] if rules.voices else ""
    base = defaults(
        rules, language=person.language, voice=voice, image_model=rules.image_model, animation_model=rules.animation_model
    )
    last = from_json(preferences.get(person.account_id, KEPT_AS), base)
    spoken_by = last.voice if last.voice in (*rules.voices, NO_VOICE) else voice
    return whole(replace(last, segment_s=base.segment_s, max_mb=base.max_mb, voice=spoken_by))


def whole(choices: Choices) -> Choices:
    """With models that fit the aspect, and music only where somebody makes it."""
    picture, clip = fitting("picture", choices), fitting("clip", choices)
    return replace(
        choices,
        image_model=picture.id if picture is not None else "",
        animation_model=clip.id if clip is not None else "",
        music=choices.music and model_for(choices, "music") is not None,
    )


def fitting(role: str, choices: Choices) -> Model | None:
    """The chosen model while it fits, else the first that does."""
    wished, rules = getattr(choices, FIELDS[role]), bound().rules
    found = {model.id: model for model in fitting_models(role, choices.aspect)}
    own = found.get(wished) or found.get(getattr(rules, FIELDS[role]))
    return own or next(iter(found.values()), None)


def fitting_models(role: str, aspect: str) -> Sequence[Model]:
    """The models that can be ordered for a role; finding them out takes as long as hundreds of other answers."""
    catalogue = bound().catalogue.now
    known = _fitting.get((role, aspect))
    if known is None or known[0] is not catalogue:
        known = _fitting[role, aspect] = catalogue, models_for(catalogue, role, aspect)
    return known[1]


def remember(person: Person, choices: Choices) -> None:
    """The next film begins with these."""
    preferences.save(person.account_id, KEPT_AS, choices.to_json())


def options(name: str, choices: Choices) -> Sequence[str | int]:
    """What can be chosen for a field, models aside."""
    lengths = sorted({*LENGTHS, bound().rules.segments * bound().rules.segment_s})
    found: Mapping[str, Sequence[str | int]] = {
        "seconds": lengths, "aspect": list(ASPECTS), "style": list(STYLES), "language": list(LANGUAGES),
        "voice": [*(bound().rules.voices or [""]), NO_VOICE], "subtitles": SUBTITLES, "transition": TRANSITIONS,
    }  # fmt: skip
    return found.get(name, ())


def words(name: str, value: Any, language: str) -> str:
    """A value in people's words."""
    if name == "seconds":
        return clock(value)
    if name == "style":
        return text(language, f"film-style-{value}")
    if name in ("subtitles", "transition"):
        return text(language, f"film-value-{value}")
    if name == "music":
        return text(language, "film-value-music" if value else "film-value-silent")
    if name == "voice" and value in ("", NO_VOICE):
        return text(language, f"film-value-{value or 'voice'}")
    return LANGUAGES[value] if name == "language" else str(value)


def voice_words(desk: Desk, choices: Choices, language: str) -> str:
    """Who speaks in the film."""
    return words("voice", choices.voice if desk.speaks else NO_VOICE, language)


def changed(choices: Choices, name: str, said: str) -> Choices | None:
    """With what a button says; None when that cannot be chosen (any more)."""
    if name in FIELDS:
        found = (model for model in fitting_models(name, choices.aspect) if key_of(model.id) == said)
        model = next(found, None)
        return None if model is None else choices.changed(FIELDS[name], model.id)
    if name == "music":
        return whole(replace(choices, music=said == "on"))
    value = next((each for each in options(name, choices) if value_key(each) == said), None)
    return None if value is None else whole(choices.changed(name, value))


def value_key(value: str | int) -> str:
    """A value in callback data, which is parted by colons."""
    return str(value).replace(":", "x")


# -- screens -------------------------------------------------------------------------------------------------------------------


def choices_screen(desk: Desk, film: Any, choices: Choices, language: str) -> Screen:
    """Everything that can be chosen, each with its value."""
    back: Button = {"key": "film-button-back", "data": f"film:back:{film.id}"}
    return Screen("film-choices", {}, [*in_rows(list(_choosable(desk, film, choices, language)), 1), [back]])


def _choosable(desk: Desk, film: Any, choices: Choices, language: str) -> Iterator[Button]:
    for name in ("seconds", "aspect", "style", "language"):
        yield _field(film, name, words(name, getattr(choices, name), language), language)
    if desk.speaks:
        yield _field(film, "voice", voice_words(desk, choices, language), language)
    for name in FIELDS:
        model = fitting(name, choices)
        if model is not None:
            yield _field(film, name, model.label[language], language)
    for name in ("subtitles", "transition"):
        yield _field(film, name, words(name, getattr(choices, name), language), language)
    if model_for(choices, "music") is not None:
        label = text(language, "film-set-music", value=words("music", choices.music, language))
        yield {"text": label, "data": f"film:set:{film.id}:music:{'off' if choices.music else 'on'}"}


def _field(film: Any, name: str, value: str, language: str) -> Button:
    return {"text": text(language, f"film-set-{name}", value=value), "data": f"film:pick:{film.id}:{name}"}


def field_screen(film: Any, choices: Choices, name: str, language: str) -> Screen:
    """The values of one field, the chosen one marked."""
    buttons: list[Button] = [
        {
            "text": f"{'✓ ' if value == getattr(choices, name) else ''}{words(name, value, language)}",
            "data": f"film:set:{film.id}:{name}:{value_key(value)}",
        }
        for value in options(name, choices)
    ]
    up: Button = {"key": "film-button-back", "data": f"film:change:{film.id}"}
    return Screen(f"film-choice-{name}", {}, [*in_rows(buttons, WIDTHS[name]), [up]])


def models_screen(desk: Desk, film: Any, choices: Choices, role: str, page: int, offered: Offer, language: str) -> Screen:
    """One page of the models that fit, with the price of one picture or clip where the person pays."""
    found = [(model, price) for model, price in priced(desk, choices, role) if price is not None or not offered.pays]
    pages = max(1, -(-len(found) // PAGE))
    page = min(page, pages - 1)
    now = fitting(role, choices)
    buttons: Rows = [
        [_model(film, role, model, price if offered.pays else None, model is now, language)]
        for model, price in found[page * PAGE : (page + 1) * PAGE]
    ]
    up: Button = {"key": "film-button-back", "data": f"film:change:{film.id}"}
    rows = [*buttons, *turning(f"film:pick:{film.id}:{role}", page, pages), [up]]
    if not offered.pays:
        return Screen("film-choice-model-free", {"what": role}, rows)
    return Screen("film-choice-picture" if role == "picture" else "film-choice-clip", {"scenes": choices.scene_count}, rows)


def priced(desk: Desk, choices: Choices, role: str) -> list[tuple[Model, int | None]]:
    """The models that fit, each with what one picture or clip of this film costs; None: nobody knows."""
    image = ANY_PICTURE if role == "clip" else None
    seconds = choices.segment_s if role == "clip" else 0
    orders = [
        (model, order_input(model, prompt=PROBE, aspect=choices.aspect, seconds=seconds, image=image))
        for model in fitting_models(role, choices.aspect)
    ]
    return [(model, desk.tariff.price_of(model, given)) for model, given in orders if given is not None]


def _model(film: Any, role: str, model: Model, price: int | None, chosen: bool, language: str) -> Button:
    return {
        "text": f"{'✓ ' if chosen else ''}{name_of(model, language)}{price_words(price, language)}",
        "data": f"film:set:{film.id}:{role}:{key_of(model.id)}",
    }


def price_words(credits: int | None, language: str) -> str:
    """What follows a name on a button; nothing where nothing is paid."""
    return f" · {text(language, 'price-menu', credits=credits, least='no', per='order')}" if credits else ""
