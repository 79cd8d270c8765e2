"""What a job costs its operator, how long the media are that it is priced by; the ledger is not overwritten. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

COLUMNS = (
    "ALTER TABLE job ADD COLUMN expected_cost REAL",
    "ALTER TABLE job ADD COLUMN credit_price REAL",
    "ALTER TABLE job ADD COLUMN media_s REAL",
    "ALTER TABLE input_file ADD COLUMN measured INTEGER NOT NULL DEFAULT 0",
)
# INSERT OR REPLACE deletes what is in its way without asking the triggers of DELETE, unless a connection asked for that.
TRIGGER = """CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id OR idempotency_key = NEW.idempotency_key)
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never replaced: write a new one');
END"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Add the columns and the trigger."""
    for statement in (*COLUMNS, TRIGGER):
        db.execute_sql(statement)
