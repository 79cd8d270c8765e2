"""New stores for tests. Making the schema takes ten times as long as a copy, so it is made once in each process."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from kiebot.store.db import close_store, open_store


def open_new_store(data_dir: Path) -> None:
    """As `open_store` for a folder that has none."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data_dir / "kiebot.db"
    assert not path.exists()
    path.touch(mode=0o600)
    path.write_bytes(_empty_store())
    open_store(data_dir)


@cache
def _empty_store() -> bytes:
    """The file of a store that nobody has used."""
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder))
        close_store()  # the last connection: everything stands in the one file now
        assert not (Path(folder) / "kiebot.db-wal").exists()
        return (Path(folder) / "kiebot.db").read_bytes()
