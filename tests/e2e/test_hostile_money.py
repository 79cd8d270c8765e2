"""People who try everything at once: payments and refunds told three times, spending meanwhile, /forget in the middle, one code
in all places, forged buttons, another process of the operator's, a bot that is killed. Afterwards the books are right.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from kiebot.sandbox.telegram.tl import Refused
from tests.e2e.stars import admin, invoice_for, pay
from tests.e2e.studio import Person, Studio
from tests.e2e.test_paid_answers import in_order

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE, WORTH, TIMES = "SUNSHINE", 40, 2
LASTS_S, PATIENCE_S = 6.0, 3.0
HOSTILE = {
    "KIEBOT_BILLING__ENABLED": "true",
    "KIEBOT_BILLING__START_BONUS": "1500",
    "KIEBOT_BILLING__REFERRAL_BONUS": "10",
    "KIEBOT_BILLING__CHAT_PER_1000_TOKENS": "100",
    "KIEBOT_PAYMENTS__STARS__ENABLED": "true",
}
FORGED = (
    "buy:stars:500:1", "buy:stars:-500:350", "buy:stars:99999999999999999999:1", "buy:lavatop:100:100", "buy:menu", "b:page:-1",
    "b:page:99999999999999999999", "p:yes:all", "p:yes:here", "p:yes:everybody", "chat:again:1", "chat:stop:1", "chat:again:-1",
    "o:1", "job:retry:1", "job:cancel:1",
)  # fmt: skip


class Crowd:
    """Everybody at once, until time is up."""

    def __init__(self, studio: Studio, people: list[Person], group: int, rng: random.Random) -> None:
        self.studio = studio
        self.people = people
        self.group = group
        self.rng = rng
        self.over = False

    async def act(self) -> None:
        acts = [self.ask, self.ask, self.buy, self.forget, self.redeem, self.forge, self.forge]
        while not self.over:
            person = self.rng.choice(self.people)
            with contextlib.suppress(Refused, TimeoutError):  # a message may be gone, the bot dead
                async with asyncio.timeout(PATIENCE_S):
                    await self.rng.choice(acts)(person)
            await asyncio.sleep(self.rng.uniform(0, 0.3))

    async def ask(self, person: Person) -> None:
        mention = f"@{self.studio.centre.bot['username']}"
        if self.rng.random() < 0.5:
            person.say(f"{mention} tell me a story", self.group)
        else:
            person.say("tell me a story")

    async def buy(self, person: Person) -> None:
        """Pay, told three times; spend; have it back, told three times, perhaps before the payment is told."""
        invoice = await invoice_for(person)
        paid = await pay(person, invoice, repeat=3, delay_s=self.rng.choice((0.0, 0.6)))
        person.say("a story for it")
        if paid.get("charge_id") and self.rng.random() < 0.7:
            await self.studio.humans.refund(paid["charge_id"], repeat=3, delay_s=self.rng.choice((0.0, 0.9)))

    async def forget(self, person: Person) -> None:
        sent = person.say("/forget")
        shown = await person.reply(sent, "What should I forget")
        for data in ("p:all", "p:yes:all", "p:yes:account", "p:yes:account"):
            if data != "p:yes:account" or self.rng.random() < 0.2:
                await person.press(shown, data)

    async def redeem(self, person: Person) -> None:
        for words in (f"/promo {CODE}", f"/start promo_{CODE}"):
            person.say(words)
            person.say(words, self.group)

    async def forge(self, person: Person) -> None:
        """A press that no button makes, on any message of the bot's, also on other people's."""
        chat = self.rng.choice((person.chat, self.group))
        message = self.rng.choice(person.messages(chat) or [{"chat": chat, "id": 1}])
        await person.press(message, self.rng.choice(FORGED))


async def test_whatever_people_do_at_once_the_books_are_right(tmp_path: Path) -> None:
    async with Studio(tmp_path, environ=HOSTILE) as studio:
        await studio.run("bot")
        await studio.run("worker")
        people = [studio.person(name) for name in ("Ann", "Bob", "Cid")]
        group = int(studio.humans.add_chat("Friends", [person.id for person in people], "supergroup")["id"])
        limits = ("--code", CODE, "--credits", str(WORTH), "--total", str(TIMES), "--yes")
        assert (await admin(studio, "promo", "create", *limits))[0] == 0
        await studio.behave("chat", "pace", deltas=20, delay_ms=25, chars=20, times=10_000)
        crowd = Crowd(studio, people, group, random.Random(20261122))
        acting = [asyncio.create_task(crowd.act()) for _ in range(10)]
        await asyncio.sleep(LASTS_S / 2)
        await studio.kill("bot")
        await admin(studio, "users", "grant", str(people[0].id), "--credits", "-1000", "--reason", "hostile", "--yes")
        await studio.run("bot")
        await asyncio.sleep(LASTS_S / 2)
        crowd.over = True
        await asyncio.gather(*acting)
        await quiet(studio)
        await in_order(studio)
        assert studio.rows("SELECT used FROM promo_code")[0][0] <= TIMES
        assert studio.rows("SELECT code, context FROM incident WHERE kind LIKE '%Error%'") == []
        ended = "SELECT COUNT(*) FROM ledger_entry WHERE kind = ?"
        assert studio.rows(ended, "hold") == studio.rows(ended, "release"), "nothing is held any more"


async def quiet(studio: Studio) -> None:
    """Until nothing is being answered any more, and nothing new was written for a while."""
    seen, since = 0, asyncio.get_running_loop().time()
    while asyncio.get_running_loop().time() - since < 2:
        now = studio.rows("SELECT COUNT(*) FROM ledger_entry")[0][0]
        still = studio.rows("SELECT 1 FROM turn WHERE state IN ('received', 'answering')")
        if now != seen or still:
            seen, since = now, asyncio.get_running_loop().time()
        await asyncio.sleep(0.1)
