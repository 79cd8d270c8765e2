"""Log files, where no journal takes the lines: `data_dir`/logs/PROCESS.log, and older ones as .1, .2 and so on.

Lines are JSON, one write each. The file is begun anew when it is full, and also when somebody moves it away (logrotate does); a
line that a crash or a full disk cut off is ended first, so that it costs no other line.
"""

from __future__ import annotations

import contextlib
import logging
import os
from itertools import pairwise
from pathlib import Path

FOLDER = "logs"
MOST_BYTES = 8 * 2**20
KEPT = 4  # older files of each process


def path_of(data_dir: Path, process: str) -> Path:
    """Where `process` writes."""
    return data_dir / FOLDER / f"{process}.log"


class LogFile(logging.Handler):
    """Writes to one file and moves it out of the way when it is full."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, kept: int = KEPT) -> None:
        super().__init__()
        self._path = path
        self._most_bytes = most_bytes
        self._kept = kept
        self._file: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line. A disk that takes none is no reason to stop: standard error has it."""
        with contextlib.suppress(Exception):  # a line that cannot be made: the handler of standard error tells of it
            line = self.format(record).encode("utf-8", "backslashreplace") + b"\n"
            try:
                self._write(line)
            except OSError:
                self._let_go()

    def close(self) -> None:
        """Give the file back."""
        self._let_go()
        super().close()

    def _write(self, line: bytes) -> None:
        file = self._opened()
        size = os.fstat(file).st_size
        if size and size + len(line) > self._most_bytes:
            self._move_on()
            file = self._opened()
        if os.write(file, line) != len(line):
            self._let_go()

    def _opened(self) -> int:
        if self._file is not None and _is_at(self._file, self._path):
            return self._file
        self._let_go()
        self._path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")
        return self._file

    def _move_on(self) -> None:
        self._let_go()
        names = [self._path, *(Path(f"{self._path}.{number}") for number in range(1, self._kept + 1))]
        for older, newer in pairwise(reversed(names)):
            if newer.exists():
                newer.replace(older)

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _is_at(file: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(file)
    return (there.st_ino, there.st_dev) == (mine.st_ino, mine.st_dev)
