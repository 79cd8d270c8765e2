"""Payments in Stars while the bot dies, is down, or has lost its state."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.stars import CREDITS, SOLD, admin, entries, invoice_for, pay, pay_unasked, payment_of
from tests.e2e.studio import Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def own_shop(tmp_path: Path) -> AsyncIterator[Studio]:
    """A bot that sells credits, to be broken; nothing runs yet."""
    async with Studio(tmp_path, environ=SOLD) as studio:
        yield studio


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
