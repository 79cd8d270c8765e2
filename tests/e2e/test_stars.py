"""Credits for Telegram Stars, from /buy to the receipt and back, with the real client against the data centre."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from kiebot.i18n import text
from tests.e2e.stars import (
    CREDITS,
    PACK,
    SOLD,
    STARS,
    admin,
    change,
    entries,
    invoice_for,
    locked,
    pay,
    pay_unasked,
    payment_of,
)
from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE_S = 2.0  # Telegram gives ten
CROWD = 250  # more messages than the bot handles at once; each waits for the store


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """A bot that sells credits."""
    async with Studio(tmp_path_factory.mktemp("shop"), environ=SOLD) as studio:
        await studio.run("bot")
        yield studio


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


async def test_help_with_payments_and_terms(shop: Studio) -> None:
    ann = shop.person("Ann", "ru")
    await ann.ask("/terms", "Как здесь устроены кредиты")
    told = await ann.ask("/paysupport", "Что-то не так с оплатой")
    assert "ничего не покупали" in told["text"]
    await ann.ask("/paysupport где мои кредиты", "Вопрос сохранён")


async def test_where_everything_is_free_there_is_nothing_to_buy(studio: Studio) -> None:
    ann = studio.person("Ann")
    await ann.ask("/buy", "free of charge")
