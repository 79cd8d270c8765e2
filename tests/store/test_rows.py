import pytest
from peewee import IntegrityError

from kiebot.store import rows, threads
from kiebot.store.models import Account, Chat, Thread, Turn

pytestmark = pytest.mark.usefixtures("data_dir")


def test_a_row_that_was_written_reads_as_peewee_reads_it():
    chat = rows.insert(Chat, chat_id=7, kind="private", settings={"style": "short", "words": ["ж", None, 1.5, True]})
    found = Chat.get_by_id(chat.id)
    assert found.__data__ == rows.by_id(Chat, chat.id).__data__
    assert all(getattr(chat, name) == value for name, value in found.__data__.items())


def test_what_peewee_wrote_reads_the_same():
    account = Account.create(user_id=1, name="Аня", free=True)
    found = rows.find(Account, "SELECT * FROM account WHERE user_id = ?", 1)
    assert found.__data__ == Account.get_by_id(account.id).__data__
    assert (found.free, found.banned) == (True, False)


def test_what_is_not_given_is_written_by_default():
    thread = rows.insert(Thread, chat_id=1)
    assert (thread.topic_id, thread.active, thread.name) == (0, True, "")
    assert thread.created_at > 0


def test_a_change_writes_these_fields_only():
    chat = rows.insert(Chat, chat_id=7, kind="group", title="old")
    assert rows.change(Chat, chat.id, settings={"a": [1]}, title="new")
    found = Chat.get_by_id(chat.id)
    assert (found.settings, found.title, found.kind) == ({"a": [1]}, "new", "group")
    assert not rows.change(Chat, chat.id + 1, title="nobody")


def test_references_are_written_by_id_and_followed():
    account, thread = rows.insert(Account, user_id=1), rows.insert(Thread, chat_id=1)
    turn = rows.insert(Turn, thread=thread.id, account=account.id, chat_id=1, message_id=1, language="en", content=[])
    found = rows.by_id(Turn, turn.id)
    assert (found.thread_id, found.account_id, found.thread.chat_id, found.content) == (thread.id, account.id, 1, [])
    assert rows.change(Turn, turn.id, placeholder=None)


def test_the_database_refuses_what_it_refuses():
    rows.insert(Account, user_id=1)
    with pytest.raises(IntegrityError):
        rows.insert(Account, user_id=1)


def test_all_rows_in_the_order_that_was_asked_for():
    for chat_id in (3, 1, 2):
        rows.insert(Thread, chat_id=chat_id)
    found = rows.find_all(Thread, "SELECT id, chat_id FROM thread WHERE chat_id > ? ORDER BY chat_id", 1)
    assert [row.chat_id for row in found] == [2, 3]
    assert rows.find(Thread, "SELECT * FROM thread WHERE chat_id = ?", 9) is None


def test_a_row_that_was_found_can_be_saved_as_ever():
    thread = threads.active(1, 0)
    found = rows.by_id(Thread, thread.id)
    found.name = "named"
    found.save()
    assert Thread.get_by_id(thread.id).name == "named"
