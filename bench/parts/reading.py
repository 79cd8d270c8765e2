"""How long the others wait while a document of 150 pages is read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bench.crowd import Asked, Seat
from bench.files import write_pdf
from bench.report import ms, p50, p95, section, table
from bench.studio import Studio

READ = "Ask me about it"
EVERY_S = 0.1
OTHERS = 50  # so that each has seconds to be answered before it is their turn again
NO_LIMITS = {f"KIEBOT_LIMITS__{name}": "1000" for name in ("REQUESTS_PER_MINUTE", "REQUESTS_PER_HOUR", "JOBS_AT_ONCE")}


async def measure(folder: Path, quick: bool) -> str:
    pages, documents, quiet_s = (20, 1, 2.0) if quick else (150, 5, 10.0)
    async with Studio(folder, NO_LIMITS) as studio:
        await studio.pace(deltas=2, chars=20, delay_ms=0)
        await studio.start_bot()
        await studio.start_worker()
        await studio.start_echo()
        file = await asyncio.to_thread(write_pdf, folder / "book.pdf", pages)
        seats, readers = await studio.crowd.private(OTHERS), await studio.crowd.private(documents)
        echo_seats = await studio.echo_crowd.private(OTHERS)
        async with studio.echo_crowd.probing(echo_seats, EVERY_S) as echo:
            await asyncio.sleep(quiet_s)
        async with studio.crowd.probing(seats, EVERY_S) as quiet:
            await asyncio.sleep(quiet_s)
        async with studio.crowd.probing(seats, EVERY_S) as busy:
            took = [await _read(studio, reader, file) for reader in readers]
        async with studio.crowd.probing(seats, EVERY_S) as crowded:
            together_s = max(await asyncio.gather(*(_read(studio, reader, file) for reader in readers)))
    base = _p95(quiet)
    rows = [
        _row("nothing else", quiet, "-"),
        _row(f"a document is read ({documents} one after the other)", busy, _more(busy, base)),
        _row(f"{documents} documents are read at once", crowded, _more(crowded, base)),
        _row("echo bot, nothing else", echo, "-"),
    ]
    return section(
        f"Chat while a PDF of {pages} pages is read",
        f"First sign for other people, one every {EVERY_S * 1000:.0f} ms. From sent to read: {p50(took):.2f} s for one document,"
        f" {together_s:.2f} s for {documents} at once ({file.stat().st_size / 1e6:.1f} MB each).",
        table(["meanwhile", "messages", "first sign p50 ms", "p95", "max", "p95 more"], rows),
    )


async def _read(studio: Studio, reader: Seat, file: Path) -> float:
    """Send the document and wait until it is read. Returns the seconds."""
    asked = await studio.crowd.send_file(reader, file, "book.pdf", expect=READ)
    return asked.final_s


def _row(name: str, asked: Sequence[Asked], more: str) -> list[str]:
    first = [one.first_s for one in asked]
    return [name, str(len(first)), ms(p50(first)), ms(p95(first)), ms(max(first)), more]


def _p95(asked: Sequence[Asked]) -> float:
    return p95([one.first_s for one in asked])


def _more(asked: Sequence[Asked], base: float) -> str:
    return f"{(_p95(asked) - base) * 1000:+.1f}"
