"""The queue between bot and worker: Huey on SQLite. It only ever carries "look at job 41"; the job's row is the truth.

Measured (Huey 3.5.4): its SQLite storage commits with FULL and polls up to 10 s apart. Subclassed here for synchronous=NORMAL
(x63 enqueues on a slow disk) and for a datagram wake-up (enqueue to start 0.8 ms). Huey forgets a running task when its process
dies and due scheduled tasks by the thousand: so nothing that matters uses delay, eta or retries, and the worker sweeps the rows.
"""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.storage import SqliteStorage

from kiebot.errors import OperatorFault
from kiebot.store.wake import Bell, listen, socket_path

log = logging.getLogger(__name__)

SAFETY_POLL_S = 1.0
STOP_WITHIN_S = 25.0
LATER = -1  # the priority of what waits for all that has none
PAYMENTS = "payments"  # who listens for wake_payments()


class WakingSqliteStorage(SqliteStorage):
    """NORMAL durability and a wake-up. For thread workers of one consumer process."""

    blocking = True

    def __init__(self, *args: Any, wake_path: str, **kwargs: Any) -> None:
        self._bell = Bell(wake_path)
        self._wake_path = wake_path
        self._condition = threading.Condition()
        self._rung = 0
        self._listening = False
        super().__init__(*args, **kwargs)

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Write the task, then ring."""
        super().enqueue(data, priority)
        self._bell.ring()

    def dequeue(self) -> bytes | None:
        """The next task; waits for a ring, at most SAFETY_POLL_S."""
        with self._condition:
            if not self._listening:
                self._listening = True
                threading.Thread(target=self._listen, name="queue-wake", daemon=True).start()
            seen = self._rung
        data: bytes | None = super().dequeue()
        if data is None:
            with self._condition:
                if self._rung == seen:
                    self._condition.wait(SAFETY_POLL_S)
            data = super().dequeue()
        return data

    def _listen(self) -> None:
        receiver: socket.socket = listen(self._wake_path)
        receiver.setblocking(True)
        while True:
            receiver.recv(64)
            with self._condition:
                self._rung += 1
                self._condition.notify()


class JobQueue:
    """Hand the worker job ids, and run them there."""

    def __init__(self, data_dir: Path, url: str = "") -> None:
        if url:
            raise OperatorFault(f"queue.url = {url!r}: only the local SQLite queue is supported by this release; leave it empty")
        path = data_dir / "queue.db"
        self._huey = SqliteHuey(
            "kiebot",
            filename=str(path),
            results=False,
            storage_class=WakingSqliteStorage,
            wake_path=socket_path(data_dir, "queue"),
        )
        os.chmod(path, 0o600)  # tasks are pickled: who can write here runs code in the worker
        self._payments = Bell(socket_path(data_dir, PAYMENTS))
        self._run: Callable[[int], None] | None = None
        self._task: Callable[..., Any] = self._huey.task(name="look_at_job")(self._look_at)

    def _look_at(self, job_id: int) -> None:
        assert self._run is not None, "only the worker runs tasks"
        self._run(job_id)

    def wake(self, job_id: int) -> None:
        """Say "look at job `job_id`". Losing this costs a sweep's delay, nothing else; so it never fails after a commit."""
        self._hint(job_id, 0)

    def wake_later(self, job_id: int) -> None:
        """The same for what is one of many: whatever else waits is looked at first."""
        self._hint(job_id, LATER)

    def _hint(self, job_id: int, priority: int) -> None:
        try:
            self._task(job_id, priority=priority)
        except sqlite3.Error as error:
            log.warning("wake lost job=%d error=%s", job_id, error)

    def wake_payments(self) -> None:
        """Say "look at the open payments". The rows say which: a ring that is lost costs a poll's delay."""
        self._payments.ring()

    def depth(self) -> int:
        """How many hints wait."""
        return int(self._huey.pending_count())

    def consumer(self, run: Callable[[int], None], threads: int) -> Consumer:
        """The threads that run `run(job id)` for every hint. One consumer per data directory."""
        self._run = run
        return Consumer(
            self._huey.create_consumer(
                workers=threads,
                worker_type="thread",
                periodic=False,
                initial_delay=0.1,
                max_delay=SAFETY_POLL_S,
                graceful_signal="TERM",
                shutdown_timeout=STOP_WITHIN_S,
            )
        )

    def close(self) -> None:
        """Close the file."""
        self._huey.storage.close()


class Consumer:
    """Huey's consumer, driven by its process: signals and the main loop stay with the caller."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer

    def start(self) -> None:
        """Start the threads. Takes over the process's signals: set your own handlers afterwards."""
        self._consumer.start()

    def check(self) -> None:
        """Replace threads that died."""
        self._consumer.check_worker_health()

    def stop(self) -> None:
        """Take no more hints and wait for running tasks, at most STOP_WITHIN_S."""
        self._consumer.stop(graceful=True)
