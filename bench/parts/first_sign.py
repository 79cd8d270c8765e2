"""How soon something is to be seen, and the whole answer, with few and with many at once; and what it costs in calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.crowd import Asked, Crowd, Seat
from bench.report import mean, ms, p50, p95, section, table, times
from bench.studio import Studio

SHORT, STREAM, LONG = 10, 30, 60  # pieces, 50 ms apart: 0.5, 1.5 and 3 s
HEAD = ["", "at once", "first sign p50 ms", "p95", "p95 to echo", "whole p50 s", "p95", "drafts", "sends", "edits"]
Seats = dict[str, list[Seat]]


async def measure(folder: Path, quick: bool) -> str:
    few, many, rounds = (2, 10, 1) if quick else (10, 100, 3)
    async with Studio(folder) as studio:
        await studio.start_echo()
        await studio.start_bot()
        echo = await _cases(studio, studio.echo_crowd, await _seats(studio.echo_crowd, many), few, rounds, bare=True)
        seats = await _seats(studio.crowd, many)
        kiebot = await _cases(studio, studio.crowd, seats, few, rounds, bare=False)
        paced = [await _paced(studio, seats, few, kind, drafts) for kind, drafts in PACED]
    rows = [_row(case, at_once, asked, echo[case, at_once]) for (case, at_once), asked in kiebot.items()]
    echoes = [_row(f"echo, {case}", at_once, asked, asked) for (case, at_once), asked in echo.items()]
    return section(
        "First visible sign and whole answer",
        f"An answer streams for 1.5 s (one at a time: 0.5 s); {rounds} rounds. The first sign is a draft in private chats and a"
        " reply in groups. Drafts, sends and edits are per answer, as the data centre counts them; typing is not counted.",
        table(HEAD, [*rows, *echoes]),
        "The data centre refuses more than one call a second in a chat (FLOOD_WAIT); answers stream for 3 s:",
        table(["chats", "at once", "drafts count too", "FLOOD_WAIT", "whole p50 s", "p95"], paced),
    )


async def _seats(crowd: Crowd, many: int) -> Seats:
    return {"private": await crowd.private(many), "groups": await crowd.groups(many)}


async def _cases(
    studio: Studio, crowd: Crowd, seats: Seats, few: int, rounds: int, *, bare: bool
) -> dict[tuple[str, int], list[Asked]]:
    """One, and all, in private chats; few, and all, in groups."""
    expect = "" if bare else await _stream(studio, SHORT)
    found = {("private", 1): await crowd.one_by_one(seats["private"], 2 * few, "one", expect=expect)}
    expect = "" if bare else await _stream(studio, STREAM)
    many = len(seats["private"])
    found["private", many] = await crowd.rounds(seats["private"], rounds, "private", expect=expect)
    found["groups", few] = await crowd.rounds(seats["groups"][:few], rounds, "few", expect=expect)
    found["groups", many] = await crowd.rounds(seats["groups"], rounds, "many", expect=expect)
    return found


async def _stream(studio: Studio, deltas: int) -> str:
    return await studio.pace(deltas=deltas, chars=25, delay_ms=50)


PACED = [("private", False), ("private", True), ("groups", False)]


async def _paced(studio: Studio, seats: Seats, few: int, kind: str, drafts: bool) -> list[str]:
    expect = await _stream(studio, LONG)
    before = studio.crowd.humans.refused_by_limits()
    studio.crowd.humans.limits(per_chat_s=1.0)
    studio.centre.drafts_count = drafts
    asked = await studio.crowd.at_once(seats[kind][: 2 * few], "at this pace", expect=expect)
    studio.crowd.humans.limits()
    studio.centre.drafts_count = False
    refused = studio.crowd.humans.refused_by_limits() - before
    whole = [one.final_s for one in asked]
    return [kind, str(len(asked)), "yes" if drafts else "no", str(refused), f"{p50(whole):.2f}", f"{p95(whole):.2f}"]


def _row(case: str, at_once: int, asked: Sequence[Asked], echo: Sequence[Asked]) -> list[str]:
    first, whole = [one.first_s for one in asked], [one.final_s for one in asked]
    return [
        case,
        str(at_once),
        ms(p50(first)),
        ms(p95(first)),
        times(p95(first), p95([one.first_s for one in echo])),
        f"{p50(whole):.2f}",
        f"{p95(whole):.2f}",
        *(f"{mean(getattr(one, count) for one in asked):.1f}" for count in ("drafts", "sends", "edits")),
    ]
