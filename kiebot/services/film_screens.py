"""What a person sees of a film while it is made. Written inside the transactions of services/film.py, which move the film.

One message at a time belongs to a film: how far its stage is (`status_row`, changed in place), or what it asks (`approval_row`, a
new message, for that is heard). Whoever presses a button of the question finds the progress of the next stage in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from kiebot.films.captions import file_name
from kiebot.films.choices import ASPECTS
from kiebot.films.script import Headings, Look, readable, scene_of
from kiebot.films.timeline import clock
from kiebot.services import delivery, film_money
from kiebot.services.delivery import Args
from kiebot.services.film_studio import bound, choices_of
from kiebot.services.film_words import (
    MADE,
    Rows,
    approval_buttons,
    bar,
    button,
    cancel_button,
    is_here,
    kind_of_chat,
    lacking,
    name,
    paid,
    place,
    wanted,
    why,
    words_of,
)
from kiebot.services.results import message_kind
from kiebot.store import films, jobs
from kiebot.store.outbox import Lane

NOTE_EVERY = 10  # scenes
SHOWN_PICTURES, SHOWN_CLIPS = 5, 3
SHOWN_NUMBERS = 20
LONG_SCRIPT = 3500  # characters: what is longer comes in several messages, and as a file too
SCENE_BEGINS = re.compile(r"\n\n(?=\*\*\d+\*\* · )")  # as films/script.py writes it
FEW_CHANGED = 3  # when at most a third of the scenes are other ones, only these are shown
NEXT = {"script": ("pictures",), "pictures": ("animation",), "animation": ("voice", "music")}  # what an approval lets begin
HEADINGS = Headings("👥", "🎨", "🖼", "🎞")
SEEN = "seen"  # in a film's memo: what was shown already


# -- how far it is -------------------------------------------------------------------------------------------------------------


def progress(film: Any, done: int, total: int) -> None:
    """So many pictures or clips are there; each ten leave a line."""
    notes = "".join(f"\n✔️ {number} / {total}" for number in range(NOTE_EVERY, done + 1, NOTE_EVERY))
    _show_status(film, f"{bar(done, total)} {done} / {total}{notes}")


def stage_progress(film: Any, percent: int) -> None:
    """The local work of a stage is so far."""
    _show_status(film, f"{bar(percent, 100)} {percent} %")


def _show_status(film: Any, line: str) -> None:
    args: Args = {"name": name(film), "what": _doing(film), "line": line}
    buttons = [[cancel_button(film)]]
    row = film.status_row or film.approval_row
    if row is None:
        row = delivery.say(place(film), "film-status", args, lane=Lane.RESULT, buttons=buttons)
    else:
        delivery.change(place(film), row, "film-status", args, buttons=buttons)
    if film.status_row != row or film.approval_row is not None:
        _keep(film, status_row=row, approval_row=None)


def _doing(film: Any) -> dict[str, Any]:
    only_music = film.stage == "voice" and not choices_of(film).narrated
    return {"key": "film-doing-music" if only_music else f"film-doing-{film.stage}", "args": {}}


def _end_status(film: Any) -> None:
    if film.status_row is not None and film.stage != "done":
        did = {"key": f"film-did-{film.stage}", "args": {}}
        delivery.change(place(film), film.status_row, "film-stage-done", {"name": name(film), "what": did})


# -- what it asks --------------------------------------------------------------------------------------------------------------


def script_ready(film: Any) -> None:
    """The script in full, as a file too when it is long, then the question. Of a script that was changed, what is new, with
    what will be drawn: often nothing else is other.
    """
    scenes = films.scenes(film.id)
    marks = {each.number: _mark(each) for each in scenes}
    new = [each for each in scenes if _seen(film, "script").get(str(each.number)) != marks[each.number]]
    few = bool(new) and len(new) * FEW_CHANGED <= len(scenes)
    words = _script(film, new if few else scenes, prompts=few)
    rows = [delivery.say_markdown(place(film), each, lane=Lane.RESULT) for each in _messages(words)]
    if few or len(words) > LONG_SCRIPT:
        whole = _script(film, scenes, prompts=True)
        file = {"text": whole, "name": file_name(film.title, "md"), "mime": "text/markdown"}
        args: Args = {"name": name(film)}
        delivery.send_file(place(film), "document", file, "film-script-file", args, dedup_key=f"film:script:{rows[0]}")
    _saw(film, "script", marks)
    ask(film, part=few)


def _script(film: Any, scenes: Sequence[Any], *, prompts: bool = False) -> str:
    return readable(film.title, Look.from_json(film.look), [scene_of(each) for each in scenes], HEADINGS, prompts=prompts)


def _messages(words: str) -> list[str]:
    """A script in pieces that fit a message each, parted between scenes."""
    messages = [""]
    for part in SCENE_BEGINS.split(words):
        if messages[-1] and len(messages[-1]) + len(part) > LONG_SCRIPT:
            messages.append("")
        messages[-1] += ("\n\n" if messages[-1] else "") + part
    return messages


def _mark(scene: Any) -> int:
    """Another number when something of a scene's text is other."""
    return crc32("\n".join((scene.line, scene.narration, scene.image_prompt, scene.motion_prompt)).encode())


