"""When a person sent a message: its parts are told from the next one by that. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Add the column; of earlier messages it is not known."""
    db.execute_sql("ALTER TABLE turn ADD COLUMN sent_at REAL NOT NULL DEFAULT 0")
