"""Work that leaves the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from kiebot.telegram.threads import Together


async def test_what_comes_while_the_store_is_at_work_is_written_together() -> None:
    written: list[list[int]] = []

    def write(values: Sequence[int]) -> None:
        time.sleep(0.02)
        written.append(list(values))

    together = Together(write)
    first = asyncio.create_task(together.put(0))
    await asyncio.sleep(0.005)
    await asyncio.gather(first, *(together.put(number) for number in range(1, 10)))
    assert written == [[0], list(range(1, 10))]
    await together.put(10)
    assert written[-1] == [10]


async def test_a_fault_reaches_all_whose_values_were_not_written_and_nobody_later() -> None:
    faults = [ValueError("full")]

    def write(_: Sequence[int]) -> None:
        if faults:
            raise faults.pop()

    together = Together(write)
    found = await asyncio.gather(together.put(1), together.put(2), return_exceptions=True)
    assert [str(one) for one in found] == ["full", "full"]
    await together.put(3)


async def test_who_stops_waiting_does_not_stop_the_others() -> None:
    together = Together(lambda _: time.sleep(0.02))
    gone, stays = asyncio.create_task(together.put(1)), asyncio.create_task(together.put(2))
    await asyncio.sleep(0.005)
    gone.cancel()
    await stays
    with pytest.raises(asyncio.CancelledError):
        await gone
