"""Admins who write in their group's name: everybody in the group may handle what they ordered, and nobody pays for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiebot.store import ledger
from kiebot.store.db import transaction
from kiebot.store.models import Account, Job, LedgerEntry, Turn
from kiebot.store.order_models import InputFile, OrderForm
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from tests.telegram.conftest import PAID
from tests.telegram.phone import GROUP, Phone
from tests.telegram.test_results import made


@pytest.fixture
def group(intake: Intake) -> Phone:
    """An admin who writes in the group's name."""
    return Phone(intake, GROUP, chat=GROUP)


@pytest.fixture
def ann(intake: Intake) -> Phone:
    """A member: buttons know who presses them."""
    return Phone(intake, 7, chat=GROUP)


def test_a_member_cancels_what_was_ordered_in_the_groups_name(group: Phone, ann: Phone) -> None:
    status = group.say("/img a boat")
    ann.press("job:cancel", status)
    assert (ann.notice, Job.get().state) == ("cancel-cancelled", "cancelled")


def test_a_member_mutes_and_repeats_what_was_ordered_in_the_groups_name(group: Phone, ann: Phone) -> None:
    status = group.say("/img a boat")
    job = Job.get()
    ann.press_data(f"job:mute:{job.id}", status)
    assert (ann.notice, Job.get().notify) == ("job-muted-notice", False)
    Job.update(state="failed").execute()
    ann.press_data(f"job:retry:{job.id}", status)
    again = Job.select().order_by(Job.id.desc()).get()
    assert (ann.notice, again.account.user_id) == ("job-retry-notice", GROUP)


def test_from_another_chat_nobody_reaches_it(intake: Intake, group: Phone) -> None:
    status = group.say("/img a boat")
    stranger = Phone(intake, 8)
    stranger.press_data(f"job:cancel:{Job.get().id}", status)
    assert (stranger.notice, Job.get().state) == ("cancel-not-yours", "queued")


def test_a_member_goes_on_with_a_result_of_the_group(group: Phone, ann: Phone, tmp_path: Path) -> None:
    result = made(group, tmp_path)
    ann.press("use", result)
    assert ann.last().key == "offer"


def test_a_member_opens_the_history_that_was_asked_for_in_the_groups_name(group: Phone, ann: Phone, tmp_path: Path) -> None:
    made(group, tmp_path)
    listed = group.say("/history")
    ann.press(f"history:{Job.get().id}", listed)
    assert ann.last().key == "job-result"


def test_a_picture_order_of_the_group_is_confirmed_by_a_member(desk: Desk, group: Phone, ann: Phone) -> None:
    group.intake = Intake(replace(desk, tariff=PAID))
    confirm = group.file("photo", "/img make it winter", width=800, height=600)
    assert confirm.key == "confirm"
    ann.press("Make it", confirm)
    assert ann.notice == "form-changed", "it costs nothing any more"
    ann.press("Make it")
    assert ann.notice == "form-accepted"
    assert Job.get().account_id == InputFile.get().account_id


def test_who_presses_does_not_pay_for_the_group(desk: Desk, group: Phone, ann: Phone) -> None:
    group.intake = ann.intake = Intake(replace(desk, tariff=PAID))
    ann.say("/menu")
    with transaction(durable=True):
        ledger.add(Account.get(Account.user_id == 7).id, "topup", 1000, "topup:1")
    confirm = group.say("/img a boat")
    ann.press("Make it", confirm)
    assert (ann.notice, Job.select().count()) == ("order-nobody-pays", 0)
    assert LedgerEntry.select().count() == 1


@pytest.mark.parametrize("action", ["again", "vary", "use", "file", "delete", "up", "down"])
def test_a_result_of_the_group_is_out_of_reach_of_data_forged_elsewhere(
    intake: Intake, group: Phone, tmp_path: Path, action: str
) -> None:
    result = made(group, tmp_path)
    stranger = Phone(intake, 8)
    menu = stranger.say("/menu")
    before = len(stranger.all())
    stranger.press_data(f"r:{action}:{Job.get().id}:1", menu)
    assert stranger.notice == "button-not-yours"
    assert (len(stranger.all()), Job.select().count(), stranger.effects.delete) == (before, 1, [])
    assert group.last().row == result.row


def test_a_form_and_plain_words_of_the_group_are_out_of_reach_from_elsewhere(desk: Desk, group: Phone) -> None:
    group.intake = Intake(replace(desk, tariff=PAID))
    group.say("draw a cat")
    form = OrderForm.get()
    stranger = Phone(group.intake, 8)
    menu = stranger.say("/menu")
    for data in (f"f:{form.id}:x", f"o:{form.id}", f"w:f:{form.id}"):
        stranger.press_data(data, menu)
        assert stranger.notice == "button-not-yours"
    assert OrderForm.get().step == form.step


def test_an_answer_of_the_group_is_not_asked_for_anew_from_elsewhere(intake: Intake, group: Phone) -> None:
    group.say("hello")
    turn = Turn.get()
    stranger = Phone(intake, 8)
    menu = stranger.say("/menu")
    for data in (f"chat:again:{turn.id}", f"chat:stop:{turn.id}"):
        stranger.press_data(data, menu)
        assert stranger.notice == "button-not-yours"
    assert Turn.get().state == turn.state


def test_a_forged_button_turns_no_message_of_somebody_else_into_a_menu(intake: Intake, ann: Phone, tmp_path: Path) -> None:
    bob = Phone(intake, 8, chat=GROUP)
    result = made(ann, tmp_path)
    bob.press_data("menu:home", result)
    assert (bob.notice, ann.all()[-1].key) == ("button-not-yours", "job-result")
    greeting = bob.say("/help")
    bob.press_data("menu:home", greeting)
    assert (bob.notice, bob.last().key) == ("button-old", greeting.key)


def test_delete_takes_nothing_but_the_message_of_the_result(ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    other = ann.say("/help")
    ann.press_data(result.data("delete"), other)
    assert (ann.notice, ann.effects.delete) == ("button-old", [])
