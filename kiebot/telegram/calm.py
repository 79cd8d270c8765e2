"""First things first: everybody gets a first sign before the first answer is begun.

With a hundred people at once, requests to the model and writing in the store would otherwise hold back the signs of those who
came a moment later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager


class Calm:
    """Counts what has to be done first."""

    def __init__(self) -> None:
        self._going_on = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @property
    def is_calm(self) -> bool:
        """Nothing goes on now."""
        return self._going_on == 0

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Something that has to be done first."""
        self._going_on += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._going_on -= 1
            if not self._going_on:
                self._calm.set()

    async def wait(self, at_most_s: float) -> None:
        """Wait until all of it is done, but not for ever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._calm.wait()
