"""The data directory on the disk, before anything lies in it: why it cannot be there, and what it takes to be."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiebot.errors import OperatorFault

PRIVATE = 0o700
MAY_PASS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
TRY_AGAIN = 1  # an exit code with which systemd starts the process once more


def why_not(folder: Path) -> str | None:
    """Why the folder is none and cannot be made, or None. Changes nothing."""
    folder = folder.absolute()
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not os.path.isdir(there):
        return f"{there} is not a folder: name one, or a place where one can be made"
    if there != folder and not os.access(there, os.W_OK | os.X_OK, effective_ids=True):
        return f"{folder} cannot be made: this user may not write in {there}"
    return None


def make(folder: Path) -> None:
    """Make the folder where there is none, for this user alone. Raises OperatorFault."""
    if reason := why_not(folder):
        raise OperatorFault(f"data_dir: {reason}")
    with _told(f"{folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)


def open_lock(file: Path) -> int:
    """Open a file that is there to be locked, for this user alone. Raises OperatorFault."""
    with _told(f"{file} cannot be opened"):
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What the machine refuses, as a sentence. Only what may pass is worth another start."""
    try:
        yield
    except OSError as exc:
        words = f"data_dir: {what}: {exc.strerror}"
        raise (OperatorFault(words, exit_code=TRY_AGAIN) if exc.errno in MAY_PASS else OperatorFault(words)) from exc
