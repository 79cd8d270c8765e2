"""Stars: invoice, the bot's consent, payment, refund, account; inline mode."""

import pytest
from pyrogram import filters, raw, types
from pyrogram.errors import BadRequest
from pyrogram.handlers import InlineQueryHandler, MessageHandler, PreCheckoutQueryHandler

from kiebot.sandbox.telegram.peers import PLAY_STARS
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


async def account(client, **asked):
    """The bot's own list of transactions."""
    given = {"peer": raw.types.InputPeerSelf(), "offset": "", "limit": 10} | asked
    return await client.invoke(raw.functions.payments.GetStarsTransactions(**given))


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
    told = await event(queue, "payment")
    assert (told["amount"], told["user"], told["stars"]) == (5, ann, PLAY_STARS - 5)
    assert await client.refund_star_payment(ann, result["charge_id"])
    with pytest.raises(BadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await client.refund_star_payment(ann, result["charge_id"])
    assert centre.peers.user(ann).stars == PLAY_STARS
    assert [(move.amount.amount, bool(move.refund)) for move in (await account(client)).history] == [(-5, True), (5, False)]


async def test_a_refused_pre_checkout_takes_nothing(centre, make_bot, ann):
    client = make_bot()
    paid = await shop(client, consent=False)
    message = await invoice(client, ann)
    assert await centre.humans.pay(ann, message.id, ann) == {"ok": False, "charge_id": None, "error": "sold out"}
    assert not paid
    assert centre.peers.user(ann).stars == PLAY_STARS


async def test_a_payment_can_be_reported_late_and_twice_under_one_charge(centre, make_bot, ann):
    client = make_bot()
    paid = await shop(client)
    message = await invoice(client, ann)
    result = await centre.humans.pay(ann, message.id, ann, repeat=2, delay_s=0.1)
    await eventually(lambda: len(paid) == 2)
    assert {charge for _, _, charge in paid} == {result["charge_id"]}
    assert centre.peers.user(ann).stars == PLAY_STARS - 5


async def test_a_paid_invoice_shows_its_receipt(centre, make_bot, ann):
    client = make_bot()
    await shop(client)
    message = await invoice(client, ann)
    assert centre.humans.messages(ann)[-1]["media"]["paid"] is False
    result = await centre.humans.pay(ann, message.id, ann)
    shown = {entry["kind"]: entry for entry in centre.humans.messages(ann)}
    assert shown["invoice"]["media"]["paid"] is True
    assert (shown["service"]["reply_to"], shown["service"]["service"]["charge_id"]) == (message.id, result["charge_id"])
    charge = centre.humans.charges(ann)[0]
    assert (charge["id"], charge["title"], charge["amount"], charge["refunded"]) == (result["charge_id"], "Credits", 5, False)


async def test_nobody_pays_more_than_is_in_the_purse(centre, make_bot, ann):
    client = make_bot()
    paid = await shop(client)
    message = await invoice(client, ann, stars=PLAY_STARS + 1)
    assert (await centre.humans.pay(ann, message.id, ann))["error"] == "BALANCE_TOO_LOW"
    assert centre.humans.give_stars(ann, 1)["stars"] == PLAY_STARS + 1
    assert (await centre.humans.pay(ann, message.id, ann))["ok"]
    await eventually(lambda: paid)
    assert centre.peers.user(ann).stars == 0


async def test_telegram_gives_back_without_asking_and_tells_the_bot_as_often_as_wanted(centre, make_bot, ann):
    client = make_bot()
    await shop(client)
    refunds = []

    async def on_refund(_, message):
        refunds.append(message.refunded_payment.telegram_payment_charge_id)

    client.add_handler(MessageHandler(on_refund, filters.create(lambda _, __, message: bool(message.refunded_payment))))
    message = await invoice(client, ann)
    charge_id = (await centre.humans.pay(ann, message.id, ann))["charge_id"]
    assert await centre.humans.refund(charge_id, repeat=2) == {"ok": True, "error": None}
    await eventually(lambda: len(refunds) == 2)
    assert set(refunds) == {charge_id}
    assert centre.peers.user(ann).stars == PLAY_STARS
    assert (await centre.humans.refund(charge_id))["error"] == "CHARGE_ALREADY_REFUNDED"
    assert (await centre.humans.refund("no-such-charge"))["error"] == "CHARGE_ID_INVALID"


async def test_the_account_is_read_page_by_page_the_newest_first(centre, make_bot, ann):
    client = make_bot()
    await shop(client)
    charges = []
    for stars in (1, 2, 3):
        message = await invoice(client, ann, stars)
        charges.append((await centre.humans.pay(ann, message.id, ann))["charge_id"])
    for number, charge_id in enumerate(charges):  # a second apart: all of it took none
        centre.money.charges[charge_id]["date"] += number
    await client.refund_star_payment(ann, charges[0])
    centre.money.charges[charges[0]]["refunded_at"] += 10

    first = await account(client, limit=3)
    rest = await account(client, offset=first.next_offset, limit=3)
    assert [move.amount.amount for move in first.history] == [-1, 3, 2]
    assert ([move.amount.amount for move in rest.history], rest.next_offset) == ([1], None)
    assert [move.amount.amount for move in (await account(client, inbound=True)).history] == [3, 2, 1]
    assert [move.amount.amount for move in (await account(client, outbound=True)).history] == [-1]
    assert [move.amount.amount for move in (await account(client, ascending=True)).history] == [1, 2, 3, -1]
    with pytest.raises(BadRequest, match="OFFSET_INVALID"):
        await account(client, offset="further")


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
