"""Reads what the journal holds of one kiebot: its own lines and what systemd says of its units, such as "killed" or "timed out".

`journalctl` does the reading. The journal's cursor names an entry exactly, so that a page, the next page and what is followed
share no entry and leave none out, also when the reading process has to be started again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kiebot.logs.records import Record, event_of

BOOTED = Path("/run/systemd/system")  # is there when systemd runs this machine
COMMAND = ("journalctl", "--quiet", "--no-pager", "--all", "--output=json")
SERVICES = ("bot", "worker", "web", "backup", "check")
LEVEL_OF_PRIORITY = ("critical", "critical", "critical", "error", "warning", "info", "info", "debug")
UNIT = re.compile(r"kiebot-([a-z]+)")
AGAIN_AFTER_S = 1.0
READ_BYTES = 64 * 1024


class JournalFault(Exception):
    """The journal cannot be read."""


def matches(data_dir: Path) -> list[str]:
    """What the entries of this data directory have: our own field, or the unit of the instance that is named like the folder."""
    terms = [f"KIEBOT_DATA={data_dir}"]
    for service in SERVICES:
        unit = f"kiebot-{service}@{data_dir.name}.service"
        terms += [f"_SYSTEMD_UNIT={unit}", f"UNIT={unit}"]
    return [word for term in terms for word in (term, "+")][:-1]


class JournalSource:
    """The entries of one data directory. Raises JournalFault when they may not be read."""

    name = "journal"

    def __init__(self, data_dir: Path, *, command: Sequence[str] = COMMAND) -> None:
        self._command = list(command)
        self._matches = matches(data_dir)
        self._opened_at = time.time()
        self._follower: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._start_at = 0.0
        self._cursor = next((entry["__CURSOR"] for entry in self._read("--lines=1")), "")

    def backwards(self, before: str | None) -> Iterator[Record]:
        """Read from the end; `before` is a cursor."""
        if before or self._cursor:
            begin = f"--after-cursor={before}" if before else f"--cursor={self._cursor}"
            yield from map(_record, self._read("--reverse", begin))

    def forwards(self, since: float) -> Iterator[Record]:
        """Read what is behind."""
        if not self._cursor:
            return
        for entry in self._read(f"--since=@{since:.6f}"):
            yield _record(entry)
            if entry["__CURSOR"] == self._cursor:
                return

    def ahead(self) -> list[Record]:
        """What the following process wrote meanwhile; it is started when it is not there, after the last entry that was seen."""
        if self._follower is None:
            if time.monotonic() < self._start_at:
                return []
            self._follow()
        records = [_record(entry) for entry in map(_entry, self._lines()) if entry is not None]
        if records:
            self._cursor = records[-1].place
        return records

    def close(self) -> None:
        """End the following process."""
        if self._follower is not None:
            self._follower.terminate()
            self._follower.communicate()
            self._follower = None

    def _follow(self) -> None:
        after = f"--after-cursor={self._cursor}" if self._cursor else f"--since=@{self._opened_at:.6f}"
        command = [*self._command, "--follow", "--no-tail", after, *self._matches]
        self._follower = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self._rest = b""
        os.set_blocking(self._pipe, False)

    @property
    def _pipe(self) -> int:
        assert self._follower is not None
        assert self._follower.stdout is not None
        return self._follower.stdout.fileno()

    def _lines(self) -> Iterator[bytes]:
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._pipe, READ_BYTES):
                *lines, self._rest = (self._rest + piece).split(b"\n")
                yield from lines
            self.close()  # the end of the pipe: it died; the next one begins after our last entry
            self._start_at = time.monotonic() + AGAIN_AFTER_S

    def _read(self, *options: str) -> Iterator[dict[str, Any]]:
        """The entries that one call prints. Who stops reading ends it."""
        command = [*self._command, *options, *self._matches]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reading:
            assert reading.stdout is not None
            try:
                yield from (entry for entry in map(_entry, reading.stdout) if entry is not None)
            finally:
                reading.terminate()
                _, told = reading.communicate()
        if reading.returncode > 0:
            raise JournalFault((told.decode(errors="replace").strip().splitlines() or ["journalctl failed"])[-1])


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:  # cut off when the process was ended
        return None
    return entry if isinstance(entry, dict) and "__CURSOR" in entry else None


def _record(entry: dict[str, Any]) -> Record:
    message = _text(entry.get("MESSAGE"))
    event = event_of(message) or {"process": _service(entry), "level": _level(entry), "event": message}
    return Record(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, event, JournalSource.name, str(entry["__CURSOR"]))


def _text(value: Any) -> str:
    """A field as journalctl prints it: what is no text comes as numbers, one a byte."""
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _service(entry: dict[str, Any]) -> str:
    found = UNIT.search(_text(entry.get("UNIT")) or _text(entry.get("_SYSTEMD_UNIT")) or _text(entry.get("SYSLOG_IDENTIFIER")))
    return found[1] if found else "systemd"


def _level(entry: dict[str, Any]) -> str:
    priority = _text(entry.get("PRIORITY"))
    return LEVEL_OF_PRIORITY[int(priority)] if priority.isdecimal() and int(priority) < len(LEVEL_OF_PRIORITY) else "info"
