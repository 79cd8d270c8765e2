"""Twenty thousand people, four SIGKILLs: each gets it once, at the pace that was set."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.e2e.broadcasts import arrivals, copies, counts, gather, most_in_a_second, sent, state
from tests.e2e.studio import Studio

pytestmark = pytest.mark.soak

PEOPLE = int(os.environ.get("KIEBOT_SOAK_PEOPLE", "20000"))
RATE = 25
WORDS = "Twenty thousand times the same news"
KILLED = ("bot", "worker", "bot", "worker")


async def test_twenty_thousand_people_get_it_once_each_although_four_processes_are_killed(tmp_path: Path) -> None:
    async with Studio(tmp_path, environ={"KIEBOT_BROADCAST__PER_SECOND": str(RATE)}) as studio:
        users = await asyncio.to_thread(gather, studio, PEOPLE)
        await studio.run("bot")
        await studio.run("worker")
        broadcast = await sent(studio, WORDS, "--button", "Read = https://example.com")
        for number, name in enumerate(KILLED, 1):
            part = PEOPLE * number // (len(KILLED) + 1)
            await studio.until(lambda at=part: counts(studio, broadcast).get("sent", 0) >= at, PEOPLE / RATE, f"{part} have it")
            await studio.kill(name)
            await studio.run(name)
        await studio.until(lambda: state(studio, broadcast) == "done", PEOPLE / RATE, "all have it")
        await asyncio.sleep(3)  # a second copy would come now
        moments = arrivals(studio)
        pauses = sum(gap for gap in map(float.__sub__, moments[1:], moments) if gap > 1)
        took_s = moments[-1] - moments[0]
        print(
            f"\n{PEOPLE} people, {len(KILLED)} SIGKILLs: {took_s:.0f} s, {(PEOPLE - 1) / took_s:.2f} a second of {RATE}"
            f" ({(PEOPLE - 1) / (took_s - pauses):.2f} beside {pauses:.1f} s of restarts),"
            f" at most {most_in_a_second(studio, users, WORDS)} in one"
        )
        assert copies(studio, users, WORDS) == {1: PEOPLE}
        assert counts(studio, broadcast) == {"sent": PEOPLE}
        assert (PEOPLE - 1) / (took_s - pauses) == pytest.approx(RATE, rel=0.05)
