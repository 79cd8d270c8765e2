"""The first schema, for SQLite. Frozen: later changes are migrations of their own."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    language TEXT NOT NULL,
    language_code TEXT NOT NULL,
    role TEXT NOT NULL,
    free INTEGER NOT NULL,
    banned INTEGER NOT NULL,
    blocked_at REAL,
    created_at REAL NOT NULL,
    seen_at REAL NOT NULL
);
CREATE UNIQUE INDEX account_user_id ON account (user_id);

CREATE TABLE chat (
    id INTEGER NOT NULL PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    settings TEXT NOT NULL,
    greeted_at REAL,
    left_at REAL,
    created_at REAL NOT NULL
);
CREATE UNIQUE INDEX chat_chat_id ON chat (chat_id);

CREATE TABLE thread (
    id INTEGER NOT NULL PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    active INTEGER NOT NULL,
    summary TEXT NOT NULL,
    summarised_to INTEGER NOT NULL,
    created_at REAL NOT NULL,
    used_at REAL NOT NULL
);
CREATE INDEX thread_chat_id_topic_id_active ON thread (chat_id, topic_id, active);

CREATE TABLE turn (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    thread_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    ready_at REAL NOT NULL,
    album TEXT NOT NULL,
    content TEXT NOT NULL,
    answer TEXT NOT NULL,
    placeholder INTEGER,
    answer_row INTEGER,
    attempts INTEGER NOT NULL,
    fail_key TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    forgotten INTEGER NOT NULL,
    created_at REAL NOT NULL,
    answered_at REAL,
    FOREIGN KEY (thread_id) REFERENCES thread (id) ON DELETE CASCADE,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX turn_thread_id ON turn (thread_id);
CREATE INDEX turn_account_id ON turn (account_id);
CREATE UNIQUE INDEX turn_chat_id_message_id ON turn (chat_id, message_id);
CREATE INDEX turn_thread_id_id ON turn (thread_id, id);

CREATE TABLE seen_update (
    key TEXT NOT NULL PRIMARY KEY,
    created_at REAL NOT NULL
);

CREATE TABLE job (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    label TEXT NOT NULL,
    prompt TEXT NOT NULL,
    input TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    finished_steps INTEGER NOT NULL,
    stuck_claims INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    next_poll_at REAL,
    deadline_s REAL NOT NULL,
    deadline_at REAL,
    provider TEXT NOT NULL,
    remote_id TEXT,
    handle TEXT,
    polls INTEGER NOT NULL,
    progress INTEGER NOT NULL,
    price INTEGER NOT NULL,
    provider_cost REAL,
    results TEXT NOT NULL,
    fail_code TEXT NOT NULL,
    fail_message TEXT NOT NULL,
    notify INTEGER NOT NULL,
    status_row INTEGER,
    order_key TEXT NOT NULL,
    retry_of_id INTEGER,
    created_at REAL NOT NULL,
    submitted_at REAL,
    finished_at REAL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE RESTRICT,
    FOREIGN KEY (retry_of_id) REFERENCES job (id) ON DELETE SET NULL
);
CREATE INDEX job_account_id ON job (account_id);
CREATE UNIQUE INDEX job_order_key ON job (order_key);
CREATE INDEX job_retry_of_id ON job (retry_of_id);
CREATE INDEX job_state_next_poll_at ON job (state, next_poll_at);
CREATE INDEX job_account_id_state ON job (account_id, state);
CREATE UNIQUE INDEX job_provider_remote_id ON job (provider, remote_id);

CREATE TABLE job_event (
    id INTEGER NOT NULL PRIMARY KEY,
    job_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at REAL NOT NULL,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE
);
CREATE INDEX job_event_job_id ON job_event (job_id);

CREATE TABLE ledger_entry (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL,
    job_id INTEGER,
    kind TEXT NOT NULL,
    credits INTEGER NOT NULL,
    reason TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    created_at REAL NOT NULL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE RESTRICT,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE RESTRICT,
    CHECK ((kind IN ('topup', 'bonus', 'release', 'refund') AND credits > 0)
        OR (kind IN ('hold', 'capture', 'reversal') AND credits < 0))
);
CREATE INDEX ledger_entry_account_id ON ledger_entry (account_id);
CREATE INDEX ledger_entry_job_id ON ledger_entry (job_id);
CREATE UNIQUE INDEX ledger_entry_idempotency_key ON ledger_entry (idempotency_key);

CREATE TABLE outbox_row (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    reply_to INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    random_id INTEGER NOT NULL,
    dedup_key TEXT,
    edits_id INTEGER,
    job_id INTEGER,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    not_before REAL NOT NULL,
    message_id INTEGER,
    file_id TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at REAL NOT NULL,
    sent_at REAL,
    FOREIGN KEY (edits_id) REFERENCES outbox_row (id) ON DELETE CASCADE,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX outbox_row_random_id ON outbox_row (random_id);
CREATE UNIQUE INDEX outbox_row_dedup_key ON outbox_row (dedup_key);
CREATE INDEX outbox_row_edits_id ON outbox_row (edits_id);
CREATE INDEX outbox_row_job_id ON outbox_row (job_id);
CREATE INDEX outbox_row_state_lane_id ON outbox_row (state, lane, id);
CREATE INDEX outbox_row_chat_id_message_id ON outbox_row (chat_id, message_id);

CREATE TABLE bot_call (
    id INTEGER NOT NULL PRIMARY KEY,
    method TEXT NOT NULL,
    arguments TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    state TEXT NOT NULL,
    result TEXT,
    created_at REAL NOT NULL,
    finished_at REAL
);
CREATE UNIQUE INDEX bot_call_idempotency_key ON bot_call (idempotency_key);

CREATE TABLE document (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    thread_id INTEGER,
    job_id INTEGER,
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    kind TEXT NOT NULL,
    pages INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at REAL NOT NULL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
    FOREIGN KEY (thread_id) REFERENCES thread (id) ON DELETE SET NULL,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE SET NULL
);
CREATE INDEX document_account_id ON document (account_id);
CREATE INDEX document_thread_id ON document (thread_id);
CREATE INDEX document_job_id ON document (job_id);

CREATE TABLE document_page (
    document_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    method TEXT NOT NULL,
    PRIMARY KEY (document_id, number),
    FOREIGN KEY (document_id) REFERENCES document (id) ON DELETE CASCADE
);
CREATE INDEX document_page_document_id ON document_page (document_id);

CREATE TABLE incident (
    id INTEGER NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    code TEXT NOT NULL,
    process TEXT NOT NULL,
    location TEXT NOT NULL,
    kind TEXT NOT NULL,
    traceback TEXT NOT NULL,
    context TEXT NOT NULL,
    version TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_seen_at REAL NOT NULL,
    last_seen_at REAL NOT NULL,
    notified_at REAL
);
CREATE UNIQUE INDEX incident_fingerprint ON incident (fingerprint);
CREATE UNIQUE INDEX incident_code ON incident (code);

CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at REAL NOT NULL
);
CREATE UNIQUE INDEX thread_one_active ON thread (chat_id, topic_id) WHERE active = 1;
CREATE INDEX turn_open ON turn (state, id) WHERE state IN ('received', 'answering');
CREATE INDEX outbox_row_queued ON outbox_row (lane, id) WHERE state = 'queued';
CREATE INDEX job_open ON job (state, id) WHERE state NOT IN ('done', 'failed', 'cancelled');
CREATE INDEX bot_call_queued ON bot_call (id) WHERE state = 'queued';
"""

# A movement of credits cannot be edited or removed, whoever asks.
TRIGGERS = (
    """CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed: write a new one');
END""",
    """CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed: write a new one');
END""",
)


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create all tables, indexes and triggers."""
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            db.execute_sql(statement)
    for trigger in TRIGGERS:
        db.execute_sql(trigger)
