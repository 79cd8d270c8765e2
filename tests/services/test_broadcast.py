"""Segments, drafts, and the pump: who gets an outbox row, when, and what is made of its end."""

from __future__ import annotations

import pytest

from kiebot.services import audience as audiences
from kiebot.services import broadcast as service
from kiebot.services import broadcast_pump
from kiebot.services.access import Rules
from kiebot.services.audience import Audience, audience_of
from kiebot.services.broadcast import Post, button_of
from kiebot.services.broadcast_pump import MOST_AHEAD, REFUSED_AT_ONCE, pump
from kiebot.services.delivery import Place
from kiebot.store import access, accounts, broadcasts, forgetting, outbox, payments
from kiebot.store.broadcast_models import Broadcast, BroadcastRecipient
from kiebot.store.db import database, transaction, utc_now
from kiebot.store.models import Account, OutboxRow

RATE = 25.0
BROADCAST = 3


@pytest.fixture
def people(data_dir):
    """A hundred and twenty people who can be written to."""
    with transaction():
        return [accounts.of_user(1000 + number, language_code="en") for number in range(120)]


def start(audience="all", **fields):
    row = service.draft(Post("text", "news"), audience, author_id=None, place=Place(0, "en"))
    service.confirm(row.id, 1, Audience(audience, Rules()), **fields)
    return row.id


def queued():
    return OutboxRow.select().where(OutboxRow.lane == BROADCAST, OutboxRow.state == "queued").count()


def deliver(state="sent", most=1000):
    """The bot sends what is queued, or finds that it cannot."""
    found = list(OutboxRow.select().where(OutboxRow.lane == BROADCAST, OutboxRow.state == "queued").limit(most))
    for row in found:
        outbox.sent(row.id, 5000 + row.id) if state == "sent" else outbox.end(row.id, state, "refused")
    return len(found)


def states(broadcast_id):
    return broadcasts.counts(broadcast_id)


def finish(broadcast_id):
    for _ in range(20):
        pump(RATE)
        deliver()
    return broadcasts.get(broadcast_id)


# -- segments ------------------------------------------------------------------------------------------------------------------


def test_segments_count_only_those_who_can_be_written_to(data_dir):
    for user_id, code in ((1, "ru"), (2, "uk"), (3, "en-gb"), (4, "de"), (5, ""), (6, "ru"), (7, "ru"), (-8, "ru")):
        accounts.of_user(user_id, language_code=code)
    accounts.set_language(accounts.of_user(3).id, "ru")
    accounts.mark_blocked(6)
    Account.update(banned=True).where(Account.user_id == 7).execute()
    Account.update(seen_at=utc_now() - 40 * 86_400).where(Account.user_id == 4).execute()
    found = {
        name: Audience(name, Rules()).count() for name in ("all", "lang:ru", "lang:en", "lang:de", "active:30d", "active:2000h")
    }
    assert found == {"all": 5, "lang:ru": 3, "lang:en": 2, "lang:de": 1, "active:30d": 4, "active:2000h": 5}
    assert audiences.listed([1, 2, 6, 99, 1], Rules()).count() == 2


def test_paying_are_those_whose_payment_was_not_given_back(data_dir):
    for number, state in enumerate(("paid", "refunded", "offered"), 1):
        account = accounts.of_user(number)
        common = {"credits": 1, "amount": 1, "currency": "XTR", "chat_id": number, "language": "en", "expires_at": 0}
        payments.add(account.id, provider="stars", token=str(number), state=state, **common)
    assert Audience("paying", Rules()).count() == 1


def test_where_not_everybody_may_use_the_bot_strangers_are_not_written_to(data_dir):
    people = [accounts.of_user(number) for number in range(1, 6)]
    accounts.set_role(people[0].id, "admin")
    access.admit(people[1].id)
    rules = Rules(mode="allow-list", users=frozenset({3}))
    assert Audience("all", rules).count() == 3
    accounts.change_setting("access", {"mode": "open"})
    assert Audience("all", rules).count() == 5


