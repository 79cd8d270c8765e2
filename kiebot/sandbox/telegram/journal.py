"""What the data centre keeps on disk: one SQLite file, written behind.

Changes are collected in memory and committed together about ten times a second, so killing the process loses at most the last
fifth of a second. Rows hold JSON or TL-serialised objects.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_FLUSH_EVERY_S = 0.1

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    keys: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def create(self) -> str:
        columns = ", ".join(self.keys + self.values)
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({columns}, PRIMARY KEY ({', '.join(self.keys)})) WITHOUT ROWID"

    @property
    def replace(self) -> str:
        marks = ", ".join("?" * (len(self.keys) + len(self.values)))
        return f"REPLACE INTO {self.name} VALUES ({marks})"  # noqa: S608 names of ours

    @property
    def delete(self) -> str:
        return f"DELETE FROM {self.name} WHERE {' AND '.join(f'{key} = ?' for key in self.keys)}"  # noqa: S608 names of ours


SETTINGS = Table("settings", ("name",), ("body",))
KEYS = Table("auth_keys", ("key_id",), ("key", "user_id"))
USERS = Table("users", ("id",), ("body",))
GROUPS = Table("groups", ("id",), ("body",))
BOXES = Table("boxes", ("owner",), ("last_id", "pts", "qts"))
POSTS = Table("posts", ("uid",), ("author", "recipient", "topic", "ids", "reply_ids", "content"))
CHANGES = Table("changes", ("owner", "pts"), ("count", "kind", "uid", "ids"))
RANDOM_IDS = Table("random_ids", ("author", "random_id"), ("uid",))
FILES = Table("files", ("id",), ("body", "object"))
CHARGES = Table("charges", ("id",), ("body",))
INVOICES = Table("invoices", ("uid",), ("payload",))
_TABLES = (SETTINGS, KEYS, USERS, GROUPS, BOXES, POSTS, CHANGES, RANDOM_IDS, FILES, CHARGES, INVOICES)


class Journal:
    """Rows to be written, and the file they go to."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        for table in _TABLES:
            self._db.execute(table.create)
        self._dirty: dict[tuple[Table, Row], Callable[[], Row] | None] = {}
        self._collected: list[dict[str, list[Row]]] = []
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def put(self, table: Table, key: Row, values: Callable[[], Row]) -> None:
        """Write this row at the next flush; `values` is called then, so many changes of one row cost one write."""
        self._dirty[table, key] = values

    def remove(self, table: Table, key: Row) -> None:
        self._dirty[table, key] = None

    def rows(self, table: Table) -> Iterator[Row]:
        return iter(self._db.execute(f"SELECT * FROM {table.name} ORDER BY {', '.join(table.keys)}"))  # noqa: S608 names of ours

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write what is left."""
        self._stopping.set()
        if self._task is not None:
            await self._task
        self._collected.append(self._collect())
        self._write()
        self._db.close()

    async def _run(self) -> None:
        while not self._stopping.is_set():
            await asyncio.sleep(_FLUSH_EVERY_S)
            batches = self._collect()
            if batches:
                self._collected.append(batches)
                await asyncio.to_thread(self._write)

    def _collect(self) -> dict[str, list[Row]]:
        dirty, self._dirty = self._dirty, {}
        batches: dict[str, list[Row]] = {}
        for (table, key), values in dirty.items():
            statement, row = (table.delete, key) if values is None else (table.replace, key + values())
            batches.setdefault(statement, []).append(row)
        return batches

    def _write(self) -> None:
        """Write all that was collected; what a full or slow disk refuses is tried again with the next flush."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for statement, rows in (item for batches in self._collected for item in batches.items()):
                self._db.executemany(statement, rows)
            self._db.execute("COMMIT")
        except sqlite3.Error:
            log.exception("sandbox state not written")
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            return
        self._collected.clear()
