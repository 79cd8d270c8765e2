"""/balance, /promo, links that bring gifts, and orders for which the credits do not last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiebot.config.keys import Payments, Stars
from kiebot.services import bonuses, promo
from kiebot.services.bonuses import Bonuses
from kiebot.services.payments import shop_of
from kiebot.store import accounts, jobs, ledger
from kiebot.store import promo as codes
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Account, Job, LedgerEntry, OutboxRow
from kiebot.store.money_models import Referral
from kiebot.store.order_models import OrderForm
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.payments import pack_buttons
from kiebot.telegram.handlers.table import COMMANDS
from tests.telegram.conftest import PAID
from tests.telegram.phone import GROUP, Phone, Shown

GIFTS = Bonuses(start=20, inviter=30, invited=10)
SHOP = shop_of(Payments(stars=Stars(enabled=True)), billing=True)


@pytest.fixture
def paid(desk: Desk) -> Desk:
    """A desk where people pay and can buy."""
    return replace(desk, tariff=PAID, shop=SHOP)


@pytest.fixture
def ann(paid: Desk) -> Phone:
    return Phone(Intake(paid))


@pytest.fixture
def bob(paid: Desk) -> Phone:
    """Somebody in a studio that gives everything that there is."""
    return Phone(Intake(replace(paid, bonuses=GIFTS)), user_id=8)


def account_of(phone: Phone) -> Any:
    return accounts.of_user(phone.sender.user_id)


def give(phone: Phone, credits: int, key: str = "start:0") -> None:
    with transaction(durable=True):
        ledger.add(account_of(phone).id, "bonus", credits, key)


def order(phone: Phone, number: int, **fields: Any) -> Any:
    account = account_of(phone).id
    with transaction(durable=True):
        return jobs.add(order_key=f"m:{number}", account=account, kind="generation", chat_id=7, language="en", **fields)


def keys(phone: Phone) -> list[str]:
    return [shown.key for shown in phone.all()]


def lines(shown: Shown) -> list[str]:
    """The movements, without their dates."""
    return [line.partition(" · ")[2] for line in shown.text.splitlines() if " · " in line]


# -- /balance ------------------------------------------------------------------------------------------------------------------


def test_where_nobody_pays_the_commands_say_so(desk: Desk) -> None:
    ann = Phone(Intake(desk))
    assert ann.say("/balance").key == "balance-off"
    assert ann.say("/promo SUMMER").key == "promo-off"
    assert ann.say("/start promo_SUMMER").key == "promo-off"
    assert "/balance" not in ann.say("/help").text
    assert not any("balance" in data for _, data in ann.say("/menu").buttons)


def test_where_people_pay_help_and_menu_lead_to_the_balance(ann: Phone) -> None:
    assert "/balance" in ann.say("/help").text
    ann.say("/menu")
    assert ann.press("menu:balance").key == "balance"
    assert {"balance", "promo"} <= {name for name, command in COMMANDS.items() if command.money}


def test_a_new_balance_is_zero_and_offers_ways_to_get_more(ann: Phone) -> None:
    shown = ann.say("/balance")
    assert shown.text.startswith("💳 Your balance: 0 credits\n\nNothing has moved it yet.")
    assert [data for _, data in shown.buttons] == ["menu:buy", "b:promo"]
    assert ann.press("menu:buy").key == "buy"


def test_a_job_is_one_movement_that_says_how_far_it_is_and_none_when_it_came_to_nothing(ann: Phone) -> None:
    give(ann, 100)
    for number, (state, label) in enumerate([("running", "Boat 1"), ("done", "Boat 1"), ("failed", "Boat 2")], 1):
        job = order(ann, number, label=label, state=state, price=30)
        with transaction(durable=True):
            ledger.hold(account_of(ann).id, job.id, 30)
            if state == "done":
                ledger.capture(job.id, 25)
            elif state == "failed":
                ledger.release(job.id)
    shown = ann.say("/balance")
    assert "balance: 45 credits" in shown.text
    assert "Reserved for what is being made: 30." in shown.text
    assert lines(shown) == ["−25 · Boat 1, job 2", "−30 · Boat 1, job 1 (reserved)", "+100 · welcome gift"]


def test_listening_and_reading_aloud_are_said_in_words(ann: Phone) -> None:
    give(ann, 100)
    account = account_of(ann).id
    with transaction(durable=True):
        for number, (kind, label) in enumerate([("voice", "🎙"), ("speech", "🔊"), ("generation", "")], 1):
            job = jobs.add(order_key=f"k:{number}", account=account, kind=kind, label=label, chat_id=7, language="en")
            ledger.hold(account, job.id, 5)
            ledger.capture(job.id, 5)
    said = ["order, job 3", "reading aloud, job 2", "recording written down, job 1"]
    assert lines(ann.say("/balance"))[:3] == [f"−5 · {words}" for words in said]


def test_what_moved_nothing_fills_no_page(ann: Phone) -> None:
    give(ann, 100)
    with transaction(durable=True):
        for number in range(9):
            ledger.hold(account_of(ann).id, f"film:7:animation:{number}", 30)
            ledger.release(f"film:7:animation:{number}")
    shown = ann.say("/balance")
    assert lines(shown) == ["+100 · welcome gift"]
    assert not any(data.startswith("b:page") for _, data in shown.buttons)


def test_every_kind_of_movement_has_its_own_words(ann: Phone) -> None:
    account = account_of(ann)
    written = [
        ("topup", 100, "topup:stars:x", "", "bought with Telegram Stars"),
        ("topup", 100, "topup:lavatop:x", "", "bought by card"),
        ("reversal", -100, "reversal:stars:x", "", "purchase paid back"),
        ("bonus", 5, "start:1", "", "welcome gift"),
        ("bonus", 5, "promo:1:1:1", "SUMMER", "promo code SUMMER"),
        ("bonus", 5, "referral:invited:1", "", "for coming by invitation"),
        ("bonus", 5, "referral:inviter:2", "", "for a friend whom you invited"),
        ("bonus", 5, "grant:a", "thank you", "from the administrator: thank you"),
        ("reversal", -5, "grant:b", "a mistake", "taken by the administrator: a mistake"),
        ("refund", 5, "refund:9", "", "given back"),
        ("hold", -5, "hold:film:7:script", "", "film 7: script (reserved)"),
        ("hold", -5, "hold:film:7:animation:2", "", "film 7: animation (reserved)"),
        ("hold", -5, "hold:film:7:redo3", "", "film 7: a change (reserved)"),
        ("hold", -5, "hold:future:9", "", "service (reserved)"),
    ]
    with transaction(durable=True):
        for kind, credits, key, reason, _ in written:
            ledger.add(account.id, kind, credits, key, reason=reason)
    said = lines(ann.say("/balance")) + lines(ann.press("b:page:1"))
    assert [line.partition(" · ")[2] for line in said] == [words for *_, words in reversed(written)]


def test_eight_movements_a_page_and_all_add_up(ann: Phone) -> None:
    for number in range(19):
        give(ann, number + 1, f"grant:{number}")
    shown = ann.say("/balance")
    assert len(lines(shown)) == 8
    found = lines(shown)
    for page in (1, 2):
        found += lines(ann.press(f"b:page:{page}", ann.last()))
    assert len(found) == 19
    assert sum(int(line.split()[0]) for line in found) == 190
    assert ann.press_data("b:page:999", ann.last()).text.count("·") == 6, "a page beyond the end is the last"


def test_answers_are_named_by_what_they_were_about(ann: Phone) -> None:
    give(ann, 100)
    for words in ("hello", "and this?"):
        ann.say(words)
    with transaction(durable=True):
        for subject in ("turn:1", "turn:2", "turn:2:2"):
            ledger.hold(account_of(ann).id, subject, 5)
            ledger.capture(subject, 3)
    assert lines(ann.say("/balance"))[:3] == ["−3 · answer"] * 3


def test_a_balance_below_zero_is_explained(ann: Phone) -> None:
    with transaction(durable=True):
        ledger.add(account_of(ann).id, "reversal", -30, "reversal:stars:x")
    shown = ann.say("/balance")
    assert "-30 credits" in shown.text
    assert "evens this out" in shown.text


def test_who_pays_nothing_is_told_so(ann: Phone) -> None:
    ann.say("/menu")
    Account.update(free=True).execute()
    assert "You pay nothing here" in ann.say("/balance").text


def test_dates_are_those_of_the_operators_clock(paid: Desk) -> None:
    ann = Phone(Intake(replace(paid, timezone="Pacific/Kiritimati")))
    moment = 1798675200.0  # 2026-12-31 00:00 UTC
    LedgerEntry.create(account=account_of(ann).id, kind="bonus", credits=5, idempotency_key="start:1", created_at=moment)
    assert "31 Dec · +5" in ann.say("/balance").text
    LedgerEntry.create(account=account_of(ann).id, kind="bonus", credits=6, idempotency_key="start:2", created_at=moment + 39600)
    assert "1 Jan · +6" in ann.say("/balance").text


def test_in_a_group_there_is_only_the_way_to_the_private_chat(paid: Desk) -> None:
    ann = Phone(Intake(paid), chat=GROUP)
    codes.add("SUMMER", 50)
    links = [ann.say(words).buttons[0][1] for words in ("/balance", "/promo", "/promo summer", "/promo Ж!")]
    assert [link.rpartition("=")[2] for link in links] == ["balance", "promo", "promo_SUMMER", "promo"]
    assert ledger.balance(account_of(ann).id) == 0
    for data in ("b:page:0", "b:promo"):
        ann.press_data(data, ann.last())
        assert ann.notice == "button-old", "forged"


@pytest.mark.parametrize("data", ["b", "b:", "b:x", "b:page", "b:page:x", "b:page:-1", "menu:buy:x", "menu:promo"])
def test_hostile_data_gets_an_answer(ann: Phone, data: str) -> None:
    before = ann.say("/balance")
    ann.press_data(data, before)
    assert ann.notice == "button-old" or ann.last().key in ("balance", "buy")


# -- promo codes ---------------------------------------------------------------------------------------------------------------


def test_a_code_after_the_command_is_used(ann: Phone) -> None:
    codes.add("SUMMER26", 50)
    shown = ann.say("/promo summer 26")
    assert (shown.key, "50 credits are yours. Your balance is 50 now." in shown.text) == ("promo-done", True)
    assert ann.say("/promo summer26").key == "promo-used"
    assert lines(ann.say("/balance")) == ["+50 · promo code SUMMER26"]


@pytest.mark.parametrize("way", ["/promo", "/start promo", "b:promo"])
def test_without_a_code_the_next_text_is_the_code(ann: Phone, way: str) -> None:
    codes.add("SUMMER", 50)
    asked = ann.press(way, ann.say("/balance")) if way.startswith("b:") else ann.say(way)
    assert asked.key == "promo-ask"
    assert ann.say("summer").key == "promo-done"
    ann.say("summer")
    assert ann.effects.turns, "what follows is talk again"


def test_anything_else_than_a_text_ends_the_wait(ann: Phone) -> None:
    codes.add("SUMMER", 50)
    for otherwise in ("/help", "menu:help", "sticker", None):
        menu = ann.say("/menu")
        ann.say("/promo")
        if otherwise == "sticker":
            ann.send("sticker", "")
        elif otherwise is None:
            chat = accounts.chat_settings(7)["awaits"]
            accounts.change_chat_settings(7, {"awaits": {**chat, "until": utc_now() - 1}})
        elif otherwise.startswith("/"):
            ann.say(otherwise)
        else:
            ann.press(otherwise, menu)
        ann.say("summer")
        assert ann.effects.turns
    assert ledger.balance(account_of(ann).id) == 0


def test_wrong_codes_are_counted_although_nothing_else_is_written(ann: Phone) -> None:
    for _ in range(4):
        assert ann.say("/promo guess").key == "promo-unknown"
    wait = ann.say("/promo guess")
    assert (wait.key, "in 1 minute." in wait.text) == ("promo-wait", True)
    assert promo.wrong_codes(account_of(ann).id) == 5


def test_a_link_with_a_code_gives_its_credits_and_greets_only_who_is_new(ann: Phone) -> None:
    codes.add("SUMMER", 50, per_user_limit=2)
    ann.say("/start promo_SUMMER")
    assert keys(ann) == ["start", "promo-done"]
    Account.update(created_at=0).execute()
    ann.say("/start promo_SUMMER")
    assert keys(ann)[2:] == ["promo-done"]
    assert ledger.balance(account_of(ann).id) == 100


def test_a_replayed_message_uses_a_code_once(ann: Phone) -> None:
    codes.add("SUMMER", 50, per_user_limit=5)
    ann.say("/promo summer")
    Phone.number -= 1
    ann.say("/promo summer")
    assert ledger.balance(account_of(ann).id) == 50


# -- gifts ---------------------------------------------------------------------------------------------------------------------


def test_the_first_message_brings_the_start_bonus_and_says_so_after_the_greeting(bob: Phone) -> None:
    bob.say("/start")
    assert keys(bob) == ["bonus-start", "start"]
    lanes = {row.payload["key"]: row.lane for row in OutboxRow.select()}
    assert lanes["start"] < lanes["bonus-start"], "the greeting is sent first"
    bob.say("/start")
    assert ledger.balance(account_of(bob).id) == 20


def test_a_press_brings_it_as_well(paid: Desk, bob: Phone) -> None:
    before = Phone(Intake(paid), user_id=8)
    menu = before.say("/menu")
    bob.press_data("menu:balance", menu)
    assert "balance: 20 credits" in bob.last().text


def test_in_a_group_the_bonus_is_given_without_a_word(paid: Desk) -> None:
    bob = Phone(Intake(replace(paid, bonuses=GIFTS)), user_id=8, chat=GROUP)
    bob.say("/help")
    assert keys(bob) == ["help-group"]
    assert ledger.balance(account_of(bob).id) == 20


def test_a_friends_link_is_remembered_and_shown(ann: Phone, bob: Phone) -> None:
    ann.say("/start")
    bob.say(f"/start {bonuses.invite_code(account_of(ann).id)}")
    assert keys(bob) == ["bonus-start", "start", "invite-taken"]
    assert "10 credits" in bob.last().text
    assert Referral.get().inviter_id == account_of(ann).id
    shown = bob.say("/balance")
    link = f"https://t.me/kiebot?start={bonuses.invite_code(account_of(bob).id)}"
    assert link in shown.text
    assert "you get 30 credits, they get 10 credits." in shown.text
    assert shown.data("share/url").startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fkiebot%3Fstart%3Dr_")
    ann.intake = bob.intake
    assert "So far 1 came, 0 of them bought." in ann.say("/balance").text


def test_a_link_of_ones_own_or_after_one_was_here_gives_nothing(ann: Phone, bob: Phone) -> None:
    bob.say("/start")
    bob.say(f"/start {bonuses.invite_code(account_of(bob).id)}")
    assert keys(bob)[-2:] == ["start", "invite-own"]
    Account.update(created_at=0).execute()
    ann.say("/start")
    bob.say(f"/start {bonuses.invite_code(account_of(ann).id)}")
    assert keys(bob)[-2:] == ["start", "invite-known"]
    assert Referral.select().count() == 0


@pytest.mark.parametrize("word", ["r_", "r_zzzzzzz", "promo_", "balance x", "m_00000000", "buy_", "x" * 64])
def test_links_that_lead_nowhere_greet(bob: Phone, word: str) -> None:
    bob.say(f"/start {word}")
    assert "start" in keys(bob)


def test_invitations_are_no_topic_where_they_bring_nothing(ann: Phone, bob: Phone) -> None:
    bob.say("/start")
    ann.say(f"/start {bonuses.invite_code(account_of(bob).id)}")
    assert keys(ann) == ["start"]
    assert "t.me" not in ann.say("/balance").text


# -- too few credits -----------------------------------------------------------------------------------------------------------


def test_a_confirmation_names_what_is_missing_and_the_draft_survives_the_purchase(ann: Phone) -> None:
    ann.say("/balance")
    give(ann, 1)
    confirm = ann.say("/img a red boat")
    price = int(confirm.text.partition("Price: ")[2].split()[0])
    assert f"You have 1 credit: {price - 1} more are needed." in confirm.text
    assert [data for _, data in confirm.buttons[:3]] == ["buy:stars:100:75", "menu:buy", confirm.data("o:")]
    assert ann.press("menu:buy", confirm).key == "buy"
    assert ann.press("buy:stars:100:75", confirm).kind == "invoice"
    ann.press("o:", confirm)
    assert (ann.notice, Job.select().count()) == ("credits-too-low", 0)
    codes.add("SUMMER", 1000)
    ann.say("/promo")
    assert ann.say("summer").key == "promo-done", "the code is not taken for words of the order"
    ann.press("o:", confirm)
    assert ann.notice == "form-accepted"
    assert Job.get().prompt == "a red boat"


def test_enough_credits_need_no_hint(ann: Phone) -> None:
    give(ann, 1000)
    confirm = ann.say("/img a red boat")
    assert "needed" not in confirm.text
    assert not any("buy" in data for _, data in confirm.buttons)


def test_the_pack_that_is_offered_is_enough_or_the_largest(paid: Desk) -> None:
    wanted = {1: [100], 100: [100], 101: [500], 501: [2000], 9999: [2000], 0: [100, 500, 2000]}
    for missing, sold in wanted.items():
        found = [int(row[0]["data"].split(":")[2]) for row in pack_buttons(paid.shop, "en", missing)]
        assert found == sold


def test_in_a_group_no_balance_is_shown_and_buying_begins_with_the_way_to_the_private_chat(paid: Desk) -> None:
    ann = Phone(Intake(paid), chat=GROUP)
    confirm = ann.say("/img a red boat")
    assert "too few credits for this." in confirm.text
    assert "You have 0" not in confirm.text
    assert [data for _, data in confirm.buttons][:2] == ["menu:buy", confirm.data("o:")]
    assert ann.press("menu:buy", confirm).key == "buy-group"


def test_without_a_shop_only_the_missing_amount_is_named(paid: Desk) -> None:
    ann = Phone(Intake(replace(paid, shop=replace(SHOP, stars=()))))
    confirm = ann.say("/img a red boat")
    assert "more are needed" in confirm.text
    assert not any("buy" in data for _, data in confirm.buttons)
    assert OrderForm.select().count() == 1
