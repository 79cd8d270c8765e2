"""Work of which only one piece is done at a time, so that the other threads stay free for whoever waits for a moment only."""

from __future__ import annotations

import threading

from kiebot.jobqueue import JobQueue
from kiebot.store import jobs
from kiebot.store.db import utc_now


class Turns:
    """One piece of work of a kind at a time in this worker; then it is the turn of whoever waits longest."""

    def __init__(self, kind: str, boot_id: str, queue: JobQueue) -> None:
        self._kind = kind
        self._boot_id = boot_id
        self._queue = queue
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """False: another piece is being done; who ends it wakes the next one."""
        return self._lock.acquire(blocking=False)

    def end(self) -> None:
        """Wake who is next."""
        self._lock.release()
        for job_id in jobs.to_take(self._boot_id, utc_now(), 1, kinds=(self._kind,)):
            self._queue.wake_later(job_id)
