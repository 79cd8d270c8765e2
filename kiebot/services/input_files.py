"""Where the bytes of given files lie, and how a file of ours becomes one of them."""

from __future__ import annotations

import os
from pathlib import Path


def path_of(data_dir: Path, file_id: int) -> Path:
    """Where the bytes of a file lie."""
    return data_dir / "media" / "in" / str(file_id)


def linked(path: Path, to: Path) -> Path:
    """The same bytes under a second name: the job's folder may be swept before the input is."""
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    to.unlink(missing_ok=True)
    os.link(path, to)
    return to
