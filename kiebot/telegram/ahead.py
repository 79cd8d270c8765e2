"""Large files on their way to Telegram, beside the messages of their chats.

An upload shows nothing to anybody: it needs no turn in its chat, and one that a crash cuts off is begun anew. Until the file is
there, its row lets pass what is more urgent, as if that had been written a little earlier; what would come after it waits for it.
A row whose place among the others matters to nobody (`overtaken` in its payload) lets everything pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from kiebot.store.outbox import Lane
from kiebot.telegram.uploads import size_to_upload

LARGE_BYTES = 4 * 2**20  # takes a second or more; what is smaller is uploaded when its turn has come
AT_ONCE = 2  # fewer than the client carries at once: small files of others go by, too

Bring = Callable[[Any], Awaitable[Any]]


class Ahead:
    """The uploads of this moment, by their rows. `bring` uploads the file of a row, `there` is called when one has ended."""

    def __init__(self, bring: Bring, there: Callable[[], None]) -> None:
        self._bring = bring
        self._there = there
        self._under_way: dict[int, tuple[Any, asyncio.Task[Any]]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    def begin(self, row: Any) -> bool:
        """Begin the upload that this row needs. False: it can be sent now."""
        if row.id in self._under_way or row.lane == Lane.BROADCAST or size_to_upload(row) < LARGE_BYTES:
            return False
        task = asyncio.create_task(self._carry(row), name=f"upload-{row.id}")
        self._under_way[row.id] = row, task
        task.add_done_callback(lambda _: self._there())
        return True

    async def _carry(self, row: Any) -> Any:
        async with self._room:
            return await self._bring(row)

    def rows(self) -> set[int]:
        """All rows whose files were uploaded, or are, and that are not sent yet."""
        return set(self._under_way)

    def on_the_way(self) -> list[int]:
        """Rows whose files are not there yet."""
        return [row_id for row_id, (_, task) in self._under_way.items() if not task.done()]

    def lets_pass(self, row: Any) -> bool:
        """Whether a row of the same chat may be sent now."""
        going = (each for each, task in self._under_way.values() if each.chat_id == row.chat_id and not task.done())
        return all(row.lane < _holds(each) for each in going)

    async def take(self, row: Any) -> Any:
        """What was uploaded for this row, or is now. Raises what the upload raised."""
        _, task = self._under_way.pop(row.id, (None, None))
        return await (self._bring(row) if task is None else task)

    def drop(self, rows: Collection[int]) -> None:
        """These are not to be sent any more."""
        for row_id in self._under_way.keys() & set(rows):
            _, task = self._under_way.pop(row_id)
            task.cancel()
            task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # nobody else asks for it


def _holds(row: Any) -> int:
    return Lane.BROADCAST + 1 if row.payload.get("overtaken") else row.lane
