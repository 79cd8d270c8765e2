"""The loop's thread: results and errors come back, a stop leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading

import pytest

from kiebot.worker.loop import LoopThread


@pytest.fixture
def loop():
    loop = LoopThread()
    loop.start()
    return loop


async def double(number):
    await asyncio.sleep(0)
    return number * 2


async def fail():
    raise ValueError("no")


def test_results_and_errors_come_back_to_the_thread_that_asked(loop):
    assert loop.run(double(21)) == 42
    with pytest.raises(ValueError, match="no"):
        loop.run(fail())
    loop.stop()


def test_a_stop_lets_what_runs_clean_up(loop):
    cleaned = threading.Event()

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            cleaned.set()

    loop.begin(work())
    loop.run(asyncio.sleep(0))
    loop.stop()
    assert cleaned.is_set()
