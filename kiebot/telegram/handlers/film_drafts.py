"""A film before it starts: the idea, what it will be like, what it costs and how long it takes, the start."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.films.choices import Choices
from kiebot.i18n import text
from kiebot.services import chat
from kiebot.services import film as services
from kiebot.services.accounts import Person
from kiebot.services.delivery import Args, Button, Place
from kiebot.services.film_money import Offer, model_for
from kiebot.services.film_studio import choices_of, own, with_voice
from kiebot.services.film_words import kind_of_chat, within_quotes
from kiebot.services.incoming import Incoming
from kiebot.store import films, threads
from kiebot.telegram.handlers.balance import short_of, ways_to_buy
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.film_choices import (
    FIELDS,
    WIDTHS,
    changed,
    choices_screen,
    field_screen,
    first_choices,
    fitting,
    models_screen,
    remember,
    voice_words,
    words,
)
from kiebot.telegram.handlers.film_waits import IDEA, Wait, expect, forget
from kiebot.telegram.handlers.screens import Rows, Screen, post, put, retire, row_of
from kiebot.telegram.handlers.wording import shorten, time_words

SHOWN_IDEA = 300
SHOWN = ("aspect", "style", "subtitles", "music", "transition")
STAGES = ("script", "pictures", "animation", "voice", "assembly")
SPOKEN = "spoken"  # in a draft's memo: plain words began it, perhaps an answer was wanted


def begin(desk: Desk, person: Person, where: Place, message_id: int, idea: str, *, spoken: bool = False) -> None:
    """A new film of this idea: how it will be, and what it costs. The next words are another idea."""
    film = services.begin(person.account_id, where, message_id, idea, first_choices(person))
    if spoken:
        films.change(film.id, memo={SPOKEN: True})
    _show_anew(desk, person, where, films.get(film.id))


def other_idea(desk: Desk, person: Person, where: Place, film_id: int, message_id: int, idea: str) -> None:
    """The film is to be about something else: the order is shown below what was written, which was perhaps no idea but talk."""
    film = services.change_draft(film_id, person.account_id, idea=idea)
    retire(film.approval_row)
    if film.message_id != message_id:
        films.change(film.id, message_id=message_id, memo={SPOKEN: True})
    _show_anew(desk, person, where, films.get(film.id))


def _show_anew(desk: Desk, person: Person, where: Place, film: Any) -> None:
    films.change(film.id, approval_row=post(person, where, draft_screen(desk, person, film)))
    expect(person, where.chat_id, where.topic_id, Wait(IDEA, film.id))


def _draft(person: Person, pressed: Pressed) -> Any:
    """The film of a button, which has not started. Raises UserFault."""
    film = own(pressed.number(1), person.account_id)
    if film.state != "draft":
        raise UserFault("film-late")
    return film


# -- the order -----------------------------------------------------------------------------------------------------------------


def draft_screen(desk: Desk, person: Person, film: Any) -> Screen:
    """The whole order: choices, price and time of each stage, what is lacking here."""
    choices, language = choices_of(film), person.language
    offered = services.estimate(person.account_id, choices)
    args: Args = {
        "idea": within_quotes(shorten(film.idea, SHOWN_IDEA), language),
        "length": words("seconds", choices.seconds, language),
        "scenes": choices.scene_count,
        **{name: words(name, getattr(choices, name), language) for name in SHOWN},
        "spoken": words("language", choices.language, language),
        **{role: _model_words(role, choices, language) for role in FIELDS},
        "voice": voice_words(desk, choices, language),
        "stages": "\n".join(_stage_line(stage, choices, offered, language) for stage in STAGES if offered.seconds[stage]),
        "total": _total(person, film, offered, language),
        "where": kind_of_chat(film.chat_id),
        "lacks": "".join(f"\n{text(language, key)}" for key in _lacks(desk, choices, offered)),
    }
    return Screen("film-draft", args, _buttons(desk, person, film, offered))


def _model_words(role: str, choices: Choices, language: str) -> str:
    model = fitting(role, choices)
    return model.label[language] if model is not None else "…"


def _stage_line(stage: str, choices: Choices, offered: Offer, language: str) -> str:
    stages = offered.estimate.stages if offered.pays else {}
    credits = stages.get(stage, 0) + (stages.get("music", 0) if stage == "voice" else 0)
    cost = text(language, "film-stage-cost", credits=credits) if credits else ""
    time = time_words(offered.seconds[stage], language)
    name = "music" if stage == "voice" and not with_voice(choices).narrated else stage
    return text(language, "film-stage-line", name=text(language, f"film-stage-{name}"), cost=cost, time=time)


def _total(person: Person, film: Any, offered: Offer, language: str) -> str:
    time = time_words(sum(offered.seconds.values()), language)
    if not offered.total:
        return "\n" + text(language, "film-total-free", time=time)
    line = "\n" + text(language, "film-total", time=time, credits=offered.total)
    missing = short_of(person, offered.total)
    if not missing:
        return line
    if film.chat_id < 0:  # others read along
        return f"{line}\n{text(language, 'confirm-short-group')}"
    return f"{line}\n{text(language, 'confirm-short', balance=offered.total - missing, missing=missing)}"


def _lacks(desk: Desk, choices: Choices, offered: Offer) -> list[str]:
    """What cannot be had here, as sentences."""
    lacking = [f"film-lacks-{role}" for role in FIELDS if fitting(role, choices) is None]
    if not lacking and offered.pays and offered.estimate.unknown:
        lacking.append("film-lacks-price")
    if not desk.speaks:
        lacking.append("film-lacks-voice")
    if model_for(choices, "music") is None:
        lacking.append("film-lacks-music")
    return lacking


def _buttons(desk: Desk, person: Person, film: Any, offered: Offer) -> Rows:
    language, total = person.language, offered.total
    label = text(language, "film-start-price", credits=total) if total else text(language, "film-button-start")
    talk: list[Button] = [{"key": "film-button-talk", "data": f"film:talk:{film.id}"}] if film.memo.get(SPOKEN) else []
    rows: Rows = [
        *ways_to_buy(desk, person, film.chat_id, total),  # the film stays: it can be started once the credits are there
        [{"text": label, "data": f"film:start:{film.id}:{total}"}],
        [{"key": "film-button-change", "data": f"film:change:{film.id}"}],
        talk,
        [{"key": "film-button-drop", "data": f"film:drop:{film.id}"}],
    ]
    return [row for row in rows if row]


# -- choosing ------------------------------------------------------------------------------------------------------------------


def press_change(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:change:<film>: everything that can be chosen."""
    film = _draft(person, pressed)
    put(person, pressed, choices_screen(desk, film, choices_of(film), person.language))


