"""From the start of the process to "ready" and to the first answer: without bytecode, with it, and with a message waiting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.crowd import Crowd, Seat
from bench.processes import Process
from bench.report import mean, section, table, times
from bench.studio import Studio


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds since the process was started."""

    ready_s: float
    answered_s: float


async def measure(folder: Path, quick: bool) -> str:
    warm_starts = 1 if quick else 5
    async with Studio(folder) as studio:
        await studio.pace(deltas=2, chars=20, delay_ms=0)
        kiebot = await _starts(studio, "bot", studio.crowd, warm_starts)
        echo = await _starts(studio, "echo", studio.echo_crowd, warm_starts)
        waiting_s = await _with_a_message_waiting(studio)
    rows = []
    for number, name in enumerate(("first start: no bytecode, new database and login", f"later starts (mean of {warm_starts})")):
        ours, bare = kiebot[number], echo[number]
        rows.append([name, f"{ours.ready_s:.2f}", f"{bare.ready_s:.2f}", times(ours.ready_s, bare.ready_s)])
        rows.append(
            ["… first answer", f"{ours.answered_s:.2f}", f"{bare.answered_s:.2f}", times(ours.answered_s, bare.answered_s)]
        )
    rows.append(["a message sent while it was down is answered", f"{waiting_s:.2f}", "never (the library's default)", "-"])
    return section("Cold start, seconds from the start of the process", table(["", "kiebot", "echo bot", "ratio"], rows))


async def _starts(studio: Studio, name: str, crowd: Crowd, warm_starts: int) -> tuple[Start, Start]:
    bytecode = {"PYTHONPYCACHEPREFIX": str(studio.folder / f"bytecode-{name}"), "PYTHONDONTWRITEBYTECODE": ""}
    person = crowd.humans.add_user("First")
    seat = Seat(person["id"], person["chat"])
    first = await _start(studio, name, crowd, seat, bytecode)
    later = [await _start(studio, name, crowd, seat, bytecode) for _ in range(warm_starts)]
    return first, Start(mean(one.ready_s for one in later), mean(one.answered_s for one in later))


async def _start(studio: Studio, name: str, crowd: Crowd, seat: Seat, environ: dict[str, str]) -> Start:
    """Start, ask as soon as it is ready, stop."""
    process = await _run(studio, name, environ)
    asked = await crowd.ask(seat, "hello")
    answered_s = asked.began + asked.final_s - process.started
    await studio.stop(name)
    return Start(process.ready_s, answered_s)


async def _run(studio: Studio, name: str, environ: dict[str, str]) -> Process:
    return await (studio.start_bot(**environ) if name == "bot" else studio.start_echo(**environ))


async def _with_a_message_waiting(studio: Studio) -> float:
    person = studio.crowd.humans.add_user("Early")
    asked = studio.crowd.post(Seat(person["id"], person["chat"]), "is anybody there")
    process = await studio.start_bot()
    await studio.crowd.answered(asked)
    return asked.began + asked.final_s - process.started