@pytest.mark.parametrize(
    "words", ["", "everyone", "active", "active:0d", "active:30", "active:5w", "lang:", "lang:русский", "ids"]
)
def test_what_is_no_segment_is_refused(words):
    assert audience_of(words, Rules()) is None


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Read = https://example.com/?a=b", {"url": "https://example.com/?a=b"}),
        ("Chat=tg://resolve?domain=kiebot", {"url": "tg://resolve?domain=kiebot"}),
        ("Buy = /buy", {"data": "do:buy"}),
        ("No = /rm", None),
        ("No = javascript:alert(1)", None),
        ("No = https://", None),
        ("No = https://[", None),
        ("No = https://a b.com", None),
        ("= https://example.com", None),
        ("No target", None),
        ("x" * 65 + " = /buy", None),
    ],
)
def test_buttons_lead_to_addresses_and_known_commands(words, target):
    assert button_of(words) == (target and {"text": words.partition("=")[0].strip(), **target})


# -- the pump ------------------------------------------------------------------------------------------------------------------


def test_everybody_gets_one_row_and_never_more_than_fifty_wait(people):
    broadcast = start()
    pump(RATE)
    assert queued() == MOST_AHEAD
    pump(RATE)
    assert queued() == MOST_AHEAD
    assert deliver(most=20) == 20
    pump(RATE)
    assert queued() == MOST_AHEAD
    assert finish(broadcast).state == "done"
    assert states(broadcast) == {"sent": 120}
    assert OutboxRow.select(OutboxRow.chat_id).where(OutboxRow.lane == BROADCAST).distinct().count() == 120
    assert OutboxRow.select().where(OutboxRow.lane == BROADCAST).count() == 120


def test_the_admins_get_one_report(people):
    accounts.set_role(people[0].id, "admin")
    broadcast = start()
    finish(broadcast)
    pump(RATE)
    reports = [row.payload for row in OutboxRow.select() if row.payload.get("key") == "broadcast-report"]
    assert [(report["args"]["sent"], report["args"]["total"]) for report in reports] == [(120, 120)]


def test_rows_that_have_ended_do_not_repeat_the_post(people):
    broadcast = start()
    finish(broadcast)
    assert {row.payload["text"] for row in OutboxRow.select().where(OutboxRow.lane == BROADCAST)} == {""}
    assert outbox.words_of_message(1000, OutboxRow.get(OutboxRow.chat_id == 1000).message_id) == "news"


def test_who_blocks_or_is_banned_meanwhile_is_left_out(people):
    broadcast = start()
    accounts.mark_blocked(people[-1].user_id)
    Account.update(banned=True).where(Account.id == people[-2].id).execute()
    finish(broadcast)
    assert states(broadcast) == {"sent": 118, "blocked": 1, "skipped": 1}


def test_who_comes_after_the_confirmation_is_not_written_to(people):
    broadcast = start()
    accounts.of_user(9)
    assert finish(broadcast).total == 120
    assert states(broadcast) == {"sent": 120}


def test_a_pause_holds_what_is_written_and_a_resume_lets_it_go(people):
    broadcast = start()
    pump(RATE)
    on_its_way = OutboxRow.get(OutboxRow.lane == BROADCAST)
    assert service.pause(broadcast)
    assert queued() == 0
    outbox.sent(on_its_way.id, 1)  # it left before
    outbox.delay(on_its_way.id + 1, utc_now())  # it left, and nobody answered
    pump(RATE)
    assert (queued(), states(broadcast)["sent"]) == (0, 1)
    assert not service.pause(broadcast)
    assert service.resume(broadcast)
    assert queued() == MOST_AHEAD - 1
    assert finish(broadcast).state == "done"
    assert states(broadcast) == {"sent": 120}


def test_forgetting_a_talk_does_not_empty_a_post_that_is_held(people):
    broadcast = start()
    pump(RATE)
    service.pause(broadcast)
    forgetting.conversations(1000)
    service.resume(broadcast)
    assert OutboxRow.get(OutboxRow.chat_id == 1000).payload["text"] == "news"


def test_a_cancelled_broadcast_counts_what_arrives_after_all(people):
    broadcast = start()
    pump(RATE)
    on_its_way = OutboxRow.get(OutboxRow.lane == BROADCAST)
    assert service.cancel(broadcast)
    pump(RATE)
    assert states(broadcast) == {"pending": 70, "queued": 50}
    outbox.sent(on_its_way.id, 1)
    broadcasts.change(broadcast, ended_at=utc_now() - broadcast_pump.CALLS_END_S - 1)
    pump(RATE)
    pump(RATE)
    assert states(broadcast) == {"sent": 1, "skipped": 119}
    assert broadcasts.get(broadcast).reported_at is not None
    assert not service.cancel(broadcast)
    assert not service.resume(broadcast)


