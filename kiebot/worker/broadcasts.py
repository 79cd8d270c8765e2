"""The thread that pumps broadcasts into the outbox."""

from __future__ import annotations

import logging
import threading
import time

from kiebot.services import incidents
from kiebot.services.broadcast_pump import pump
from kiebot.store.db import StoreError, close_store, is_passing

log = logging.getLogger(__name__)

BUSY_S = 0.25  # fifty rows ahead are two seconds at the usual rate
IDLE_S = 1.0


class Pump(threading.Thread):
    """Pumps until `stop()`."""

    def __init__(self, rate: float, timezone: str) -> None:
        super().__init__(name="broadcasts", daemon=True)
        self._rate, self._timezone = rate, timezone
        self._stopping = threading.Event()
        self.beat = time.monotonic()

    def run(self) -> None:
        """One step after the other; a store that cannot be written now is asked again."""
        wait_s = IDLE_S
        while not self._stopping.wait(wait_s):
            self.beat = time.monotonic()
            wait_s = IDLE_S
            try:
                wait_s = BUSY_S if pump(self._rate, self._timezone) else IDLE_S
            except Exception as error:
                log.exception("broadcast pump failed")
                if not (isinstance(error, StoreError) and is_passing(error)):
                    self._record(error)
        close_store()

    def _record(self, error: Exception) -> None:
        try:
            incidents.record(error, process="worker")
        except StoreError:
            log.exception("incident not recorded")

    def stop(self) -> None:
        """End the thread after its present step."""
        self._stopping.set()
        if self.is_alive():
            self.join()
