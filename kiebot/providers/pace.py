"""Keeping inside a provider's rate limit before it has to refuse us."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque


class Pace:
    """At most `calls` begin in any `seconds`. Slots are given in the order of asking; threads and loops may share one."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._slots: deque[float] = deque(maxlen=calls)
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def wait_s(self) -> float:
        """How long a call asked for now would wait."""
        with self._lock:
            return self._wait_s()

    async def turn(self, at_most_s: float | None = None) -> float:
        """Wait until the next call may begin. A wait over `at_most_s` is not begun but returned; otherwise 0."""
        with self._lock:
            wait_s = self._wait_s()
            if at_most_s is not None and wait_s > at_most_s:
                return wait_s
            self._slots.append(time.monotonic() + wait_s)
        if wait_s:
            await asyncio.sleep(wait_s)
        return 0.0

    def close(self, seconds: float) -> None:
        """The provider refused a call: whoever asks from now on begins after `seconds`."""
        with self._lock:
            self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    def _wait_s(self) -> float:
        now = time.monotonic()
        earliest = max(now, self._closed_until)
        if len(self._slots) >= self._calls:
            earliest = max(earliest, self._slots[-self._calls] + self._seconds)
        return earliest - now


class LearningPace(Pace):
    """A pace for a limit that nobody knows for sure: halved at a refusal, a quarter more after each calm stretch."""

    def __init__(self, calls: int, *, least: int, seconds: float = 1.0, calm_s: float = 10.0) -> None:
        super().__init__(calls, seconds)
        self._most, self._least, self._calm_s = calls, least, calm_s
        self._changed_at = 0.0

    def refused(self) -> None:
        """The provider said "too many". Refusals of calls that were under way already count once."""
        with self._lock:
            if time.monotonic() - self._changed_at > self._seconds or self._calls == self._most:
                self._calls = max(self._least, self._calls // 2)
                self._changed_at = time.monotonic()

    @property
    def calls(self) -> int:
        """How many calls it lets begin for now."""
        return self._calls

    def _wait_s(self) -> float:
        if self._calls < self._most and time.monotonic() - self._changed_at > self._calm_s:
            self._calls = min(self._most, self._calls + max(1, self._calls // 4))
            self._changed_at = time.monotonic()
        return super()._wait_s()
