"""Whole copies of SQLite files while others write to them, and putting such a copy in the place of a file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from kiebot.errors import OperatorFault

PATIENCE_S = 30
BESIDE = ("-wal", "-shm", "-journal")


def copy(live: Path, to: Path) -> None:
    """A copy of this moment in one file. Who writes to `live` goes on: it is read as one transaction."""
    with closing(_opened(live)) as source, closing(sqlite3.connect(to)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")
    os.chmod(to, 0o600)


def damage(file: Path) -> list[str]:
    """What SQLite's thorough check finds in a file that nobody else uses; empty when it is sound."""
    try:
        with closing(_opened(file)) as opened:
            rows = opened.execute("PRAGMA integrity_check").fetchall()
            rows += [(f"a row of {table} points nowhere",) for table, *_ in opened.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as exc:
        return [str(exc)]
    return [row[0] for row in rows if row[0] != "ok"]


def put_in_place(new: Path, place: Path, kept: Path, patience_s: float = PATIENCE_S) -> None:
    """Let `new` be the file at `place`, and keep the old one as `kept`. At every moment a whole file is there, old or new."""
    if place.exists():
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            settle(place, patience_s)
        except sqlite3.OperationalError as exc:
            raise OperatorFault(f"{place} is in use: {exc}", exit_code=1) from exc
        except sqlite3.DatabaseError:  # damaged: that is why somebody restores
            _put_away(place, kept)
        os.link(place, kept)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with new.open("rb") as written:
        os.fsync(written.fileno())
    new.replace(place)
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Names of files survive a power cut from now on."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle(file: Path, patience_s: float = PATIENCE_S) -> None:
    """Take what stands beside a file into it, so that it is one file: what is left there would be written into the next one."""
    with closing(_opened(file, patience_s)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        opened.execute("PRAGMA journal_mode=DELETE")


def _put_away(place: Path, kept: Path) -> None:
    for end in BESIDE:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{place}{end}").replace(f"{kept}{end}")


def _opened(file: Path, patience_s: float = PATIENCE_S) -> sqlite3.Connection:
    """Open a file that is there; SQLite would make one that is not."""
    return sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=patience_s)
