"""From the commit of an outbox row in another process to the message in the chat."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.report import ms, p50, p95, section, table
from bench.studio import Studio
from bench.writer import Writer


async def measure(folder: Path, quick: bool) -> str:
    people, messages = (5, 10) if quick else (40, 200)
    async with Studio(folder) as studio:
        await studio.pace(deltas=2, chars=20, delay_ms=0)
        await studio.start_bot()
        await studio.start_echo()
        seats = await studio.crowd.private(people)
        echo = await studio.echo_crowd.one_by_one(await studio.echo_crowd.private(people), messages, "hello")
        latencies = []
        async with Writer(studio.data) as writer:
            for number in range(messages):
                seat = seats[number % people]
                waiting = studio.crowd.expect(seat)
                committed = await writer.say(seat, f"message {number}")
                await studio.crowd.answered(waiting)
                latencies.append(max(0.0, waiting.began + waiting.final_s - committed))
                await asyncio.sleep(1.2 / people)  # kiebot keeps to one call a second in a chat
    rows = [["outbox: commit to message", ms(p50(latencies)), ms(p95(latencies)), ms(max(latencies))]]
    whole = [one.final_s for one in echo]
    rows.append(["echo bot: message to reply", ms(p50(whole)), ms(p95(whole)), ms(max(whole))])
    return section(f"Outbox latency ({messages} rows, written durably)", table(["", "p50 ms", "p95", "max"], rows))
