"""Writing what must not be lost, while another program holds the store or the disk is full."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from kiebot.store.db import StoreBusy

log = logging.getLogger(__name__)

T = TypeVar("T")

WRITE_AGAIN_S = 1.0  # the store has waited for its lock before it gave up


def until_written(write: Callable[[], T], stopping: threading.Event, what: str) -> T:
    """Call `write`, which is one transaction, until the store takes it. Once the worker stops, the next refusal is raised.

    `what`: for the log, which is all that is left of it if the worker has to stop first.
    """
    while True:
        try:
            return write()
        except StoreBusy as error:
            log.warning("not written, trying again: %s: %s", what, error)
            if stopping.wait(WRITE_AGAIN_S):
                raise
