"""Lines for systemd's journal, in its own protocol: what an event says can be asked for (`journalctl KIEBOT_JOB=41`).

A line is still JSON, so that every reader of the journal sees the same. Whatever stands in a value stays one value: the protocol
counts bytes. When the journal does not listen, the line goes to standard error, which leads there as well.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

SOCKET = "/run/systemd/journal/socket"
STREAM_VARIABLE = "JOURNAL_STREAM"
PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
IN_MESSAGE_ONLY = frozenset({"at", "exception", "level", "process"})
NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")
BUFFER_BYTES = 4 * 2**20


def is_stderr(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether standard error leads to the journal. The variable alone says little: children inherit it."""
    try:
        told, found = environ.get(STREAM_VARIABLE, ""), os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # there is no standard error
        return False
    return told == f"{found.st_dev}:{found.st_ino}"


class JournalHandler(logging.Handler):
    """Sends every line as a datagram."""

    def __init__(self, process: str, data_dir: Path, *, address: str = SOCKET) -> None:
        super().__init__()
        self._address = address
        self._same = {
            "SYSLOG_IDENTIFIER": f"kiebot-{process}",
            "KIEBOT_PROCESS": process,
            "KIEBOT_DATA": str(data_dir.resolve()),
        }
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)

    def emit(self, record: logging.LogRecord) -> None:
        """Send the line; what the journal does not take is written to standard error."""
        try:
            line = self.format(record)
        except Exception as fault:  # noqa: BLE001 - told instead of the line
            line = f"a log line of {record.name} line {record.lineno} could not be made: {type(fault).__name__}"
        try:
            self._socket.sendto(encoded(self._same | _fields(line)), self._address)
        except OSError:  # it restarts, is too slow, or does not take so much at once
            with contextlib.suppress(OSError):
                sys.stderr.write(line + "\n")

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()
        super().close()


def _fields(line: str) -> dict[str, str]:
    """The line, its priority, and whatever in it is a number or a word."""
    try:
        event = json.loads(line)
    except ValueError:
        return {"MESSAGE": line, "PRIORITY": "3"}
    short = {
        f"KIEBOT_{name.upper()}": str(value)
        for name, value in event.items()
        if name not in IN_MESSAGE_ONLY and NAME.fullmatch(name) and isinstance(value, str | int | float)
    }
    return {**short, "MESSAGE": line, "PRIORITY": str(PRIORITIES.get(event.get("level"), 6))}


def encoded(fields: Mapping[str, str]) -> bytes:
    """Fields as the journal reads them: a value with a line break is told by its length."""
    parts = []
    for name, value in fields.items():
        content = value.encode("utf-8", "backslashreplace")
        if b"\n" in content:
            parts.append(name.encode() + b"\n" + len(content).to_bytes(8, "little") + content + b"\n")
        else:
            parts.append(name.encode() + b"=" + content + b"\n")
    return b"".join(parts)
