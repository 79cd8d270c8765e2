"""A card payment from /buy to the receipt: bot, worker and web as their own processes, lava.top's page in between."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import pytest_asyncio

from kiebot.sandbox.ai.lavatop import DYNAMIC_OFFER
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet
from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

CABINET = Cabinet("api-key", webhook_key="webhook-key", pauses_s=(1.0, 5.0))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest_asyncio.fixture(loop_scope="session")
async def shop(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio that sells by card, with its web process behind lava.top's webhook."""
    studio = Studio(tmp_path, cabinet=CABINET)
    await studio.start()
    port = free_port()
    CABINET.webhook_url = f"http://127.0.0.1:{port}/callback/lavatop"
    section = {"ENABLED": "true", "API_KEY": "api-key", "WEBHOOK_KEY": "webhook-key", "OFFER_ID": DYNAMIC_OFFER}
    section |= {"BASE_URL": studio.ai.url, "PACKS": "[{credits = 500, amount = 450}]"}
    studio.extra = {f"KIEBOT_PAYMENTS__LAVATOP__{name}": value for name, value in section.items()}
    studio.extra |= {"KIEBOT_BILLING__ENABLED": "true", "KIEBOT_WEB__PORT": str(port)}
    for name in ("bot", "worker"):
        await studio.run(name)
    studio.begin("web")
    await studio.until(lambda: "web listens" in studio.log("web"), 40, what="web")
    yield studio
    await studio.stop()


async def link_for(person: Person) -> dict[str, Any]:
    """Press the pack in /buy; the message that has the link."""
    offered = await person.ask("/buy", "How many more")
    await person.press(offered, button(offered, "buy:lavatop:500:450"))
    return await person.reply(offered["id"], "450 RUB")


async def pay(message: dict[str, Any], action: str) -> None:
    """Follow the message's link and press a button there."""
    url = message["buttons"][0][0]["url"]
    page = await asyncio.to_thread(lambda: urlopen(url).read())
    assert f'value="{action}"'.encode() in page
    await asyncio.to_thread(lambda: urlopen(Request(url, f"action={action}".encode())).read())


async def test_a_pack_bought_by_card_is_credited_with_a_receipt(shop: Studio) -> None:
    ann = shop.person("Ann")
    message = await link_for(ann)
    await pay(message, "pay")
    receipt = await ann.reply(message["id"], "500 credits for 450 RUB. You have 500 now")
    assert "Payment" in receipt["text"]
    paid = next(one for one in ann.messages() if one["id"] == message["id"])
    assert ("paid" in paid["text"], paid["buttons"]) == (True, [])
    assert shop.rows("SELECT SUM(credits) FROM ledger_entry WHERE kind = 'topup'") == [(500,)]


async def test_a_declined_card_is_said_in_the_persons_language(shop: Studio) -> None:
    vera = shop.person("Вера", "ru")
    offered = await vera.ask("/buy", "кредит")
    await vera.press(offered, button(offered, "buy:lavatop:500:450"))
    message = await vera.reply(offered["id"], "lava.top")
    await shop.until(lambda: next(one for one in vera.messages() if one["id"] == message["id"])["buttons"], what="the link")
    message = next(one for one in vera.messages() if one["id"] == message["id"])
    assert message["buttons"][0][0]["text"] == "Оплатить"
    await pay(message, "decline")
    failed = await vera.reply(offered["id"], "не прошёл")
    await vera.press(failed, button(failed, "buy:menu"))
    await vera.reply(failed["id"], "кредит")


async def test_a_lost_webhook_is_made_up_for_by_asking(shop: Studio) -> None:
    bob = shop.person("Bob")
    message = await link_for(bob)
    await shop.behave("lavatop_webhook", "drop")
    await pay(message, "pay")
    await bob.reply(message["id"], "You have 500 now", timeout_s=30)
