"""Broadcasts and their recipients. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
CREATE TABLE broadcast (
    id INTEGER NOT NULL PRIMARY KEY,
    author_id INTEGER,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    post TEXT NOT NULL,
    audience TEXT NOT NULL,
    total INTEGER NOT NULL,
    preview_row INTEGER,
    status_row INTEGER,
    chat_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    reason TEXT NOT NULL,
    start_at REAL NOT NULL,
    told_at REAL NOT NULL,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    reported_at REAL,
    FOREIGN KEY (author_id) REFERENCES account (id) ON DELETE SET NULL
);
CREATE INDEX broadcast_author_id ON broadcast (author_id);
CREATE INDEX broadcast_state ON broadcast (state);

CREATE TABLE broadcast_recipient (
    broadcast_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    outbox_row_id INTEGER,
    settled_at REAL,
    PRIMARY KEY (broadcast_id, account_id),
    FOREIGN KEY (broadcast_id) REFERENCES broadcast (id) ON DELETE CASCADE,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
    FOREIGN KEY (outbox_row_id) REFERENCES outbox_row (id) ON DELETE SET NULL
);
CREATE INDEX broadcast_recipient_account_id ON broadcast_recipient (account_id);
CREATE INDEX broadcast_recipient_outbox_row_id ON broadcast_recipient (outbox_row_id);
CREATE INDEX broadcast_recipient_broadcast_id_state ON broadcast_recipient (broadcast_id, state)
"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the tables and the indexes."""
    for statement in STATEMENTS.split(";"):
        db.execute_sql(statement)
