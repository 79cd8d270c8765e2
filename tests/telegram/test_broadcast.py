"""/admin → Broadcast: composing a post, and steering one that is on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiebot.services import broadcast as service
from kiebot.services import waiting
from kiebot.services.incoming import Entity
from kiebot.store import accounts, broadcasts, outbox
from kiebot.store.broadcast_models import Broadcast, BroadcastRecipient
from kiebot.store.db import utc_now
from kiebot.store.models import Account, OutboxRow
from kiebot.telegram.handlers.broadcast import HOME
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.table import COMMANDS
from tests.telegram.phone import GROUP, Phone, Shown

ADMIN, PEOPLE = 7, (21, 22, 23)


@pytest.fixture
def studio(desk: Desk) -> Intake:
    for user_id in PEOPLE:
        accounts.of_user(user_id, language_code="ru" if user_id == 21 else "de")
    return Intake(replace(desk, admins=frozenset({ADMIN})))


@pytest.fixture
def boss(studio: Intake) -> Phone:
    phone = Phone(studio, ADMIN)
    phone.say("/help")
    return phone


def compose(boss: Phone, words: str = "**News**", **more: Any) -> Shown:
    boss.press_data(HOME, boss.last())
    return boss.say(words, **more)


def newest() -> Any:
    return Broadcast.select().order_by(Broadcast.id.desc()).get()


def recipients() -> set[int]:
    joined = BroadcastRecipient.select(BroadcastRecipient, Account).join(Account)
    return {row.account.user_id for row in joined}


def test_a_post_is_shown_as_it_will_look_and_goes_out_only_after_a_second_yes(boss: Phone) -> None:
    draft = compose(boss)
    preview = OutboxRow.get_by_id(newest().preview_row)
    assert (preview.payload["text"], preview.payload["entities"]) == ("News", [["bold", 0, 4, None, None]])
    assert draft.key == "broadcast-draft"
    assert "4 people" in draft.text  # the admin as well
    sure = boss.press("Send")
    assert (sure.key, newest().state) == ("broadcast-sure", "draft")
    status = boss.press("Yes")
    assert (status.key, newest().state, newest().total) == ("broadcast-status", "scheduled", 4)
    assert recipients() == {ADMIN, *PEOPLE}
    assert newest().status_row == status.row


def test_formatting_and_files_are_taken_as_they_were_sent(boss: Phone) -> None:
    boss.press_data(HOME, boss.last())
    boss.file("video", "look *here*", "video/mp4", entities=(Entity("italic", 0, 4),))
    post = newest().post
    assert (newest().kind, post["text"], post["entities"][0][:3]) == ("video", "look *here*", ["italic", 0, 4])
    assert post["file"]["file_id"].startswith("tg-video")


def test_a_forwarded_text_is_no_markdown(boss: Phone) -> None:
    compose(boss, "2 * 3 * 4", forwarded=True)
    assert newest().post["text"] == "2 * 3 * 4"


def test_buttons_lead_to_pages_and_commands(boss: Phone) -> None:
    draft = compose(boss)
    assert boss.press("Add a button", draft).key == "broadcast-button-ask"
    assert boss.say("Buy now").key == "broadcast-button-wrong"
    boss.say("Read = https://example.com/a?b=c")
    boss.press("Add a button")
    boss.say("Buy = /buy")
    assert newest().post["buttons"] == [
        [{"text": "Read", "url": "https://example.com/a?b=c"}],
        [{"text": "Buy", "data": "do:buy"}],
    ]
    boss.press("Without buttons")
    assert newest().post["buttons"] == []


def test_a_command_button_runs_the_command_for_whoever_presses_it(studio: Intake) -> None:
    reader = Phone(studio, 21, "en")
    shown = reader.say("/help")
    assert reader.press_data("do:lang", shown).key == "lang"
    reader.press_data("do:admin", shown)
    assert reader.notice == "button-old"


def test_every_command_that_a_button_may_run_exists() -> None:
    assert set(service.COMMANDS) <= set(COMMANDS)


def test_a_segment_is_chosen_with_its_number_of_people(boss: Phone) -> None:
    draft = compose(boss)
    choices = boss.press("Choose who", draft)
    shown = [words for words, _ in choices.buttons]
    assert any(words.endswith("Russian: 1") for words in shown)
    assert any("in the last 30 days: " in words for words in shown)
    assert "1 person" in boss.press("to:1:lang:ru").text
    boss.press("Send")
    boss.press("Yes")
    assert recipients() == {21}


MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def in_moscow(desk: Desk) -> Phone:
    """An administrator whose clock is Moscow's."""
    phone = Phone(Intake(replace(desk, admins=frozenset({ADMIN}), timezone="Europe/Moscow")), ADMIN)
    phone.say("/help")
    return phone


def at(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, MOSCOW):%Y-%m-%d %H:%M} (Europe/Moscow)"


def test_it_goes_out_now_unless_a_time_is_chosen(in_moscow: Phone) -> None:
    draft = compose(in_moscow)
    assert "When: now." in draft.text
    assert "Europe/Moscow" in in_moscow.press("Choose when", draft).text
    in_moscow.press("In an hour")
    assert newest().start_at == pytest.approx(utc_now() + 3600, abs=5)
    draft = in_moscow.last()
    assert f"When: {at(newest().start_at)}." in draft.text
    in_moscow.press("Choose when", draft)
    assert "When: now." in in_moscow.press("Now").text


