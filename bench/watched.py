"""A kiebot process with a watch in its event loop: `python -m bench.watched FILE PROCESS`, or an empty loop: PROCESS "idle".

Each time the loop comes late to its clock is a line of FILE: the moment (seconds, the same clock in all processes), how late, and
how much processor time the loop's own thread used meanwhile. What is late without using the processor waited for the machine.
"""

from __future__ import annotations

import asyncio
import runpy
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

EVERY_S = 0.005
WORTH_S = 0.005
IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Stall:
    """The loop answered nobody for `late_s`; its own work took `own_s` of that."""

    at: float
    late_s: float
    own_s: float


class Watch:
    """Asks the loop for a sign every few milliseconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop, file: TextIO) -> None:
        self._loop, self._file = loop, file
        self._cpu_s = time.thread_time()
        self._expect()

    def _expect(self) -> None:
        self._due = self._loop.time() + EVERY_S
        self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        late_s, cpu_s = self._loop.time() - self._due, time.thread_time()
        if late_s > WORTH_S:
            self._file.write(f"{time.monotonic():.4f} {late_s:.4f} {cpu_s - self._cpu_s:.4f}\n")
        self._cpu_s = cpu_s
        self._expect()


class WatchedLoops(asyncio.DefaultEventLoopPolicy):
    """Every loop of this process is watched."""

    def __init__(self, file: TextIO) -> None:
        super().__init__()
        self._file = file

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().new_event_loop()
        Watch(loop, self._file)
        return loop


def stalls(file: Path, since: float, until: float) -> list[Stall]:
    """What was seen between two moments of time.monotonic()."""
    found = (Stall(*map(float, line.split())) for line in file.read_text().splitlines())
    return [stall for stall in found if since <= stall.at <= until]


def longest(found: Iterable[Stall]) -> Stall:
    """The longest one; none is one of no length."""
    return max(found, key=lambda stall: stall.late_s, default=Stall(0.0, 0.0, 0.0))


async def _idle() -> None:
    print("ready", flush=True)
    await asyncio.Event().wait()


def main(file: str, process: str) -> None:
    """Become the process."""
    with Path(file).open("a", buffering=1) as seen:
        asyncio.set_event_loop_policy(WatchedLoops(seen))
        if process == IDLE:
            asyncio.run(_idle())
        else:
            sys.argv = ["kiebot", process]
            runpy.run_module("kiebot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
