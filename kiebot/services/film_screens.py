"""What a person sees of a film while it is made. Written inside the transactions of services/film.py, which move the film.

One message at a time belongs to a film: how far its stage is (`status_row`, changed in place), or what it asks (`approval_row`, a
new message, for that is heard). Whoever presses a button of the question finds the progress of the next stage in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.films.timeline import clock
from kiebot.services import delivery
from kiebot.services.delivery import Args, Button, Place
from kiebot.services.reasons import REASONS
from kiebot.services.results import message_kind
from kiebot.store import jobs, rows
from kiebot.store.film_models import Film, FilmScene
from kiebot.store.outbox import Lane

Rows = list[list[Button]]
AREA = "film"
BAR_CELLS = 10
NOTE_EVERY = 10  # scenes
TITLE_CHARS = 80
SHOWN_CLIPS, SHOWN_PICTURES = 3, 5
LONG_SCRIPT = 3500  # characters: what is longer comes as a file, too
OWN_CODES = ("script", "nothing", "voice", "assembly", "parts", "disk", "money")  # why a stage rests: film-why-<code>


# -- what every message of a film has -----------------------------------------------------------------------------------------


def place(film: Any, *, reply: bool = False) -> Place:
    """Where a film's messages go; in a group as replies to the idea, so that the person is told."""
    replied = film.message_id if reply or film.chat_id < 0 else 0
    return Place(film.chat_id, film.language, film.topic_id, replied)


def name(film: Any) -> dict[str, Any]:
    """What a film is called: by its number, and its title once it has one."""
    title = " ".join(film.title.split())
    shown = title if len(title) <= TITLE_CHARS else title[: TITLE_CHARS - 1].rstrip() + "…"
    return {"key": "film-name", "args": {"film": str(film.id), "title": shown, "named": "yes" if shown else "no"}}


def button(film: Any, action: str, *more: str | int) -> Button:
    """film:<action>:<film>[:...], with the words film-button-<action>."""
    return {"key": f"film-button-{action}", "data": ":".join((AREA, action, str(film.id), *map(str, more)))}


def bar(done: int, total: int) -> str:
    """▰▰▰▱▱▱▱▱▱▱"""
    full = BAR_CELLS * done // total if total else 0
    return "▰" * full + "▱" * (BAR_CELLS - full)


def why(code: str) -> dict[str, Any]:
    """Why something failed, as a sentence."""
    own = f"film-why-{code if code in OWN_CODES else 'other'}"
    return {"key": REASONS.get(code, own), "args": {}}


# -- how far it is ------------------------------------------------------------------------------------------------------------


def progress(film: Any, done: int, total: int) -> None:
    """So many pictures or clips are there; each ten leave a line."""
    notes = "".join(f"\n✔️ {number} / {total}" for number in range(NOTE_EVERY, done + 1, NOTE_EVERY))
    _show_status(film, f"{done} / {total}", bar(done, total) + f" {done} / {total}" + notes)


def stage_progress(film: Any, percent: int) -> None:
    """The local work of a stage is so far."""
    _show_status(film, f"{percent} %", f"{bar(percent, 100)} {percent} %")


def _show_status(film: Any, short: str, line: str) -> None:
    args: Args = {"name": name(film), "what": {"key": f"film-doing-{film.stage}", "args": {}}, "line": line}
    buttons = [[button(film, "cancel")]]
    row = film.status_row or film.approval_row
    if row is None:
        row = delivery.say(place(film), "film-status", args, lane=Lane.RESULT, buttons=buttons, owner=film.account_id)
    else:
        delivery.change(place(film), row, "film-status", args, buttons=buttons)
    if film.status_row != row or film.approval_row is not None:
        _keep(film, status_row=row, approval_row=None)


# -- what it asks -------------------------------------------------------------------------------------------------------------


def script_ready(film: Any) -> None:
    """The script in full, as a file too when it is long, then the question."""
    scenes = _scenes(film)
    words = "\n\n".join([f"# {film.title}", *(f"**{each.number}.** {clock(each.start_s)} {each.narration}" for each in scenes)])
    row = delivery.say_markdown(place(film), words, lane=Lane.RESULT)
    if len(words) > LONG_SCRIPT:
        file = {"text": words, "name": "script.md", "mime": "text/markdown"}
        delivery.send_file(
            place(film), "document", file, "film-script-file", {"name": name(film)}, dedup_key=f"film:script:{row}"
        )
    _ask(film, "film-ask-script", {"scenes": len(scenes), "length": clock(scenes[-1].end_s if scenes else 0)})


def pictures_ready(film: Any) -> None:
    """The first pictures, then the question about them."""
    _send_all(film, "picture", SHOWN_PICTURES)
    _ask_about(film, "film-ask-pictures", [each for each in _scenes(film) if each.treatment != "left_out"], "picture")


def animation_ready(film: Any, failed: Sequence[int] = ()) -> None:
    """The first clips, then the question about them. `failed`: scenes without a clip."""
    _send_all(film, "clip", SHOWN_CLIPS)
    _ask_about(film, "film-ask-animation", [each for each in _scenes(film) if each.treatment == "clip"], "clip")


