"""Who may use the bot, what the operator did with people, and marks of those who had themselves erased. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = (
    """
    CREATE TABLE invite_code (
        id INTEGER NOT NULL PRIMARY KEY,
        code TEXT NOT NULL,
        uses INTEGER,
        used INTEGER NOT NULL CHECK (used >= 0 AND (uses IS NULL OR used <= uses)),
        expires_at REAL,
        revoked INTEGER NOT NULL,
        note TEXT NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX invite_code_code ON invite_code (code)",
    """
    CREATE TABLE admission (
        account_id INTEGER NOT NULL PRIMARY KEY,
        invite_id INTEGER,
        created_at REAL NOT NULL,
        FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
        FOREIGN KEY (invite_id) REFERENCES invite_code (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX admission_invite_id ON admission (invite_id)",
    """
    CREATE TABLE operator_action (
        id INTEGER NOT NULL PRIMARY KEY,
        action TEXT NOT NULL,
        account_id INTEGER,
        operator TEXT NOT NULL,
        detail TEXT NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    "CREATE INDEX operator_action_account_id ON operator_action (account_id)",
    """
    CREATE TRIGGER operator_action_no_update BEFORE UPDATE ON operator_action
    BEGIN SELECT RAISE(ABORT, 'what was done is never changed'); END
    """,
    """
    CREATE TRIGGER operator_action_no_delete BEFORE DELETE ON operator_action
    BEGIN SELECT RAISE(ABORT, 'what was done is never changed'); END
    """,
    """
    CREATE TRIGGER operator_action_no_replace BEFORE INSERT ON operator_action
    WHEN EXISTS (SELECT 1 FROM operator_action WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'what was done is never replaced'); END
    """,
    """
    CREATE TABLE erased_person (
        mark TEXT NOT NULL PRIMARY KEY,
        banned INTEGER NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    "ALTER TABLE account ADD COLUMN returned INTEGER NOT NULL DEFAULT 0",
)


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the tables, their triggers and the column."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
