"""Films, their scenes, and which job is for what of them. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
CREATE TABLE film (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL,
    idea TEXT NOT NULL,
    choices TEXT NOT NULL,
    title TEXT NOT NULL,
    look TEXT NOT NULL,
    prices TEXT NOT NULL,
    version INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    status_row INTEGER,
    approval_row INTEGER,
    job_id INTEGER,
    tries INTEGER NOT NULL,
    fail_code TEXT NOT NULL,
    waiting_since REAL,
    asleep_until REAL,
    result TEXT,
    memo TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    delivered_at REAL,
    ended_at REAL,
    cleaned_at REAL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE RESTRICT,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE SET NULL
);
CREATE INDEX film_account_id ON film (account_id);
CREATE INDEX film_job_id ON film (job_id);
CREATE INDEX film_state_stage ON film (state, stage);
CREATE TABLE film_scene (
    film_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    line TEXT NOT NULL,
    narration TEXT NOT NULL,
    image_prompt TEXT NOT NULL,
    motion_prompt TEXT NOT NULL,
    picture TEXT,
    clip TEXT,
    voice TEXT,
    part TEXT,
    treatment TEXT NOT NULL,
    clip_model TEXT NOT NULL,
    picture_job_id INTEGER,
    clip_job_id INTEGER,
    picture_tries INTEGER NOT NULL,
    clip_tries INTEGER NOT NULL,
    fail_code TEXT NOT NULL,
    PRIMARY KEY (film_id, number),
    FOREIGN KEY (film_id) REFERENCES film (id) ON DELETE CASCADE,
    FOREIGN KEY (picture_job_id) REFERENCES job (id) ON DELETE SET NULL,
    FOREIGN KEY (clip_job_id) REFERENCES job (id) ON DELETE SET NULL
);
CREATE INDEX film_scene_picture_job_id ON film_scene (picture_job_id);
CREATE INDEX film_scene_clip_job_id ON film_scene (clip_job_id);
CREATE TABLE film_work (
    job_id INTEGER NOT NULL PRIMARY KEY,
    film_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    round INTEGER NOT NULL,
    price INTEGER NOT NULL,
    paid INTEGER NOT NULL,
    FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE,
    FOREIGN KEY (film_id) REFERENCES film (id) ON DELETE CASCADE
);
CREATE INDEX film_work_film_id ON film_work (film_id)
"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the tables and the indexes."""
    for statement in STATEMENTS.split(";"):
        db.execute_sql(statement)