def test_a_broadcast_that_was_cancelled_before_it_began_took_no_time(people, caplog):
    broadcast = start(start_at=utc_now() + 3600)
    assert service.cancel(broadcast)
    broadcasts.change(broadcast, ended_at=utc_now() - broadcast_pump.CALLS_END_S - 1)
    with caplog.at_level("INFO"):
        pump(RATE)
    assert f"broadcast cancelled broadcast={broadcast} sent=0 blocked=0 failed=0 took=0s" in caplog.text


def test_a_post_that_telegram_refuses_pauses_by_itself(people):
    accounts.set_role(people[0].id, "admin")
    broadcast = start()
    pump(RATE)
    deliver("failed", most=REFUSED_AT_ONCE)
    pump(RATE)
    assert (broadcasts.get(broadcast).state, broadcasts.get(broadcast).reason) == ("paused", "refused")
    assert queued() == 0
    assert [row for row in OutboxRow.select() if row.payload.get("key") == "broadcast-refused"]


def test_some_failures_among_others_stop_nothing(people):
    broadcast = start()
    pump(RATE)
    deliver(most=1)
    deliver("failed", most=30)
    assert finish(broadcast).state == "done"
    assert states(broadcast) == {"sent": 90, "failed": 30}


def test_one_that_is_for_later_waits_for_its_time(people):
    broadcast = start(start_at=utc_now() + 3600)
    pump(RATE)
    assert (broadcasts.get(broadcast).state, queued()) == ("scheduled", 0)
    service.pause(broadcast)
    service.resume(broadcast)
    assert broadcasts.get(broadcast).state == "scheduled"
    broadcasts.change(broadcast, start_at=utc_now() - 1)
    pump(RATE)
    assert (broadcasts.get(broadcast).state, queued()) == ("running", MOST_AHEAD)


def test_two_at_once_share_the_fifty_and_the_older_goes_first(people):
    first, second = start(), start()
    pump(RATE)
    assert (states(first)["queued"], states(second)) == (MOST_AHEAD, {"pending": 120})
    finish(first)
    finish(second)
    assert (states(first), states(second)) == ({"sent": 120}, {"sent": 120})


def test_a_recipient_and_the_row_are_written_together(people):
    """A process that dies in between leaves neither: the row's key makes a second one impossible besides."""
    broadcast = start()
    database.execute_sql("CREATE TRIGGER broken BEFORE UPDATE ON broadcast_recipient BEGIN SELECT RAISE(ABORT, 'died'); END")
    with pytest.raises(Exception, match="died"):
        pump(RATE)
    assert (queued(), states(broadcast)) == (0, {"pending": 120})
    database.execute_sql("DROP TRIGGER broken")
    finish(broadcast)
    assert states(broadcast) == {"sent": 120}


def test_a_restored_backup_writes_the_same_messages_again(people):
    """Telegram knows them by their numbers, and sends none twice."""
    broadcast = start()
    pump(RATE)
    first = {row.chat_id: row.random_id for row in OutboxRow.select().where(OutboxRow.lane == BROADCAST)}
    database.execute_sql("UPDATE broadcast_recipient SET state = 'pending', outbox_row_id = NULL")
    OutboxRow.delete().execute()
    pump(RATE)
    assert {row.chat_id: row.random_id for row in OutboxRow.select().where(OutboxRow.lane == BROADCAST)} == first
    assert len(set(first.values())) == MOST_AHEAD
    assert broadcasts.get(broadcast).state == "running"


def test_the_author_sees_how_far_it_is(people):
    author = people[0]
    place = Place(author.user_id, "en")
    row = service.draft(Post("text", "news"), "all", author_id=author.id, place=place)
    service.confirm(row.id, 1, Audience("all", Rules()))
    status = outbox.add(
        author.user_id, "text", {"key": "x", "args": {}, "language": "en", "buttons": []}, lane=outbox.Lane.ANSWER
    )
    broadcasts.change(row.id, status_row=status.id)
    pump(RATE)
    told = OutboxRow.get(OutboxRow.edits == status.id)
    assert (told.payload["key"], told.payload["args"]["total"]) == ("broadcast-status", 120)


def test_drafts_that_nobody_sent_are_dropped_and_what_was_sent_stays(people):
    service.draft(Post("text", "never"), "all", author_id=None, place=Place(0, "en"))
    broadcast = start()
    finish(broadcast)
    assert broadcasts.drop_drafts(utc_now() + 1) == 1
    assert [row.id for row in Broadcast.select()] == [broadcast]
    assert BroadcastRecipient.select().count() == 120
