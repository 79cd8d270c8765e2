"""A person deletes their account with /forget: asked twice, only in the private chat, never while orders are being made."""

from __future__ import annotations

from kiebot.store import accounts, ledger
from kiebot.store.db import transaction
from kiebot.store.models import Account, Job
from tests.telegram.phone import GROUP, Phone


def test_an_account_is_deleted_after_a_second_press_and_writing_again_begins_anew(intake):
    phone = Phone(intake)
    phone.say("hello")
    account = accounts.by_user(7)
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 5, "grant:1")
    asked = phone.press("p:account", phone.say("/forget"))
    assert asked.key == "forget-sure-account"
    assert "5 credits" in asked.text
    assert phone.press("p:yes:account", asked).key == "forget-account-done"
    assert accounts.by_user(7) is None
    assert Account.get_by_id(account.id).name == ""
    assert phone.say("/menu").key == "menu"
    assert accounts.by_user(7).id != account.id


def test_an_account_with_an_order_on_its_way_stays_and_the_person_reads_why(intake):
    phone = Phone(intake)
    asked = phone.press("p:account", phone.say("/forget"))
    account = accounts.by_user(7)
    with transaction(durable=True):
        Job.create(account=account.id, chat_id=7, language="en", kind="generation", state="running", order_key="m:7:1", sent_at=1)
    phone.press("p:yes:account", asked)
    assert phone.notice == "forget-account-busy"
    assert accounts.by_user(7).id == account.id


def test_a_group_is_no_place_to_delete_an_account(intake):
    member = Phone(intake, chat=GROUP)
    shown = member.say("/forget")
    assert "p:account" not in [data for _, data in shown.buttons]
    member.press_data("p:yes:account", shown)
    assert member.notice == "button-old"
