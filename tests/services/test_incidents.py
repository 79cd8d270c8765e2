"""Exceptions become one row per kind of trouble, without secrets, and the admins hear of each kind once."""

from __future__ import annotations

import re

import pytest

from kiebot.services import incidents
from kiebot.store import accounts
from kiebot.store import incidents as rows
from kiebot.store.models import Incident, OutboxRow

BOT_TOKEN = "7123456789:AAH9k3Jd0sLm2QpR5tUvWxYz1234567890a"
CANARIES = {
    "bot token": (f"GET https://api.telegram.org/bot{BOT_TOKEN}/getMe", BOT_TOKEN),
    "bare bot token": (f"token is {BOT_TOKEN}", "AAH9k3Jd0sLm2QpR5tUvWxYz"),
    "openai key": ("Incorrect API key provided: sk-proj-Zx81kQwErTyUiOpAsDfG", "Zx81kQwErTyUiOpAsDfG"),
    "authorization": ("headers={'Authorization': 'Bearer kie-0123456789'}", "kie-0123456789"),
    "query": ("GET https://files.example/1.png?sig=CANARYsig&expires=1 failed", "CANARYsig"),
    "credentials in a url": ("redis://user:CANARYpass@host/0", "CANARYpass"),
    "api hash": ("api_hash='CANARYhash01'", "CANARYhash01"),
    "password": ('{"password": "CANARY-pass word"}', "CANARY-pass"),
    "hex": ("key 0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
    "base64": ("blob QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk=", "QUJDREVGR0hJSktM"),
    "jwt": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2lnbmF0dXJl", "eyJzdWIi"),
    "cookie": ("Cookie: session=CANARYcookie", "CANARYcookie"),
}


@pytest.mark.parametrize("words", list(CANARIES), ids=str)
def test_nothing_secret_survives(words):
    text, secret = CANARIES[words]
    assert secret not in incidents.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        'File "/usr/lib/python3.11/site-packages/kiebot/services/generation.py", line 12, in request_one_more_picture',
        "KeyError: 'results'",
        "database is locked",
        "job=41 attempt=2 state=storing",
    ],
)
def test_what_helps_to_find_the_fault_stays(text):
    assert incidents.redact(text) == text


def fail_with(text):
    raise RuntimeError(text)


def record(text="boom", where=fail_with, **context):
    try:
        where(text)
    except RuntimeError as error:
        return incidents.record(error, process="worker", context=context)
    raise AssertionError


def test_an_incident_keeps_where_it_happened_and_no_secret(data_dir):
    code = record(f"cannot use {BOT_TOKEN}", job=41)
    (row,) = rows.listed()
    assert (row.code, row.kind, row.process, row.context, row.count) == (code, "RuntimeError", "worker", {"job": 41}, 1)
    assert re.fullmatch("[A-HJ-NP-Z2-9]{6}", code)
    assert row.location.startswith("test_incidents.py:")
    assert "fail_with" in row.traceback
    assert BOT_TOKEN not in row.traceback


def test_the_same_fault_is_counted_and_keeps_its_code(data_dir):
    assert {record(f"boom {number}") for number in range(5)} == {rows.listed()[0].code}
    assert rows.listed()[0].count == 5


def test_another_place_is_another_incident(data_dir):
    def elsewhere(text):
        raise RuntimeError(text)

    assert record() != record(where=elsewhere)


def test_a_taken_code_is_not_given_twice(data_dir):
    code = record()
    Incident.update(fingerprint="another").execute()
    assert record() != code


@pytest.fixture
def admins(data_dir):
    for user_id, language in ((1, "ru"), (2, "en")):
        accounts.set_role(accounts.of_user(user_id, language_code=language).id, "admin")
    accounts.of_user(3)


def told(key):
    return [(row.chat_id, row.payload["args"]) for row in OutboxRow.select() if row.payload["key"] == key]


def later(seconds):
    """Let time go by: what is on record becomes older."""
    Incident.update(
        first_seen_at=Incident.first_seen_at - seconds,
        last_seen_at=Incident.last_seen_at - seconds,
        notified_at=Incident.notified_at - seconds,
    ).execute()


def test_each_admin_hears_of_a_new_fault_once_in_their_language(admins):
    for _ in range(3):
        record()
    assert sorted((row.chat_id, row.payload["language"]) for row in OutboxRow.select()) == [(1, "ru"), (2, "en")]


def test_what_goes_on_is_told_in_a_digest_once_a_day(admins):
    code = record()
    for _ in range(6):
        record()
    assert incidents.digest() == 0
    later(incidents.DIGEST_AFTER_S + 1)
    assert (incidents.digest(), incidents.digest()) == (1, 0)
    assert [chat for chat, _ in told("incident-digest")] == [1, 2]
    assert told("incident-digest")[0][1] == {
        "kinds": 1, "more": 0, "lines": f"{code} · RuntimeError · {rows.listed()[0].location} · ×6",
    }  # fmt: skip
    record()
    assert incidents.digest() == 0, "a day has not gone by"
    later(incidents.DIGEST_AFTER_S + 1)
    assert incidents.digest() == 1


def test_a_storm_of_new_faults_is_a_few_messages_and_one_digest(admins):
    for number in range(30):
        incidents.alarm("storm", str(number), process="worker")
    assert len(told("incident-new")) == 2 * incidents.NEW_AN_HOUR
    assert incidents.digest() == 0
    later(incidents.DIGEST_OF_NEW_AFTER_S + 1)
    assert incidents.digest() == 30 - incidents.NEW_AN_HOUR
    assert [args["more"] for _, args in told("incident-digest")] == [30 - incidents.NEW_AN_HOUR - incidents.DIGEST_LINES] * 2
    incidents.alarm("storm", "after an hour", process="worker")
    assert len(told("incident-new")) == 2 * incidents.NEW_AN_HOUR + 2


def test_nothing_new_is_no_digest(admins):
    record()
    later(10 * incidents.DIGEST_AFTER_S)
    assert incidents.digest() == 0


def test_one_exception_is_counted_once_whoever_records_it(data_dir):
    with pytest.raises(RuntimeError) as raised:
        fail_with("boom")
    first = incidents.record(raised.value, process="bot")
    assert incidents.record(raised.value, process="bot", context={"job": 4}) == first
    (row,) = rows.listed()
    assert (row.count, row.context) == (1, {"job": 4})


def test_the_release_in_which_it_happened_last_is_kept(data_dir):
    record()
    Incident.update(version="0.0.1").execute()
    record()
    assert rows.listed()[0].version != "0.0.1"


def test_an_alarm_is_an_incident_per_subject(data_dir):
    first = incidents.alarm("provider-auth", "kie", process="worker", words=f"wrong key {BOT_TOKEN}")
    assert first == incidents.alarm("provider-auth", "kie", process="worker")
    assert first != incidents.alarm("provider-auth", "runway", process="worker")
    assert all(BOT_TOKEN not in row.traceback for row in rows.listed())
