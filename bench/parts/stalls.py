"""How long the bot's event loop stands still while documents are read and pictures are prepared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.crowd import Seat
from bench.files import write_pdf, write_photo
from bench.report import ms, section, table
from bench.studio import Studio
from bench.watched import IDLE, Stall, longest, stalls

READ = "Ask me about it"
LIMIT_S = 0.05
PAUSE_S = 2.0
NO_LIMITS = {f"KIEBOT_LIMITS__{name}": "1000" for name in ("REQUESTS_PER_MINUTE", "REQUESTS_PER_HOUR", "JOBS_AT_ONCE")}
Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Watched:
    """One piece of work: how long it took, how the bot's loop stalled, and how a loop without work did in the same time."""

    name: str
    seconds: float
    bot: list[Stall]
    idle: list[Stall]


async def measure(folder: Path, quick: bool) -> str:
    pages, many, size, album = (30, 2, (800, 600), 3) if quick else (300, 3, (4000, 3000), 10)
    book = await asyncio.to_thread(write_pdf, folder / "book.pdf", pages)
    photos = [await asyncio.to_thread(write_photo, folder / f"{number}.jpg", size, number) for number in range(album)]
    async with Studio(folder, NO_LIMITS) as studio:
        whole = await studio.pace(deltas=2, chars=20, delay_ms=0)
        await studio.start("idle", "bench.watched", str(folder / "idle.stalls"), IDLE)
        await studio.start("bot", "bench.watched", str(folder / "bot.stalls"), "bot")
        await studio.start_worker()
        seats = await studio.crowd.private(many + 4)
        await _photo(studio, seats[0], photos[:1], whole)  # what is loaded at the first picture is no part of the others
        works: list[tuple[str, Work]] = [
            ("nothing", lambda: asyncio.sleep(5)),
            (f"a PDF of {pages} pages, until it can be asked", lambda: _book(studio, seats[1], book)),
            ("a question about it", lambda: _question(studio, seats[1], whole)),
            (f"{many} such PDFs at once", lambda: _books(studio, seats[1 : many + 1], book)),
            (f"a photo of {size[0]}x{size[1]}, until it is answered", lambda: _photo(studio, seats[-2], photos[:1], whole)),
            (f"an album of {album} such photos", lambda: _photo(studio, seats[-1], photos, whole)),
        ]
        watched = [await _watched(folder, name, work) for name, work in works]
    head = [
        "meanwhile",
        "seconds",
        "longest stall ms",
        "own processor time in it ms",
        f"over {LIMIT_S * 1000:.0f} ms",
        "empty loop ms",
    ]
    return section(
        "Stalls of the bot's event loop",
        f"A clock in the bot's loop every 5 ms. A photo has {photos[0].stat().st_size / 1e6:.1f} MB. The last column is the"
        " longest stall of a loop that does nothing in a process beside it: what the machine itself holds up.",
        table(head, [_row(one) for one in watched]),
    )


async def _watched(folder: Path, name: str, work: Work) -> Watched:
    await asyncio.sleep(PAUSE_S)
    began = time.monotonic()
    await work()
    ended = time.monotonic()
    await asyncio.sleep(PAUSE_S / 4)
    return Watched(name, ended - began, *(stalls(folder / f"{process}.stalls", began, ended) for process in ("bot", "idle")))


async def _book(studio: Studio, seat: Seat, book: Path) -> None:
    await studio.crowd.send_file(seat, book, "book.pdf", expect=READ)


async def _books(studio: Studio, seats: list[Seat], book: Path) -> None:
    await asyncio.gather(*(_book(studio, seat, book) for seat in seats))


async def _question(studio: Studio, seat: Seat, whole: str) -> None:
    await studio.crowd.ask(seat, "where is the lamp beside the river", expect=whole)


async def _photo(studio: Studio, seat: Seat, photos: list[Path], whole: str) -> None:
    """A question with a picture, or with an album of them."""
    first, *others = photos
    album = str(time.monotonic_ns()) if others else ""
    shown: dict[str, Any] = {"kind": "photo", "mime": "image/jpeg", "album": album}
    asked = studio.crowd.post(seat, "what is it", expect=whole, file=first, name=first.name, **shown)
    for photo in others:
        studio.crowd.humans.post(seat.chat, seat.user, "", file=photo, name=photo.name, **shown)
    await studio.crowd.answered(asked, 120)


def _row(one: Watched) -> list[str]:
    worst = longest(one.bot)
    over = sum(stall.late_s > LIMIT_S for stall in one.bot)
    return [one.name, f"{one.seconds:.1f}", ms(worst.late_s), ms(worst.own_s), str(over), ms(longest(one.idle).late_s)]
