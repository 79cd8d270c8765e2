"""Files that are made to break their reader, sent by the chat: what the person is told, and the worker's memory meanwhile."""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from bench.crowd import NoAnswer, Seat
from bench.processes import Peak, peak_of
from bench.report import section, table
from bench.studio import Studio

files: Any = importlib.import_module("tests.documents.files")  # the tests' own bombs; tests have no types
TIMEOUT_S = 150
ON_ITS_WAY = "📄 Got it"
HONEST = "an honest letter, after all of them"
BOMBS: dict[str, Callable[[], bytes]] = {
    "PDF, 3 GB behind two filters": files.nested_flate_pdf,
    "PDF, 2 GB behind one": files.flat_flate_pdf,
    "PDF of 10,000,000 objects": lambda: files.crowded_pdf(10_000_000),
    "DOCX of 2 GB": lambda: files.huge_docx(2 << 30, 2 << 30),
    "DOCX of 2 GB that says 2 MB": lambda: files.huge_docx(2 << 30, 2 << 20),
    "DOCX of 200,000 members": lambda: files.crowded_zip(200_000),
    "DOCX of a billion laughs": files.laughs,
    "DOCX with names that lead out of it": lambda: files.docx_of(files.paragraph("a"), members=[("../../etc/passwd", "x")]),
    "RTF of a million brackets": lambda: b"{\\rtf1" + b"{" * 1_000_000,
    "picture of 400 million pixels": lambda: files.saved(Image.new("1", (20_000, 20_000)), "PNG"),
    "program named like a PDF": lambda: b"\x7fELF" + bytes(3000),
    HONEST: files.letter,
}
FEW = ("PDF, 3 GB behind two filters", "DOCX of a billion laughs", HONEST)


async def measure(folder: Path, quick: bool) -> str:
    chosen = FEW if quick else tuple(BOMBS)
    rows = []
    async with Studio(folder) as studio:
        await studio.pace(deltas=1, chars=10, delay_ms=0)
        await studio.start_bot()
        worker = await studio.start_worker()
        seats = await studio.crowd.private(len(chosen))
        await _told(studio, seats[-1], await _written(folder, HONEST))  # what is loaded at the first file stays
        for seat, name in zip(seats, chosen, strict=True):
            path = await _written(folder, name)
            began = time.monotonic()
            async with peak_of(worker) as peak:
                told = await _told(studio, seat, path)
            rows.append(_row(name, path, time.monotonic() - began, peak, told))
        alive = await studio.stop("worker")
    head = ["file", "what the person is told", "KB sent", "seconds", "worker MiB before", "most", "growth"]
    return section(
        "Bombs", f"All sent as doc.pdf. The worker that started first ended with the last: exit code {alive}.", table(head, rows)
    )


async def _written(folder: Path, name: str) -> Path:
    path = folder / "bomb"
    path.unlink(missing_ok=True)  # what was sent before is a link to it
    await asyncio.to_thread(lambda: path.write_bytes(BOMBS[name]()))
    return path


async def _told(studio: Studio, seat: Seat, path: Path) -> str:
    """The sentence in which the reading ends."""
    sent = studio.crowd.humans.post(seat.chat, seat.user, "", kind="document", file=path, name="doc.pdf", mime="application/pdf")
    ends_at = time.monotonic() + TIMEOUT_S
    while time.monotonic() < ends_at:
        told = [m for m in studio.crowd.humans.messages(seat.chat, sent["id"], as_user=seat.user) if m["from"] != seat.user]
        if told and not told[0]["text"].startswith(ON_ITS_WAY):
            return str(told[0]["text"])
        await asyncio.sleep(0.05)
    raise NoAnswer(f"no word on {path.name} within {TIMEOUT_S} s")


def _row(name: str, path: Path, seconds: float, peak: Peak, told: str) -> list[str]:
    sizes = [f"{path.stat().st_size / 1000:.0f}", f"{seconds:.1f}"]
    return [name, told, *sizes, f"{peak.before:.1f}", f"{peak.most:.1f}", f"{peak.growth:+.1f}"]
