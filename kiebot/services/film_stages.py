"""How a film gets from stage to stage. All of it runs inside the transaction of whoever calls, and may be called again any time.

    script ─▶ (the person) ─▶ pictures ─▶ (the person) ─▶ animation ─▶ (the person) ─▶ voice ─▶ assembly ─▶ done
       working ⇄ waiting ─▶ asleep ─▶ expired        working ⇄ resting ─▶ expired        any ─▶ cancelled

`advance` looks at the rows and does what is to be done next: nobody has to remember where it was. A finished film that is changed
goes through the same stages, from the one that the change begins with, and asks for nothing between.
"""

from __future__ import annotations

from typing import Any

from kiebot.services import film_money, film_orders, film_screens
from kiebot.services.film_studio import bound, choices_of, kept, with_voice
from kiebot.store import films
from kiebot.store.db import transaction, utc_now
from kiebot.store.failpoint import failpoint

KIND_OF = {"pictures": "picture", "animation": "clip"}  # stages in which a provider makes something for each scene
NEXT = {"script": "pictures", "pictures": "animation", "animation": "voice", "voice": "assembly"}
DAY_S = 24 * 3600.0
MINUTE_S = 60.0


def change(film: Any, **columns: Any) -> None:
    """Write columns; the row at hand says the same."""
    for name, value in columns.items():
        setattr(film, name, value)
    films.change(film.id, **columns)


def remember(film: Any, **memo: Any) -> None:
    """Keep something beside the columns; None: not any more."""
    change(film, memo={name: value for name, value in {**film.memo, **memo}.items() if value is not None})


# -- going on ----------------------------------------------------------------------------------------------------------------


def advance(film_id: int) -> None:
    """Whatever the film waits for that can be begun now is begun; a stage in which nothing is left to do is closed."""
    with transaction(durable=True):
        film = films.get(film_id)
        if film is None or film.state != "working":
            return
        if film.stage in KIND_OF:
            _make_scenes(film, KIND_OF[film.stage])
        elif film.stage == "voice":
            _voice(film)
        elif not films.open_works(film.id, (film.stage, "revise")):
            local(film, film.stage)
    failpoint("film-advanced")


def enter(film: Any, stage: str) -> None:
    """Begin a stage. What of it is there already is not made again."""
    fields = {"tries": 0, "fail_code": "", "waiting_since": None, "asleep_until": None, "job": None}
    change(film, state="working", stage=stage, **fields)
    show(film)
    failpoint("film-stage-entering")
    advance(film.id)


def show(film: Any) -> None:
    """How far the present stage is."""
    if film.stage in KIND_OF:
        made, wanted = progress_of(film)
        film_screens.progress(film, made, wanted)
    else:
        film_screens.stage_progress(film, 0)


def progress_of(film: Any) -> tuple[int, int]:
    """Of how many scenes the picture or clip is there, and of how many it is wanted."""
    kind = KIND_OF[film.stage]
    wanted = wanted_scenes(film, kind)
    return sum(getattr(scene, kind) is not None for scene in wanted), len(wanted)


def wanted_scenes(film: Any, kind: str) -> list[Any]:
    """The scenes that have a picture or a clip of their own."""
    return [scene for scene in kept(film) if kind == "picture" or scene.treatment == "clip"]


def failed(film: Any) -> dict[int, str]:
    """The scenes of the present stage that failed for good, and why: the person decides."""
    kind = KIND_OF.get(film.stage)
    if kind is None:
        return {}
    over = film.state != "working"  # nothing is tried any more
    scenes = [scene for scene in wanted_scenes(film, kind) if getattr(scene, kind) is None]
    return {scene.number: scene.fail_code for scene in scenes if over or film_orders.is_failed(scene, kind)}


def local(film: Any, do: str, *, price: int | None = None, **given: Any) -> None:
    """The film's own work on this machine begins; what was charged before is not charged again."""
    if price is None:
        price = 0 if do not in ("script", "voice") or film.rounds or _was_paid(film, do) else int(film.prices[do])
    change(film, job=film_orders.local(film, do, price=price, **given).id)
    failpoint("film-local")


def _was_paid(film: Any, kind: str) -> bool:
    return any(work.paid for work in films.works(film.id) if work.kind == kind)


# -- pictures and clips ------------------------------------------------------------------------------------------------------


def _make_scenes(film: Any, kind: str) -> None:
    """As many at once as may be; when all are made, or failed for good, the stage is over."""
    in_making = {work.number for work in films.open_works(film.id, (kind,))}
    for scene in wanted_scenes(film, kind):
        if len(in_making) >= bound().rules.at_once:
            return
        missing = getattr(scene, kind) is None and scene.number not in in_making and not film_orders.is_failed(scene, kind)
        if missing and film_orders.order(film, scene, kind):
            in_making.add(scene.number)
    if not in_making:
        close(film)


