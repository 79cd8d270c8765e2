"""What was logged, read again: one record a line, whichever place it was kept in, and the order among places."""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kiebot.logs.lines import in_words

LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True, slots=True)
class Record:
    """One line. `place` says where its source has it, in words that only the source understands."""

    at: float
    event: dict[str, Any]
    source: str
    place: str

    @property
    def service(self) -> str:
        return str(self.event.get("process", ""))

    def shown(self, time: str) -> str:
        """The line for people."""
        rest = {key: value for key, value in self.event.items() if key != "process"}
        return in_words(rest, f"{time} {self.service:<6}")


class Source(Protocol):
    """One place where lines are kept. What came before it was opened is behind; what came since is ahead."""

    name: str

    def backwards(self, before: str | None) -> Iterator[Record]:
        """What is behind, the newest first; `before`: only what is older than this place."""

    def forwards(self, since: float) -> Iterator[Record]:
        """What is behind, the oldest first, from about this moment on."""

    def ahead(self) -> list[Record]:
        """What came since the last call, or since it was opened. Does not wait."""

    def close(self) -> None:
        """Give everything back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records somebody wants to see."""

    pattern: re.Pattern[str] | None = None
    level: str = LEVELS[0]
    services: frozenset[str] = frozenset()

    def has(self, record: Record) -> bool:
        """Whether the record is one of them. The pattern is looked for in what people see, level and traceback included."""
        level = str(record.event.get("level", "info"))
        if level in LEVELS and LEVELS.index(level) < LEVELS.index(self.level):
            return False
        if self.services and record.service not in self.services:
            return False
        return self.pattern is None or self.pattern.search(record.shown("")) is not None


Places = dict[str, str]  # name of a source -> the place of the oldest record that was seen of it


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order of time, and where the page before it ends (None: there is none)."""

    records: list[Record]
    before: Places | None


def last(sources: Iterable[Source], wanted: Wanted, lines: int, *, since: float, before: Places) -> Page:
    """The newest `lines` records that are wanted, of those that are older than `before`."""
    streams = [source.backwards(before.get(source.name)) for source in sources]
    seen, found, more = dict(before), list[Record](), False
    for record in heapq.merge(*streams, key=lambda record: record.at, reverse=True):
        if record.at < since:
            break
        if len(found) == lines:
            more = True
            break
        seen[record.source] = record.place
        if wanted.has(record):
            found.append(record)
    return Page(found[::-1], seen if more else None)


def every(sources: Iterable[Source], wanted: Wanted, *, since: float) -> Iterator[Record]:
    """All wanted records of a range, the oldest first, however many there are."""
    streams = [source.forwards(since) for source in sources]
    merged = heapq.merge(*streams, key=lambda record: record.at)
    return (record for record in merged if record.at >= since and wanted.has(record))


def new(sources: Iterable[Source], wanted: Wanted) -> list[Record]:
    """Wanted records that came since the last look."""
    found = [record for source in sources for record in source.ahead() if wanted.has(record)]
    return sorted(found, key=lambda record: record.at)


def event_of(line: str) -> dict[str, Any] | None:
    """The event that a line holds, or None when it is not one of ours."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def moment_of(event: dict[str, Any]) -> float | None:
    """Unix seconds of an event, or None when it does not say when it was."""
    try:
        return datetime.fromisoformat(str(event.get("at"))).timestamp()
    except ValueError:
        return None
