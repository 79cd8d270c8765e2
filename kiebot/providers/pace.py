"""Keeping inside a provider's rate limit before it has to refuse us."""

from __future__ import annotations

import asyncio
import time
from collections import deque


class Pace:
    """At most `calls` begin in any `seconds`. Slots are given in the order of asking."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._seconds = seconds
        self._slots: deque[float] = deque(maxlen=calls)

    def wait_s(self) -> float:
        """How long a call asked for now would wait."""
        if len(self._slots) < (self._slots.maxlen or 0):
            return 0.0
        return max(0.0, self._slots[0] + self._seconds - time.monotonic())

    async def turn(self) -> None:
        """Wait until the next call may begin."""
        wait_s = self.wait_s()
        self._slots.append(time.monotonic() + wait_s)
        if wait_s:
            await asyncio.sleep(wait_s)
