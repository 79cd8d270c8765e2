"""What happens to films although nobody does anything: questions run out of time, wake-ups get lost, files grow old."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

from kiebot.services import documents, film_stages, incidents
from kiebot.services.film_stages import MINUTE_S
from kiebot.services.film_studio import bound, folder_in
from kiebot.store import films, outbox
from kiebot.store.db import StoreError, after_commit, transaction, utc_now
from kiebot.store.failpoint import failpoint

log = logging.getLogger(__name__)


def sweep() -> None:
    """Every few seconds: whoever did not answer is told that the film sleeps, what slept too long ends, what stands goes on."""
    for film in films.in_states(("working", "waiting", "resting", "asleep")):
        try:
            _look_at(film, utc_now())
        except StoreError:  # whoever sweeps knows what to do about it
            raise
        except Exception as error:  # one film's trouble is not the others', nor that of all else that is swept
            log.exception("film not swept film=%d state=%s stage=%s", film.id, film.state, film.stage)
            incidents.record(error, process="worker", context={"film": film.id})


def _look_at(film: Any, now: float) -> None:
    if film.state == "working":
        film_stages.advance(film.id)
    elif film.state == "waiting" and (film.waiting_since or 0) < now - bound().rules.approval_minutes * MINUTE_S:
        _if_still(film, film_stages.fall_asleep)
    elif film.state in ("resting", "asleep") and film.asleep_until is not None and film.asleep_until < now:
        _if_still(film, _expire)


def _if_still(film: Any, end: Any) -> None:
    """Somebody may have answered in this very moment."""
    with transaction(durable=True):
        now = films.get(film.id)
        if now is not None and (now.state, now.waiting_since, now.asleep_until) == (
            film.state,
            film.waiting_since,
            film.asleep_until,
        ):
            end(now)


def _expire(film: Any) -> None:
    film_stages.end(film, "expired")


# -- files ---------------------------------------------------------------------------------------------------------------------


def clean(data_dir: Path, hours: float) -> int:
    """Every hour: files of films that ended so long ago, and drafts that nobody touched. Returns how many films."""
    before = utc_now() - hours * 3600
    with transaction():
        films.drop_drafts(before=before)
    return sum(_clean(film, data_dir) for film in films.ended_before(before)) + _remove_strays(data_dir)


def make_room(data_dir: Path, too_much: int) -> int:
    """Files of ended films go, the oldest first, until so many bytes are gone. Returns how many bytes that are."""
    freed = 0
    for film in films.ended_before(utc_now()):
        if freed >= too_much:
            break
        size = sum(_size(path) for path in _folders(film, data_dir))
        freed += size if _clean(film, data_dir) else 0
    return freed


def _clean(film: Any, data_dir: Path) -> bool:
    """Not while something of it waits to be sent, or is being made of it."""
    with transaction():
        paths = _folders(film, data_dir)
        if films.open_works(film.id) or any(outbox.waits_for_files_in(path) for path in paths):
            return False
        films.change(film.id, cleaned_at=utc_now(), memo={})
        films.change_scenes(film.id, picture=None, clip=None, voice=None, part=None)
        after_commit(lambda: _remove(paths))
        failpoint("film-cleaning")
    return True


def _folders(film: Any, data_dir: Path) -> list[Path]:
    """Its own, and those of the jobs that made something for it."""
    return [folder_in(data_dir, film.id), *(documents.folder(data_dir, work.job_id) for work in films.works(film.id))]


def folders_of_account(account_id: int, data_dir: Path) -> list[Path]:
    """Where the films of an account lie; the folders of its jobs are known otherwise."""
    return [folder_in(data_dir, film_id) for film_id in films.ids_of_account(account_id)]


def _remove(paths: list[Path]) -> None:
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


def _remove_strays(data_dir: Path) -> int:
    """What a crash left of films whose files are gone already."""
    removed = 0
    for path in folder_in(data_dir, 0).parent.glob("*"):
        film = films.get(int(path.name)) if path.name.isdecimal() else None
        if film is None or film.cleaned_at is not None:
            shutil.rmtree(path, ignore_errors=True)
            removed += 1
    return removed


def _size(path: Path) -> int:
    """Bytes below a folder."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else 0
