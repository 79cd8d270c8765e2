"""`kiebot-admin users`: ban, unban, requests, export, delete; what the operator looks at is on record for ever."""

from __future__ import annotations

import json
import zipfile

import pytest

from kiebot.services import billing
from kiebot.store import access, accounts, db, ledger, threads

WISH, QUESTION, ANSWER = "a secret wish", "a secret question", "a secret answer"


@pytest.fixture
def admin(filled, stored):
    """Ann (77) has two jobs, one answered question and 10 credits."""

    def talk():
        account = accounts.by_user(77)
        content = [{"type": "text", "text": QUESTION}]
        turn = threads.add_turn(
            thread=threads.active(77, 0).id, account=account.id, chat_id=77, message_id=9, language="en", content=content
        )
        threads.end_turn(turn.id, "answered", answer=ANSWER)
        with db.transaction(durable=True):
            ledger.add(account.id, "bonus", 10, "grant:1")

    stored(talk)
    return filled


def actions(stored):
    return [(row.action, row.account_id) for row in stored(lambda: access.actions(9))]


def test_a_ban_holds_at_once_until_it_is_lifted_and_both_are_on_record(admin, stored):
    assert admin.json("users", "ban", "77", "--reason", "spam", "--yes")["changed"] is True
    assert stored(lambda: accounts.by_user(77).banned)
    assert admin.json("users", "ban", "77", "--yes")["changed"] is False
    assert admin.json("users", "unban", "77", "--yes")["changed"] is True
    assert not stored(lambda: accounts.by_user(77).banned)
    assert actions(stored) == [("unban", 1), ("ban", 1)]
    assert stored(lambda: access.actions(9))[1].detail == {"reason": "spam"}


def test_an_admin_is_neither_banned_nor_erased(admin):
    admin.file.write_text(admin.file.read_text() + "telegram.admins = [77]\n")
    assert admin("users", "ban", "77", "--yes").exit_code == 1
    assert admin("users", "delete", "77", "--yes").exit_code == 1


def test_requests_are_shown_without_a_word_of_the_person_and_nobody_needs_to_know(admin, stored):
    rows = admin.json("users", "requests", "77")
    assert [(row["kind"], row["outcome"], row["credits"]) for row in rows] == [
        ("chat", "answered", 0), ("generation", "failed: moderation", 0), ("generation", "done", 0),
    ]  # fmt: skip
    for shown in (json.dumps(rows), admin("users", "requests", "77").output):
        assert "secret" not in shown
    assert actions(stored) == []


def test_looking_at_texts_is_asked_for_and_recorded_before_anything_is_shown(admin, stored):
    refused = admin("users", "requests", "77", "--text", given="n\n")
    assert refused.exit_code == 1
    assert "secret" not in refused.output
    assert actions(stored) == []
    shown = admin("users", "requests", "77", "--text", "--reason", "complaint 5", "--yes").output
    assert all(words in shown for words in (WISH, QUESTION, ANSWER))
    assert actions(stored) == [("read-texts", 1)]
    assert stored(lambda: access.actions(1))[0].detail["reason"] == "complaint 5"


def test_the_export_is_the_one_that_people_get_readable_by_the_operator_alone(admin, stored, tmp_path):
    path = tmp_path / "ann.zip"
    assert admin.json("users", "export", "77", "--output", str(path))["bytes"] == path.stat().st_size
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert QUESTION in archive.read("messages.json").decode()
    assert actions(stored) == [("export", 1)]
    assert admin("users", "export", "77", "--output", str(path)).exit_code == 1


def test_deleting_asks_first_then_leaves_only_sums(admin, stored):
    assert admin("users", "delete", "77", given="n\n").exit_code == 1
    assert admin.json("users", "delete", "77", "--dry-run")["deleted"] is False
    assert stored(lambda: accounts.by_user(77)) is not None
    assert admin.json("users", "delete", "77", "--yes") == {"account": 1, "balance": 10, "deleted": True}
    assert stored(lambda: accounts.by_user(77)) is None
    left = stored(lambda: "\n".join(db.database.connection().iterdump()))
    assert "secret" not in left
    assert "Ann" not in left
    assert stored(lambda: ledger.balance(1)) == 10
    assert stored(billing.verify).problems == []
    assert actions(stored) == [("delete", 1)]
    assert admin("users", "show", "77").exit_code == 1


def test_of_who_is_deleted_the_jobs_remain_without_a_number_and_none_is_ordered_again(admin):
    admin("users", "delete", "77", "--yes")
    assert [(job["id"], job["user"]) for job in admin.json("jobs", "list")] == [(2, "deleted"), (1, "deleted")]
    assert "Ban account (deleted)?" in admin("users", "ban", "account:1", given="n\n").stderr
    done = admin("jobs", "retry", "2", "--yes")
    assert (done.exit_code, done.stderr) == (1, "kiebot-admin: whoever ordered job 2 is deleted: nobody is left to get it\n")
