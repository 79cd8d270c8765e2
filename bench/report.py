"""Figures as Markdown."""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of all does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def p50(values: Iterable[float]) -> float:
    return percentile(values, 0.5)


def p95(values: Iterable[float]) -> float:
    return percentile(values, 0.95)


def mean(values: Iterable[float]) -> float:
    return statistics.fmean(values)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}" if seconds < 0.1 else f"{seconds * 1000:.0f}"


def times(value: float, base: float) -> str:
    """How many times the bare bot's figure it is."""
    return f"{value / base:.2f}x" if base else "-"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column holds words, the others figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def section(title: str, *paragraphs: str) -> str:
    return "\n".join([f"## {title}\n", *(paragraph.rstrip("\n") + "\n" for paragraph in paragraphs)])


def machine() -> str:
    """What all of it ran on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    loads = " ".join(f"{load:.2f}" for load in os.getloadavg())
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Machine: {os.cpu_count()} cores ({model}), {memory_gb:.0f} GiB, Linux {platform.release()},"
        f" Python {platform.python_version()}, load average {loads}; ten million additions in Python take {_additions_s():.2f} s"
        " of its processor time."
    )


def _additions_s() -> float:
    """What a processor second is worth here and now: a shared machine may be several times slower than it was a minute ago."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - began
