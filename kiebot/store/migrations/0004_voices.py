"""Recordings that are written down, part by part. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
CREATE TABLE voice (
    id INTEGER NOT NULL PRIMARY KEY,
    job_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    talk INTEGER NOT NULL,
    state TEXT NOT NULL,
    cut INTEGER NOT NULL,
    text TEXT NOT NULL,
    created_at REAL NOT NULL,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX voice_job_id ON voice (job_id);
CREATE INDEX voice_account_id ON voice (account_id);
CREATE INDEX voice_chat_id_message_id ON voice (chat_id, message_id);
CREATE INDEX voice_heard ON voice (id) WHERE state = 'heard';

CREATE TABLE voice_part (
    voice_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    silent INTEGER NOT NULL,
    path TEXT NOT NULL,
    text TEXT,
    PRIMARY KEY (voice_id, number),
    FOREIGN KEY (voice_id) REFERENCES voice (id) ON DELETE CASCADE
);
CREATE INDEX voice_part_voice_id ON voice_part (voice_id)
"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the tables and indexes."""
    for statement in STATEMENTS.split(";"):
        db.execute_sql(statement)
