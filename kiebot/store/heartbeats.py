"""Signs of life: each process says now and then that it still goes round, where all the others can read it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import kiebot
from kiebot.store.db import database, utc_now

PREFIX = "heartbeat:"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of a process."""

    age_s: float
    pid: int
    version: str


def beat(process: str) -> None:
    """This process (bot, worker) lives."""
    value = json.dumps({"pid": os.getpid(), "version": kiebot.__version__})
    database.execute_sql(
        "INSERT INTO setting (key, value, changed_at) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
        (PREFIX + process, value, utc_now()),
    )


def last(process: str) -> Heartbeat | None:
    """When a process was last heard of; None: never."""
    row = database.execute_sql("SELECT value, changed_at FROM setting WHERE key = ?", (PREFIX + process,)).fetchone()
    if row is None:
        return None
    told = json.loads(row[0])
    return Heartbeat(max(0.0, utc_now() - row[1]), int(told["pid"]), str(told["version"]))