def test_a_time_that_is_typed_is_the_operators_and_is_kept_until_it_comes(in_moscow: Phone) -> None:
    in_moscow.press("Choose when", compose(in_moscow))
    assert in_moscow.press("Another time").key == "broadcast-time-ask"
    assert in_moscow.say("soon").key == "broadcast-time-wrong"
    assert in_moscow.say("2020-01-01 10:00").key == "broadcast-time-past"
    draft = in_moscow.say("tomorrow 9:30")
    tomorrow = datetime.now(MOSCOW) + timedelta(days=1)
    expected = tomorrow.replace(hour=9, minute=30, second=0, microsecond=0).timestamp()
    assert (draft.key, newest().start_at) == ("broadcast-draft", expected)
    assert at(expected) in in_moscow.press("Send").text
    status = in_moscow.press("Yes")
    assert (newest().state, newest().start_at) == ("scheduled", expected)
    assert f"goes out {at(expected)}" in status.text


def test_tomorrow_at_ten_is_one_press(in_moscow: Phone) -> None:
    in_moscow.press("Choose when", compose(in_moscow))
    in_moscow.press("Tomorrow 10:00")
    found = datetime.fromtimestamp(newest().start_at, MOSCOW)
    assert (f"{found:%H:%M}", found.date()) == ("10:00", datetime.now(MOSCOW).date() + timedelta(days=1))


def test_a_time_that_is_over_when_the_yes_comes_sends_nothing(in_moscow: Phone) -> None:
    in_moscow.press("Choose when", compose(in_moscow))
    sure = in_moscow.press("Send", in_moscow.press("In an hour"))
    Broadcast.update(start_at=utc_now() - 1).execute()
    in_moscow.press("Yes", sure)
    assert (in_moscow.notice, newest().state) == ("broadcast-time-past", "draft")


@pytest.mark.parametrize("stale", ["changed", "replaced", "discarded", "sent"])
def test_the_yes_of_an_older_draft_does_nothing(boss: Phone, stale: str) -> None:
    old = boss.press("Send", compose(boss))
    yes = old.data("Yes")
    if stale == "changed":
        boss.press("Back", old)
        boss.press("Choose who")
        boss.press("lang:ru")
    elif stale == "replaced":
        compose(boss, "another one")
    elif stale == "discarded":
        boss.press("Discard", boss.press("Back", old))
    else:
        boss.press_data(yes, old)
    before = BroadcastRecipient.select().count()
    boss.press_data(yes, old)
    assert boss.notice == "broadcast-old"
    assert BroadcastRecipient.select().count() == before


def test_nobody_but_admins_composes_or_steers(boss: Phone, studio: Intake) -> None:
    yes = boss.press("Send", compose(boss)).data("Yes")
    stranger = Phone(studio, 21)
    shown = stranger.say("/help")
    for data in (HOME, "bc:new", yes, f"bc:{newest().id}:pause", f"bc:{newest().id}:stop"):
        stranger.press_data(data, shown)
        assert stranger.notice == "broadcast-admins"
    assert newest().state == "draft"


def test_in_a_group_nothing_is_composed(boss: Phone, studio: Intake) -> None:
    there = Phone(studio, ADMIN, chat=GROUP)
    there.press_data(HOME, there.say("/help"))
    assert there.notice == "broadcast-admins"


def test_another_admins_draft_is_not_ones_own(desk: Desk) -> None:
    studio = Intake(replace(desk, admins=frozenset({ADMIN, 8})))
    first, second = Phone(studio, ADMIN), Phone(studio, 8)
    first.say("/help")
    shown = second.say("/help")
    yes = first.press("Send", compose(first)).data("Yes")
    second.press_data(yes, shown)
    assert second.notice == "broadcast-old"


def test_a_command_in_between_ends_the_composing(boss: Phone) -> None:
    boss.press_data(HOME, boss.last())
    boss.say("/help")
    assert waiting.expected(ADMIN) == ""
    boss.say("just talk")
    assert Broadcast.select().count() == 0


def test_an_album_and_what_is_too_long_are_asked_for_again(boss: Phone) -> None:
    boss.press_data(HOME, boss.last())
    assert boss.file("photo", album="1").key == "broadcast-one-file"
    assert boss.file("photo", "x" * 1025).key == "broadcast-too-long"
    assert boss.file("photo", "x" * 1024).key == "broadcast-draft"


def test_a_broadcast_is_paused_resumed_and_cancelled_by_its_buttons(boss: Phone) -> None:
    boss.press("Send", compose(boss))
    boss.press("Yes")
    assert "paused" in boss.press("Pause").text
    assert newest().state == "paused"
    boss.press("Go on")
    assert newest().state == "scheduled"
    assert boss.press("Cancel").key == "broadcast-cancel-sure"
    assert newest().state == "scheduled"
    boss.press("Yes, cancel")
    assert newest().state == "cancelled"
    boss.press_data(f"bc:{newest().id}:resume", boss.last())
    assert boss.notice == "broadcast-over-already"


def test_whoever_asks_for_a_new_post_sees_first_what_is_on_its_way(boss: Phone) -> None:
    boss.press("Send", compose(boss))
    boss.press("Yes")
    assert boss.press_data(HOME, boss.last()).key == "broadcast-status"
    assert boss.press("New post").key == "broadcast-ask"


def test_a_segment_without_people_is_not_sent(boss: Phone) -> None:
    draft = compose(boss)
    boss.press("Choose who", draft)
    boss.press("paying")
    boss.press("Send")
    assert boss.notice == "broadcast-nobody"


def test_a_reply_to_a_broadcast_knows_what_it_said(boss: Phone) -> None:
    compose(boss, "Prices go **down** on Monday")
    row = OutboxRow.get_by_id(newest().preview_row)
    broadcasts.shorten(row.id, newest().id, "en")
    assert outbox.words_of_message(ADMIN, row.message_id) == "Prices go down on Monday"
