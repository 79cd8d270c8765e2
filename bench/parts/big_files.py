"""A file of 1.9 GB: refused by its announced size, received, and sent; memory, speed, and how long others wait meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.crowd import Asked, NoAnswer, Seat
from bench.files import check_room, write_sparse
from bench.processes import peak_of
from bench.report import ms, p95, section, table, times
from bench.studio import Studio
from bench.writer import Writer

EVERY_S = 0.25
OTHERS = 20
ECHO_BYTES = 400 * 10**6  # enough to know the bare bot's speed
TIMEOUT_S = 300
FILES_AT_ONCE = 2  # the one that was sent, at the data centre, and room to breathe


@dataclass(frozen=True, slots=True)
class Transfer:
    """One file on its way."""

    name: str
    size: int
    seconds: float
    growth: float  # MiB
    others: Sequence[Asked]

    @property
    def mb_per_second(self) -> float:
        return self.size / self.seconds / 1e6


async def measure(folder: Path, quick: bool) -> str:
    size = 50 * 10**6 if quick else 1_900 * 10**6
    check_room(folder, FILES_AT_ONCE * size)
    file = await asyncio.to_thread(write_sparse, folder / "big.bin", size)
    async with Studio(folder) as studio:
        await studio.pace(deltas=2, chars=20, delay_ms=0)
        refused = await _refused(studio, file)
        await studio.start_bot(KIEBOT_LIMITS__DOCUMENT_MB="2100")
        kiebot = [await _received(studio, file, size), await _sent(studio, file)]
        await studio.stop("bot")
        await studio.start_echo()
        less = await asyncio.to_thread(write_sparse, folder / "less.bin", min(size, ECHO_BYTES))
        echo = [await _echo_received(studio, less), await _echo_sent(studio, less)]
    rows = [_row("kiebot", ours, bare) for ours, bare in zip(kiebot, echo, strict=True)]
    rows += [_row("echo bot", bare, bare) for bare in echo]
    head = ["", "MB", "seconds", "MB/s", "to echo", "memory growth MiB", "others' first sign p95 ms", "max"]
    return section(f"A file of {size / 1e9:.2f} GB", refused, table(head, rows))


async def _refused(studio: Studio, file: Path) -> str:
    """With the default limit the file must not be fetched."""
    await studio.start_bot(KIEBOT_LIMITS__DOCUMENT_MB="40")
    seat = (await studio.crowd.private(1))[0]
    async with peak_of(studio.bot) as peak:
        asked = await studio.crowd.send_file(seat, file, "big.pdf")
        await asyncio.sleep(1)
    fetched = sum(path.stat().st_size for path in (studio.data / "media").rglob("*") if path.is_file())
    await studio.stop("bot")
    return (
        f'Over the limit: answered after {ms(asked.final_s)} ms with "{asked.text}"; bytes fetched: {fetched};'
        f" memory growth {peak.growth:.1f} MiB."
    )


async def _received(studio: Studio, file: Path, size: int) -> Transfer:
    """From the message to the whole file in the job's folder. No worker runs, so nobody reads it."""
    reader, *others = await studio.crowd.private(1 + OTHERS)
    async with studio.crowd.probing(others, EVERY_S) as probes, peak_of(studio.bot) as peak:
        started = time.monotonic()
        await studio.crowd.send_file(reader, file, "big.pdf")
        received = await asyncio.to_thread(_wait_for_file, studio.data / "media")
        seconds = time.monotonic() - started
    assert received == size, "all of it came"
    return Transfer("received", received, seconds, peak.growth, probes)


def _wait_for_file(folder: Path) -> int:
    """The size of the file once it lies in its job's folder; it is removed again."""
    ends_at = time.monotonic() + TIMEOUT_S
    while not (found := list(folder.rglob("source"))):
        if time.monotonic() > ends_at:
            raise NoAnswer(f"no file within {TIMEOUT_S} s")
        time.sleep(0.02)
    size = found[0].stat().st_size
    found[0].unlink()
    return size


async def _sent(studio: Studio, file: Path) -> Transfer:
    """From the commit of the outbox row to the message with the file."""
    reader, *others = await studio.crowd.private(1 + OTHERS)
    async with Writer(studio.data) as writer, studio.crowd.probing(others, EVERY_S) as probes, peak_of(studio.bot) as peak:
        waiting = studio.crowd.expect(reader)
        await writer.send_file(reader, file)
        await studio.crowd.answered(waiting, TIMEOUT_S)
    _forget_sent(studio)
    return Transfer("sent", _size(file), waiting.final_s, peak.growth, probes)


async def _echo_received(studio: Studio, file: Path) -> Transfer:
    return await _echo(
        studio, "received", file, lambda seat: studio.echo_crowd.send_file(seat, file, "big.pdf", timeout_s=TIMEOUT_S)
    )


async def _echo_sent(studio: Studio, file: Path) -> Transfer:
    return await _echo(studio, "sent", file, lambda seat: studio.echo_crowd.ask(seat, f"/send {file}", timeout_s=TIMEOUT_S))


async def _echo(studio: Studio, name: str, file: Path, move: Callable[[Seat], Awaitable[Asked]]) -> Transfer:
    reader, *others = await studio.echo_crowd.private(1 + OTHERS)
    async with studio.echo_crowd.probing(others, EVERY_S) as probes, peak_of(studio.echo) as peak:
        moved = await move(reader)
    _forget_sent(studio)
    return Transfer(name, _size(file), moved.final_s, peak.growth, probes)


def _size(file: Path) -> int:
    return file.stat().st_size


def _forget_sent(studio: Studio) -> None:
    """Give back the disk: what bots uploaded is a file of its own, what people send is a link to ours."""
    for path in (studio.folder / "telegram" / "files").iterdir():
        if path.stat().st_nlink == 1:
            path.unlink()


def _row(bot: str, transfer: Transfer, echo: Transfer) -> list[str]:
    first = [one.first_s for one in transfer.others]
    return [
        f"{bot}, {transfer.name}",
        f"{transfer.size / 1e6:.0f}",
        f"{transfer.seconds:.1f}",
        f"{transfer.mb_per_second:.0f}",
        times(transfer.mb_per_second, echo.mb_per_second),
        f"{transfer.growth:.1f}",
        ms(p95(first)),
        ms(max(first)),
    ]
