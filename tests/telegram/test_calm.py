import asyncio
import time
from contextlib import ExitStack

from kiebot.telegram.calm import CROWD, SETTLE_S, Calm, all_calm


async def waited(waiting):
    began = time.monotonic()
    await waiting
    return time.monotonic() - began


async def test_nobody_waits_when_nothing_goes_on():
    assert await waited(Calm().wait(1)) < 0.01


async def test_a_few_are_waited_for_but_not_longer():
    calm = Calm()

    async def work():
        with calm.busy():
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    assert not calm.is_calm
    await calm.wait(1)
    assert task.done()
    assert calm.settled


async def test_after_a_crowd_a_moment_without_work_is_no_calm():
    calm = Calm()
    with ExitStack() as crowd:
        for _ in range(CROWD):
            crowd.enter_context(calm.busy())
    assert (calm.is_calm, calm.settled) == (True, False)
    waiting = asyncio.create_task(waited(calm.wait(1)))
    await asyncio.sleep(SETTLE_S / 2)
    with calm.busy():  # the next wave
        await asyncio.sleep(SETTLE_S)
    assert not waiting.done()
    assert await waiting > SETTLE_S * 1.5


async def test_nobody_waits_for_ever():
    calm = Calm()
    with calm.busy():
        assert 0.05 <= await waited(calm.wait(0.05)) < 0.5
        assert 0.05 <= await waited(all_calm((Calm(), calm), 0.05)) < 0.5


async def test_all_of_several_have_to_be_calm_at_once():
    first, second = Calm(), Calm()

    async def work():
        with first.busy():
            await asyncio.sleep(0.02)
        with second.busy():
            await asyncio.sleep(0.02)
            with first.busy():
                await asyncio.sleep(0.04)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await all_calm((first, second), 1)
    assert task.done() or (first.is_calm and second.is_calm)
