"""How jobs that providers make for films end. services/generation.py tells of it inside the transaction that ends the job."""

from __future__ import annotations

from typing import Any

from kiebot.films.fitting import ROLES
from kiebot.services import film_orders, film_screens, film_stages
from kiebot.store import films


def made(job: Any, results: list[dict[str, Any]]) -> None:
    """The provider made it, and it lies in the job's folder."""
    wanted = _wanted(job)
    if wanted is None:
        return
    work, film = wanted
    file = next((result for result in results if _is_of(work.kind, result)), None)
    if file is None:  # words in its place: nobody pays for these
        films.make_free(job.id)
        failed(job, "result")
        return
    if work.kind == "music":
        film_stages.remember(film, music=file)
    else:
        films.change_scene(film.id, work.number, **{work.kind: file}, fail_code="")
        _show(film)
    film_stages.advance(film.id)


def failed(job: Any, code: str, wait_s: float = 0) -> None:
    """It was not made: it is tried again after a while, or the person is asked when the stage is over."""
    wanted = _wanted(job)
    if wanted is None:
        return
    work, film = wanted
    if work.kind == "music":
        if films.tries_of(film.id, "music", 0) >= film_orders.TRIES or not film_orders.order_music(film):
            film_stages.remember(film, music_failed=code)  # a film without music is a film
    else:
        films.change_scene(film.id, work.number, fail_code=code)
        scene = films.scene(film.id, work.number)
        if film.state == "working" and not film_orders.is_failed(scene, work.kind):
            film_orders.order(film, scene, work.kind, wait_s=wait_s)
    film_stages.advance(film.id)


def _wanted(job: Any) -> tuple[Any, Any] | None:
    """What the job was for, and its film; None when the film does not wait for just this job any more."""
    work = films.work_of(job.id)
    film = None if work is None else films.get(work.film_id)
    if work is None or film is None or film.state not in films.MAKING or work.round != film.rounds:
        return None
    scene = films.scene(film.id, work.number)
    if work.kind == "music" or (scene is not None and getattr(scene, f"{work.kind}_job_id") == job.id):
        return work, film
    return None


def _is_of(kind: str, result: dict[str, Any]) -> bool:
    return "path" in result and str(result["mime"]).startswith(f"{ROLES[kind][1]}/")


def _show(film: Any) -> None:
    if film.state == "working" and film.stage in film_stages.KIND_OF:
        film_screens.progress(film, *film_stages.progress_of(film))
