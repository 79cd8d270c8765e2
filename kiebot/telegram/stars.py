"""Telegram Stars as Telegram speaks of them: invoices, the question before a payment, payments and refunds, the bot's account.

The question before a payment has ten seconds. It is answered where it comes in, before the queue of updates and apart from the
store's other work; when the store cannot be read in time the payment is refused in words.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyrogram
from pyrogram import raw
from pyrogram.errors import RPCError

from kiebot.i18n import text
from kiebot.payments.stars import LONGEST_DESCRIPTION, LONGEST_TITLE, Transaction
from kiebot.services.incoming import Sender
from kiebot.services.languages import pick
from kiebot.store.db import StoreError
from kiebot.telegram.calls import Calls
from kiebot.telegram.threads import at_the_till

log = logging.getLogger(__name__)

CHECK_S = 3.0  # the store's part of Telegram's ten seconds
ANSWER_S = 2.5  # one try; the second one still comes in time
ANSWER_TRIES = 2
REMEMBERED = 200  # questions, which may come again by another way
PAGE = 100  # the most that Telegram gives at once
ALREADY_REFUNDED = "CHARGE_ALREADY_REFUNDED"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody is about to pay."""

    query_id: int
    sender: Sender
    token: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Paid:
    """Telegram says that somebody paid; it may say so again."""

    charge_id: str
    sender: Sender
    token: str
    amount: int
    currency: str
    date: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """Telegram says that a payment went back, by our wish or not."""

    charge_id: str
    user_id: int
    amount: int
    currency: str


def read_asked(update: raw.types.UpdateBotPrecheckoutQuery, users: Mapping[int, Any]) -> Asked:
    """The question before a payment."""
    sender = _sender(update.user_id, users)
    return Asked(update.query_id, sender, _token(update.payload), update.total_amount, update.currency)


def read_payment(message: Any, users: Mapping[int, Any]) -> Paid | Refunded | None:
    """What a service message says of a payment; None: it is another message."""
    action = getattr(message, "action", None)
    if isinstance(action, raw.types.MessageActionPaymentSentMe):
        user_id = getattr(message.from_id or message.peer_id, "user_id", 0)
        sender = _sender(user_id, users)
        return Paid(action.charge.id, sender, _token(action.payload), action.total_amount, action.currency, message.date)
    if isinstance(action, raw.types.MessageActionPaymentRefunded):
        user_id = getattr(message.peer_id, "user_id", 0)
        return Refunded(action.charge.id, user_id, action.total_amount, action.currency)
    return None


def _sender(user_id: int, users: Mapping[int, Any]) -> Sender:
    user = users.get(user_id)
    name = " ".join(part for part in (getattr(user, "first_name", ""), getattr(user, "last_name", "")) if part)
    return Sender(user_id, name, getattr(user, "username", None) or "", getattr(user, "lang_code", None) or "")


def _token(payload: bytes) -> str:
    return payload.decode("utf-8", "replace")


def invoice_media(invoice: Mapping[str, Any], language: str) -> raw.types.InputMediaInvoice:
    """An outbox row's invoice as Telegram takes it."""
    title = text(language, "invoice-title", credits=invoice["credits"])[:LONGEST_TITLE]
    price = raw.types.LabeledPrice(label=title, amount=invoice["amount"])
    return raw.types.InputMediaInvoice(
        title=title,
        description=text(language, "invoice-description")[:LONGEST_DESCRIPTION],
        invoice=raw.types.Invoice(currency=invoice["currency"], prices=[price]),
        payload=invoice["token"].encode(),
        provider_data=raw.types.DataJSON(data="{}"),
    )


