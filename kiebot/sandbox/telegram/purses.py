"""The people's purses: what they pay, get back, and have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from kiebot.sandbox.telegram import shapes
from kiebot.sandbox.telegram.feed import Feed
from kiebot.sandbox.telegram.money import Charge
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre

Json = dict[str, Any]


class Purses(ABC):
    """The part of the people's side that is about money."""

    def __init__(self, centre: DataCentre, feed: Feed, bot_id: int) -> None:
        self._centre = centre
        self._feed = feed
        self.bot_id = bot_id

    @abstractmethod
    def _post(self, chat: int, message_id: int) -> Post:
        """The message that the JSON shapes name so."""

    async def pay(self, chat: int, message_id: int, as_user: int, repeat: int = 1, delay_s: float = 0) -> Json:
        """Pay an invoice; the report of the payment comes `delay_s` late and `repeat` times, with one charge id."""
        user = self._centre.peers.user(as_user)
        try:
            charge = await self._centre.money.pay(user, self._post(chat, message_id), repeat=repeat, delay_s=delay_s)
        except Refused as refusal:
            return {"ok": False, "charge_id": None, "error": refusal.name}
        return {"ok": True, "charge_id": charge["id"], "error": None}

    async def refund(self, charge_id: str, repeat: int = 1, delay_s: float = 0) -> Json:
        """Telegram gives a payment back; the bot is told `delay_s` late and `repeat` times."""
        try:
            await self._centre.money.take_back(charge_id, repeat=repeat, delay_s=delay_s)
        except Refused as refusal:
            return {"ok": False, "error": refusal.name}
        return {"ok": True, "error": None}

    def give_stars(self, user: int, stars: int) -> Json:
        """Play money for a person, who is shown with it."""
        found = self._centre.peers.user(user)
        self._centre.money.give(found, stars)
        return shapes.user_shape(found)

    def charges(self, user: int) -> list[Json]:
        """What a person paid to this bot, the newest first."""
        names = ("id", "title", "currency", "amount", "date", "refunded")
        paid = self._centre.money.charges_of(self._centre.peers.user(user).id)
        return [{name: charge.get(name, "") for name in names} for charge in paid if charge["bot"] == self.bot_id]

    def tell_payment(self, post: Post, charge: Charge, stars: int) -> None:
        """A payment or its way back is in the chat; the person has so many stars now."""
        told = {"charge_id": charge["id"], "currency": charge["currency"], "amount": charge["amount"]}
        rest = {"refunded": charge["refunded"], "user": charge["user"], "stars": stars}
        self._feed.emit("payment", chat=shapes.chat_of(post, self.bot_id), **told, **rest)