def pictures_ready(film: Any) -> None:
    """The first pictures, or those that are new, then the question about them."""
    _show_new(film, SHOWN_PICTURES)
    ask(film)


def animation_ready(film: Any, failed: Sequence[int] = ()) -> None:
    """The first clips, or those that are new, then the question about them. `failed`: scenes without a clip."""
    _show_new(film, SHOWN_CLIPS)
    ask(film)


def _show_new(film: Any, most: int) -> None:
    made = MADE[film.stage]
    files = {each.number: getattr(each, made)["path"] for each in films.scenes(film.id) if getattr(each, made) is not None}
    before = _seen(film, made)
    new = [number for number, path in files.items() if before.get(str(number)) != path]
    show_scenes(film, made, new[:most])
    _saw(film, made, files)


def show_scenes(film: Any, made: str, numbers: Iterable[int], *, lane: Lane = Lane.RESULT, dedup_key: str | None = None) -> int:
    """Send pictures or clips of scenes as albums; what is not on the disk any more is left out. Returns how many are sent."""
    wanted = set(numbers)
    scenes = [each for each in films.scenes(film.id) if each.number in wanted and is_here(getattr(each, made))]
    items = [
        {
            "kind": message_kind(file),
            "file": _named(each, file),
            "key": "film-scene",
            "args": {"scene": each.number, "words": words_of(each)},
        }
        for each in scenes
        if (file := getattr(each, made)) is not None
    ]
    delivery.send_album(place(film), items, lane=lane, dedup_key=dedup_key)
    return len(items)


def _named(scene: Any, file: dict[str, Any]) -> dict[str, Any]:
    """A file of a provider says by its name which scene it is."""
    return {**file, "name": f"scene-{scene.number:03d}{Path(file['path']).suffix}"}


def ask(film: Any, *, part: bool = False) -> None:
    """What becomes of a finished stage? A new message, for that is heard; a question that stood there before goes.

    `part`: only what is new of the script stands above.
    """
    scenes = films.scenes(film.id)
    args: dict[str, Any] = {"name": name(film), "minutes": bound().rules.approval_minutes, "cost": _next_cost(film)}
    args["where"] = kind_of_chat(film.chat_id)
    if film.stage == "script":
        length = clock(scenes[-1].end_s if scenes else 0)
        args |= {"scenes": len(scenes), "length": length, "part": "yes" if part else "no"}
    else:
        failed, total = list(lacking(film)), len(wanted(film))
        numbers = ", ".join(map(str, failed[:SHOWN_NUMBERS])) + ("…" if len(failed) > SHOWN_NUMBERS else "")
        args["voice"] = "yes" if choices_of(film).narrated else "no"
        args |= {"done": total - len(failed), "total": total, "failed": len(failed), "numbers": numbers}
    _end_status(film)
    row = delivery.say_instead(place(film), film.approval_row, f"film-ask-{film.stage}", args, buttons=approval_buttons(film))
    _keep(film, status_row=None, approval_row=row)


def _next_cost(film: Any) -> str | dict[str, Any]:
    """What is reserved for the next stage: for what of it is not made yet."""
    left = film_money.left(film)
    credits = sum(left[stage] for stage in NEXT[film.stage])
    return {"key": "film-next-cost", "args": {"credits": credits}} if credits else ""


# -- turns ---------------------------------------------------------------------------------------------------------------------


def rested(film: Any) -> None:
    """A stage did not work out: what is there is kept, and it can be tried again."""
    buttons = [[button(film, "retry")], [cancel_button(film)]]
    _turn(film, "film-rested", {"what": _doing(film), "why": why(film.fail_code), "paid": paid(film)}, buttons)


def asleep(film: Any) -> None:
    """Nobody answered: it sleeps, and can be resumed."""
    buttons = [[button(film, "resume")], [cancel_button(film)]]
    _turn(film, "film-fell-asleep", {"days": bound().rules.resume_days, "paid": paid(film)}, buttons)


def resumed(film: Any) -> None:
    """It goes on where it stopped; what was asked is asked again."""
    if film.state == "waiting":
        ask(film)
    else:
        show_progress(film)


def show_progress(film: Any) -> None:
    """How far the present stage is, as the rows say."""
    made = MADE.get(film.stage)
    if made is not None:
        scenes = wanted(film)
        progress(film, sum(getattr(each, made) is not None for each in scenes), len(scenes))
        return
    job = jobs.get(film.job_id) if film.job_id is not None else None
    stage_progress(film, 0 if job is None else job.progress or 0)


