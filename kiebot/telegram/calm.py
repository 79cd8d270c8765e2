"""First things first: everybody gets a first sign before the first answer is begun.

With a hundred people at once, requests to the model and writing in the store would otherwise hold back the signs of those who
came a moment later. A crowd comes in waves: between two of them nothing goes on for a few milliseconds, and that is no calm.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

CROWD = 4  # so many at once are a crowd
SETTLE_S = 0.06  # from a crowd's last moment on


class Calm:
    """Counts what has to be done first."""

    def __init__(self) -> None:
        self._going_on = 0
        self._settled_at = 0.0
        self._settling: asyncio.TimerHandle | None = None
        self._settled = asyncio.Event()
        self._settled.set()

    @property
    def is_calm(self) -> bool:
        """Nothing goes on now."""
        return self._going_on == 0

    @property
    def settled(self) -> bool:
        """Nothing goes on, and it was no crowd that went on until just now."""
        return self.is_calm and time.monotonic() >= self._settled_at

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Something that has to be done first."""
        self._going_on += 1
        self._settled.clear()
        self._note_crowd()
        try:
            yield
        finally:
            self._note_crowd()
            self._going_on -= 1
            if not self._going_on and self._settling is None:
                self._settle()

    def _note_crowd(self) -> None:
        now = time.monotonic()
        if self._going_on >= CROWD or now < self._settled_at:  # who comes while it settles is of the crowd
            self._settled_at = now + SETTLE_S

    def _settle(self) -> None:
        """Wake all who wait when it has settled: between two waves of a crowd each of them would wake for nothing."""
        self._settling = None
        left_s = self._settled_at - time.monotonic()
        if left_s > 0:
            self._settling = asyncio.get_running_loop().call_later(left_s, self._settle)
        elif self.is_calm:
            self._settled.set()

    async def until_settled(self) -> None:
        """Wait until all of it is done."""
        while not self.settled:
            await self._settled.wait()

    async def wait(self, at_most_s: float) -> None:
        """The same, but not for ever."""
        await all_calm((self,), at_most_s)


async def all_calm(first: tuple[Calm, ...], at_most_s: float) -> None:
    """Wait until all of them are calm in the same moment, but not for ever."""
    if all(one.settled for one in first):
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):  # one clock for all: setting one costs more than the rest of the wait
            while not all(one.settled for one in first):
                for one in first:
                    await one.until_settled()
