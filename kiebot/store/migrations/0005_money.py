"""Payments, promo codes and referrals, and what an answer cost. Frozen."""

from __future__ import annotations

from peewee import SqliteDatabase
from playhouse.migrate import SchemaMigrator

STATEMENTS = """
ALTER TABLE turn ADD COLUMN price INTEGER NOT NULL DEFAULT 0;

CREATE TABLE payment (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    token TEXT NOT NULL,
    credits INTEGER NOT NULL CHECK (credits > 0),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    external_id TEXT,
    url TEXT NOT NULL,
    chat_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    message_row INTEGER,
    detail TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    paid_at REAL,
    refunded_at REAL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX payment_account_id ON payment (account_id);
CREATE UNIQUE INDEX payment_token ON payment (token);
CREATE UNIQUE INDEX payment_provider_external_id ON payment (provider, external_id);
CREATE INDEX payment_provider_state ON payment (provider, state);

CREATE TABLE promo_code (
    id INTEGER NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    credits INTEGER NOT NULL CHECK (credits > 0),
    expires_at REAL,
    total_limit INTEGER,
    per_user_limit INTEGER NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0 AND (total_limit IS NULL OR used <= total_limit)),
    disabled INTEGER NOT NULL,
    note TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE UNIQUE INDEX promo_code_code ON promo_code (code);

CREATE TABLE promo_redemption (
    promo_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    created_at REAL NOT NULL,
    PRIMARY KEY (promo_id, account_id, number),
    FOREIGN KEY (promo_id) REFERENCES promo_code (id) ON DELETE RESTRICT,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX promo_redemption_promo_id ON promo_redemption (promo_id);
CREATE INDEX promo_redemption_account_id ON promo_redemption (account_id);

CREATE TABLE referral (
    account_id INTEGER NOT NULL PRIMARY KEY,
    inviter_id INTEGER NOT NULL CHECK (inviter_id != account_id),
    created_at REAL NOT NULL,
    paid_at REAL,
    FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
    FOREIGN KEY (inviter_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX referral_inviter_id ON referral (inviter_id)
"""


def up(migrator: SchemaMigrator, db: SqliteDatabase) -> None:
    """Create the tables, the column and the indexes."""
    for statement in STATEMENTS.split(";"):
        db.execute_sql(statement)
