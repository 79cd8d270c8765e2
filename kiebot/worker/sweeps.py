"""What heals: jobs that nobody was told of, that a dead worker left, that take too long; and files nobody needs any more."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from kiebot.jobqueue import JobQueue
from kiebot.services import (
    documents,
    feedback,
    film_sweep,
    forgetting,
    generation,
    incidents,
    input_files,
    payments,
    references,
    room,
    sending,
)
from kiebot.store import accounts, broadcasts, erasing, films, forms, jobs, requests
from kiebot.store.db import close_store, transaction, utc_now

log = logging.getLogger(__name__)

EVERY_S = 3.0
HINTS_ENOUGH = 100  # while so many hints wait, the threads are busy and more would only pile up
CLEAN_EVERY_S = 3600.0
REMEMBER_UPDATES_S = 3 * 24 * 3600.0
REMEMBER_REQUESTS_S = 26 * 3600.0  # free answers are counted by days, and the longest day of a year has 25 hours
KEEP_FORMS_S = 7 * 24 * 3600.0
MAKE_ROOM_EVERY_S = 60.0
KEEP_GIVEN_S = 3600.0  # what people gave stays so long even when the disk is nearly full
UNREAD_S = 600.0  # a running job is given up when its provider cannot be asked for so long after the deadline
OVERDUE = {"running": "deadline", "unclear": "unknown_outcome"}


@dataclass(frozen=True, slots=True)
class Keep:
    """How long files of ended jobs stay, how much room they may take, when documents and talk are forgotten (0: never)."""

    hours: float
    max_bytes: int
    documents_days: int = 0
    chat_days: int = 0


class Sweeps(threading.Thread):
    """The thread that sweeps until `stop()`. `heal()` is also called once before the first job is taken."""

    def __init__(self, boot_id: str, queue: JobQueue, data_dir: Path, keep: Keep, *, every_s: float = EVERY_S) -> None:
        super().__init__(name="sweeps", daemon=True)
        self._boot_id = boot_id
        self._queue = queue
        self._media = data_dir / "media"
        self._keep = keep
        self._every_s = every_s
        self._stopping = threading.Event()
        self._room_at = 0.0
        self.beat = time.monotonic()

    def run(self) -> None:
        """Sweep every few seconds; clean up every hour."""
        clean_at = time.monotonic()
        while not self._stopping.wait(self._every_s):
            self.beat = time.monotonic()
            try:
                self.heal()
                feedback.tell_admins()
                if time.monotonic() >= clean_at:
                    clean_at = time.monotonic() + CLEAN_EVERY_S
                    self.clean()
                    incidents.digest()
            except Exception as error:  # the store may be locked or the disk full: go on, loudly
                log.exception("sweep failed")
                self._record(error)
        close_store()

    def _record(self, error: Exception) -> None:
        try:
            incidents.record(error, process="worker")
        except Exception:
            log.exception("incident not recorded")

    def stop(self) -> None:
        """End the thread after its present sweep."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def heal(self) -> None:
        """Whatever a crash or a lost hint left, gets on again; films whose person does not answer fall asleep."""
        for job in jobs.cut_off(self._boot_id):
            sending.broke_while_sending(job, why="the worker ended while it was sent")
        for job in jobs.overdue(utc_now(), UNREAD_S):
            generation.fail(job, OVERDUE[job.state])
        film_sweep.sweep()
        if self._queue.depth() < HINTS_ENOUGH:
            for job_id in jobs.to_take(self._boot_id, utc_now(), HINTS_ENOUGH):
                self._queue.wake(job_id)
            for job_id in jobs.to_take(self._boot_id, utc_now(), HINTS_ENOUGH, kinds=jobs.HIDDEN):
                self._queue.wake_later(job_id)
        self._keep_room()

    def _keep_room(self) -> None:
        """The oldest results go while the disk is nearly full; when that is not enough, the admins are told."""
        if room.is_low() and time.monotonic() >= self._room_at:
            self._room_at = time.monotonic() + MAKE_ROOM_EVERY_S
            inputs = references.sweep(self._media.parent, utc_now() - KEEP_GIVEN_S)
            freed = film_sweep.make_room(self._media.parent, room.missing())
            folders = self._remove_oldest(room.missing() - freed)
            log.warning("disk nearly full folders=%d inputs=%d missing=%d", folders, inputs, room.missing())
        room.watch()

    def clean(self) -> None:
        """Forget old updates, requests and half-filled forms; remove files of ended jobs and what people gave for them."""
        now = utc_now()
        with transaction():
            forgotten = accounts.forget_seen(now - REMEMBER_UPDATES_S)
            requests.forget_before(now - REMEMBER_REQUESTS_S)
            forms.drop_before(now - KEEP_FORMS_S)
            erasing.sweep()
            broadcasts.drop_drafts(now - KEEP_FORMS_S)
        payments.tidy()
        indexed = documents.index_old()
        days = {"documents_days": self._keep.documents_days, "chat_days": self._keep.chat_days}
        old = forgetting.forget_old(self._media.parent, **days)
        inputs = references.sweep(self._media.parent, now - self._keep.hours * 3600)
        ended = film_sweep.clean(self._media.parent, self._keep.hours)
        folders = self._remove_old() + self._remove_beyond_room()
        counts = (forgotten, folders, inputs, old, indexed, ended)
        log.info("cleaned updates=%d folders=%d inputs=%d documents=%d indexed=%d films=%d", *counts)

    def _remove_old(self) -> int:
        folders = {int(folder.name): folder for folder in self._folders()}
        old = _removable(utc_now() - self._keep.hours * 3600, list(folders.values()))
        return sum(_remove(folders[job_id]) for job_id in old)

    def _remove_beyond_room(self) -> int:
        """The oldest jobs first; what has not been sent yet always stays, and so does what people gave."""
        given = _size(input_files.path_of(self._media.parent, 0).parent)
        of_films = _size(self._media / "films")
        too_much = given + of_films + sum(_size(folder) for folder in self._folders()) - self._keep.max_bytes
        return self._remove_oldest(too_much - film_sweep.make_room(self._media.parent, too_much))

    def _remove_oldest(self, too_much: int) -> int:
        """Folders of ended jobs with nothing left to send, until so many bytes are gone: what people gave always stays."""
        folders = self._folders()
        ended = _removable(utc_now(), folders)
        removed = freed = 0
        for folder in (folder for folder in folders if int(folder.name) in ended):
            if freed >= too_much:
                break
            freed += _size(folder)
            removed += _remove(folder)
        return removed

    def _folders(self) -> list[Path]:
        """Folders of jobs, the oldest job first."""
        if not self._media.is_dir():
            return []
        found = [folder for folder in self._media.iterdir() if folder.is_dir() and folder.name.isdecimal()]
        return sorted(found, key=lambda folder: int(folder.name))


def _removable(moment: float, folders: list[Path]) -> set[int]:
    """Which of them belong to jobs that ended before then and are of no use any more: a film keeps what was made for it."""
    among = [int(folder.name) for folder in folders]
    return jobs.ended_before(moment, among) - films.ids_of_kept_jobs(among)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _remove(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