class Till:
    """Answers the questions before payments. `judge` says why not, in the person's language; it runs in a thread of its own."""

    def __init__(self, calls: Calls, judge: Callable[[Asked], str]) -> None:
        self._calls = calls
        self._judge = judge
        self._seen: deque[int] = deque(maxlen=REMEMBERED)
        self._answering: set[asyncio.Task[None]] = set()

    def hear(self, updates: Any) -> None:
        """Look through what just came in, before anything else does."""
        for update in getattr(updates, "updates", None) or [getattr(updates, "update", None)]:
            if isinstance(update, raw.types.UpdateBotPrecheckoutQuery):
                self.take(update, {user.id: user for user in getattr(updates, "users", [])})

    def take(self, update: raw.types.UpdateBotPrecheckoutQuery, users: Mapping[int, Any]) -> None:
        """Answer one question, unless it was taken before."""
        if update.query_id in self._seen:
            return
        self._seen.append(update.query_id)
        task = asyncio.create_task(self._answer(read_asked(update, users)), name="pre-checkout")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, asked: Asked) -> None:
        started = time.monotonic()
        why_not = await self._reason(asked)
        query = raw.functions.messages.SetBotPrecheckoutResults(
            query_id=asked.query_id, success=not why_not or None, error=why_not or None
        )
        sent = await self._send(query)
        took_s = time.monotonic() - started
        log.info("pre-checkout user=%d agreed=%s answered=%s took=%.3fs", asked.sender.user_id, not why_not, sent, took_s)

    async def _reason(self, asked: Asked) -> str:
        try:
            async with asyncio.timeout(CHECK_S):
                return await at_the_till(self._judge, asked)
        except (TimeoutError, StoreError) as exc:
            log.warning("pre-checkout not checked error=%r", exc)
        except Exception:
            log.exception("pre-checkout not checked")
        return text(pick(asked.sender.language_code), "payment-refused-busy")

    async def _send(self, query: raw.functions.messages.SetBotPrecheckoutResults) -> bool:
        """Whether Telegram took the answer."""
        for _ in range(ANSWER_TRIES):
            try:
                await self._calls.invoke(query, ANSWER_S)
            except (TimeoutError, OSError) as exc:
                log.info("pre-checkout answer unknown error=%r", exc)
            except RPCError as exc:  # too late, or it arrived at the first try
                log.info("pre-checkout answer refused error=%s", exc)
                return False
            else:
                return True
        return False


async def refund(client: pyrogram.Client, calls: Calls, user_id: int, charge_id: str) -> bool:
    """Give a payment back; False when that was done before. Raises RPCError: CHARGE_NOT_FOUND and others."""
    user = await client.resolve_peer(user_id)
    try:
        await calls.invoke(raw.functions.payments.RefundStarsCharge(user_id=user, charge_id=charge_id))
    except RPCError as exc:
        if ALREADY_REFUNDED not in str(exc):
            raise
        return False
    return True


async def page_of_list(calls: Calls, offset: str, limit: int = PAGE) -> tuple[list[dict[str, Any]], str]:
    """A page of the bot's account, the newest first: what concerns people and is settled, and where the next page begins."""
    query = raw.functions.payments.GetStarsTransactions(peer=raw.types.InputPeerSelf(), offset=offset, limit=limit)
    status = await calls.invoke(query)
    lines = [line for line in (_line(row) for row in status.history or []) if line is not None]
    return lines, status.next_offset or ""


def _line(row: Any) -> dict[str, Any] | None:
    user_id = getattr(getattr(row.peer, "peer", None), "user_id", 0)
    if not user_id or row.pending or row.failed or row.gift or row.paid_messages:
        return None
    return {
        "id": row.id,
        "date": row.date,
        "stars": row.amount.amount,
        "refund": bool(row.refund),
        "user_id": user_id,
        "payload": _token(row.bot_payload or b""),
    }


async def list_since(calls: Calls, since: float) -> list[Transaction]:
    """The bot's account from `since` (Unix seconds) on."""
    found: list[Transaction] = []
    offset = ""
    while True:
        lines, offset = await page_of_list(calls, offset)
        found += [Transaction.of(line) for line in lines if line["date"] >= since]
        if not offset or any(line["date"] < since for line in lines):
            return found
