"""What ordering any model needs: half-filled orders, people's own files, what they chose, what the limits count. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
ALTER TABLE job ADD COLUMN sent_at REAL;
ALTER TABLE job ADD COLUMN callback_token TEXT;
CREATE UNIQUE INDEX job_callback_token ON job (callback_token);
CREATE INDEX job_model_state ON job (model, state);

CREATE TABLE input_file (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    mime TEXT NOT NULL,
    name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    duration_s REAL,
    file_id TEXT NOT NULL,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    remote_url TEXT NOT NULL,
    remote_until REAL NOT NULL,
    created_at REAL NOT NULL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX input_file_account_id ON input_file (account_id);
CREATE INDEX input_file_chat_id_message_id ON input_file (chat_id, message_id);
CREATE INDEX input_file_fetching ON input_file (id) WHERE state = 'fetching';

CREATE TABLE job_input (
    job_id INTEGER NOT NULL,
    file_id INTEGER NOT NULL,
    PRIMARY KEY (job_id, file_id),
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE,
    FOREIGN KEY (file_id) REFERENCES input_file (id) ON DELETE CASCADE
);
CREATE INDEX job_input_job_id ON job_input (job_id);
CREATE INDEX job_input_file_id ON job_input (file_id);

CREATE TABLE order_form (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    type TEXT NOT NULL,
    input TEXT NOT NULL,
    files TEXT NOT NULL,
    memo TEXT NOT NULL,
    step TEXT NOT NULL,
    awaiting TEXT NOT NULL,
    status_row INTEGER,
    order_message_id INTEGER NOT NULL,
    updated_at REAL NOT NULL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX order_form_account_id ON order_form (account_id);
CREATE UNIQUE INDEX order_form_chat_id_topic_id_account_id ON order_form (chat_id, topic_id, account_id);

CREATE TABLE model_preference (
    account_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (account_id, model),
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX model_preference_account_id ON model_preference (account_id);

CREATE TABLE model_override (
    model TEXT NOT NULL PRIMARY KEY,
    enabled INTEGER NOT NULL,
    reason TEXT NOT NULL,
    price TEXT,
    ends TEXT NOT NULL,
    changed_at REAL NOT NULL
);

CREATE TABLE job_vote (
    job_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    vote INTEGER NOT NULL,
    PRIMARY KEY (job_id, account_id),
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX job_vote_job_id ON job_vote (job_id);
CREATE INDEX job_vote_account_id ON job_vote (account_id);

CREATE TABLE request (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    cost INTEGER NOT NULL,
    created_at REAL NOT NULL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX request_account_id ON request (account_id);
CREATE INDEX request_counted ON request (account_id, created_at) WHERE cost > 0 OR kind = 'generation'
"""

# Whoever ordered within the last hour has used up as much of the limits as before.
COUNT_RECENT_JOBS = """
INSERT INTO request (account_id, kind, cost, created_at)
SELECT account_id, kind, price, created_at FROM job
WHERE kind = 'generation' AND created_at > CAST(strftime('%s', 'now') AS INTEGER) - 3600 ORDER BY id
"""
# What the first release had sent before it stopped may have arrived.
MARK_SENT = """
UPDATE job SET sent_at = coalesce(submitted_at, created_at) WHERE state IN ('submitting', 'unclear', 'running', 'storing')
"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the tables, columns and indexes."""
    for statement in STATEMENTS.split(";"):
        db.execute_sql(statement)
    db.execute_sql(COUNT_RECENT_JOBS)
    db.execute_sql(MARK_SENT)
