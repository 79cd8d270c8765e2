"""Our place in Telegram's stream of updates, saved only behind what is in the store.

The library notes the place when an update arrives and commits it with `storage.save()`. Saved too early, a crash loses what was
on its way to the store; saved too late, it only comes again and is recognised. So the place is saved in a quiet moment, and when
none comes by itself one is made: new updates wait a few milliseconds until those before them are in the store.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyrogram

log = logging.getLogger(__name__)

SAVE_EVERY_S = 1.0
LONGEST_UNSAVED_S = 10.0
QUIET_S = 0.05  # from the arrival of an update to its handler it is nowhere to be counted
PATIENCE_S = 2.0


class UpdateStream:
    """Counts what is being handled, and saves."""

    def __init__(self, client: pyrogram.Client) -> None:
        self._client = client
        self._take = client.handle_updates
        self._open = asyncio.Event()
        self._open.set()
        self._handling = 0
        self._saved_at = time.monotonic()
        client.handle_updates = self._gated

    async def _gated(self, updates: Any) -> None:
        await self._open.wait()
        await self._take(updates)

    @contextmanager
    def handled(self) -> Iterator[None]:
        """An update is on its way to the store."""
        self._handling += 1
        try:
            yield
        finally:
            self._handling -= 1

    async def run(self) -> None:
        """Save for ever."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            if self._quiet():
                await self._save()
            elif time.monotonic() - self._saved_at > LONGEST_UNSAVED_S:
                await self._save_behind_the_gate()

    async def _save_behind_the_gate(self) -> None:
        self._open.clear()
        try:
            ends_at = time.monotonic() + PATIENCE_S
            while not self._quiet() and time.monotonic() < ends_at:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(QUIET_S / 2)
            if self._quiet():
                await self._save()
        finally:
            self._open.set()

    async def _save(self) -> None:
        try:
            await self._client.storage.save()
        except sqlite3.Error:  # a full disk; what is not saved comes again and is recognised
            log.exception("place in the stream of updates not saved")
            return
        self._saved_at = time.monotonic()

    def _quiet(self) -> bool:
        since = (datetime.now() - self._client.last_update_time).total_seconds()  # the library's clock has no zone
        return self._handling == 0 and self._client.dispatcher.updates_queue.empty() and since > QUIET_S
