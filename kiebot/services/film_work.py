"""What the worker writes while it works for a film on this machine: each function is one transaction.

A job is claimed for one slice of at most some seconds, keeps what it made, and is let go. All functions return False (or None)
when the claim is lost or the film does not want it any more: then nothing was written, and the worker has to stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kiebot.films.timeline import timeline
from kiebot.services import film_screens, film_stages, incidents
from kiebot.services.film_studio import choices_of
from kiebot.services.jobs import give_up
from kiebot.store import films, jobs
from kiebot.store.db import transaction, utc_now
from kiebot.store.failpoint import failpoint

TRIES = 3
AGAIN_AFTER_S = (10.0, 60.0)


class _Lost(Exception):
    """The claim does not count any more."""


@contextmanager
def _held(job: Any) -> Iterator[Any]:
    """A durable transaction with the film of a job whose claim still counts; raises _Lost."""
    with transaction(durable=True):
        film = film_of(job)
        if film is None or not jobs.is_held(job.id, job.attempt):
            raise _Lost
        yield film


def film_of(job: Any) -> Any | None:
    """The film for which this is the present work, or which wants it besides; else None."""
    work = films.work_of(job.id)
    film = None if work is None else films.get(work.film_id)
    if film is None or work is None:
        return None
    if work.kind in films.SIDE:
        return film if film.state not in ("cancelled", "expired") and film.cleaned_at is None else None
    return film if film.job_id == job.id and film.state == "working" else None


def scenes_of(film: Any) -> list[Any]:
    """All scenes in their order."""
    return films.scenes(film.id)


# -- script ------------------------------------------------------------------------------------------------------------------


def outline_kept(job: Any, *, title: str, look: dict[str, Any], lines: list[str], percent: int) -> bool:
    """The script's beginning: all scenes with their times."""
    try:
        with _held(job) as film:
            film_stages.change(film, title=title, look=look)
            films.drop_scenes(film.id)
            times = timeline(len(lines), choices_of(film).segment_s)
            rows = (
                {"number": number, "start_s": start_s, "end_s": end_s, "line": line}
                for number, (line, (start_s, end_s)) in enumerate(zip(lines, times, strict=True), 1)
            )
            films.add_scenes(film.id, rows)
            _got_on(job, film, percent, tries=0)
    except _Lost:
        return False
    failpoint("film-outline-kept")
    return True


def script_kept(job: Any, scenes: list[dict[str, Any]], *, percent: int, todo: list[int] | None = None) -> bool:
    """What is said and shown in some scenes. `todo`: the numbers that a revision still has to write."""
    try:
        with _held(job) as film:
            for scene in scenes:
                words = {name: value for name, value in scene.items() if name != "number"}
                films.change_scene(film.id, scene["number"], **words)
            _got_on(job, film, percent, tries=0, **({} if todo is None else {"todo": todo}))
    except _Lost:
        return False
    failpoint("film-script-kept")
    return True


def revision_planned(job: Any, *, title: str, look: dict[str, Any], todo: list[int], percent: int) -> bool:
    """What a revision changes: the whole look, and these scenes."""
    try:
        with _held(job) as film:
            film_stages.change(film, title=title, look=look)
            _got_on(job, film, percent, todo=todo)
    except _Lost:
        return False
    return True


# -- voice and assembly ------------------------------------------------------------------------------------------------------


def voice_kept(job: Any, number: int, file: dict[str, Any] | None, *, percent: int) -> bool:
    """The narration of a scene; None: it is to be spoken anew. A sound counts as made when it could be read: a server whose
    sounds never can is not asked without end."""
    return _file_kept(job, number, "voice", file, percent, made=file is not None and "track" in file)


def part_kept(job: Any, number: int, part: dict[str, Any], *, percent: int) -> bool:
    """A scene's piece of the film."""
    return _file_kept(job, number, "part", part, percent)


def _file_kept(job: Any, number: int, what: str, file: dict[str, Any] | None, percent: int, *, made: bool = True) -> bool:
    try:
        with _held(job) as film:
            films.change_scene(film.id, number, **{what: file})
            _got_on(job, film, percent, **({"tries": 0} if made else {}))
    except _Lost:
        return False
    failpoint(f"film-{what}-kept")
    return True


def noted(job: Any, *, percent: int | None = None, **memo: Any) -> bool:
    """Where the slices of a job stand: job.input["memo"]. None: not any more."""
    try:
        with _held(job) as film:
            kept = {**job.input.get("memo", {}), **memo}
            _got_on(job, film, percent, memo={name: value for name, value in kept.items() if value is not None})
    except _Lost:
        return False
    return True


