"""/feedback: what people say reaches whoever runs the bot, once and not in a storm."""

from __future__ import annotations

import pytest

from kiebot.services import feedback as service
from kiebot.store import accounts, feedback, jobs, outbox
from kiebot.store.db import transaction, utc_now
from kiebot.store.feedback_models import Feedback
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.intake import Intake
from tests.telegram.phone import GROUP, Phone


@pytest.fixture
def boss(intake: Intake) -> Phone:
    phone = Phone(intake, user_id=9, language="ru")
    with transaction():
        accounts.set_role(accounts.of_user(9, language_code="ru").id, "admin")
    return phone


def said() -> list[str]:
    return [row.text for row in Feedback.select().order_by(Feedback.id)]


def told(phone: Phone) -> list[str]:
    phone.deliver()
    return [shown.text for shown in phone.all() if shown.key == "feedback-digest"]


def a_minute_passes() -> None:
    Feedback.update(told_at=Feedback.told_at - 61).execute()


def test_words_after_the_command_are_kept_and_thanked_for(ann: Phone) -> None:
    assert ann.say("/feedback the boats are too red").key == "feedback-thanks"
    assert said() == ["the boats are too red"]


def test_without_words_the_next_text_is_meant_and_nothing_after_it(ann: Phone) -> None:
    assert ann.say("/feedback").key == "feedback-ask"
    assert ann.say("too slow").key == "feedback-thanks"
    ann.say("hello")
    assert said() == ["too slow"]
    assert [turn.turn_id for turn in ann.effects.turns]


def test_whoever_does_something_else_is_not_taken_at_their_word(ann: Phone) -> None:
    ann.say("/feedback")
    ann.say("/jobs")
    ann.say("draw a boat")
    assert said() == []


def test_in_a_group_it_takes_the_words_at_once_and_does_not_wait_for_them(intake: Intake) -> None:
    ann = Phone(intake, chat=GROUP)
    assert ann.say("/feedback").key == "feedback-usage"
    assert ann.say("/feedback fine").key == "feedback-thanks"
    assert said() == ["fine"]


def test_a_reply_to_a_result_is_about_its_job(ann: Phone) -> None:
    ann.say("/menu")
    account = accounts.of_user(7).id
    with transaction(durable=True):
        job = jobs.add(
            order_key="m:1",
            account=account,
            chat_id=7,
            language="en",
            kind="generation",
            model="a/boat",
            label="Boat",
            state="done",
        )
        row = outbox.add(7, "photo", {"key": "x"}, lane=Lane.RESULT, job_id=job.id)
        outbox.sent(row.id, 555)
    ann.say("/feedback the mast is bent", reply_to=555)
    assert [(each["job"], each["model"]) for each in feedback.listed(0, 10)] == [(job.id, "a/boat")]


def test_one_person_cannot_flood_it_but_another_one_is_heard(ann: Phone, intake: Intake) -> None:
    keys = [ann.say(f"/feedback {number}").key for number in range(service.MOST_AN_HOUR + 1)]
    assert keys[-2:] == ["feedback-thanks", "feedback-enough"]
    assert Phone(intake, user_id=8).say("/feedback me too").key == "feedback-thanks"
    assert len(said()) == service.MOST_AN_HOUR + 1


def test_admins_hear_of_it_in_one_message_a_minute_in_their_language(ann: Phone, boss: Phone) -> None:
    ann.say("/feedback one")
    assert service.tell_admins() == 1
    ann.say("/feedback two")
    ann.say("/feedback three")
    assert service.tell_admins() == 0
    a_minute_passes()
    assert service.tell_admins() == 2
    a_minute_passes()
    assert service.tell_admins() == 0
    first, second = told(boss)
    assert "1 отзыв" in first
    assert "Ann (7): one" in first
    assert "2 отзыва" in second
    assert "Ann (7): two" in second
    assert "Ann (7): three" in second
    assert told(ann) == []


def test_a_digest_has_room_for_some_and_says_how_many_more_there_are(ann: Phone, boss: Phone) -> None:
    person = accounts.of_user(7).id
    for number in range(service.LINES_TOLD + 3):
        feedback.add(person, 7, f"{number} " + "long " * 100)
    service.tell_admins()
    (digest,) = told(boss)
    assert "и ещё 3: kiebot-admin feedback list" in digest
    assert "9 long" in digest
    assert "10 long" not in digest


def test_what_nobody_could_hear_waits_for_the_first_admin(ann: Phone) -> None:
    ann.say("/feedback anybody?")
    assert service.tell_admins() == 0
    accounts.set_role(accounts.of_user(9).id, "admin")
    assert service.tell_admins() == 1


def test_words_that_are_forgotten_are_gone_from_the_digest_too(ann: Phone, boss: Phone) -> None:
    ann.say("/feedback remember the oak")
    service.tell_admins()
    assert any("oak" in words for words in told(boss))
    feedback.forget(accounts.of_user(7).id)
    assert said() == []
    assert not any("oak" in str(row.payload) for row in outbox.listed(limit=50))


def test_a_vote_is_listed_with_its_model_and_its_time(ann: Phone) -> None:
    ann.say("/menu")
    account = accounts.of_user(7).id
    with transaction(durable=True):
        job = jobs.add(
            order_key="m:1",
            account=account,
            chat_id=7,
            language="en",
            kind="generation",
            model="a/boat",
            label="Boat",
            state="done",
        )
    ann.press_data(f"r:up:{job.id}", ann.last())
    listed = feedback.listed(utc_now() - 60, 10)
    assert [(each["kind"], each["vote"], each["model"], each["text"]) for each in listed] == [("vote", 1, "a/boat", None)]
