"""A group that becomes a supergroup: everything that is still going on in it goes with it."""

from __future__ import annotations

from typing import Any

from kiebot.store import accounts, forms, inputs, jobs, outbox
from kiebot.store.broadcast_models import Broadcast
from kiebot.store.db import database, transaction
from kiebot.store.feedback_models import Feedback
from kiebot.store.film_models import Film
from kiebot.store.models import Document, Thread, Turn
from kiebot.store.money_models import Payment
from kiebot.store.order_models import InputFile, OrderForm
from kiebot.store.outbox import Lane
from kiebot.store.voice_models import Voice

OLD, NEW = -500, -100500


def move() -> None:
    with transaction():
        accounts.move_chat(OLD, NEW)


def tables_of_chats() -> list[str]:
    """The tables that say to which chat a row belongs."""
    return [table for table in database.get_tables() if any(column.name == "chat_id" for column in database.get_columns(table))]


def fill(account: Any) -> None:
    """A row of the old group in each of these tables."""
    accounts.chat(OLD, "group", "Boats")
    thread = Thread.create(chat_id=OLD)
    Document.create(account=account, chat_id=OLD, thread=thread, name="a.txt")
    turn = {"thread": thread, "account": account, "chat_id": OLD, "language": "en", "content": [{"type": "text", "text": "hi"}]}
    Turn.create(message_id=7, **turn)
    Turn.create(message_id=-(2**50), task="summary", **turn)
    with transaction(durable=True):
        job = jobs.add(order_key="m:1", account=account.id, chat_id=OLD, message_id=3, language="en", kind="voice")
    Voice.create(job=job.id, account=account, chat_id=OLD, message_id=3, kind="voice", message={}, talk=True)
    inputs.add(account=account.id, chat_id=OLD, message_id=4, kind="image", file_id="F")
    forms.begin(account.id, OLD, model="any", order_message_id=5)
    offer = {"provider": "stars", "token": "t", "credits": 5, "amount": 3, "currency": "XTR", "language": "en"}
    Payment.create(account=account, chat_id=OLD, expires_at=0, **offer)
    Feedback.create(account=account, chat_id=OLD, text="good")
    Broadcast.create(author=account, chat_id=OLD, kind="text", post={})
    Film.create(account=account, chat_id=OLD, message_id=6, language="en")
    outbox.add(OLD, "text", {"markdown": "hello", "language": "en"}, lane=Lane.ANSWER)


def test_every_table_that_knows_chats_goes_along(account: Any) -> None:
    fill(account)
    tables = sorted(tables_of_chats())
    before = {table: chats_in(table) for table in tables}
    assert before == {table: {OLD} for table in tables}, "a new table belongs into fill() and move_chat()"
    move()
    assert {table: chats_in(table) for table in tables} == {table: {NEW} for table in tables}


def chats_in(table: str) -> set[int]:
    return {chat_id for (chat_id,) in database.execute_sql(f"SELECT chat_id FROM {table}").fetchall()}


def test_messages_of_the_old_group_are_not_taken_for_those_of_the_new_one(account: Any) -> None:
    fill(account)
    move()
    assert not inputs.is_known(NEW, 4)
    assert (InputFile.get().message_id, OrderForm.get().order_message_id) == (0, 0)
    assert [turn.message_id for turn in Turn.select().order_by(Turn.id)] == [-1, -(2**50)]


def test_a_form_that_was_begun_in_the_new_group_already_stays(account: Any) -> None:
    forms.begin(account.id, OLD, model="old")
    forms.begin(account.id, NEW, model="new")
    move()
    assert [(form.chat_id, form.model) for form in OrderForm.select()] == [(NEW, "new")]
