"""The migrations make what the models say, and the database keeps its promises by itself."""

from __future__ import annotations

import sqlite3

import pytest
from peewee import IntegrityError, SqliteDatabase

from kiebot.store import access, accounts, ledger
from kiebot.store.access_models import ACCESS_MODELS, OperatorAction
from kiebot.store.broadcast_models import BROADCAST_MODELS
from kiebot.store.db import database, transaction
from kiebot.store.feedback_models import FEEDBACK_MODELS
from kiebot.store.film_models import FILM_MODELS
from kiebot.store.models import MODELS, LedgerEntry
from kiebot.store.money_models import MONEY_MODELS
from kiebot.store.order_models import ORDER_MODELS
from kiebot.store.voice_models import VOICE_MODELS

OWN_INDEXES = {
    "thread_one_active",
    "turn_open",
    "outbox_row_queued",
    "job_open",
    "bot_call_queued",
    "input_file_fetching",
    "request_counted",
    "voice_heard",
    "account_created_at",
    "account_seen_at",
    "account_blocked",
    "job_created_at",
    "job_figures",
    "ledger_entry_figures",
    "outbox_row_failed",
    "outbox_row_sent",
    "turn_figures",
}  # partial ones, which no model can say, and those that only the figures are read from


ALL = (*MODELS, *ORDER_MODELS, *VOICE_MODELS, *MONEY_MODELS, *BROADCAST_MODELS, *FEEDBACK_MODELS, *ACCESS_MODELS, *FILM_MODELS)


def columns(connection, table):
    rows = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    return {name: (kind.replace("BIGINT", "INTEGER"), bool(required), bool(key)) for _, name, kind, required, _, key in rows}


def foreign_keys(connection, table):
    rows = connection.execute(f'PRAGMA foreign_key_list("{table}")').fetchall()
    return {(row[3], row[2], row[6]) for row in rows}


def indexes(connection, table):
    found = {}
    for _, name, unique, origin, *_ in connection.execute(f'PRAGMA index_list("{table}")').fetchall():
        if origin == "c" and name not in OWN_INDEXES:
            covered = tuple(row[2] for row in connection.execute(f'PRAGMA index_info("{name}")').fetchall())
            found[covered] = bool(unique)
    return found


@pytest.fixture
def by_models(tmp_path):
    """A database made from the models alone."""
    path = tmp_path / "models.db"
    made = SqliteDatabase(str(path))
    with made.bind_ctx(ALL):
        made.create_tables(ALL)
    made.close()
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


@pytest.fixture
def by_migrations(data_dir):
    return database.connection()


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__)
def test_migrations_and_models_agree(by_models, by_migrations, model):
    table = model._meta.table_name
    made = columns(by_migrations, table)
    assert {name: kind for name, (kind, *_) in made.items()} == {n: k for n, (k, *_) in columns(by_models, table).items()}
    assert made == columns(by_models, table)
    assert foreign_keys(by_migrations, table) == foreign_keys(by_models, table)
    assert indexes(by_migrations, table) == indexes(by_models, table)


def test_no_table_is_without_a_model(by_migrations):
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'document_words%'"
    rows = by_migrations.execute(query).fetchall()  # the index of words is a virtual table: peewee needs no model for it
    assert {name for (name,) in rows} - {"schema_migration"} == {model._meta.table_name for model in ALL}


def test_a_ledger_entry_can_neither_be_changed_nor_removed_nor_have_the_wrong_sign(data_dir):
    account = accounts.of_user(7)
    with transaction(durable=True):
        ledger.add(account.id, "topup", 10, "topup:1")
    with pytest.raises(IntegrityError, match="never changed"):
        LedgerEntry.update(credits=1000).execute()
    with pytest.raises(IntegrityError, match="never changed"):
        LedgerEntry.delete().execute()
    with pytest.raises(IntegrityError), transaction(durable=True):
        ledger.add(account.id, "topup", -5, "topup:2")
    assert ledger.balance(account.id) == 10


@pytest.mark.parametrize("asked", [0, 1], ids=["as it is", "with recursive triggers"])
def test_a_ledger_entry_is_never_overwritten_by_another_one(data_dir, asked):
    account = accounts.of_user(7)
    with transaction(durable=True):
        ledger.add(account.id, "topup", 10, "topup:1")
    database.execute_sql(f"PRAGMA recursive_triggers = {asked}")
    values = {"account": account.id, "kind": "topup", "credits": 1000}
    for same in ({"idempotency_key": "topup:1"}, {"id": 1, "idempotency_key": "topup:2"}):
        with pytest.raises(IntegrityError, match="never replaced"):
            LedgerEntry.insert(**values, **same).on_conflict_replace().execute()
    with pytest.raises(IntegrityError, match="never replaced"):
        LedgerEntry.insert(**values, idempotency_key="topup:1").on_conflict(
            conflict_target=[LedgerEntry.idempotency_key], update={LedgerEntry.credits: 1000}
        ).execute()
    with pytest.raises(IntegrityError, match="never changed"):
        database.execute_sql("UPDATE OR REPLACE ledger_entry SET credits = 1000")
    assert ledger.balance(account.id) == 10


def test_what_the_operator_did_can_neither_be_changed_nor_removed_nor_replaced(data_dir):
    access.note_action("read-texts", 5, kinds=["chat"])
    for change in (
        OperatorAction.update(account_id=6),
        OperatorAction.delete(),
        OperatorAction.insert(id=1, action="ban", operator="x").on_conflict_replace(),
    ):
        with pytest.raises(IntegrityError, match="never"):
            change.execute()
    assert [(row.action, row.account_id) for row in access.actions(9)] == [("read-texts", 5)]