def close(film: Any) -> None:
    """Nothing is left to do in a stage: it is charged, and the person is asked. A change of a finished film goes on by itself."""
    if "redo" in film.memo:
        _close_of_change(film)
        return
    undecided = _keep_former(film)
    film_money.settle(film, film.stage)
    if film.stage == "voice":
        enter(film, NEXT[film.stage])
        return
    change(film, state="waiting", waiting_since=utc_now(), job=None, tries=0, fail_code="")
    ask(film, undecided)


def ask(film: Any, undecided: list[int] | None = None) -> None:
    """Show what the stage made, and ask whether to go on."""
    if film.stage == "script":
        film_screens.script_ready(film)
    elif film.stage == "pictures":
        film_screens.pictures_ready(film)
    else:
        film_screens.animation_ready(film, list(failed(film)) if undecided is None else undecided)


def _keep_former(film: Any) -> list[int]:
    """Where a picture or clip was to be made anew and was not, the former one stays. Returns the scenes that have none."""
    lost = list(failed(film))
    former = film.memo.get("before", {})
    for number in lost:
        if (columns := former.get(str(number))) is not None:
            films.change_scene(film.id, number, **columns, fail_code="")
            film_screens.redo_failed(film, number)
    remember(film, before=None)
    return [number for number in lost if str(number) not in former]


# -- voice and music ---------------------------------------------------------------------------------------------------------


def wants_music(film: Any) -> bool:
    """Whether the music is still to be made."""
    return choices_of(film).music and not {"music", "music_failed"} & film.memo.keys()


def _voice(film: Any) -> None:
    """The narration is spoken here, while a provider makes the music. Of a film without both nothing is to be done."""
    if wants_music(film) and not films.open_works(film.id, ("music",)) and not film_orders.order_music(film):
        remember(film, music_failed="not_found")
    if films.open_works(film.id, ("voice",)):
        return
    if with_voice(choices_of(film)).narrated and any(scene.voice is None for scene in kept(film)) and not film.memo.get("voiced"):
        local(film, "voice", price=film.memo.get("redo", {}).get("voice_price") if film.rounds else None)
    elif not films.open_works(film.id, ("music",)):
        _close_voice(film)


def _close_voice(film: Any) -> None:
    remember(film, voiced=None)
    if "redo" not in film.memo:
        film_money.settle(film, "music")
    close(film)


# -- the end -----------------------------------------------------------------------------------------------------------------


def deliver(film: Any, result: dict[str, Any]) -> None:
    """The film is assembled: it is the person's."""
    if film.rounds:
        film_money.settle(film, "redo")
    now = utc_now()
    remember(film, redo=None, before=None)
    fields = {"state": "done", "stage": "done", "version": film.version + 1, "job": None, "tries": 0, "fail_code": ""}
    change(film, **fields, result=result, delivered_at=now, ended_at=now, asleep_until=None)
    film_screens.delivered(film)
    failpoint("film-delivering")


def rest(film: Any, code: str) -> None:
    """A stage failed too often: it waits until the person wants it tried again. What is held stays held."""
    until = utc_now() + bound().rules.resume_days * DAY_S
    change(film, state="resting", fail_code=code, asleep_until=until, job=None)
    film_screens.rested(film)


def fall_asleep(film: Any) -> None:
    """Nobody answers: what is not made is not held any more."""
    until = utc_now() + bound().rules.resume_days * DAY_S
    film_money.release_all(film)
    change(film, state="asleep", asleep_until=until, waiting_since=None)
    film_screens.asleep(film)
    failpoint("film-sleeping")


def end(film: Any, state: str) -> None:
    """`cancelled` or `expired`: nothing more is made, and nothing more is held. A change of a finished film is taken back."""
    film_orders.stop(film)
    if "redo" in film.memo:
        take_back(film)
        film_screens.redo_cancelled(film)
        return
    film_money.release_all(film)
    change(film, state=state, ended_at=utc_now(), job=None, waiting_since=None, asleep_until=None)
    if state == "cancelled":
        film_screens.cancelled(film)
    else:
        film_screens.expired(film)
    failpoint("film-ending")


# -- changes of a finished film ----------------------------------------------------------------------------------------------


def _close_of_change(film: Any) -> None:
    """Go on with the next stage in which something is to be made anew; when a scene failed for good, all is as it was."""
    if lost := list(failed(film)):
        film_orders.stop(film)
        take_back(film)
        film_screens.redo_failed(film, lost[0])
        return
    stage = NEXT[film.stage]
    if stage == "animation" and all(scene.clip is not None for scene in wanted_scenes(film, "clip")):
        stage = "voice"
    if stage == "voice" and all(scene.voice is not None for scene in kept(film)):
        stage = "assembly"
    enter(film, stage)


def take_back(film: Any) -> None:
    """The finished film stays as it was before it was to be changed; nothing of the change is charged."""
    for number, columns in film.memo.get("before", {}).items():
        films.change_scene(film.id, int(number), **columns, fail_code="", picture_job=None, clip_job=None)
    film_money.release_all(film)
    remember(film, redo=None, before=None, voiced=None)
    fields = {"state": "done", "stage": "done", "job": None, "tries": 0, "fail_code": "", "asleep_until": None}
    change(film, **fields, ended_at=utc_now())
