"""One scene made anew, and other files of a finished film."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.films.choices import ASPECTS
from kiebot.films.naming import scenes_named
from kiebot.i18n import text
from kiebot.services import film as services
from kiebot.services import film_changes, film_screens
from kiebot.services.accounts import Person, press_place
from kiebot.services.delivery import Args, Button, Place
from kiebot.services.film_studio import choices_of
from kiebot.services.film_words import MADE, button, is_here, kind_of_chat
from kiebot.store import films
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.film_answers import of
from kiebot.telegram.handlers.film_waits import NARRATION, PICTURE, SCENE, Wait, expect, forget
from kiebot.telegram.handlers.screens import Screen, in_rows, post, put, turning
from kiebot.telegram.handlers.wording import shorten

PAGE, WIDTH = 40, 8  # numbers
SHOWN_WORDS = 1000
REWORD = "reword"
ASKED = {REWORD: PICTURE, "narration": NARRATION}  # what needs words, and what they are waited for as


def may_redo(film: Any) -> Any:
    """The film, if a scene of it can be made anew now. Raises UserFault."""
    return film if film.state == "done" else services.waiting(film, *MADE)


def press_redo(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:redo:<film>, film:scene:<film>: which one? film:numbers:<film>:<page> turns the page."""
    film = may_redo(of(person, pressed))
    expect(person, film.chat_id, film.topic_id, Wait(SCENE, film.id))
    screen = numbers_screen(film, pressed.number(2))
    if pressed.words[0] == "numbers":
        put(person, pressed, screen)
    else:
        post(person, press_place(person, pressed.press), screen)


def numbers_screen(film: Any, page: int) -> Screen:
    """A button a scene."""
    numbers = [each.number for each in films.scenes(film.id) if each.treatment != "left_out"]
    pages = max(1, -(-len(numbers) // PAGE))
    page = min(page, pages - 1)
    shown = numbers[page * PAGE : (page + 1) * PAGE]
    buttons: list[Button] = [{"text": str(number), "data": f"film:one:{film.id}:{number}"} for number in shown]
    rows = [*in_rows(buttons, WIDTH), *turning(f"film:numbers:{film.id}", page, pages)]
    return Screen("film-which-scene", {"where": kind_of_chat(film.chat_id)}, [*rows, [button(film, "nothing")]])


def press_one(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:one:<film>:<scene>: what of it?"""
    film = may_redo(of(person, pressed))
    show_scene(person, press_place(person, pressed.press), film, pressed.number(2))


def show_scene(person: Person, where: Place, film: Any, number: int) -> None:
    """The picture or clip of a scene, then what can be made anew of it and for how much."""
    scene = films.scene(film.id, number)
    if scene is None or scene.treatment == "left_out":
        raise UserFault("film-no-scene")
    forget(person, where.chat_id, where.topic_id)
    made = "clip" if film.stage != "pictures" and is_here(scene.clip) else "picture"
    film_screens.show_scenes(film, made, [number], lane=Lane.ANSWER)  # as the question, which comes after it
    buttons = [[_make(film, scene, what, person)] for what in ways(film, scene)]
    words = scene.image_prompt if film.stage == "pictures" else scene.narration
    args: Args = {"scene": number, "words": shorten(words, SHOWN_WORDS)}
    post(person, where, Screen("film-one-scene", args, [*buttons, [button(film, "nothing")]]))


def ways(film: Any, scene: Any) -> tuple[str, ...]:
    """What of a scene can be made anew now."""
    if film.stage == "pictures":
        return ("picture", REWORD)
    clip = ("clip",) if scene.picture is not None else ()
    if film.state != "done":
        return ("picture", *clip)
    choices = choices_of(film)
    return ("picture", *clip, *(("narration",) if choices.narrated or choices.subtitles != "off" else ()))


def _make(film: Any, scene: Any, what: str, person: Person) -> Button:
    number, with_clip = scene.number, what == "picture" and film_changes.needs_clip(film, scene)
    named = "picture-clip" if with_clip else "subtitles" if what == "narration" and not choices_of(film).narrated else what
    label = text(person.language, f"film-make-{named}")
    credits = film_changes.redo_price(film.id, person.account_id, number, "picture" if what == REWORD else what)
    if credits:
        label = text(person.language, "film-make-price", what=label, credits=credits)
    return {"text": label, "data": f"film:make:{film.id}:{number}:{what}"}


def press_make(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:make:<film>:<scene>:<what>: at once, or with the words that come next."""
    film, number = may_redo(of(person, pressed)), pressed.number(2)
    what = pressed.words[3] if len(pressed.words) > 3 else ""
    scene = films.scene(film.id, number)
    if scene is None or what not in ways(film, scene):
        raise UserFault("film-late")
    if what in ASKED:
        expect(person, film.chat_id, film.topic_id, Wait(ASKED[what], film.id, number))
        before = scene.image_prompt if what == REWORD else scene.narration
        args: Args = {"scene": number, "words": shorten(before, SHOWN_WORDS), "where": kind_of_chat(film.chat_id)}
        put(
            person,
            pressed,
            Screen("film-ask-reword" if what == REWORD else "film-ask-narration", args, [[button(film, "nothing")]]),
        )
        return
    film_changes.redo(film.id, person.account_id, number, what)
    put(person, pressed, Screen("film-redo-taken", {"scene": number}))


# -- what was written or said --------------------------------------------------------------------------------------------------


def on_number(person: Person, where: Place, film: Any, words: str) -> bool:
    """The scene that was asked for. False: no scene is named."""
    count = len(films.scenes(film.id))
    numbers = scenes_named(words, count) or [int(word) for word in words.split() if word.isascii() and word.isdigit()]
    known = [number for number in numbers if 1 <= number <= count]
    if known:
        show_scene(person, where, film, known[0])
    return bool(known)


def on_words(person: Person, wait: Wait, words: str) -> None:
    """Other words for the picture or the narration of a scene."""
    if wait.what == PICTURE:
        film_changes.reword(wait.film_id, person.account_id, wait.number, words)
    else:
        film_changes.redo(wait.film_id, person.account_id, wait.number, "narration", words)


# -- other files ---------------------------------------------------------------------------------------------------------------


def press_aspects(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:aspects:<film>: in which one?"""
    film = of(person, pressed)
    if film.state != "done":
        raise UserFault("film-late")
    now = choices_of(film).aspect
    others: list[Button] = [
        {"text": aspect, "data": f"film:aspect:{film.id}:{aspect.replace(':', 'x')}"} for aspect in ASPECTS if aspect != now
    ]
    post(person, press_place(person, pressed.press), Screen("film-which-aspect", {}, [others]))


def press_aspect(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:aspect:<film>:<aspect>: put together once more."""
    aspect = (pressed.words[2] if len(pressed.words) > 2 else "").replace("x", ":")
    film_changes.other_aspect(of(person, pressed).id, person.account_id, aspect)
    put(person, pressed, Screen("film-aspect-taken", {"aspect": aspect}))


def press_parts(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:parts:<film>: all that it is made of."""
    film_changes.parts(of(person, pressed).id, person.account_id)
    effects.notice = "film-soon-notice"
