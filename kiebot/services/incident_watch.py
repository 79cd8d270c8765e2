"""Records exceptions that nobody else records: what any part of a process, or a library in it, logs as an error with a traceback.

Writing happens in a thread of its own: what logs may be an event loop.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kiebot.errors import OperatorFault
from kiebot.services import incidents
from kiebot.store.db import StoreError, close_store, is_passing

log = logging.getLogger(__name__)

MOST_WAITING = 100
OWN = "kiebot"


class IncidentWatch(logging.Handler):
    """A handler of the root logger."""

    def __init__(self, process: str) -> None:
        super().__init__(logging.ERROR)
        self._process = process
        self._waiting: queue.Queue[BaseException | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="incidents", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._thread.start()
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        """Record what waits and end."""
        logging.getLogger().removeHandler(self)
        self._waiting.put(None)
        self._thread.join()

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of the exception."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not _is_expected(record.name, error):
            self.note(error)

    def note(self, error: BaseException) -> None:
        """Have it recorded soon."""
        try:
            self._waiting.put_nowait(error)
        except queue.Full:  # the first hundred say enough
            return

    def _run(self) -> None:
        while (error := self._waiting.get()) is not None:
            self._record(error)
        close_store()

    def _record(self, error: BaseException) -> None:
        try:
            incidents.record(error, process=self._process)
        except Exception as fault:  # noqa: BLE001 - there is no store yet, say; the next one has to find this thread alive
            log.error("incident not recorded kind=%s error=%s", type(error).__name__, fault)


@contextmanager
def watched(process: str) -> Iterator[None]:
    """Watch this process, and record what ends it."""
    watching = IncidentWatch(process)
    watching.start()
    try:
        yield
    except OperatorFault:
        raise
    except Exception as error:
        watching.note(error)
        raise
    finally:
        watching.stop()


def _is_expected(logger: str, error: BaseException) -> bool:
    """A store that is busy or full can be told nothing. Connections of libraries break every day; they make new ones."""
    if isinstance(error, StoreError):
        return is_passing(error)
    return isinstance(error, OSError) and logger.partition(".")[0] != OWN
