"""What people say of the bot, when they voted, and indexes that the operator's figures are read from. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
CREATE TABLE feedback (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    job_id INTEGER,
    text TEXT NOT NULL,
    created_at REAL NOT NULL,
    told_at REAL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE SET NULL
);
CREATE INDEX feedback_account_id ON feedback (account_id);
CREATE INDEX feedback_job_id ON feedback (job_id);
CREATE INDEX feedback_told_at ON feedback (told_at);

ALTER TABLE job_vote ADD COLUMN created_at REAL NOT NULL DEFAULT 0;
UPDATE job_vote SET created_at = (SELECT coalesce(finished_at, created_at) FROM job WHERE job.id = job_vote.job_id);

CREATE INDEX account_created_at ON account (created_at);
CREATE INDEX account_seen_at ON account (seen_at);
CREATE INDEX account_blocked ON account (id) WHERE blocked_at IS NOT NULL;
CREATE INDEX job_created_at ON job (created_at);
CREATE INDEX job_figures ON job (
    kind, model, state, created_at, finished_at, price, expected_cost, provider_cost, credit_price
);
CREATE INDEX ledger_entry_figures ON ledger_entry (kind, created_at, credits);
CREATE INDEX outbox_row_failed ON outbox_row (created_at) WHERE state = 'failed';
CREATE INDEX outbox_row_sent ON outbox_row (sent_at) WHERE state = 'sent';
CREATE INDEX turn_figures ON turn (state, created_at, answered_at, prompt_tokens, completion_tokens)
"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the table, the column and the indexes."""
    for statement in STATEMENTS.split(";"):
        db.execute_sql(statement)
