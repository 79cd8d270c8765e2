"""Credits for Telegram Stars, from /buy to the receipt and back, with the real client against the data centre."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kiebot.i18n import text
from tests.e2e.studio import ROOT, Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOLD = {"KIEBOT_BILLING__ENABLED": "true", "KIEBOT_PAYMENTS__STARS__ENABLED": "true"}
PACK = "buy:stars:500:350"
CREDITS, STARS = 500, 350
AT_ONCE_S = 2.0  # Telegram gives ten
CROWD = 250  # more messages than the bot handles at once; each waits for the store


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """A bot that sells credits."""
    async with Studio(tmp_path_factory.mktemp("shop"), environ=SOLD) as studio:
        await studio.run("bot")
        yield studio


@pytest_asyncio.fixture(loop_scope="session")
async def own_shop(tmp_path: Path) -> AsyncIterator[Studio]:
    """The same, to be broken; nothing runs in it yet."""
    async with Studio(tmp_path, environ=SOLD) as studio:
        yield studio


async def invoice_for(person: Person, words: str = "/buy") -> dict[str, Any]:
    """The invoice of a pack, taken as people do."""
    sent = person.say(words)
    menu = await person.studio.until(lambda: _menu_after(person, sent), what="the packs")
    await person.press(menu, button(menu, PACK))

    def invoices() -> Any:
        return next((m for m in person.messages(after=menu["id"]) if m["kind"] == "invoice"), None)

    invoice: dict[str, Any] = await person.studio.until(invoices, what="the invoice")
    return invoice


def _menu_after(person: Person, sent: int) -> Any:
    return next((m for m in person.messages(after=sent) if PACK in str(m["buttons"])), None)


async def pay(person: Person, invoice: dict[str, Any], by: Person | None = None, **how: Any) -> dict[str, Any]:
    """What came of it, with the seconds that it took."""
    started = time.monotonic()
    answer: dict[str, Any] = await person.studio.humans.pay(person.chat, invoice["id"], (by or person).id, **how)
    return {**answer, "took_s": time.monotonic() - started}


def pay_unasked(person: Person, invoice: dict[str, Any]) -> dict[str, Any]:
    """The payment goes through without the bot's consent: its report is all that the bot hears, if it hears it."""
    centre = person.studio.centre
    post = person.studio.humans._post(person.chat, invoice["id"])
    user, bot, payload = centre.peers.user(person.id), centre.peers.user(post.author), centre.invoices[post.uid]
    charge = centre.money._charge(user, bot, post.content.media, payload)
    centre.money._report(user, bot, post, payload, charge)
    return charge


def entries(person: Person) -> list[tuple[Any, ...]]:
    """The person's movements of credits."""
    query = "SELECT kind, credits FROM ledger_entry e JOIN account a ON a.id = e.account_id WHERE a.user_id = ? ORDER BY e.id"
    return person.studio.rows(query, person.id)


def change(studio: Studio, query: str, *values: Any) -> None:
    """Write into the store as another process does."""
    with closing(sqlite3.connect(studio.data / "kiebot.db", timeout=10)) as connection, connection:
        connection.execute(query, values)


