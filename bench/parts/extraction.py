"""Text of a long PDF: the confined child beside plain pypdf, which bots call in their own process."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypdf

from bench.files import write_pdf
from bench.report import section, table, times
from kiebot.confined.runner import Confined
from kiebot.documents import ReadingLimits, ReadingOrder, read_document

RUNS = 3
EVERYTHING = ReadingOrder(ReadingLimits(max_chars=1 << 28))


async def measure(folder: Path, quick: bool) -> str:
    pages = 50 if quick else 1000
    file = write_pdf(folder / "book.pdf", pages)
    told = {name: [_in_a_process(name, file) for _ in range(RUNS)] for name in READERS}
    seconds, work = (
        {name: statistics.median(run[what] for run in runs) for name, runs in told.items()} for what in ("seconds", "work")
    )
    rows = [
        [
            name,
            f"{seconds[name]:.2f}",
            f"{work[name]:.2f}",
            f"{pages / work[name]:.0f}",
            times(work["plain pypdf"], work[name]),
            f"{max(run['peak_mib'] for run in runs):.0f}",
            f"{runs[0]['characters']:.0f}",
        ]
        for name, runs in told.items()
    ]
    return section(
        f"Text of a PDF of {pages} pages",
        f"Each in a process of its own, median of {RUNS}. kiebot's figures include the start of its children, one for each"
        " 10 s; they are nice and give way to everybody, so on a busy machine the processor's time says more.",
        table(["reader", "seconds", "processor seconds", "pages in one", "times pypdf's speed", "peak MiB", "characters"], rows),
    )


def _in_a_process(name: str, file: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.parts.extraction", name, str(file)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


def _kiebot(file: Path) -> tuple[int, int]:
    """Characters, and whose peak memory it is. Bubblewrap would hide it: its children are nobody's."""
    with tempfile.TemporaryDirectory() as folder:
        document = read_document(Confined(bubblewrap=False), file, EVERYTHING, out_dir=Path(folder))
    return sum(len(page.text) for page in document.pages), resource.RUSAGE_CHILDREN


def _pypdf(file: Path) -> tuple[int, int]:
    return sum(len(page.extract_text()) for page in pypdf.PdfReader(file).pages), resource.RUSAGE_SELF


READERS = {"kiebot": _kiebot, "plain pypdf": _pypdf}


def main(name: str, file: str) -> None:
    """Read once and say how it went."""
    began = time.monotonic()
    characters, whose = READERS[name](Path(file))
    seconds = time.monotonic() - began
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work = sum(usage.ru_utime + usage.ru_stime for usage in used)
    peak_mib = resource.getrusage(whose).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "work": work, "peak_mib": peak_mib, "characters": characters}))


if __name__ == "__main__":
    main(*sys.argv[1:])
