"""Messages per second with a model that answers at once: everyone asks in the same moment and waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.crowd import Crowd
from bench.processes import Process, cpu_s
from bench.report import section, table, times
from bench.studio import Studio


@dataclass(frozen=True, slots=True)
class Rate:
    """What one bot did."""

    per_second: float
    bot_ms: float  # processor milliseconds of the bot for one message
    centre_ms: float


async def measure(folder: Path, quick: bool) -> str:
    people, rounds = (20, 2) if quick else (200, 5)
    async with Studio(folder) as studio:
        expect = await studio.pace(deltas=2, chars=20, delay_ms=0)
        await studio.start_bot()
        kiebot = await _rate(studio.crowd, studio.bot, people, rounds, expect)
        await studio.stop("bot")
        await studio.start_echo()
        echo = await _rate(studio.echo_crowd, studio.echo, people, rounds, "")
    rows = [_row("kiebot", kiebot, echo), _row("echo", echo, echo)]
    head = ["bot", "messages/s", "to echo", "CPU ms a message", "to echo", "CPU ms of the data centre"]
    return section(
        "Messages per second, instant model",
        f"{people} people ask at once and wait, {rounds} times. kiebot asks the model over HTTP, writes each message and its"
        " answer to SQLite, and makes three calls (draft, typing, message) where the echo makes one. The data centre, Python too,"
        " bounds the rate of a light bot.",
        table(head, rows),
    )


async def _rate(crowd: Crowd, process: Process, people: int, rounds: int, expect: str) -> Rate:
    seats = await crowd.private(people)
    bot_before, centre_before = process.cpu_s(), cpu_s()
    answered = await crowd.rounds(seats, rounds, "message", expect=expect)
    bot_s, centre_s = process.cpu_s() - bot_before, cpu_s() - centre_before
    took_s = 0.0
    for number in range(rounds):
        batch = answered[number * people : (number + 1) * people]
        took_s += max(one.began + one.final_s for one in batch) - min(one.began for one in batch)
    count = len(answered)
    return Rate(count / took_s, bot_s / count * 1000, centre_s / count * 1000)


def _row(name: str, rate: Rate, echo: Rate) -> list[str]:
    return [
        name,
        f"{rate.per_second:.0f}",
        times(rate.per_second, echo.per_second),
        f"{rate.bot_ms:.2f}",
        times(rate.bot_ms, echo.bot_ms),
        f"{rate.centre_ms:.2f}",
    ]