def _got_on(job: Any, film: Any, percent: int | None, **given: Any) -> None:
    """Something is finished: a worker that died before counts no more."""
    job.input = {**job.input, **given}
    jobs.change(job.id, input=job.input, stuck_claims=0, finished_steps=job.finished_steps + 1)
    job.finished_steps += 1
    if percent is not None:
        _show(job, film, percent)


def _show(job: Any, film: Any, percent: int) -> None:
    percent = max(0, min(percent, 100))
    if percent != job.progress:
        job.progress = percent
        jobs.change(job.id, progress=percent)
        if film.job_id == job.id:
            film_screens.stage_progress(film, percent)


# -- ends of a slice and of a job --------------------------------------------------------------------------------------------


def go_on(job: Any, wait_s: float = 0.0) -> None:
    """One slice is done: whoever waits longest is next. `wait_s`: not before."""
    with transaction(durable=True):
        jobs.let_go(job.id, job.attempt, not_before=utc_now() + wait_s, stuck_claims=0)
    failpoint("film-slice-done")


def stage_done(
    job: Any,
    *,
    result: dict[str, Any] | None = None,
    sheets: list[dict[str, Any]] | None = None,
    file: dict[str, Any] | None = None,
) -> bool:
    """The work is finished. `result`: the film; `sheets`, `file`: what was asked for besides."""
    made = [*([] if result is None else [result]), *(sheets or []), *([] if file is None else [file])]
    try:
        with _held(job) as film:
            jobs.move(job.id, ("storing",), "done", attempt=job.attempt, results=made, progress=100)
            failpoint("film-stage-done")
            _done(job, film, made)
    except _Lost:
        return False
    failpoint("film-stage-over")
    return True


def _done(job: Any, film: Any, made: list[dict[str, Any]]) -> None:
    kind = films.kind_of(job.id)
    if kind == "sheet":
        for number, sheet in enumerate(made, 1):
            film_screens.sheet_ready(film, sheet, f"{job.id}:{number}")
    elif kind == "parts":
        film_screens.parts_ready(film, made[0], str(job.id))
    elif kind == "aspect":
        film_screens.aspect_ready(film, made[0], str(job.id))
    elif kind == "assembly":
        film_stages.deliver(film, made[0])
    elif kind == "voice":
        film_stages.change(film, job=None, tries=0)
        film_stages.remember(film, voiced=True)
        film_stages.advance(film.id)
    else:
        film_stages.close(film)


def stage_failed(job: Any, code: str, *, message: str = "", final: bool = False, wait_s: float | None = None) -> bool:
    """A try did not work out. It is tried again after a while, three times in all unless it is `final`; then the film rests."""
    try:
        with _held(job) as film:
            tries = job.input.get("tries", 0) + 1
            if final or tries >= TRIES:
                _give_up(job, film, code, message)
            else:
                wait_s = AGAIN_AFTER_S[min(tries, len(AGAIN_AFTER_S)) - 1] if wait_s is None else wait_s
                job.input = {**job.input, "tries": tries}
                jobs.let_go(job.id, job.attempt, not_before=utc_now() + wait_s, stuck_claims=0, input=job.input)
                film_stages.change(film, **({"tries": tries} if film.job_id == job.id else {}))
    except _Lost:
        return False
    failpoint("film-stage-failed")
    return True


def _give_up(job: Any, film: Any, code: str, message: str) -> None:
    jobs.move(job.id, jobs.OPEN_STATES, "failed", fail_code=code, fail_message=incidents.redact(message)[:500])
    kind = films.kind_of(job.id)
    if kind in films.SIDE:
        film_screens.side_failed(film, kind, code)
    elif "former" in job.input:
        _put_back(film, job.input["former"])
        film_stages.change(film, state="waiting", waiting_since=utc_now(), job=None, tries=0)
        film_screens.side_failed(film, "revise" if kind == "revise" else "rewrite", code)
        film_stages.ask(film)
    else:
        film_stages.rest(film, code)


def _put_back(film: Any, former: dict[str, Any]) -> None:
    """The script is as it was before another one was wanted, also where some of that was written."""
    film_stages.change(film, title=former["title"], look=former["look"])
    films.drop_scenes(film.id)
    films.add_scenes(film.id, former["scenes"])


def quarantine(job: Any) -> bool:
    """Each try to go on ended the worker: it is not tried again by itself, and the admins are told."""
    return give_up(job, lambda: stage_failed(job, "stuck", final=True) or jobs.move(job.id, jobs.OPEN_STATES, "failed"))
