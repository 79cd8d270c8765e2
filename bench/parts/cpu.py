"""Processor time of the bot for one streamed answer of 40 pieces and 800 characters."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

from bench.crowd import Asked
from bench.processes import Process
from bench.report import mean, section, table, times
from bench.studio import Studio

Figures = tuple[float, list[Asked]]


async def measure(folder: Path, quick: bool) -> str:
    people, rounds, alone = (5, 1, 2) if quick else (50, 3, 10)
    async with Studio(folder) as studio:
        expect = await studio.pace(deltas=40, chars=20, delay_ms=40)
        await studio.start_bot()
        seats = await studio.crowd.private(people)
        one = await _cpu_ms(studio.bot, studio.crowd.one_by_one(seats, alone, "alone", expect=expect))
        many = await _cpu_ms(studio.bot, studio.crowd.rounds(seats, rounds, "together", expect=expect))
        await studio.stop("bot")
        await studio.start_echo()
        seats = await studio.echo_crowd.private(people)
        echo = await _cpu_ms(studio.echo, studio.echo_crowd.rounds(seats, rounds, "x" * 800))
    rows = [_row("one at a time", one, echo), _row(f"{people} at once", many, echo), _row("echo of 800 characters", echo, echo)]
    head = ["", "CPU ms an answer", "to echo", "drafts", "calls"]
    return section("CPU of the bot for a streamed answer (40 pieces, 800 characters, 1.6 s)", table(head, rows))


async def _cpu_ms(process: Process, asking: Awaitable[list[Asked]]) -> Figures:
    before = process.cpu_s()
    asked = await asking
    return (process.cpu_s() - before) / len(asked) * 1000, asked


def _row(name: str, figures: Figures, echo: Figures) -> list[str]:
    drafts = mean(one.drafts for one in figures[1])
    calls = drafts + mean(one.sends + one.edits for one in figures[1])
    return [name, f"{figures[0]:.1f}", times(figures[0], echo[0]), f"{drafts:.1f}", f"{calls:.1f}"]
