"""Reads log files of one process: backwards from the end, forwards, and on and on while it writes.

A file is known by its inode, not by its name: PROCESS.log becomes PROCESS.log.1 under the reader's hands. Files stay open, so
that what was moved or even deleted is read to its end, and its inode names no other file meanwhile. When a file shrank, or when
the bytes before our place are others than we read, somebody cut it: reading begins anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiebot.logs.files import FOLDER
from kiebot.logs.records import Record, event_of, moment_of

BLOCK_BYTES = 64 * 1024
REMEMBERED_BYTES = 64
LISTINGS = 5
NAME = re.compile(r"(?P<process>[a-z]+)\.log(?:\.(?P<number>\d{1,3}))?")


def processes(data_dir: Path) -> list[str]:
    """Of which processes there are log files."""
    folder = data_dir / FOLDER
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return sorted({found["process"] for name in names if (found := NAME.fullmatch(name))})


@dataclass(slots=True)
class OpenFile:
    """A file, and how far it is known. `tail`: the last bytes before `end`, by which it is recognised."""

    file: int
    end: int = 0
    tail: bytes = b""

    @property
    def inode(self) -> int:
        return os.fstat(self.file).st_ino

    @property
    def size(self) -> int:
        return os.fstat(self.file).st_size

    def was_cut(self) -> bool:
        """Whether what was read is not there any more."""
        return self.size < self.end or os.pread(self.file, len(self.tail), self.end - len(self.tail)) != self.tail

    def know_to(self, end: int) -> None:
        """All before `end` is read."""
        self.end = end
        begin = max(0, end - REMEMBERED_BYTES)
        self.tail = os.pread(self.file, end - begin, begin)

    def whole_lines(self) -> Iterator[tuple[int, bytes]]:
        """Lines that were added since, each with the offset at which it begins; a line that is being written waits."""
        rest, offset = b"", self.end
        while piece := os.pread(self.file, BLOCK_BYTES, offset + len(rest)):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield offset, line
                offset += len(line) + 1
                self.end = offset
        self.know_to(offset)


class FileSource:
    """The lines of one process. Opened, it knows where the end is: `backwards` and `ahead` share no line and leave none out."""

    def __init__(self, data_dir: Path, process: str) -> None:
        self.name = process
        self._path = data_dir / FOLDER / f"{process}.log"
        self._files = [OpenFile(file) for file in self._listed()]
        for opened in self._files:
            opened.know_to(_end_of_last_line(opened.file, opened.size))
        self._at = 0.0

    def backwards(self, before: str | None) -> Iterator[Record]:
        """Read from the end; `before` is "INODE:OFFSET"."""
        files, place = self._files, before.split(":") if before else None
        if place is not None:
            known = [number for number, opened in enumerate(files) if opened.inode == int(place[0])]
            files = files[: known[0] + 1] if known else []  # not known: it was deleted, and all older ones with it
        for opened in reversed(files):
            end = int(place[1]) if place is not None and opened is files[-1] else opened.end
            for offset, line in _lines_before(opened.file, end):
                yield from self._record(opened, offset, line)

    def forwards(self, since: float) -> Iterator[Record]:
        """Read what is behind; files that ended before `since` are left out."""
        for opened in self._files:
            if os.fstat(opened.file).st_mtime < since:
                continue
            known = OpenFile(os.dup(opened.file))
            try:
                for offset, line in known.whole_lines():
                    if offset >= opened.end:
                        break
                    yield from self._record(opened, offset, line)
            finally:
                os.close(known.file)

    def ahead(self) -> list[Record]:
        """Read on in the newest file; when it was moved, to its end and on in those that came after it."""
        found: list[Record] = []
        while True:
            listed = self._listed() if self._moved() else []
            found += self._read_on()
            following = self._following(listed)
            if not following:
                return found
            self.close()
            self._files = [OpenFile(following)]

    def _following(self, listed: list[int]) -> int:
        """The file after our last one; the others are closed. 0: there is none."""
        mine = self._files[-1].inode if self._files else None
        inodes = _inodes(listed)
        after = listed[inodes.index(mine) + 1 :] if mine in inodes else listed
        for file in listed:
            if file not in after[:1]:
                os.close(file)
        return after[0] if after else 0

    def _read_on(self) -> Iterator[Record]:
        if not self._files:
            return
        newest = self._files[-1]
        if newest.was_cut():
            newest.know_to(0)
        for offset, line in newest.whole_lines():
            yield from self._record(newest, offset, line)

    def close(self) -> None:
        """Close all files."""
        for opened in self._files:
            os.close(opened.file)
        self._files = []

    def _record(self, opened: OpenFile, offset: int, line: bytes) -> Iterator[Record]:
        text = line.decode("utf-8", "replace")
        if not text.strip():
            return
        event = event_of(text) or {"process": self.name, "level": "info", "event": text}
        self._at = moment_of(event) or self._at or os.fstat(opened.file).st_mtime  # else about when its neighbour was
        yield Record(self._at, event, self.name, f"{opened.inode}:{offset}")

    def _moved(self) -> bool:
        try:
            there = self._path.stat().st_ino
        except FileNotFoundError:
            return False
        return not self._files or there != self._files[-1].inode

    def _listed(self) -> list[int]:
        """The files, opened, the oldest first. They may be renamed meanwhile: looked at until two looks agree."""
        files = self._open_all()
        for _ in range(LISTINGS):
            before, files = files, self._open_all()
            agree = _inodes(before) == _inodes(files)
            for file in before:
                os.close(file)
            if agree:
                break
        return files

    def _open_all(self) -> list[int]:
        files = []
        for path in sorted(self._path.parent.glob(f"{self._path.name}*"), key=_age, reverse=True):
            if NAME.fullmatch(path.name):
                try:
                    files.append(os.open(path, os.O_RDONLY))
                except FileNotFoundError:
                    continue
        return files


def _age(path: Path) -> int:
    found = NAME.fullmatch(path.name)
    return int(found["number"] or 0) if found else -1


def _end_of_last_line(file: int, size: int) -> int:
    """Where the last whole line ends."""
    while size:
        begin = max(0, size - BLOCK_BYTES)
        found = os.pread(file, size - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        size = begin
    return 0


def _lines_before(file: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines that end at `end` or before, the last one first."""
    rest, begin = b"", end  # what stands between `begin` and the line that was handed out last; it ends with a newline
    while begin:
        size = min(BLOCK_BYTES, begin)
        begin -= size
        piece = os.pread(file, size, begin)
        if len(piece) < size:  # somebody cut it
            return
        rest = piece + rest
        first, _, whole = rest.partition(b"\n")  # the first one may begin before `begin`
        offset = begin + len(rest)
        for line in reversed(whole.split(b"\n")[:-1]):
            offset -= len(line) + 1
            yield offset, line
        rest = first + b"\n"
    if rest:
        yield 0, rest[:-1]


def _inodes(files: list[int]) -> list[int]:
    return [os.fstat(file).st_ino for file in files]