@contextmanager
def locked(studio: Studio) -> Iterator[None]:
    """Nobody else can write to the store."""
    with closing(sqlite3.connect(studio.data / "kiebot.db", timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def admin(studio: Studio, *words: str) -> tuple[int, Any]:
    """kiebot-admin as the operator runs it: exit code, and what it printed as JSON."""
    command = [sys.executable, "-c", "from kiebot.cli.admin import admin; admin(prog_name='kiebot-admin')", *words, "--json"]
    done = await asyncio.to_thread(
        subprocess.run, command, env=studio.environ(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def payment_of(charge_id: str, studio: Studio) -> int:
    return int(studio.rows("SELECT id FROM payment WHERE external_id = ?", charge_id)[0][0])


async def test_a_pack_is_bought_paid_credited_and_receipted(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    shown = invoice["media"]
    assert (shown["title"], shown["amount"], shown["currency"]) == ("500 credits", STARS, "XTR")
    paid = await pay(ann, invoice)
    assert paid["ok"]
    receipt = await ann.reply(invoice["id"], "Thank you")
    assert "500 credits for 350 ⭐" in receipt["text"]
    assert paid["charge_id"][-8:] in receipt["text"]
    assert entries(ann) == [("topup", CREDITS)]
    await asyncio.sleep(1)
    assert [m["kind"] for m in ann.messages(after=invoice["id"])] == ["text"], "the receipt is all that follows"


async def test_in_a_group_the_way_leads_to_the_private_chat(shop: Studio) -> None:
    ann = shop.person("Ann")
    group = shop.humans.add_chat("G", [ann.id], "supergroup")["id"]
    await ann.reply(0, "I answer here", chat=group)
    told = await ann.reply(ann.say("/buy", chat=group), "private chat", chat=group)
    link = told["buttons"][0][0]["url"]
    assert link == f"https://t.me/{shop.centre.bot['username']}?start=buy"
    assert (await invoice_for(ann, "/start buy"))["media"]["amount"] == STARS


async def test_a_pack_pressed_twice_is_one_invoice(shop: Studio) -> None:
    ann = shop.person("Ann")
    menu = await ann.ask("/buy", "How many")
    answers = [await ann.press(menu, button(menu, PACK)) for _ in range(2)]
    assert answers[1]["text"] == text("en", "buy-invoice-there")
    await asyncio.sleep(2)
    assert [m["kind"] for m in ann.messages(after=menu["id"])] == ["invoice"]


async def test_a_lost_answer_is_not_a_second_invoice(shop: Studio) -> None:
    ann = shop.person("Ann")
    shop.humans.fault("messages.SendMedia", "cut_after")
    invoice = await invoice_for(ann)
    await shop.until(lambda: not shop.rows("SELECT 1 FROM outbox_row WHERE state = 'queued' AND chat_id = ?", ann.chat), 30)
    assert [m["kind"] for m in ann.messages(after=invoice["id"] - 1)] == ["invoice"]


@pytest.mark.parametrize("repeat", [1, 3])
async def test_a_payment_reported_again_and_again_is_credited_once(shop: Studio, repeat: int) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    shop.humans.fault("updates", "duplicate", times=repeat + 1)  # each update comes twice besides
    assert (await pay(ann, invoice, repeat=repeat))["ok"]
    await ann.reply(invoice["id"], "Thank you")
    await asyncio.sleep(2)
    assert entries(ann) == [("topup", CREDITS)]
    assert len(ann.messages(after=invoice["id"])) == 1
    shop.centre.faults.clear()


async def test_a_payment_nobody_asked_us_about_is_credited(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    pay_unasked(ann, invoice)
    await ann.reply(invoice["id"], "Thank you")
    assert entries(ann) == [("topup", CREDITS)]


async def test_money_that_comes_when_the_offer_is_over_is_credited(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    paying = asyncio.create_task(pay(ann, invoice, delay_s=1))
    await asyncio.sleep(0.5)
    change(shop, "UPDATE payment SET expires_at = 1, state = 'expired' WHERE chat_id = ?", ann.chat)
    assert (await paying)["ok"]
    await ann.reply(invoice["id"], "Thank you")
    assert entries(ann) == [("topup", CREDITS)]


async def test_an_invoice_paid_twice_at_the_same_moment_is_two_purchases(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    paying = [asyncio.create_task(pay(ann, invoice, delay_s=1)) for _ in range(2)]
    assert [(await task)["ok"] for task in paying] == [True, True]
    await shop.until(lambda: len(ann.texts(after=invoice["id"])) == 2, what="two receipts")
    assert entries(ann) == [("topup", CREDITS)] * 2


async def refused(person: Person, invoice: dict[str, Any], by: Person | None = None) -> str:
    """The sentence with which the bot refuses, at once."""
    answer = await pay(person, invoice, by)
    assert not answer["ok"]
    assert answer["took_s"] < AT_ONCE_S
    return str(answer["error"])


async def test_before_a_payment_person_price_and_time_are_checked(shop: Studio) -> None:
    ann, bob = shop.person("Ann"), shop.person("Bob", "ru")
    await bob.ask("/buy", "Сколько")
    invoice = await invoice_for(ann)
    post = shop.humans._post(ann.chat, invoice["id"])
    assert await refused(ann, invoice, bob) == text("ru", "payment-refused-other-person")

    post.content.media.total_amount = 1
    assert await refused(ann, invoice) == text("en", "payment-refused-changed")
    post.content.media.total_amount = STARS

    token, shop.centre.invoices[post.uid] = shop.centre.invoices[post.uid], b"order:1001"
    assert await refused(ann, invoice) == text("en", "payment-refused-unknown")
    shop.centre.invoices[post.uid] = token

    change(shop, "UPDATE payment SET expires_at = 1 WHERE chat_id = ?", ann.chat)
    assert await refused(ann, invoice) == text("en", "payment-refused-expired")
    change(shop, "UPDATE payment SET expires_at = 9e9 WHERE chat_id = ?", ann.chat)

    change(shop, "UPDATE account SET banned = 1 WHERE user_id = ?", ann.id)
    assert await refused(ann, invoice) == text("en", "payment-refused-banned")
    change(shop, "UPDATE account SET banned = 0 WHERE user_id = ?", ann.id)

    assert (await pay(ann, invoice))["ok"]
    await ann.reply(invoice["id"], "Thank you")
    assert await refused(ann, invoice) == text("en", "payment-refused-paid")
    assert entries(ann) == [("topup", CREDITS)]
    assert entries(bob) == []


async def test_the_question_is_answered_at_once_while_nobody_can_write_to_the_store(shop: Studio) -> None:
    ann, bob = shop.person("Ann"), shop.person("Bob")
    invoice = await invoice_for(ann)
    with locked(shop):
        for _ in range(CROWD):
            bob.say("/nosuchcommand")
        paid = await pay(ann, invoice)
        assert paid["ok"]
        assert paid["took_s"] < AT_ONCE_S
        assert entries(ann) == []
    await ann.reply(invoice["id"], "Thank you", timeout_s=30)
    assert entries(ann) == [("topup", CREDITS)]


async def test_an_answer_that_is_lost_on_the_way_is_given_again(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    shop.humans.fault("messages.SetBotPrecheckoutResults", "cut")
    paid = await pay(ann, invoice)
    assert paid["ok"]
    await ann.reply(invoice["id"], "Thank you", timeout_s=30)


@pytest.mark.parametrize("moment", ["payment-crediting", "payment-credited"])
async def test_a_bot_killed_while_it_credits_credits_once_after_its_start(own_shop: Studio, moment: str) -> None:
    await own_shop.run("bot", KIEBOT_FAILPOINT=moment)
    ann = own_shop.person("Ann")
    invoice = await invoice_for(ann)
    assert (await pay(ann, invoice))["ok"]
    bot = own_shop.processes.pop("bot")
    assert await asyncio.to_thread(bot.wait, 15) == -9
    assert entries(ann) == ([] if moment == "payment-crediting" else [("topup", CREDITS)])
    await own_shop.run("bot")
    await ann.reply(invoice["id"], "Thank you", timeout_s=30)
    await asyncio.sleep(2)
    assert entries(ann) == [("topup", CREDITS)]
    assert len(ann.messages(after=invoice["id"])) == 1


async def test_the_operator_gives_a_payment_back_once(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    charge_id = (await pay(ann, invoice))["charge_id"]
    await ann.reply(invoice["id"], "Thank you")
    number = str(payment_of(charge_id, shop))

    assert (await admin(shop, "payments", "refund", number, "--dry-run"))[1]["state"] == "paid"
    code, told = await admin(shop, "payments", "refund", number, "--yes")
    assert (code, told["state"], told["credits"]) == (0, "refunded", CREDITS)
    await ann.reply(invoice["id"], "went back")
    code, told = await admin(shop, "payments", "refund", number, "--yes")
    assert (code, "is refunded" in told) == (1, True)
    assert entries(ann) == [("topup", CREDITS), ("reversal", -CREDITS)]
    assert shop.centre.money.charges[charge_id]["refunded"]
    assert len(ann.messages(after=invoice["id"])) == 2


async def test_a_bot_killed_while_it_gives_back_takes_the_credits_once_after_its_start(own_shop: Studio) -> None:
    await own_shop.run("bot", KIEBOT_FAILPOINT="payment-reversing")
    ann = own_shop.person("Ann")
    invoice = await invoice_for(ann)
    charge_id = (await pay(ann, invoice))["charge_id"]
    await ann.reply(invoice["id"], "Thank you")
    refunding = asyncio.create_task(admin(own_shop, "payments", "refund", str(payment_of(charge_id, own_shop)), "--yes"))
    bot = own_shop.processes.pop("bot")
    assert await asyncio.to_thread(bot.wait, 30) == -9
    assert own_shop.centre.money.charges[charge_id]["refunded"], "the stars are back, the credits are still there"
    assert entries(ann) == [("topup", CREDITS)]
    await own_shop.run("bot")
    await ann.reply(invoice["id"], "went back")
    await refunding  # it waits 15 s, in which the bot may be back or not
    await asyncio.sleep(2)
    assert entries(ann) == [("topup", CREDITS), ("reversal", -CREDITS)]
    assert len(ann.messages(after=invoice["id"])) == 2


async def test_what_was_paid_and_went_back_while_the_bot_was_down_is_heard_of_after_its_start(own_shop: Studio) -> None:
    await own_shop.run("bot")
    ann, bob = own_shop.person("Ann"), own_shop.person("Bob")
    invoices = [await invoice_for(person) for person in (ann, bob)]
    paid = await pay(ann, invoices[0])
    await ann.reply(invoices[0]["id"], "Thank you")
    await own_shop.end("bot")
    await own_shop.humans.refund(paid["charge_id"])
    pay_unasked(bob, invoices[1])
    await own_shop.run("bot")
    await ann.reply(invoices[0]["id"], "went back", timeout_s=30)
    await bob.reply(invoices[1]["id"], "Thank you", timeout_s=30)
    assert (entries(ann), entries(bob)) == ([("topup", CREDITS), ("reversal", -CREDITS)], [("topup", CREDITS)])


async def test_what_telegram_gives_back_is_taken_once_however_often_it_is_told(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    charge_id = (await pay(ann, invoice))["charge_id"]
    await ann.reply(invoice["id"], "Thank you")
    assert (await shop.humans.refund(charge_id, repeat=3))["ok"]
    await ann.reply(invoice["id"], "went back")
    await asyncio.sleep(2)
    assert entries(ann) == [("topup", CREDITS), ("reversal", -CREDITS)]
    assert len(ann.messages(after=invoice["id"])) == 2


async def test_a_payment_whose_way_back_was_heard_of_first_is_never_credited(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    paying = asyncio.create_task(pay(ann, invoice, delay_s=1.5))
    charge_id = await shop.until(lambda: [c["id"] for c in shop.centre.money.charges_of(ann.id)])
    await shop.humans.refund(charge_id[0])
    assert (await paying)["ok"]
    await asyncio.sleep(2)
    assert entries(ann) == []
    assert ann.messages(after=invoice["id"]) == []


async def test_after_its_state_was_lost_the_bot_finds_the_payments_at_telegram(own_shop: Studio) -> None:
    await own_shop.run("bot")
    ann, bob = own_shop.person("Ann"), own_shop.person("Bob")
    invoices = [await invoice_for(person) for person in (ann, bob)]
    await own_shop.end("bot")
    charges = [pay_unasked(person, invoice)["id"] for person, invoice in zip((ann, bob), invoices, strict=True)]
    own_shop.centre.money._give_back(own_shop.centre.money.charges[charges[1]])
    shutil.rmtree(own_shop.data)

    await own_shop.run("bot")
    await ann.reply(invoices[0]["id"], "500 credits for 350", timeout_s=30)
    assert entries(ann) == [("topup", CREDITS)]
    assert entries(bob) == [], "his went back before it was credited"
    code, told = await admin(own_shop, "payments", "reconcile", "--yes")
    assert (code, told["listed"], told["credited"], told["reversed"], told["missing"]) == (0, 3, [], [], [])


async def test_the_operator_compares_and_mends_by_hand(shop: Studio) -> None:
    ann = shop.person("Ann")
    invoice = await invoice_for(ann)
    charge = (await pay(ann, invoice))["charge_id"]
    await ann.reply(invoice["id"], "Thank you")
    shop.centre.money._give_back(shop.centre.money.charges[charge])  # nobody was told

    code, told = await admin(shop, "payments", "reconcile", "--dry-run")
    assert (code, told["to_reverse"]) == (0, [charge])
    assert entries(ann) == [("topup", CREDITS)]
    code, told = await admin(shop, "payments", "reconcile", "--yes")
    assert (code, told["reversed"]) == (0, [charge])
    assert entries(ann) == [("topup", CREDITS), ("reversal", -CREDITS)]
    await ann.reply(invoice["id"], "went back")


async def test_a_bot_that_does_not_run_is_told_of(own_shop: Studio) -> None:
    await own_shop.run("bot")
    ann = own_shop.person("Ann")
    invoice = await invoice_for(ann)
    charge_id = (await pay(ann, invoice))["charge_id"]
    await ann.reply(invoice["id"], "Thank you")
    number = str(payment_of(charge_id, own_shop))
    await own_shop.end("bot")
    code, told = await admin(own_shop, "payments", "refund", number, "--yes")
    assert (code, "stays queued" in told) == (1, True)
    await own_shop.run("bot")
    await ann.reply(invoice["id"], "went back", timeout_s=30)
    assert entries(ann) == [("topup", CREDITS), ("reversal", -CREDITS)]


async def test_help_with_payments_and_terms(shop: Studio) -> None:
    ann = shop.person("Ann", "ru")
    await ann.ask("/terms", "Как здесь устроены кредиты")
    told = await ann.ask("/paysupport", "Что-то не так с оплатой")
    assert "ничего не покупали" in told["text"]
    await ann.ask("/paysupport где мои кредиты", "никого нет")


async def test_where_everything_is_free_there_is_nothing_to_buy(studio: Studio) -> None:
    ann = studio.person("Ann")
    await ann.ask("/buy", "free of charge")
