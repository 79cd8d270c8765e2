"""`python -m bench`: all parts one after the other, or those that are named. The report goes to standard output as Markdown."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import report
from bench.parts import (
    assembly,
    big_files,
    big_video,
    bombs,
    cpu,
    extraction,
    first_sign,
    memory,
    menus,
    outbox,
    polling,
    rate,
    reading,
    stalls,
    start,
)

PARTS = {
    "rate": rate.measure,
    "first-sign": first_sign.measure,
    "memory": memory.measure,
    "cpu": cpu.measure,
    "start": start.measure,
    "reading": reading.measure,
    "stalls": stalls.measure,
    "extraction": extraction.measure,
    "bombs": bombs.measure,
    "big-files": big_files.measure,
    "big-video": big_video.measure,
    "outbox": outbox.measure,
    "menus": menus.measure,
    "polling": polling.measure,
    "assembly": assembly.measure,
}
PART_TIMEOUT_S = 900  # the longest took 300 s on two cores that did nothing else


def main() -> int:
    """Measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure kiebot beside a bare bot of the same client library.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one or more of: {', '.join(PARTS)} [default: all]")
    parser.add_argument("--quick", action="store_true", help="few people and small files: to see that it works")
    parser.add_argument("--folder", type=Path, help="where the studios are built [default: the temporary folder]")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.parts if name not in PARTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if len(chosen.parts) == 1:
        print(_measured(chosen.parts[0], chosen.quick, chosen.folder), flush=True)
        return 0
    return _all(chosen.parts or list(PARTS), chosen.quick, chosen.folder)


def _measured(name: str, quick: bool, folder: Path | None) -> str:
    """One part, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"kiebot-bench-{name}-", dir=folder) as home:
        return asyncio.run(PARTS[name](Path(home), quick))


def _all(names: list[str], quick: bool, folder: Path | None) -> int:
    """Each part in a process of its own: none inherits the heap of another."""
    print(f"# kiebot, measured\n\n{report.machine()}\n", flush=True)
    began, failed = time.monotonic(), []
    more = [*(["--quick"] if quick else []), *(["--folder", str(folder)] if folder else [])]
    for name in names:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        if not _part([name, *more]):
            failed.append(name)
    print(
        f"{report.machine()}\n\nMeasured in {time.monotonic() - began:.0f} s.",
        *(f"Failed: {', '.join(failed)}." for _ in failed[:1]),
        flush=True,
    )
    return 1 if failed else 0


def _part(arguments: list[str]) -> bool:
    try:
        return subprocess.run([sys.executable, "-m", "bench", *arguments], timeout=PART_TIMEOUT_S, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"{arguments[0]} took more than {PART_TIMEOUT_S} s", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(main())
