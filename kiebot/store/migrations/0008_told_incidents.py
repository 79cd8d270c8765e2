"""How often an incident had happened when the admins last heard of it. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Add the column; what is on record counts as told."""
    db.execute_sql("ALTER TABLE incident ADD COLUMN told_count INTEGER NOT NULL DEFAULT 0")
    db.execute_sql("UPDATE incident SET told_count = count")
