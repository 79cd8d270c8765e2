"""Which rows of the outbox have just been delivered, as which messages, and who waits to hear of one."""

from __future__ import annotations

import asyncio

from kiebot.store import outbox
from kiebot.telegram.threads import in_reader

MOST_REMEMBERED = 2000  # rows that were just delivered
ASK_STORE_S = 0.5  # a row of an earlier life is not heard of any more


class Arrivals:
    """Lives in the event loop, as the sender does."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[asyncio.Future[int | None]]] = {}
        self._delivered: dict[int, int | None] = {}

    async def wait(self, row_id: int) -> int | None:
        """The message id that a row was delivered as, once it is; None when it has none."""
        if row_id in self._delivered:
            return self._delivered[row_id]
        future: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(row_id, []).append(future)  # before the row is read: what comes in between is heard
        try:
            await asyncio.wait([future], timeout=ASK_STORE_S)
            if future.done():
                return future.result()
            row = await in_reader(outbox.get, row_id)
            if row is None or row.state != "queued":
                return None if row is None else row.message_id
            return await future
        finally:
            self._leave(row_id, future)

    def _leave(self, row_id: int, future: asyncio.Future[int | None]) -> None:
        waiting = self._waiting.get(row_id, [])
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            self._waiting.pop(row_id, None)

    def tell(self, row_id: int, message_id: int | None) -> None:
        """A row has ended: it is this message, or none."""
        if len(self._delivered) >= MOST_REMEMBERED:
            self._delivered.clear()
        self._delivered[row_id] = message_id
        for future in self._waiting.pop(row_id, []):
            if not future.done():
                future.set_result(message_id)

    def forget(self, row_id: int) -> None:
        """It may be another message now."""
        self._delivered.pop(row_id, None)
