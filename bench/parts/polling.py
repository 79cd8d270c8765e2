"""Jobs in flight at a provider: how late their end is noticed, and what asking about all of them costs."""

from __future__ import annotations

import asyncio
import json
import os
import random
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import Process
from bench.report import p50, p95, section, table
from kiebot.catalog.loading import load
from kiebot.store import accounts
from kiebot.store.db import close_store, open_store, transaction, utc_now
from kiebot.store.models import Job
from kiebot.worker.poller import LONGEST_WAIT_S

WARM_S = 25.0  # longer than the longest pause between two questions
ENDING_SHARE = 0.05
NOTICED_WITHIN_S = 90.0
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Load:
    """What one worker did."""

    jobs: int
    seen: dict[str, Any]
    cpu_share: float
    rss_mib: float
    idle_rss_mib: float
    window_s: float


async def measure(folder: Path, quick: bool) -> str:
    counts, window_s = ((200,), 10.0) if quick else ((1_000, 10_000), 60.0)
    loads = [await _load(folder / str(count), count, window_s) for count in counts]
    head = [
        "jobs in flight", "questions/s", "between two: p50 s", "p95 s", "end noticed after: p50 s", "p95 s", "max s",
        "CPU of one core", "RSS MiB", "idle",
    ]  # fmt: skip
    return section(
        "Jobs in flight on one worker",
        f"Running jobs of every age up to five minutes, which the worker asks about at most every {LONGEST_WAIT_S:.0f} s, against"
        f" a KIE-shaped server in its own process. {ENDING_SHARE:.0%} of them end at random moments of {loads[-1].window_s:.0f}"
        " s; noticed is the first question after the end. What ends is stored, charged and written to the outbox meanwhile.",
        table(head, map(_row, loads)),
    )


async def _load(folder: Path, count: int, window_s: float) -> Load:
    await asyncio.to_thread(folder.mkdir)
    ending = max(20, int(count * ENDING_SHARE))
    idle = await _worker(folder, "http://127.0.0.1:1")
    idle_rss_mib = idle.rss()
    await idle.stop()
    await asyncio.to_thread(_fill, folder / "data", count)
    arguments = [str(count), str(ending), str(WARM_S), str(window_s)]
    kie = await Process.start("kie", ["bench.kie", *arguments], os.environ, folder / "kie.log")
    url = kie.ready_line.split()[-1]
    worker = await _worker(folder, url)
    await asyncio.sleep(WARM_S)
    before_s = worker.cpu_s()
    await asyncio.sleep(window_s)
    used_s, rss_mib = worker.cpu_s() - before_s, worker.rss()
    seen = await _all_noticed(url, ending)
    await worker.stop()
    await kie.stop()
    return Load(count, seen, used_s / window_s, rss_mib, idle_rss_mib, window_s)


async def _all_noticed(url: str, ending: int) -> dict[str, Any]:
    """What the server saw, once it was asked about every task that ended."""
    for _ in range(int(NOTICED_WITHIN_S)):
        seen: dict[str, Any] = json.loads(await asyncio.to_thread(_get, f"{url}/stats"))
        if len(seen["late_s"]) >= ending:
            return seen
        await asyncio.sleep(1)
    raise AssertionError(f"{ending - len(seen['late_s'])} of {ending} ends were not noticed")


async def _worker(folder: Path, url: str) -> Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIEBOT_")}
    environ = {"KIEBOT_DATA_DIR": str(folder / "data"), "KIEBOT_KIE__BASE_URL": url, "KIEBOT_KIE__API_KEY": "bench"}
    return await Process.start("worker", ["kiebot", "worker"], {**kept, **environ}, folder / "worker.log")


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        content: bytes = answer.read()
        return content


def _fill(data: Path, count: int) -> None:
    """Running jobs, as they are after a while: of every age, the next question spread over the longest pause."""
    open_store(data)
    account = accounts.of_user(7)
    model = load().default_for("text_to_image")
    assert model is not None
    now = utc_now()
    rows = [_row_of(number, account.id, model.id, now) for number in range(count)]
    with transaction():
        for start in range(0, count, ROWS_AT_ONCE):
            Job.insert_many(rows[start : start + ROWS_AT_ONCE]).execute()
    close_store()


def _row_of(number: int, account_id: int, model: str, now: float) -> dict[str, Any]:
    began = now - random.random() * 300
    return {
        "account": account_id, "chat_id": 7, "language": "en", "kind": "generation", "model": model, "state": "running",
        "attempt": 1, "provider": "kie", "remote_id": f"t{number}", "order_key": f"bench:{number}",
        "handle": {"poll": {"task_id": f"t{number}", "created_at": began}}, "created_at": began, "sent_at": began,
        "submitted_at": began, "deadline_s": 7200.0, "deadline_at": now + 7200,
        "next_poll_at": now + random.random() * LONGEST_WAIT_S,
    }  # fmt: skip


def _row(load: Load) -> list[str]:
    gaps, late = load.seen["gaps_s"], load.seen["late_s"]
    return [
        f"{load.jobs:,}", f"{load.seen['asked'] / load.window_s:.0f}", f"{p50(gaps):.1f}", f"{p95(gaps):.1f}", f"{p50(late):.1f}",
        f"{p95(late):.1f}", f"{max(late):.1f}", f"{load.cpu_share:.0%}", f"{load.rss_mib:.0f}", f"{load.idle_rss_mib:.0f}",
    ]  # fmt: skip