def show(film: Any) -> None:
    """The film as it stands now, in a new message: who asks for it has lost sight of the old one."""
    if film.state == "done":
        send_film(film, None)
    elif film.state == "working":
        _turn(film, "film-stage-done", {"what": _doing(film)}, [[cancel_button(film)]])
        show_progress(film)
    elif film.state in SHOWN:
        SHOWN[film.state](film)


def cancelled(film: Any) -> None:
    """The person gave it up."""
    _turn(film, "film-cancelled", {"paid": paid(film)}, [])


def expired(film: Any) -> None:
    """It slept too long."""
    _turn(film, "film-expired", {"paid": paid(film)}, [])


def redo_cancelled(film: Any) -> None:
    """A change of the finished film was given up: all is as before."""
    _turn(film, "film-redo-cancelled", {"paid": paid(film)}, [])


def redo_failed(film: Any, number: int) -> None:
    """A scene could not be made anew: it stays as it was."""
    args: Args = {"name": name(film), "scene": number, "paid": paid(film)}
    if film.state == "done":
        _turn(film, "film-redo-failed", dict(args), [])
    else:
        delivery.say(place(film), "film-redo-failed", args, lane=Lane.RESULT)


def side_failed(film: Any, do: str, code: str = "") -> None:
    """Something that the film does not wait for did not work out: sheet, parts, aspect, revise, rewrite."""
    delivery.say(place(film), f"film-no-{do}", {"name": name(film), "code": code}, lane=Lane.RESULT)


def _turn(film: Any, key: str, args: dict[str, Any], buttons: Rows) -> None:
    """Another message in the place of the one that belonged to the film."""
    earlier = film.status_row or film.approval_row
    row = delivery.say_instead(place(film), earlier, key, {"name": name(film), **args}, buttons=buttons)
    _keep(film, status_row=None, approval_row=row if buttons else None)


SHOWN = {"waiting": ask, "resting": rested, "asleep": asleep}


# -- what is made --------------------------------------------------------------------------------------------------------------


def delivered(film: Any) -> None:
    """The film itself, once a version."""
    if film.status_row is not None:
        did = {"key": "film-did-assembly", "args": {}}
        delivery.change(place(film), film.status_row, "film-stage-done", {"name": name(film), "what": did})
    _keep(film, status_row=None, approval_row=None)
    send_film(film, f"film:{film.id}:{film.version}")


def send_film(film: Any, dedup_key: str | None) -> None:
    """The finished film with what can be done with it. Without a key it is sent again."""
    buttons = [[button(film, "scene")], [button(film, "aspects"), button(film, "parts")]]
    args = _done_args(film, film.result)
    where = place(film, reply=True)
    delivery.send_file(where, "video", film.result, "film-done", args, buttons=buttons, dedup_key=dedup_key, overtaken=True)


def aspect_ready(film: Any, file: dict[str, Any], key: str) -> None:
    """The film in another aspect. `key`: the same for the same request."""
    shape = file["width"] / file["height"]
    aspect = min(ASPECTS, key=lambda each: abs(shape - ASPECTS[each][0] / ASPECTS[each][1]))
    args: Args = {"name": name(film), "length": clock(file["duration_s"]), "aspect": aspect}
    where, dedup_key = place(film, reply=True), f"film:aspect:{key}"
    delivery.send_file(where, "video", file, "film-done-aspect", args, dedup_key=dedup_key, overtaken=True)


def _done_args(film: Any, file: dict[str, Any]) -> Args:
    music = "failed" if "music_failed" in film.memo and "music" not in film.memo else ""
    return {"name": name(film), "length": clock(file["duration_s"]), "music": music}


def sheet_ready(film: Any, file: dict[str, Any], key: str) -> None:
    """All pictures on one sheet. `key`: the same for the same request."""
    args: Args = {"name": name(film)}
    delivery.send_file(place(film), message_kind(file), file, "film-sheet", args, dedup_key=f"film:sheet:{key}")


def parts_ready(film: Any, file: dict[str, Any], key: str) -> None:
    """Everything that the film is made of, as one ZIP. `key`: the same for the same request."""
    args: Args = {"name": name(film)}
    where, dedup_key = place(film, reply=True), f"film:parts:{key}"
    delivery.send_file(where, "document", file, "film-parts", args, dedup_key=dedup_key, overtaken=True)


# -- what was seen -------------------------------------------------------------------------------------------------------------


def _seen(film: Any, what: str) -> dict[str, Any]:
    return dict(film.memo.get(SEEN, {}).get(what, {}))


def _saw(film: Any, what: str, marks: dict[int, Any]) -> None:
    seen = {**film.memo.get(SEEN, {}), what: {str(number): mark for number, mark in marks.items()}}
    _keep(film, memo={**film.memo, SEEN: seen})


def _keep(film: Any, **columns: Any) -> None:
    for column, value in columns.items():
        setattr(film, column, value)
    films.change(film.id, **columns)
