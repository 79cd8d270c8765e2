"""Credits as people meet them, with the real client against the data centre: the balance, gifts, an order that is too dear."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.studio import ROOT, Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAID = {
    "KIEBOT_BILLING__ENABLED": "true",
    "KIEBOT_BILLING__START_BONUS": "3",
    "KIEBOT_BILLING__REFERRAL_BONUS": "30",
    "KIEBOT_BILLING__INVITED_BONUS": "10",
    "KIEBOT_PAYMENTS__STARS__ENABLED": "true",
}
PACK = "buy:stars:100:75"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def paid(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """A bot that sells credits and gives some away."""
    async with Studio(tmp_path_factory.mktemp("paid"), environ=PAID) as studio:
        await studio.run("bot")
        yield studio


def admin(studio: Studio, *words: str) -> str:
    """kiebot-admin as the operator runs it."""
    command = [sys.executable, "-c", "from kiebot.cli.admin import admin; admin(prog_name='kiebot-admin')", *words]
    done = subprocess.run(command, env=studio.environ(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def buy(person: Person, menu: dict[str, Any], thanks: str = "Thank you") -> None:
    """Press a pack, pay the invoice, see the receipt."""
    await person.press(menu, button(menu, PACK))

    def sent() -> Any:
        return next((message for message in person.messages(after=menu["id"]) if message["kind"] == "invoice"), None)

    invoice = await person.studio.until(sent, what="the invoice")
    assert (await person.studio.humans.pay(person.chat, invoice["id"], person.id))["ok"]
    await person.reply(invoice["id"], thanks)


def holds(message: dict[str, Any], person: Person) -> dict[str, Any]:
    """The message as it is now."""
    return next(each for each in person.messages() if each["id"] == message["id"])


async def test_the_first_message_brings_the_welcome_and_the_balance_shows_it(paid: Studio) -> None:
    ann = paid.person("Ann")
    await ann.ask("/start", "Hello, Ann")
    await ann.reply(0, "3 credits are yours as a welcome")
    shown = await ann.ask("/balance", "Your balance: 3 credits")
    assert "+3 · welcome gift" in shown["text"]


async def test_codes_come_by_command_by_link_and_as_the_next_message_and_fill_pages(paid: Studio) -> None:
    admin(paid, "promo", "create", "--credits", "5", "--code", "SUMMER", "--per-user", "9", "--yes")
    bob = paid.person("Bob")
    await bob.ask("/start promo_SUMMER", "Code SUMMER: 5 credits are yours")
    await bob.ask("/promo", "Send the code")
    await bob.ask("sum-mer", "Your balance is 13 now")
    for number in range(7):
        await bob.ask("/promo sUMMER", f"Your balance is {18 + 5 * number} now")
    await bob.ask("/promo summer", "used code SUMMER already")
    shown = await bob.ask("/balance", "Your balance: 48 credits")
    assert shown["text"].count("promo code SUMMER") == 8
    await bob.press(shown, button(shown, "b:page:1"))
    await paid.until(lambda: "welcome gift" in holds(shown, bob)["text"], what="the second page in the same message")
    assert holds(shown, bob)["text"].count("promo code SUMMER") == 1


async def test_a_friend_who_comes_by_link_and_buys_brings_both_their_gifts(paid: Studio) -> None:
    ann, bob = paid.person("Ann"), paid.person("Bob", "ru")
    shown = await ann.ask("/balance", "Your link for friends")
    code = re.search(r"\?start=(r_\w+)", shown["text"])
    assert code is not None
    await ann.ask(f"/start {code[1]}", "your own invitation link")
    await bob.ask(f"/start {code[1]}", "Вас пригласил друг")
    menu = await bob.ask("/buy")
    await buy(bob, menu, thanks="Спасибо")
    await ann.reply(shown["id"], "A friend whom you invited has bought credits: 30 credits are yours")
    await bob.reply(menu["id"], "вы пришли по приглашению")
    await ann.ask("/balance", "Your balance: 33 credits")
    await bob.ask("/balance", "Ваш баланс: 113 кредитов")


async def test_an_order_that_is_too_dear_waits_while_credits_are_bought(paid: Studio) -> None:
    ann = paid.person("Ann")
    confirm = await ann.ask("/img a red boat", "more are needed")
    await ann.press(confirm, button(confirm, "menu:buy"))
    await buy(ann, await ann.reply(confirm["id"], "How many more"))
    await ann.press(confirm, button(confirm, "o:"))
    await paid.until(lambda: "Accepted" in holds(confirm, ann)["text"], what="the order in the place of its confirmation")
    assert (await ann.ask("/balance", "Reserved for what is being made"))["text"].count("(reserved)") == 1


async def test_the_command_menu_names_what_has_to_do_with_money_only_where_people_pay(paid: Studio, studio: Studio) -> None:
    def listed(place: Studio) -> set[str]:
        commands = place.humans.state()["bot"]["commands"].get("BotCommandScopeDefault|", [])
        return {name for name, _ in commands}

    money = {"balance", "promo", "buy"}
    await paid.until(lambda: money <= listed(paid), what="the commands")
    await studio.until(lambda: listed(studio), what="the commands of the other")
    assert not money & listed(studio)
    ann = studio.person("Ann")
    for command in ("/balance", "/promo SUMMER"):
        await ann.ask(command, "Everything is free here")


async def test_everything_adds_up(paid: Studio) -> None:
    assert "all add up" in admin(paid, "ledger", "verify")
