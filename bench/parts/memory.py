"""Memory of bot and worker beside the bare bot's: idle, after the first message, under load and after it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from bench.processes import Memory, peak_of
from bench.report import section, table
from bench.studio import Studio

NAMES = ("bot", "worker", "echo")


async def measure(folder: Path, quick: bool) -> str:
    idle_s, people, rounds = (5, 10, 1) if quick else (30, 100, 3)
    async with Studio(folder) as studio:
        expect = await studio.pace(deltas=30, chars=25, delay_ms=50)
        await studio.start_bot()
        await studio.start_worker()
        await studio.start_echo()
        await asyncio.sleep(idle_s)
        stages = {f"idle, {idle_s} s after start": _now(studio)}
        await studio.crowd.private(1)
        await studio.echo_crowd.private(1)
        stages["after the first message"] = _now(studio)
        peaks = await _load(studio, people, rounds, expect)
        stages["5 s after the load"] = _now(studio)
    rows = [[stage, *(f"{memory.rss:.0f} / {memory.pss:.0f}" for memory in found.values())] for stage, found in stages.items()]
    rows.insert(2, [f"most under load ({people} at once), RSS", *(f"{peaks[name]:.0f}" for name in NAMES)])
    return section("Memory, MiB (RSS / PSS)", table(["", "bot", "worker", "echo bot"], rows))


def _now(studio: Studio) -> dict[str, Memory]:
    return {name: studio.processes[name].memory() for name in NAMES}


async def _load(studio: Studio, people: int, rounds: int, expect: str) -> dict[str, float]:
    """Many ask at once, in private chats and in groups. Returns the peak of each process."""
    async with AsyncExitStack() as stack:
        peaks = {name: await stack.enter_async_context(peak_of(studio.processes[name])) for name in NAMES}
        for crowd, words in ((studio.crowd, expect), (studio.echo_crowd, "")):
            await crowd.rounds(await crowd.private(people), rounds, "load", expect=words)
            await crowd.rounds(await crowd.groups(people), rounds, "load", expect=words)
        await asyncio.sleep(5)
    return {name: peak.most for name, peak in peaks.items()}
