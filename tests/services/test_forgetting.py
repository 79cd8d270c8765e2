"""What goes when somebody wants to be forgotten or time is up, what stays, and what people are given of it before."""

from __future__ import annotations

import json

import pytest

from kiebot.services import documents, export, forgetting
from kiebot.services.delivery import Place, say_markdown
from kiebot.store import accounts, jobs, threads
from kiebot.store import documents as rows
from kiebot.store import passages as passage_rows
from kiebot.store.db import database, utc_now
from kiebot.store.feedback_models import FEEDBACK_MODELS
from kiebot.store.models import MODELS, Document, OutboxRow, Turn
from kiebot.store.money_models import MONEY_MODELS
from kiebot.store.outbox import sent
from kiebot.store.passages import Cut

GROUP = -500
DAY_S = 24 * 3600
# What holds an account but is not the person's own: who said what of a message of ours, and what limits and keys need.
NOT_EXPORTED = {"outbox_row", "document_choice"}


@pytest.fixture
def bob(data_dir):
    return accounts.of_user(8, name="Bob")


@pytest.fixture
def keep(limits):
    def keep(account, chat_id, text="The treasure lies under the oak."):
        number = Document.select().count() + 1
        job_id = documents.receive(
            account.id, Place(chat_id, "en"), thread_id=threads.active(chat_id, 0).id, message_id=number, name="secret.txt",
            mime="text/plain", size_bytes=1, file_ref={}, order_key=f"m:{chat_id}:{number}", question="", limits=limits,
        )  # fmt: skip
        document = rows.of_job(job_id)
        rows.write_pages(document.id, [{"number": 1, "text": text, "method": "text"}], state="ready")
        passage_rows.write(document.id, [Cut(1, 0, len(text), "treasur oak")])
        jobs.move(job_id, ("queued",), "done")
        return rows.get(document.id)

    return keep


@pytest.fixture
def talk():
    def talk(account, chat_id, words):
        number = Turn.select().count() + 100
        thread = threads.active(chat_id, 0)
        turn = threads.add_turn(
            thread=thread.id, account=account.id, chat_id=chat_id, message_id=number, language="en",
            content=[{"type": "text", "text": words}],
        )  # fmt: skip
        row = say_markdown(Place(chat_id, "en"), f"You said {words}", dedup_key=f"answer:{turn.id}:0")
        sent(row, number + 1000)
        threads.end_turn(turn.id, "answered", answer=f"You said {words}", answer_row=row)
        return turn

    return talk


def everywhere(words):
    """The tables in which these words stand."""
    found = set()
    for (table,) in database.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        cursor = database.execute_sql(f'SELECT * FROM "{table}"')
        if any(words in str(row) for row in cursor.fetchall()):
            found.add(table)
    return found


def test_a_forgotten_document_leaves_neither_text_nor_name_nor_file(keep, account, data_dir):
    document = keep(account, 7)
    path = documents.original(data_dir, document.id)
    path.parent.mkdir()
    path.write_text("The treasure")
    forgetting.forget_document(document, data_dir)
    OutboxRow.delete().where(OutboxRow.state == "queued").execute()
    forgetting.forget_old(data_dir, documents_days=0, chat_days=0)
    assert everywhere("treasur") == everywhere("secret.txt") == set()
    assert (rows.get(document.id).state, path.exists()) == ("forgotten", False)


def test_in_private_everything_of_the_chat_goes(keep, talk, account, bob, data_dir):
    keep(account, 7)
    talk(account, 7, "apples")
    keep(bob, 8, "Bob's text")
    talk(bob, 8, "pears")
    forgetting.forget_here(account.id, 7, data_dir)
    assert everywhere("apples") == set()
    assert everywhere("treasure") == set()
    assert everywhere("pears") == {"turn", "outbox_row"}
    assert rows.count_ready(8) == 1


def test_in_a_group_only_ones_own_goes(keep, talk, account, bob, data_dir):
    keep(account, GROUP)
    keep(bob, GROUP, "Bob's text")
    talk(account, GROUP, "apples")
    talk(bob, GROUP, "pears")
    threads.summarise(threads.active(GROUP, 0).id, "They spoke of apples", 1)
    forgetting.forget_here(account.id, GROUP, data_dir)
    assert everywhere("apples") == set()
    assert everywhere("pears") == {"turn", "outbox_row"}
    assert [document.account_id for document in rows.listed(GROUP, 10)] == [bob.id]


def test_everywhere_means_the_private_chat_and_all_groups(keep, talk, account, data_dir):
    keep(account, 7)
    keep(account, GROUP)
    talk(account, GROUP, "apples")
    forgetting.forget_everywhere(account.id, 7, data_dir)
    assert everywhere("apples") == everywhere("treasure") == set()
    assert accounts.get(account.id).user_id == 7, "orders and credits still have somebody they belong to"


def test_what_is_older_than_the_operator_keeps_it_goes_and_0_is_for_ever(keep, talk, account, data_dir):
    old, young = keep(account, 7), keep(account, 7, "young")
    turn = talk(account, 7, "apples")
    rows.change(old.id, created_at=utc_now() - 10 * DAY_S)
    threads.change_turn(turn.id, created_at=utc_now() - 10 * DAY_S)
    OutboxRow.update(created_at=utc_now() - 10 * DAY_S).where(OutboxRow.id == threads.turn(turn.id).answer_row).execute()
    stray = documents.original(data_dir, 999)
    stray.parent.mkdir()
    stray.write_text("of no document")
    assert forgetting.forget_old(data_dir, documents_days=0, chat_days=0) == 0
    assert not stray.exists()
    assert forgetting.forget_old(data_dir, documents_days=9, chat_days=9) == 1
    assert [document.id for document in rows.listed(7, 10)] == [young.id]
    assert everywhere("apples") == set()


def test_a_question_that_waits_for_its_answer_is_never_too_old(account, data_dir):
    thread = threads.active(7, 0)
    turn = threads.add_turn(
        thread=thread.id, account=account.id, chat_id=7, message_id=1, language="en", content=[], created_at=1.0
    )
    forgetting.forget_old(data_dir, documents_days=9, chat_days=9)
    assert threads.turn(turn.id) is not None


def test_the_export_has_the_texts_and_every_table_that_knows_the_person(keep, talk, account, bob):
    keep(account, 7)
    talk(account, 7, "apples")
    talk(bob, 8, "pears")
    files = {name: "".join(pieces) for name, pieces in export.files(account.id)}
    assert "under the oak" in next(text for name, text in files.items() if name.startswith("documents/"))
    assert "apples" in files["messages.json"]
    assert not any("pears" in text for text in files.values())
    assert all(isinstance(json.loads(text), list) for name, text in files.items() if name.endswith(".json"))
    assert json.loads(files["account.json"])[0]["user_id"] == 7


def test_no_table_with_an_account_is_left_out_of_the_export():
    known = " ".join(export.rows.TABLES.values())
    tables = [model._meta.table_name for model in (*MODELS, *MONEY_MODELS, *FEEDBACK_MODELS) if "account" in model._meta.fields]
    assert [table for table in tables if f"FROM {table} " not in known + " " and table not in NOT_EXPORTED] == []


def test_one_export_at_a_time_and_the_same_order_once(account, queue):
    where = Place(7, "en")
    job_id = export.request(account.id, where, order_key="e:7:1", queue=queue)
    assert export.request(account.id, where, order_key="e:7:1", queue=queue) == job_id
    with pytest.raises(Exception, match="limit-jobs"):
        export.request(account.id, where, order_key="e:7:2", queue=queue)
    assert queue.woken == [job_id]
