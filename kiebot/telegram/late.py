"""Screens that take long to read. The reading runs beside the writer of the store, so that nobody else waits for it."""

from __future__ import annotations

import logging
from typing import Any

from kiebot.services.incidents import record
from kiebot.store.db import transaction
from kiebot.telegram.handlers.desk import Reading
from kiebot.telegram.handlers.screens import Screen
from kiebot.telegram.threads import in_figures, in_store

log = logging.getLogger(__name__)


async def show_late(reading: Reading) -> None:
    """Read, then show; what cannot be read has words, too."""
    try:
        found = await in_figures(reading.read)
    except Exception as exc:
        code = await in_store(record, exc, process="bot")
        log.exception("reading failed code=%s", code)
        found = Screen("common-unexpected", {"code": code})
    await in_store(show, reading, found)


def show(reading: Reading, found: Any) -> None:
    """Put it where it was asked for."""
    with transaction():
        reading.show(found)
