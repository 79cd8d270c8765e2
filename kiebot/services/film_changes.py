"""What a person asks for besides answering: a scene made anew, before or after the film is finished; other files made of it.

What is made anew is null in its row until it is there; what was there before is kept in film.memo["before"], and comes back when
the change fails or is cancelled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.films.choices import ASPECTS
from kiebot.films.timeline import most_chars
from kiebot.services import film_money, film_orders, film_stages, limits, room
from kiebot.services.film import KIND, LONGEST_WORDS, check_limits, make_again, scene_price, waiting
from kiebot.services.film_studio import bound, choices_of, kept, own
from kiebot.store import accounts, films
from kiebot.store.db import transaction
from kiebot.store.failpoint import failpoint

FIRST_STAGE = {"picture": "pictures", "clip": "animation", "narration": "voice"}  # where the change of a finished film begins
WHILE_WAITING = {"pictures": ("picture",), "animation": ("picture", "clip")}
LONGER = 3  # so many times as much as the script says in a scene may be said there: its last picture stays so long
FILES = ("picture", "clip", "voice", "part")
KEPT = (*FILES, "treatment", "narration", "image_prompt")  # columns of a scene that a change may touch


def redo(film_id: int, account_id: int, number: int, what: str = "picture", words: str = "") -> Any:
    """Make the picture ("picture": with a finished film its clip, too), the clip or the narration of a scene anew.

    `words`: the new narration. Raises UserFault: film-gone, film-not-yours, film-late, film-asleep, film-resting, film-no-scene,
    film-words-long, film-files-gone, film-limit-user, film-limit-total, credits-too-low, limit-minute, limit-hour, disk-low.
    """
    with transaction(durable=True):
        film = own(film_id, account_id)
        scene = _scene(film, number)
        if film.state == "done":
            _change_finished(film, scene, what, words)
        else:
            _change_waiting(film, scene, what)
    failpoint("film-redo")
    return films.get(film_id)


def redo_price(film_id: int, account_id: int, number: int, what: str) -> int:
    """Credits that redo() would hold. Raises UserFault: film-gone, film-not-yours, film-no-scene."""
    film = own(film_id, account_id)
    return _price(film, _scene(film, number), what)


def _price(film: Any, scene: Any, what: str) -> int:
    if what == "narration":
        return film_money.narration_price(film)
    clip = scene_price(film, scene, "clip")
    if what == "clip":
        return clip
    return scene_price(film, scene, "picture") + (clip if needs_clip(film, scene) else 0)


def needs_clip(film: Any, scene: Any) -> bool:
    """Whether another picture means another clip, which is not reserved yet."""
    return scene.treatment == "clip" and (scene.clip is not None or film.stage != "pictures")


def _scene(film: Any, number: int) -> Any:
    scene = films.scene(film.id, number)
    if scene is None or scene.treatment == "left_out":
        raise UserFault("film-no-scene")
    return scene


# -- while the person is asked ------------------------------------------------------------------------------------------------


def _change_waiting(film: Any, scene: Any, what: str) -> None:
    """At a question: what the stage made, or with the clips there a picture."""
    waiting(film, *WHILE_WAITING)
    if what not in WHILE_WAITING[film.stage]:
        raise UserFault("film-late")
    if what == "picture":
        _another_picture(film, scene)
        return
    _keep_before(film, scene, "clip")
    films.change_scene(film.id, scene.number, **_anew("clip"), treatment="clip")
    make_again(film, "animation", [scene.number])


def _another_picture(film: Any, scene: Any, **words: str) -> None:
    """The picture is asked about again. A clip that was made of the former one is made anew after that."""
    film_money.check_balance(film, _price(film, scene, "picture"))
    _keep_before(film, scene, "picture")
    films.change_scene(film.id, scene.number, **words, **_anew("clip") | _anew("picture"), part=None)
    make_again(film, "pictures", [scene.number])
    film_money.hold(film, "animation", film_money.left(film)["animation"])


def reword(film_id: int, account_id: int, number: int, words: str) -> Any:
    """Say in other words what the picture of a scene shows; it is made anew. Raises UserFault as redo(), and film-no-idea."""
    with transaction(durable=True):
        film = waiting(own(film_id, account_id), "pictures")
        scene = _scene(film, number)
        if not words.strip():
            raise UserFault("film-no-idea")
        _another_picture(film, scene, image_prompt=words.strip()[:LONGEST_WORDS])
    return films.get(film_id)


def _anew(kind: str) -> dict[str, Any]:
    return {kind: None, f"{kind}_job": None, f"{kind}_tries": 0, "fail_code": ""}


def _keep_before(film: Any, scene: Any, what: str) -> None:
    """What is there comes back when nothing new does; a scene that never had a picture or clip has nothing to come back."""
    still = what == "clip" and scene.treatment == "still"
    if what == "narration" or still or getattr(scene, what) is not None:
        former = {name: getattr(scene, name) for name in KEPT}
        film_stages.remember(film, before={**film.memo.get("before", {}), str(scene.number): former})


# -- after the film is finished --------------------------------------------------------------------------------------------------


def _change_finished(film: Any, scene: Any, what: str, words: str) -> None:
    """What depends on it is made anew, and the film is put together again. It is paid for when all of that is done."""
    if what not in FIRST_STAGE:
        raise UserFault("film-late")
    _check_length(film, words)
    _check_files(film)
    check_limits(film.account_id, new=False)
    limits.check_pace(accounts.get(film.account_id), bound().limits)
    credits = _price(film, scene, what)
    limits.count(film.account_id, KIND, credits)
    _keep_before(film, scene, what)
    film_stages.change(film, rounds=film.rounds + 1, ended_at=None)
    film_stages.remember(film, redo={"number": scene.number, "what": what, "voice_price": credits})
    film_money.hold(film, FIRST_STAGE[what], credits)
    films.change_scene(film.id, scene.number, part=None, **_wanted_anew(scene, what, words))
    film_stages.enter(film, FIRST_STAGE[what])


def _wanted_anew(scene: Any, what: str, words: str) -> dict[str, Any]:
    if what == "narration":
        return {"voice": None, "narration": words.strip() or scene.narration}
    clip = _anew("clip") | {"treatment": "clip"}
    if what == "clip":
        return clip
    return _anew("picture") | (clip if scene.treatment == "clip" else {})


def _check_length(film: Any, words: str) -> None:
    """A scene cannot be as long as somebody likes to talk."""
    choices, chars = choices_of(film), len(words.strip())
    limit = LONGER * most_chars(choices.language, choices.segment_s)
    if chars > limit:
        raise UserFault("film-words-long", chars=chars, limit=limit)


def _check_files(film: Any) -> None:
    """Everything that the film was made of is still here."""
    here = film.cleaned_at is None and film.result is not None and Path(film.result["path"]).is_file()
    if not here:
        raise UserFault("film-files-gone")


# -- other files ----------------------------------------------------------------------------------------------------------------


def other_aspect(film_id: int, account_id: int, aspect: str) -> Any:
    """The finished film in another shape. Raises UserFault: film-gone, film-not-yours, film-late, film-files-gone, disk-low."""
    if aspect not in ASPECTS:
        raise UserFault("film-late")
    return _besides(film_id, account_id, "aspect", "assembly", aspect=aspect)


def parts(film_id: int, account_id: int) -> Any:
    """Everything that the finished film is made of, in one ZIP file. Raises UserFault as other_aspect()."""
    return _besides(film_id, account_id, "parts", "parts")


def sheet(film_id: int, account_id: int) -> Any:
    """All pictures on one sheet: as soon as they are asked about. Raises UserFault as other_aspect()."""
    return _besides(film_id, account_id, "sheet", "sheet")


def _besides(film_id: int, account_id: int, kind: str, do: str, **given: Any) -> Any:
    """Local work that the film does not wait for; what is being made already is not ordered again."""
    with transaction(durable=True):
        film = own(film_id, account_id)
        if kind == "sheet":
            _check_pictures(film)
        elif film.state != "done":
            raise UserFault("film-late")
        else:
            _check_files(film)
        if given.get("aspect") == choices_of(film).aspect:
            raise UserFault("film-late")
        room.check()
        if not films.open_works(film.id, (kind,)):
            limits.check_pace(accounts.get(account_id), bound().limits)
            limits.count(account_id, KIND)
            film_orders.local(film, do, **given)
    failpoint("film-besides")
    return film


def _check_pictures(film: Any) -> None:
    if film.cleaned_at is not None:
        raise UserFault("film-files-gone")
    if film.state in ("draft", "cancelled", "expired") or all(scene.picture is None for scene in kept(film)):
        raise UserFault("film-late")
