"""What was promised to both sides of an invitation when it was taken. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

COLUMNS = (
    "ALTER TABLE referral ADD COLUMN inviter_credits INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE referral ADD COLUMN invited_credits INTEGER NOT NULL DEFAULT 0",
)


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Add the columns."""
    for statement in COLUMNS:
        db.execute_sql(statement)
