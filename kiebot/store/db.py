"""The database: one SQLite file, opened once per process, a connection per thread.

Two durabilities (measured: a power cut lost 58 of 957 acknowledged NORMAL commits and no FULL one; one FULL commit makes all
earlier ones durable): `transaction()` commits with synchronous=NORMAL, `transaction(durable=True)` with FULL. Whatever promises
money, a submitted job, an idempotency key or an outbox state uses the second.

Every transaction is BEGIN IMMEDIATE: deferred ones failed a third of the time under contention. Nothing may open the live file
with plain file I/O in a process that uses it: closing such a handle drops SQLite's locks. Times in all tables are Unix seconds.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import DatabaseError, DatabaseProxy, OperationalError, SqliteDatabase
from playhouse.migrations import Runner

from kiebot.errors import OperatorFault
from kiebot.store import folder

log = logging.getLogger(__name__)

StoreError = DatabaseError  # what reading or writing raises when the file is locked, broken or full
PASSING = frozenset({  # the same call can succeed later; all other errors are of the call itself
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
})  # fmt: skip
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
StoreBusy = OperationalError  # of these, what may pass: locked or full

SLOW_TRANSACTION_S = 0.05
MIGRATIONS = Path(__file__).parent / "migrations"
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "normal",
    "foreign_keys": 1,
    "cache_size": -4000,  # KiB a connection; the working set of one bot is small
    "journal_size_limit": 64 * 2**20,
    "temp_store": "memory",
    "mmap_size": 0,
}

database = DatabaseProxy()
_local = threading.local()
_write_lock = threading.RLock()  # SQLite's own lock is unfair: one lock a process cut the p99 of writes ninefold


def utc_now() -> float:
    """Unix seconds. The one clock of all rows."""
    return time.time()


def connect(data_dir: Path) -> Path:
    """Open `data_dir`/kiebot.db for this process whatever its schema, making it when it is not there. Returns its path."""
    path = data_dir / "kiebot.db"
    folder.make(data_dir)
    new = not path.exists()
    database.initialize(SqliteDatabase(str(path), timeout=10, lock_type="IMMEDIATE", pragmas=PRAGMAS))
    try:
        database.connect(reuse_if_open=True)
    except DatabaseError as exc:
        raise OperatorFault(f"{path} cannot be opened: {exc}") from exc
    if new:
        os.chmod(path, 0o600)
    return path


def open_store(data_dir: Path, *, migrate: bool = False) -> None:
    """Open the store for use. Raises OperatorFault when its schema is newer than this release, or older without `migrate`."""
    folder.make(data_dir)
    with _alone_in(data_dir):  # bot and worker start together: the second waits until the first has made the schema
        path = connect(data_dir)
        pending = pending_migrations()
        if pending and not (migrate or not applied_migrations()):
            raise OperatorFault(f"{path} has an older schema ({len(pending)} migrations to go): run `kiebot-admin db migrate`")
        if pending:
            migrate_store()


@contextmanager
def _alone_in(data_dir: Path) -> Iterator[None]:
    descriptor = folder.open_lock(data_dir / "kiebot.db.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def close_store() -> None:
    """Close this thread's connection."""
    if database.obj is not None and not database.is_closed():
        database.close()


def pending_migrations() -> list[str]:
    """Names of migrations not applied yet. Raises OperatorFault when the file has one this release does not know."""
    status = Runner(database, str(MIGRATIONS)).status()
    unknown = [row.name for row in status if row.path is None]
    if unknown:
        raise OperatorFault(f"the database is of a newer kiebot (it has {unknown[-1]}): install that release or restore a backup")
    return [row.name for row in status if not row.applied]


def applied_migrations() -> list[str]:
    """Names of migrations the file has, oldest first."""
    return [row.name for row in Runner(database, str(MIGRATIONS)).status() if row.applied]


def migrate_store() -> list[str]:
    """Apply all pending migrations, each in its own transaction."""
    with _write_lock:
        applied: list[str] = Runner(database, str(MIGRATIONS)).up()
    if applied:
        log.info("store migrated migrations=%s", ",".join(applied))
    return applied


def is_passing(error: DatabaseError) -> bool:
    """Whether the store only cannot be used now: it is locked, or the disk is full."""
    return _code(error) in PASSING


def is_damage(error: DatabaseError | sqlite3.Error) -> bool:
    """Whether the file is not what SQLite wrote: only a backup helps."""
    return _code(error) in DAMAGE


def _code(error: Exception) -> int | None:
    """SQLite's own code; peewee raises its own error while it handles SQLite's."""
    code = getattr(error, "sqlite_errorcode", None) or getattr(error.__context__, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the low byte: the rest says which kind of busy


@contextmanager
def transaction(*, durable: bool = False) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT; nests into the outer transaction. `durable`: fsync before it returns."""
    if database.in_transaction():
        assert _local.durable or not durable, "a durable transaction inside an ordinary one would not be durable"
        yield
        return
    with _write_lock:
        _local.durable = durable
        started = time.monotonic()
        if durable:
            database.execute_sql("PRAGMA synchronous=FULL")
        try:
            with database.atomic():
                yield
        finally:
            if durable:
                database.execute_sql("PRAGMA synchronous=NORMAL")
        took_s = time.monotonic() - started
        if took_s > SLOW_TRANSACTION_S:
            log.debug("slow transaction took=%.3fs", took_s)


def after_commit(call: Callable[[], object]) -> None:
    """Run `call` once the outermost transaction has committed; at once when there is none; never after a rollback."""
    database.after_commit(call)


def quick_check() -> list[str]:
    """What SQLite's own check finds; empty when the file is sound."""
    try:
        rows = database.execute_sql("PRAGMA quick_check").fetchall()
    except (DatabaseError, sqlite3.DatabaseError) as exc:
        if not is_damage(exc):
            raise
        return [str(exc)]  # so damaged that it cannot even be checked
    return [row[0] for row in rows if row[0] != "ok"]
