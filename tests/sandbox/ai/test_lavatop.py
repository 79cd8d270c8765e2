"""The sandbox's lava.top, asked by the product's own client: invoices, the page, and what its owner is told."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.payments.lavatop import InvoiceOrder, Lavatop
from kiebot.sandbox.ai.lavatop import DYNAMIC_OFFER, FIXED_OFFER, FIXED_PRICE, OWNER
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet
from kiebot.sandbox.server import LocalServer

KEY = "webhook-key"


@dataclass
class Owner:
    """Who hears of payments: keeps what came, and answers with the next of `answers`, then 200."""

    answers: list = field(default_factory=list)
    came: list = field(default_factory=list)
    server: LocalServer | None = None

    async def answer(self, request):
        self.came.append((request.headers.get("x-api-key"), json.loads(await request.body()), time.monotonic()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def calls(self, count):
        for _ in range(500):
            if len(self.came) >= count:
                return self.came
            await asyncio.sleep(0.02)
        raise AssertionError(f"{len(self.came)} of {count} calls came")


@pytest.fixture
async def owner():
    owner = Owner()
    owner.server = LocalServer(Starlette(routes=[Route("/hook", owner.answer, methods=["POST"])]))
    await owner.server.start()
    yield owner
    await owner.server.stop()


@pytest.fixture
async def shop(start, owner):
    """The services, with an account whose webhooks go to `owner`."""
    cabinet = Cabinet("api-key", f"{owner.server.url}/hook", KEY, pauses_s=(0.05, 0.2))
    services = await start(cabinet=cabinet)
    services.cabinet = cabinet
    services.lava = Lavatop(services.http, "api-key", services.server.url, read_pauses_s=())
    return services


def order(**changed):
    given = {"offer_id": DYNAMIC_OFFER, "email": "a@example.org", "amount": 450, "currency": "RUB", "language": "ru"}
    return InvoiceOrder(**{**given, "source": "kiebot-1", "token": "kb500.x", **changed})


async def ends(shop, invoice, action, **form):
    answer = await shop.raw.post(invoice.url, data={"action": action, **form})
    assert answer.status_code == 303, answer.text


async def test_an_invoice_is_paid_on_its_page_and_its_owner_is_told(shop, owner):
    invoice = await shop.lava.create(order())
    assert (invoice.status, invoice.is_for(450, "RUB")) == ("inprogress", True)
    page = await shop.raw.get(invoice.url)
    assert "450 RUB" in page.text
    assert 'value="pay"' in page.text
    await ends(shop, invoice, "pay")
    ((key, body, _),) = await owner.calls(1)
    assert (key, body["eventType"], body["contractId"], body["status"]) == (
        KEY,
        "payment.success",
        invoice.contract_id,
        "completed",
    )
    assert body["clientUtm"] == {"utm_source": "kiebot-1", "utm_content": "kb500.x"}
    read = await shop.lava.get(invoice.contract_id)
    assert (read.status, read.token, read.url) == ("completed", "kb500.x", ""), "a link is told once"
    assert "Оплачено" in (await shop.raw.get(invoice.url)).text


async def test_a_declined_payment_stays_declined(shop, owner):
    invoice = await shop.lava.create(order(language="en"))
    await ends(shop, invoice, "decline")
    await ends(shop, invoice, "pay")
    ((_, body, _),) = await owner.calls(1)
    assert (body["eventType"], body["status"]) == ("payment.failed", "failed")
    assert (await shop.lava.get(invoice.contract_id)).status == "failed"
    assert "declined" in (await shop.raw.get(invoice.url)).text


async def test_a_fixed_price_ignores_the_amount_as_the_real_one_does(shop):
    assert (await shop.lava.create(order(offer_id=FIXED_OFFER))).amount == FIXED_PRICE


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"email": OWNER}, ProviderErrorKind.INPUT),
        ({"email": "nobody"}, ProviderErrorKind.INPUT),
        ({"amount": 49}, ProviderErrorKind.INPUT),
        ({"currency": "GBP"}, ProviderErrorKind.INPUT),
        ({"offer_id": "gone"}, ProviderErrorKind.NOT_FOUND),
    ],
)
async def test_what_lava_top_refuses_is_refused(shop, changed, kind):
    with pytest.raises(ProviderError) as caught:
        await shop.lava.create(order(**changed))
    assert caught.value.kind is kind


async def test_a_wrong_key_opens_nothing(shop):
    stranger = Lavatop(shop.http, "guessed", shop.server.url, read_pauses_s=())
    for call in (stranger.create(order()), stranger.get("x"), stranger.offers(), stranger.between(0, 1)):
        with pytest.raises(ProviderError) as caught:
            await call
        assert caught.value.kind is ProviderErrorKind.AUTH


async def test_the_catalogue_has_a_dynamic_and_a_fixed_offer(shop):
    assert {offer.id: offer.dynamic for offer in await shop.lava.offers()} == {DYNAMIC_OFFER: True, FIXED_OFFER: False}


async def test_an_invoice_whose_answer_is_lost_is_on_the_list(shop):
    await shop.behave(service="lavatop", action="lost")
    with pytest.raises(ProviderError) as caught:
        await shop.lava.create(order())
    assert caught.value.kind is ProviderErrorKind.UNKNOWN_OUTCOME
    (found,) = await shop.lava.between(time.time() - 60, time.time() + 60)
    assert (found.token, found.status) == ("kb500.x", "inprogress")


async def test_a_webhook_is_sent_again_until_it_is_taken(shop, owner):
    owner.answers = [500, 404]
    await ends(shop, await shop.lava.create(order()), "pay")
    came = await owner.calls(3)
    pauses = [later - earlier for (_, _, earlier), (_, _, later) in pairwise(came)]
    assert pauses[0] > 0.04
    assert pauses[1] > 0.19
    await asyncio.sleep(0.3)
    assert len(owner.came) == 3, "taken"


@pytest.mark.parametrize(("action", "keys"), [("duplicate", [KEY] * 3), ("forged", ["somebody else's key"]), ("drop", [])])
async def test_webhooks_go_wrong_on_request(shop, owner, action, keys):
    await shop.behave(service="lavatop_webhook", action=action)
    await ends(shop, await shop.lava.create(order()), "pay")
    await asyncio.sleep(0.3)
    assert [key for key, _, _ in owner.came] == keys


async def test_a_late_webhook_comes_late(shop, owner):
    await shop.behave(service="lavatop_webhook", action="delay", delay_ms=300)
    paid_at = time.monotonic()
    await ends(shop, await shop.lava.create(order()), "pay")
    assert (await owner.calls(1))[0][2] - paid_at > 0.29


async def test_an_invoice_for_another_amount_can_be_asked_for(shop):
    await shop.behave(service="lavatop", action="wrong_amount")
    assert not (await shop.lava.create(order())).is_for(450, "RUB")


async def test_nobody_outside_this_machine_is_told(shop, owner):
    shop.cabinet.webhook_url = "https://example.org/hook"
    await ends(shop, await shop.lava.create(order()), "pay")
    await asyncio.sleep(0.1)
    assert "lavatop.webhooks" not in await shop.counters()


async def test_a_restart_keeps_invoices_and_tells_what_was_not_told(shop, start, owner, tmp_path):
    shop.cabinet.webhook_url = f"http://127.0.0.1:{urlsplit(shop.server.url).port}/nobody"
    invoice = await shop.lava.create(order())
    await ends(shop, invoice, "pay")
    await shop.server.stop()
    cabinet = Cabinet("api-key", f"{owner.server.url}/hook", KEY)
    again = await start(tmp_path, cabinet=cabinet)
    assert (await owner.calls(1))[0][1]["contractId"] == invoice.contract_id
    lava = Lavatop(again.http, "api-key", again.server.url)
    assert (await lava.get(invoice.contract_id)).status == "completed"
