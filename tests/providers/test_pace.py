import asyncio
import threading
import time

from kiebot.providers.pace import LearningPace, Pace


async def begun(pace, count):
    """When each of `count` calls began, in seconds from the first asking."""
    started = time.monotonic()

    async def call():
        await pace.turn()
        return time.monotonic() - started

    return await asyncio.gather(*[call() for _ in range(count)])


async def test_a_pace_lets_a_burst_through_and_holds_the_rest_back():
    times = await begun(Pace(3, 0.4), 7)
    assert max(times[:3]) < 0.4
    assert min(times[3:6]) > 0.39
    assert times[6] > 0.79


def test_threads_with_loops_of_their_own_share_one_pace():
    shared, times, started = Pace(4, 0.3), [], time.monotonic()

    async def calls():
        for _ in range(3):
            await shared.turn()
            times.append(time.monotonic() - started)

    threads = [threading.Thread(target=lambda: asyncio.run(calls())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    assert len(times) == 12
    assert times[4] > 0.29
    assert times[8] > 0.59


async def test_a_wait_that_is_too_long_is_told_and_takes_no_turn():
    slow = Pace(1, 0.3)
    assert await slow.turn(at_most_s=0) == 0
    for _ in range(3):
        assert 0.2 < await slow.turn(at_most_s=0.1) <= 0.3
    assert 0.2 < slow.wait_s() <= 0.3


async def test_a_closed_pace_opens_again():
    closed = Pace(10, 1)
    closed.close(0.2)
    assert 0.1 < closed.wait_s() <= 0.2
    closed.close(0.01)
    assert min(await begun(closed, 3)) > 0.1


def test_a_refusal_halves_the_rate_and_many_at_once_count_as_one():
    learning = LearningPace(80, least=10)
    for _ in range(20):
        learning.refused()
    assert learning.calls == 40


async def test_the_rate_falls_to_the_least_and_grows_again_in_calm():
    learning = LearningPace(80, least=10, seconds=0.01, calm_s=0.1)
    for expected in (40, 20, 10, 10):
        learning.refused()
        assert learning.calls == expected
        await asyncio.sleep(0.02)
    rates = []
    while learning.calls < 80:
        await asyncio.sleep(0.11)
        learning.wait_s()
        rates.append(learning.calls)
    assert rates == [12, 15, 18, 22, 27, 33, 41, 51, 63, 78, 80]


async def test_a_halved_rate_holds_for_calls_that_began_before():
    learning = LearningPace(8, least=2, seconds=0.2)
    await begun(learning, 8)
    learning.refused()
    times = sorted(await begun(learning, 6))
    assert times[0] > 0.15
    assert times[4] > 0.35
