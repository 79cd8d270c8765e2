"""Payments in Stars: forms and payments of people, answers, refunds and accounts of bots."""

from __future__ import annotations

import random
import secrets
from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram import media
from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.money import Charge
from kiebot.sandbox.telegram.peers import User, peer_tl
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused
from kiebot.sandbox.telegram.updates import message_update, peers_in

_MOST_LISTED = 100  # transactions in one answer


@handles(F.messages.SetBotPrecheckoutResults)
def answer_precheckout(call: Call, query: Any) -> bool:
    call.centre.questions.answer(query.query_id, call.me.id, query)
    return True


@handles(F.payments.RefundStarsCharge)
def refund(call: Call, query: Any) -> Any:
    user = call.peer(query.user_id)
    if not isinstance(user, User):
        raise Refused(400, "USER_ID_INVALID")
    post, pts = call.centre.money.refund(call.me, user, query.charge_id, call.session)
    return call.envelope([message_update("new", post, call.me.id, pts)], peers_in(post))


@handles(F.payments.ExportInvoice)
def export_invoice(call: Call, query: Any) -> Any:
    media.invoice(query.invoice_media)  # refuses what could not be sent either
    return T.payments.ExportedInvoice(url=f"https://t.me/${secrets.token_urlsafe(12)}")


@handles(F.payments.GetPaymentForm)
def get_form(call: Call, query: Any) -> Any:
    post = _invoice(call, query.invoice)
    shown, bot = post.content.media, call.centre.peers.user(post.author)
    price = T.LabeledPrice(label=shown.title, amount=shown.total_amount)
    return T.payments.PaymentFormStars(
        form_id=random.getrandbits(60),
        bot_id=bot.id,
        title=shown.title,
        description=shown.description,
        invoice=T.Invoice(currency=shown.currency, prices=[price]),
        users=[bot.tl(call.me.id)],
    )


@handles(F.payments.SendStarsForm)
async def pay(call: Call, query: Any) -> Any:
    await call.centre.money.pay(call.me, _invoice(call, query.invoice))
    return T.payments.PaymentResult(updates=call.envelope([]))


def _invoice(call: Call, invoice: Any) -> Post:
    if not isinstance(invoice, T.InputInvoiceMessage):
        raise Refused(400, "INVOICE_INVALID")
    return call.post(call.peer(invoice.peer).id, invoice.msg_id)


@handles(F.payments.GetStarsStatus)
def get_status(call: Call, query: Any) -> Any:
    return _status(call, [])


@handles(F.payments.GetStarsTransactions)
def get_transactions(call: Call, query: Any) -> Any:
    """Newest first unless `ascending`; `offset` is the number of those already given."""
    found = [move for charge in call.centre.money.charges.values() for move in _moves(call, charge)]
    found = [
        move
        for move in found
        if not (query.inbound and move.amount.amount < 0) and not (query.outbound and move.amount.amount > 0)
    ]
    found.sort(key=lambda move: (move.date, bool(move.refund)), reverse=not query.ascending)
    if not (query.offset or "0").isdigit():
        raise Refused(400, "OFFSET_INVALID")
    start, limit = int(query.offset or 0), min(query.limit or _MOST_LISTED, _MOST_LISTED)
    page = found[start : start + limit]
    more = str(start + len(page)) if start + len(page) < len(found) else None
    return _status(call, page, more)


def _moves(call: Call, charge: Charge) -> list[Any]:
    """The payment and, where it was given back, the refund, as the caller's account shows them."""
    me = call.me.id
    if me not in (charge["bot"], charge["user"]):
        return []
    sign, other = (1, charge["user"]) if me == charge["bot"] else (-1, charge["bot"])
    moves = [_move(charge, other, sign, charge["date"], refund=False)]
    if charge["refunded"]:
        moves.append(_move(charge, other, -sign, charge.get("refunded_at") or charge["date"], refund=True))
    return moves


def _move(charge: Charge, other: int, sign: int, date: int, *, refund: bool) -> Any:
    return T.StarsTransaction(
        id=charge["id"],
        amount=T.StarsAmount(amount=sign * charge["amount"], nanos=0),
        date=date,
        peer=T.StarsTransactionPeer(peer=peer_tl(other)),
        refund=refund or None,
        bot_payload=bytes.fromhex(charge["payload"]),
    )


def _status(call: Call, history: list[Any], next_offset: str | None = None) -> Any:
    people = {move.peer.peer.user_id for move in history}
    users, _ = call.centre.peers.tl(people, call.me.id)
    balance = T.StarsAmount(amount=call.me.stars, nanos=0)
    return T.payments.StarsStatus(balance=balance, history=history, next_offset=next_offset, chats=[], users=users)