def press_back(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:back:<film>: the order again."""
    film = _draft(person, pressed)
    put(person, pressed, draft_screen(desk, person, film))
    expect(person, film.chat_id, film.topic_id, Wait(IDEA, film.id))


def press_pick(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:pick:<film>:<field>[:<page>]: its values."""
    film, name = _draft(person, pressed), _word(pressed, 2)
    choices = choices_of(film)
    if name in FIELDS:
        offered = services.estimate(person.account_id, choices)
        put(person, pressed, models_screen(desk, film, choices, name, pressed.number(3), offered, person.language))
    elif name in WIDTHS:
        put(person, pressed, field_screen(film, choices, name, person.language))
    else:
        raise UserFault("button-old")


def press_set(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:set:<film>:<field>:<value>: chosen, and remembered for the next film."""
    film = _draft(person, pressed)
    choices = changed(choices_of(film), _word(pressed, 2), _word(pressed, 3))
    if choices is None:
        raise UserFault("button-old")
    film = services.change_draft(film.id, person.account_id, choices=choices)
    remember(person, choices)
    put(person, pressed, choices_screen(desk, film, choices, person.language))


def _word(pressed: Pressed, position: int) -> str:
    return pressed.words[position] if position < len(pressed.words) else ""


# -- the start -----------------------------------------------------------------------------------------------------------------


def press_start(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:start:<film>:<credits>: at the price that was shown. The message of the button shows the progress then."""
    film = _draft(person, pressed)
    if services.estimate(person.account_id, choices_of(film)).total != pressed.number(2):
        put(person, pressed, draft_screen(desk, person, film))
        effects.notice, effects.alert = "film-price-changed", True
        return
    row = row_of(pressed.press)
    films.change(film.id, approval_row=row and row.id)
    services.start(film.id, person.account_id)
    forget(person, film.chat_id, film.topic_id)
    effects.notice = "film-started-notice"


def press_drop(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:drop:<film>: no film."""
    film = _draft(person, pressed)
    services.discard(film.id, person.account_id)
    forget(person, film.chat_id, film.topic_id)
    put(person, pressed, Screen("film-dropped"))


def press_talk(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:talk:<film>: the words were no order, the text model answers them."""
    film, press = _draft(person, pressed), pressed.press
    press_drop(desk, person, pressed, effects)
    effects.notice = "spoken-answering"
    if not film.message_id or threads.turn_of_message(press.chat_id, film.message_id) is not None:
        return
    message = Incoming(
        press.chat_id, press.chat_kind, "", film.message_id, press.sender, "text", film.idea, press.topic_id, words=film.idea
    )
    spoken = film.idea if message.private else f"{person.name}: {film.idea}"
    turn = chat.take(person, message, film.idea, most_chars=desk.text_chars, group_text=spoken)
    if turn is not None:
        effects.turns.append(turn)
