"""Rows of films, of their scenes, and of the jobs that make something for them. services/film*.py own the transactions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peewee import fn

from kiebot.store.db import database, utc_now
from kiebot.store.film_models import Film, FilmScene, FilmWork
from kiebot.store.jobs import OPEN_STATES
from kiebot.store.models import Job

MAKING = ("working", "waiting", "resting")  # something may be held for them
ENDED = ("done", "cancelled", "expired")
SIDE = ("sheet", "parts", "aspect")  # local work that the film does not wait for


# -- films -------------------------------------------------------------------------------------------------------------------


def add(**fields: Any) -> Any:
    """A new draft."""
    assert database.in_transaction()
    return Film.create(**fields)


def get(film_id: int) -> Any | None:
    """The row, or None."""
    return Film.get_or_none(Film.id == film_id)


def draft_of_message(account_id: int, chat_id: int, message_id: int) -> Any | None:
    """The film that was begun with this message, or None."""
    query = Film.select().where(Film.account == account_id, Film.chat_id == chat_id, Film.message_id == message_id)
    return query.order_by(Film.id.desc()).first()


def change(film_id: int, **fields: Any) -> None:
    """Write columns of a film."""
    Film.update(updated_at=utc_now(), **fields).where(Film.id == film_id).execute()


def drop(film_id: int) -> None:
    """A draft that nobody wants goes."""
    Film.delete().where(Film.id == film_id, Film.state == "draft").execute()


def drop_drafts(account_id: int | None = None, before: float | None = None) -> int:
    """Drafts go: those of an account, or all that nobody has touched since then (Unix seconds)."""
    query = Film.delete().where(Film.state == "draft")
    if account_id is not None:
        query = query.where(Film.account == account_id)
    if before is not None:
        query = query.where(Film.updated_at < before)
    return int(query.execute())


def in_states(states: Iterable[str], account_id: int | None = None) -> list[Any]:
    """Films in these states, oldest first."""
    query = Film.select().where(Film.state.in_(tuple(states))).order_by(Film.id)
    return list(query if account_id is None else query.where(Film.account == account_id))


def ids_of_account(account_id: int) -> list[int]:
    """Numbers of all films that an account ever began."""
    return [row.id for row in Film.select(Film.id).where(Film.account == account_id).order_by(Film.id)]


def count_making(account_id: int | None = None) -> int:
    """How many films are worked on or asked about, of an account or of all. One that rests for days is in nobody's way."""
    return len(in_states(("working", "waiting"), account_id))


def of_account(account_id: int, limit: int = 20) -> list[Any]:
    """An account's films, the newest first; drafts are none yet."""
    query = Film.select().where(Film.account == account_id, Film.state != "draft")
    return list(query.order_by(Film.id.desc()).limit(limit))


def listed(*, state: str | None = None, limit: int = 50) -> list[Any]:
    """The newest films first."""
    query = Film.select().order_by(Film.id.desc()).limit(limit)
    return list(query if state is None else query.where(Film.state == state))


def ended_before(moment: float) -> list[Any]:
    """Films that ended before then (Unix seconds) and whose files are still here."""
    return list(Film.select().where(Film.state.in_(ENDED), Film.ended_at < moment, Film.cleaned_at.is_null()).order_by(Film.id))


# -- scenes ------------------------------------------------------------------------------------------------------------------


def scenes(film_id: int) -> list[Any]:
    """All scenes in their order."""
    return list(FilmScene.select().where(FilmScene.film == film_id).order_by(FilmScene.number))


def scene(film_id: int, number: int) -> Any | None:
    """One scene, or None."""
    return FilmScene.get_or_none(FilmScene.film == film_id, FilmScene.number == number)


def change_scene(film_id: int, number: int, **fields: Any) -> bool:
    """Write columns of a scene; False when there is none."""
    query = FilmScene.update(**fields).where(FilmScene.film == film_id, FilmScene.number == number)
    return bool(query.execute())


def change_scenes(film_id: int, **fields: Any) -> None:
    """Write columns of all scenes."""
    FilmScene.update(**fields).where(FilmScene.film == film_id).execute()


def drop_scenes(film_id: int) -> None:
    """The script begins anew."""
    FilmScene.delete().where(FilmScene.film == film_id).execute()


def add_scenes(film_id: int, rows: Iterable[dict[str, Any]]) -> None:
    """The scenes of an outline."""
    for row in rows:
        FilmScene.create(film=film_id, **row)


# -- jobs ----------------------------------------------------------------------------------------------------------------------


def add_work(job_id: int, film_id: int, kind: str, **fields: Any) -> None:
    """This job makes something for a film."""
    FilmWork.create(job=job_id, film=film_id, kind=kind, **fields)


def work_of(job_id: int) -> Any | None:
    """What a job makes, or None."""
    return FilmWork.get_or_none(FilmWork.job == job_id)


def kind_of(job_id: int) -> str:
    """picture, clip, music, or the local work; empty when the job makes nothing for a film."""
    work = work_of(job_id)
    return "" if work is None else str(work.kind)


def works(film_id: int) -> list[Any]:
    """All jobs of a film, oldest first, each with its row of `job`."""
    query = FilmWork.select(FilmWork, Job).join(Job).where(FilmWork.film == film_id)
    return list(query.order_by(FilmWork.job))


def open_works(film_id: int, kinds: Iterable[str] | None = None) -> list[Any]:
    """The jobs of a film that have not ended."""
    query = FilmWork.select(FilmWork, Job).join(Job).where(FilmWork.film == film_id, Job.state.in_(OPEN_STATES))
    if kinds is not None:
        query = query.where(FilmWork.kind.in_(tuple(kinds)))
    return list(query.order_by(FilmWork.job))


def tries_of(film_id: int, kind: str, number: int) -> int:
    """How many jobs there were for one thing."""
    return int(FilmWork.select().where(FilmWork.film == film_id, FilmWork.kind == kind, FilmWork.number == number).count())


def unpaid(film_id: int, kinds: Iterable[str], round_: int) -> list[Any]:
    """What was made of these kinds and was not charged."""
    query = FilmWork.select(FilmWork, Job).join(Job)
    made = query.where(FilmWork.film == film_id, FilmWork.kind.in_(tuple(kinds)), FilmWork.round == round_)
    return list(made.where(~FilmWork.paid, Job.state == "done").order_by(FilmWork.job))


def make_free(job_id: int) -> None:
    """What came of this job is not what it was for: it is not charged."""
    FilmWork.update(price=0).where(FilmWork.job == job_id).execute()


def pay(job_ids: Iterable[int]) -> None:
    """These were charged."""
    FilmWork.update(paid=True).where(FilmWork.job.in_(tuple(job_ids))).execute()


def ids_of_kept_jobs(among: Iterable[int]) -> set[int]:
    """Which of these jobs belong to a film whose files are kept: their folders stay."""
    query = FilmWork.select(FilmWork.job).join(Film).where(Film.cleaned_at.is_null(), FilmWork.job.in_(tuple(among)))
    return {row.job_id for row in query}


def spent(film_id: int) -> int:
    """Credits that a film has cost so far."""
    total = FilmWork.select(fn.SUM(FilmWork.price)).where(FilmWork.film == film_id, FilmWork.paid).scalar()
    return int(total or 0)
