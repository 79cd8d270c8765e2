"""Many people at the same moment."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.e2e.studio import Studio

pytestmark = pytest.mark.soak

PEOPLE = 300
WITHIN_S = 60
MOST_GROWTH_KB = 100 * 1024


def resident_kb(pid: int) -> int:
    """How much memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


async def test_three_hundred_people_at_once_are_all_answered_once(studio: Studio) -> None:
    await studio.run("bot")
    await studio.person("First").ask("warm up", "warm up")
    before = resident_kb(studio.processes["bot"].pid)
    people = [studio.person(f"P{number}") for number in range(PEOPLE)]
    started = time.monotonic()
    for person in people:
        person.say(f"question of {person.id}")
    await studio.until(lambda: all(person.messages() for person in people), WITHIN_S, "all are answered")
    took_s, after = time.monotonic() - started, resident_kb(studio.processes["bot"].pid)
    print(f"\n{PEOPLE} people: {took_s:.1f} s, memory {before // 1024} -> {after // 1024} MiB")
    assert [person.texts()[0].count(f"«question of {person.id}»") for person in people] == [1] * PEOPLE
    assert [len(person.messages()) for person in people] == [1] * PEOPLE
    assert after - before < MOST_GROWTH_KB
    assert studio.rows("SELECT kind, location FROM incident") == []