def _ask_about(film: Any, key: str, scenes: Sequence[Any], what: str) -> None:
    failed = [each.number for each in scenes if getattr(each, what) is None]
    numbers = ", ".join(map(str, failed[:20])) + ("…" if len(failed) > 20 else "")
    _ask(film, key, {"done": len(scenes) - len(failed), "total": len(scenes), "failed": len(failed), "numbers": numbers})


def _send_all(film: Any, what: str, most: int) -> None:
    for scene in [each for each in _scenes(film) if getattr(each, what) is not None][:most]:
        file, args = getattr(scene, what), {"scene": scene.number}
        key = f"film:{film.id}:{what}:{scene.number}:{getattr(scene, what + '_tries')}:{film.rounds}"
        delivery.send_file(place(film), message_kind(file), file, "film-scene", args, dedup_key=key)


def _ask(film: Any, key: str, args: dict[str, Any]) -> None:
    _end_status(film)
    buttons = approval_buttons(film)
    where = place(film)
    row = delivery.say(where, key, {"name": name(film), **args}, lane=Lane.RESULT, buttons=buttons, owner=film.account_id)
    _keep(film, status_row=None, approval_row=row)


def approval_buttons(film: Any) -> Rows:
    """What can be done with a stage that is finished."""
    approve, cancel = button(film, "approve", film.stage), button(film, "cancel")
    if film.stage == "script":
        return [[approve], [button(film, "revise"), button(film, "rewrite")], [cancel]]
    return [[approve], [button(film, "all"), button(film, "sheet")], [button(film, "redo")], [cancel]]


def _end_status(film: Any) -> None:
    if film.status_row is not None:
        args: Args = {"name": name(film), "what": {"key": f"film-did-{film.stage}", "args": {}}}
        delivery.change(place(film), film.status_row, "film-stage-done", args)


# -- turns --------------------------------------------------------------------------------------------------------------------


def rested(film: Any) -> None:
    """A stage did not work out: what is there is kept, and it can be tried again."""
    buttons = [[button(film, "retry")], [button(film, "cancel")]]
    _turn(film, "film-rested", {"what": {"key": f"film-doing-{film.stage}", "args": {}}, "why": why(film.fail_code)}, buttons)


def asleep(film: Any) -> None:
    """Nobody answered: it sleeps, and can be resumed."""
    _turn(film, "film-asleep", {}, [[button(film, "resume")], [button(film, "cancel")]])


def resumed(film: Any) -> None:
    """It goes on where it stopped; what was asked is asked again."""
    if film.state == "waiting":
        _ask_again(film)
    else:
        job = jobs.get(film.job_id) if film.job_id is not None else None
        stage_progress(film, 0 if job is None else job.progress or 0)


def _ask_again(film: Any) -> None:
    _turn(film, "film-woken", {}, [])
    if film.stage == "script":
        scenes = _scenes(film)
        _ask(film, "film-ask-script", {"scenes": len(scenes), "length": clock(scenes[-1].end_s if scenes else 0)})
    elif film.stage == "pictures":
        _ask_about(film, "film-ask-pictures", [each for each in _scenes(film) if each.treatment != "left_out"], "picture")
    else:
        _ask_about(film, "film-ask-animation", [each for each in _scenes(film) if each.treatment == "clip"], "clip")


def cancelled(film: Any) -> None:
    """The person gave it up."""
    _turn(film, "film-cancelled", {}, [])


def expired(film: Any) -> None:
    """It slept too long."""
    _turn(film, "film-expired", {}, [])


def _turn(film: Any, key: str, args: dict[str, Any], buttons: Rows) -> None:
    """Another message in the place of the one that belonged to the film."""
    earlier = film.status_row or film.approval_row
    row = delivery.say_instead(place(film), earlier, key, {"name": name(film), **args}, buttons=buttons)
    _keep(film, status_row=None, approval_row=row if buttons else None)


# -- what is made -------------------------------------------------------------------------------------------------------------


def delivered(film: Any) -> None:
    """The film itself."""
    _end_status(film)
    buttons = [[button(film, "scene")], [button(film, "aspect"), button(film, "parts")]]
    args: Args = {"name": name(film), "length": clock(film.result["duration_s"])}
    delivery.send_file(
        place(film, reply=True), "video", film.result, "film-done", args, buttons=buttons,
        dedup_key=f"film:{film.id}:{film.version}",
    )  # fmt: skip
    _keep(film, status_row=None, approval_row=None)


def sheet_ready(film: Any, file: dict[str, Any], key: str) -> None:
    """All pictures on one sheet. `key`: the same for the same request."""
    delivery.send_file(place(film), message_kind(file), file, "film-sheet", {"name": name(film)}, dedup_key=f"film:sheet:{key}")


def parts_ready(film: Any, file: dict[str, Any], key: str) -> None:
    """Everything that the film is made of, as one ZIP. `key`: the same for the same request."""
    where = place(film, reply=True)
    delivery.send_file(where, "document", file, "film-parts", {"name": name(film)}, dedup_key=f"film:parts:{key}")


def _scenes(film: Any) -> list[Any]:
    return list(FilmScene.select().where(FilmScene.film == film.id).order_by(FilmScene.number))


def _keep(film: Any, **columns: Any) -> None:
    for column, value in columns.items():
        setattr(film, column, value)
    rows.change(Film, film.id, **columns)
