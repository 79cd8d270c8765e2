"""Answers to what a film asks: go on, change the script, what becomes of scenes that failed; stop, wake, try again."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import film as services
from kiebot.services import film_changes, film_screens
from kiebot.services.accounts import Person, press_place
from kiebot.services.delivery import Args, Button
from kiebot.services.film_studio import own
from kiebot.services.film_words import MADE, button, changes, failed_buttons, is_here, kind_of_chat, name, why
from kiebot.store import accounts, films
from kiebot.store.db import utc_now
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.film_choices import price_words
from kiebot.telegram.handlers.film_waits import WISH, Wait, expect, forget
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows, post, put, turning
from kiebot.telegram.handlers.shelf import key_of
from kiebot.telegram.handlers.wording import name_of

PAGE = 8
SAME_ALL_S = 60
NUMBERS_WIDTH = 6
MOST_NUMBERS = 60
ALL = "all"


def of(person: Person, pressed: Pressed) -> Any:
    """The film of a button. Raises UserFault: film-gone, film-not-yours."""
    return own(pressed.number(1), person.account_id)


# -- the script ----------------------------------------------------------------------------------------------------------------


def press_approve(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:approve:<film>:<stage>: the next stage begins; the message of the button shows its progress."""
    film = of(person, pressed)
    forget(person, film.chat_id, film.topic_id)
    services.approve(film.id, person.account_id, pressed.words[2] if len(pressed.words) > 2 else "")
    effects.notice = "film-approved-notice"


