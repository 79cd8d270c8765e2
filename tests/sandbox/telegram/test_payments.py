"""Stars: invoice, the bot's consent, payment, refund, account; inline mode."""

import pytest
from pyrogram import filters, raw, types
from pyrogram.errors import BadRequest
from pyrogram.handlers import InlineQueryHandler, MessageHandler, PreCheckoutQueryHandler

from tests.sandbox.telegram.seeing import event, eventually


async def shop(client, *, consent: bool = True) -> list:
    """Start a bot that takes payments; the payments it has seen."""
    paid = []

    async def on_precheckout(_, query):
        await query.answer(consent, error_message=None if consent else "sold out")

    async def on_payment(_, message):
        payment = message.successful_payment
        paid.append((payment.invoice_payload, payment.total_amount, payment.telegram_payment_charge_id))

    client.add_handler(PreCheckoutQueryHandler(on_precheckout))
    client.add_handler(MessageHandler(on_payment, filters.successful_payment))
    await client.start()
    return paid


async def invoice(client, ann: int, stars: int = 5):
    prices = [types.LabeledPrice("credits", stars)]
    return await client.send_invoice(ann, title="Credits", description="100", payload="order-1", currency="XTR", prices=prices)


async def test_an_invoice_is_paid_and_refunded_once(centre, make_bot, ann):
    client = make_bot()
    paid = await shop(client)
    message = await invoice(client, ann)
    shown = centre.humans.messages(ann)[-1]
    assert (shown["kind"], shown["media"]["amount"], shown["buttons"][0][0]["pay"]) == ("invoice", 5, True)
    queue = centre.humans.subscribe()
    result = await centre.humans.pay(ann, message.id, ann)
    assert result["ok"]
    await eventually(lambda: paid)
    assert paid == [("order-1", 5, result["charge_id"])]
    assert (await event(queue, "payment"))["amount"] == 5
    assert await client.refund_star_payment(ann, result["charge_id"])
    with pytest.raises(BadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await client.refund_star_payment(ann, result["charge_id"])
    assert centre.peers.user(ann).stars == 0
    peer = raw.types.InputPeerSelf()
    account = await client.invoke(raw.functions.payments.GetStarsTransactions(peer=peer, offset="", limit=10))
    assert [(move.amount.amount, bool(move.refund)) for move in account.history] == [(-5, True), (5, False)]


async def test_a_refused_pre_checkout_takes_nothing(centre, make_bot, ann):
    client = make_bot()
    paid = await shop(client, consent=False)
    message = await invoice(client, ann)
    assert await centre.humans.pay(ann, message.id, ann) == {"ok": False, "charge_id": None, "error": "sold out"}
    assert not paid
    assert centre.peers.user(ann).stars == 0


async def test_a_payment_can_be_reported_late_and_twice_under_one_charge(centre, make_bot, ann):
    client = make_bot()
    paid = await shop(client)
    message = await invoice(client, ann)
    result = await centre.humans.pay(ann, message.id, ann, repeat=2, delay_s=0.1)
    await eventually(lambda: len(paid) == 2)
    assert {charge for _, _, charge in paid} == {result["charge_id"]}
    assert centre.peers.user(ann).stars == -5


async def test_inline_results_are_offered_and_sent(centre, make_bot, ann):
    client = make_bot()

    async def on_query(_, query):
        content = types.InputTextMessageContent(f"answer to {query.query}")
        button = types.InlineKeyboardButton("more", callback_data="m")
        article = types.InlineQueryResultArticle(
            title="First", input_message_content=content, id="one", reply_markup=types.InlineKeyboardMarkup([[button]])
        )
        await query.answer([article], cache_time=0)

    async def on_press(_, query):
        await query.answer(query.inline_message_id and "inline")
        await query.edit_message_text("edited inline")

    client.add_handler(InlineQueryHandler(on_query))
    client.on_callback_query()(on_press)
    await client.start()
    results = await centre.humans.inline(ann, "cats")
    assert [(result["id"], result["title"], result["text"]) for result in results] == [("one", "First", "answer to cats")]
    bob = centre.humans.add_user("Bob")["id"]
    group = centre.humans.add_chat("Without the bot", [ann, bob], with_bot=False)["id"]
    sent = centre.humans.choose_inline(group, ann, results[0]["query_id"], "one")
    assert (sent["from"], sent["via_bot"], sent["text"]) == (ann, centre.bot["id"], "answer to cats")
    answer = await centre.humans.press(group, sent["id"], bob, button="more")
    assert answer["text"] == "inline"
    await eventually(lambda: centre.humans.messages(group)[-1]["text"] == "edited inline")
