"""Stars: invoices are paid after the bot's consent, charges can be given back once."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import composing, journal
from kiebot.sandbox.telegram.office import Sent
from kiebot.sandbox.telegram.peers import User, peer_tl
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused, now

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre
    from kiebot.sandbox.telegram.sessions import Session

Charge = dict[str, Any]


class Money:
    """The charges of all bots."""

    def __init__(self, centre: DataCentre) -> None:
        self._centre = centre
        self.charges: dict[str, Charge] = {}
        for charge_id, body in centre.journal.rows(journal.CHARGES):
            self.charges[charge_id] = json.loads(body)

    async def pay(self, user: User, post: Post, *, repeat: int = 1, delay_s: float = 0) -> Charge:
        """A person pays the invoice in `post`.

        The bot is asked first. The payment is then reported `delay_s` late and `repeat` times, with one charge id: a payment is
        made once, but its report may come again.
        """
        media, bot = post.content.media, self._centre.peers.user(post.author)
        if not isinstance(media, T.MessageMediaInvoice):
            raise Refused(400, "MESSAGE_ID_INVALID")
        if user.stars < media.total_amount:
            raise Refused(400, "BALANCE_TOO_LOW")
        payload = self._centre.invoices[post.uid]
        await self._ask(bot, user, media, payload)
        charge = self._charge(user, bot, media, payload)
        if delay_s:
            await asyncio.sleep(delay_s)
        for _ in range(max(1, repeat)):
            self._report(user, bot, post, payload, charge)
        return charge

    async def _ask(self, bot: User, user: User, media: Any, payload: bytes) -> None:
        query_id, _ = self._centre.questions.ask(bot.id)
        query = T.UpdateBotPrecheckoutQuery(
            query_id=query_id, user_id=user.id, payload=payload, currency=media.currency, total_amount=media.total_amount
        )
        self._centre.updates.push(bot.id, [query], {user.id})
        answer = await self._centre.questions.wait(query_id)
        if not answer.success:
            raise Refused(406, answer.error or "PAYMENT_FAILED")

    def _charge(self, user: User, bot: User, media: Any, payload: bytes) -> Charge:
        charge = {
            "id": secrets.token_urlsafe(24),
            "user": user.id,
            "bot": bot.id,
            "currency": media.currency,
            "amount": media.total_amount,
            "payload": payload.hex(),
            "title": media.title,
            "date": now(),
            "refunded": False,
            "refunded_at": 0,
        }
        self.charges[str(charge["id"])] = charge
        self._save(charge)
        self._move(user, -media.total_amount)
        self._move(bot, media.total_amount)
        return charge

    def _move(self, user: User, stars: int) -> None:
        user.stars += stars
        self._centre.peers.save(user)

    def _save(self, charge: Charge) -> None:
        self._centre.journal.put(journal.CHARGES, (charge["id"],), lambda: (json.dumps(charge),))

    def give(self, user: User, stars: int) -> None:
        """Play money."""
        self._move(user, stars)

    def charges_of(self, user_id: int) -> list[Charge]:
        """What a person paid, the newest first."""
        return sorted((one for one in self.charges.values() if one["user"] == user_id), key=lambda one: one["date"], reverse=True)

    def _report(self, user: User, bot: User, post: Post, payload: bytes, charge: Charge) -> None:
        action = T.MessageActionPaymentSentMe(
            currency=charge["currency"],
            total_amount=charge["amount"],
            payload=payload,
            charge=T.PaymentCharge(id=charge["id"], provider_charge_id=charge["id"]),
        )
        own_id = post.id_for(user.id) if post.chat_for(user.id) == bot.id else 0  # 0: paid in another chat
        place = composing.place_in(self._centre, user, bot, own_id)
        sent = composing.send_service(self._centre, user, bot, action, place=place)
        self._mark_paid(post, sent.post.id_for(user.id))
        self._tell(bot, user, sent.post, charge)

    def _mark_paid(self, post: Post, receipt: int) -> None:
        """The invoice shows its receipt from now on."""
        media = post.content.media
        if media.receipt_msg_id is None:
            media.receipt_msg_id = receipt
            self._centre.office.edit(post)

    def _tell(self, bot: User, user: User, post: Post, charge: Charge) -> None:
        for human_side in self._centre.people_of(bot.id):
            human_side.tell_payment(post, charge, user.stars)

    def refund(self, bot: User, user: User, charge_id: str, by: Session) -> Sent:
        """A bot gives a payment back."""
        charge = self.charges.get(charge_id)
        if charge is None or charge["user"] != user.id or charge["bot"] != bot.id:
            raise Refused(400, "CHARGE_ID_INVALID")
        self._give_back(charge)
        return self._report_refund(charge, by)

    async def take_back(self, charge_id: str, *, repeat: int = 1, delay_s: float = 0) -> Charge:
        """Telegram gives a payment back without asking the bot; it is told `delay_s` late and `repeat` times."""
        charge = self.charges.get(charge_id)
        if charge is None:
            raise Refused(400, "CHARGE_ID_INVALID")
        self._give_back(charge)
        if delay_s:
            await asyncio.sleep(delay_s)
        for _ in range(max(1, repeat)):
            self._report_refund(charge)
        return charge

    def _give_back(self, charge: Charge) -> None:
        if charge["refunded"]:
            raise Refused(400, "CHARGE_ALREADY_REFUNDED")
        charge["refunded"], charge["refunded_at"] = True, now()
        self._save(charge)
        self._move(self._centre.peers.user(charge["user"]), charge["amount"])
        self._move(self._centre.peers.user(charge["bot"]), -charge["amount"])

    def _report_refund(self, charge: Charge, by: Session | None = None) -> Sent:
        bot, user = self._centre.peers.user(charge["bot"]), self._centre.peers.user(charge["user"])
        action = T.MessageActionPaymentRefunded(
            peer=peer_tl(bot.id),
            currency=charge["currency"],
            total_amount=charge["amount"],
            charge=T.PaymentCharge(id=charge["id"], provider_charge_id=charge["id"]),
            payload=bytes.fromhex(charge["payload"]),
        )
        sent = composing.send_service(self._centre, bot, user, action, by=by)
        self._tell(bot, user, sent.post, charge)
        return sent