def press_revise(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:revise:<film>: the next words are what is to be changed."""
    film = services.waiting(of(person, pressed), "script")
    expect(person, film.chat_id, film.topic_id, Wait(WISH, film.id))
    asked = Screen("film-ask-wish", {"where": kind_of_chat(film.chat_id)}, [[button(film, "nothing")]])
    post(person, press_place(person, pressed.press), asked)


def press_nothing(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:nothing:<film>: nothing is to be changed after all."""
    film = of(person, pressed)
    forget(person, film.chat_id, film.topic_id)
    put(person, pressed, Screen("film-no-wish", {"where": kind_of_chat(film.chat_id)}))


def press_rewrite(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:rewrite:<film>: another script."""
    film = services.rewrite(of(person, pressed).id, person.account_id)
    forget(person, film.chat_id, film.topic_id)
    effects.notice = "film-taken-notice"


# -- pictures and clips --------------------------------------------------------------------------------------------------------


def press_all(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:all:<film>: all pictures or clips, as albums; the same ones once a minute."""
    film = of(person, pressed)
    made = MADE.get(film.stage, "picture")
    numbers = [each.number for each in films.scenes(film.id) if is_here(getattr(each, made))]
    if not numbers:
        raise UserFault("film-files-gone")
    minute = int(utc_now()) // SAME_ALL_S
    if not accounts.first_seen(f"film-all:{film.id}:{made}:{minute}"):
        effects.notice = "film-sent-notice"
        return
    film_screens.show_scenes(film, made, numbers, dedup_key=f"{pressed.press.key}:all")
    effects.notice = "film-taken-notice"


def press_sheet(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:sheet:<film>: all pictures on one sheet."""
    film_changes.sheet(of(person, pressed).id, person.account_id)
    effects.notice = "film-soon-notice"


# -- scenes that failed --------------------------------------------------------------------------------------------------------


def press_failed(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:failed:<film>: each with its reason and a button, in a message below."""
    film = services.waiting(of(person, pressed), *MADE)
    post(person, press_place(person, pressed.press), failed_screen(film, person.language))


def failed_screen(film: Any, language: str) -> Screen:
    """The failed scenes, or that all are settled."""
    lost = services.failed(film)
    if not lost:
        return Screen("film-failed-none")
    said = {code: text(language, why(code)["key"]) for code in set(lost.values())}
    lines = [text(language, "film-failed-line", scene=number, why=said[code]) for number, code in lost.items()]
    numbers: list[Button] = [{"text": str(number), "data": f"film:fail:{film.id}:{number}"} for number in lost]
    shown = "\n".join(lines[:PAGE]) + ("\n…" if len(lines) > PAGE else "")
    return Screen("film-failed-list", {"name": name(film), "lines": shown}, in_rows(numbers[:MOST_NUMBERS], NUMBERS_WIDTH))


def press_fail(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:fail:<film>:<scene>: what can become of this one."""
    film, number = services.waiting(of(person, pressed), *MADE), pressed.number(2)
    lost = services.failed(film)
    if number not in lost:
        put(person, pressed, failed_screen(film, person.language))
        return
    why_words = text(person.language, why(lost[number])["key"])
    back = {"key": "film-button-back", "data": f"film:fail:{film.id}:0"}
    put(person, pressed, Screen("film-failed-line", {"scene": number, "why": why_words}, [*failed_buttons(film, number), [back]]))


def press_decide(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:again|still|leave:<film>:<scene or all>."""
    what = {"again": "again", "still": "still", "leave": "leave_out"}[pressed.words[0]]
    _choose(person, pressed, what, effects)


def press_models(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:models:<film>:<scene or all>[:<page>]: other models for the clips, with what one costs."""
    film, which = services.waiting(of(person, pressed), "animation"), _which(pressed)
    found = services.other_models(film.id, person.account_id)
    if not found:
        raise UserFault("film-no-model", what="clip")
    pages = -(-len(found) // PAGE)
    page = min(pressed.number(3), pages - 1)
    rows: Rows = [
        [_model(film, which, model, credits, person.language)] for model, credits in found[page * PAGE : (page + 1) * PAGE]
    ]
    paid = "yes" if any(credits for _, credits in found) else "no"
    screen = Screen("film-other-models", {"paid": paid}, [*rows, *turning(f"film:models:{film.id}:{which}", page, pages)])
    if len(pressed.words) > 3:  # a page was turned in the message of the list itself
        put(person, pressed, screen)
    else:
        post(person, press_place(person, pressed.press), screen)


def _model(film: Any, which: str, model: Any, credits: int, language: str) -> Button:
    label = f"{name_of(model, language)}{price_words(credits, language)}"
    return {"text": label, "data": f"film:model:{film.id}:{which}:{key_of(model.id)}"}


def press_model(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:model:<film>:<scene or all>:<model>: make them with this one."""
    model = desk.shelf.known(pressed.words[3] if len(pressed.words) > 3 else "")
    if model is None:
        raise UserFault("model-gone")
    _choose(person, pressed, f"model:{model.id}", effects)
    effects.delete.append((pressed.press.chat_id, pressed.press.message_id))


def _choose(person: Person, pressed: Pressed, what: str, effects: Effects) -> None:
    film, which = of(person, pressed), _which(pressed)
    forget(person, film.chat_id, film.topic_id)
    asked = film.approval_row
    film = services.choose(film.id, person.account_id, ALL if which == ALL else [int(which)], what)
    effects.notice = "film-taken-notice"
    if which != ALL and what in ("still", "leave_out") and asked is not None:  # the list of the failed ones stays
        put(person, pressed, failed_screen(film, person.language))


def _which(pressed: Pressed) -> str:
    return ALL if pressed.words[2:3] == (ALL,) else str(pressed.number(2))


# -- stops and restarts --------------------------------------------------------------------------------------------------------


def press_cancel(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:cancel:<film>: really? A slip of the finger must not end hours of work."""
    film = of(person, pressed)
    if film.state in films.ENDED or film.state == "draft":
        raise UserFault("film-late")
    post(person, press_place(person, pressed.press), sure_screen(film))


def sure_screen(film: Any) -> Screen:
    """Is it really to be cancelled?"""
    if changes(film):
        return Screen("film-sure-change", {"name": name(film)}, [[button(film, "stop")], [button(film, "keep")]])
    args: Args = {"name": name(film), "spent": films.spent(film.id)}
    return Screen("film-sure", args, [[button(film, "stop")], [button(film, "keep")]])


def press_stop(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:stop:<film>: yes, it ends."""
    film = services.cancel(of(person, pressed).id, person.account_id)
    forget(person, film.chat_id, film.topic_id)
    effects.delete.append((pressed.press.chat_id, pressed.press.message_id))


def press_keep(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:keep:<film>: no, it goes on."""
    of(person, pressed)
    effects.delete.append((pressed.press.chat_id, pressed.press.message_id))
    effects.notice = "film-goes-on-notice"


def press_retry(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:retry:<film>: the stage once more."""
    services.retry(of(person, pressed).id, person.account_id)
    effects.notice = "film-taken-notice"


def press_resume(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:resume:<film>: it wakes and asks again."""
    services.resume(of(person, pressed).id, person.account_id)
    effects.notice = "film-taken-notice"
