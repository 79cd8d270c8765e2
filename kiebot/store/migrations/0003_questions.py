"""What asking documents needs: passages, an index of their words, choices of conversations, grounds of answers. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
ALTER TABLE document ADD COLUMN chars INTEGER NOT NULL DEFAULT 0;
ALTER TABLE document ADD COLUMN album TEXT NOT NULL DEFAULT '';
CREATE INDEX document_chat_id_state ON document (chat_id, state);

ALTER TABLE turn ADD COLUMN documents TEXT NOT NULL DEFAULT '[]';
ALTER TABLE turn ADD COLUMN task TEXT NOT NULL DEFAULT '';
ALTER TABLE turn ADD COLUMN passages TEXT NOT NULL DEFAULT '[]';

CREATE TABLE document_choice (
    thread_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL,
    PRIMARY KEY (thread_id, document_id),
    FOREIGN KEY (thread_id) REFERENCES thread (id) ON DELETE CASCADE,
    FOREIGN KEY (document_id) REFERENCES document (id) ON DELETE CASCADE
);
CREATE INDEX document_choice_thread_id ON document_choice (thread_id);
CREATE INDEX document_choice_document_id ON document_choice (document_id);

CREATE TABLE document_passage (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    FOREIGN KEY (document_id) REFERENCES document (id) ON DELETE CASCADE
);
CREATE INDEX document_passage_document_id ON document_passage (document_id);
CREATE UNIQUE INDEX document_passage_document_id_page_start ON document_passage (document_id, page, start);

CREATE VIRTUAL TABLE document_words USING fts5(document, stems, tokenize = 'unicode61 remove_diacritics 0');

INSERT INTO document_choice (thread_id, document_id)
SELECT thread_id, id FROM document WHERE state = 'ready' AND thread_id IS NOT NULL
"""
FORGET_WORDS = """
CREATE TRIGGER document_passage_gone AFTER DELETE ON document_passage BEGIN
    DELETE FROM document_words WHERE rowid = old.id;
END
"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the tables, columns and indexes."""
    for statement in STATEMENTS.split(";"):
        db.execute_sql(statement)
    db.execute_sql(FORGET_WORDS)
