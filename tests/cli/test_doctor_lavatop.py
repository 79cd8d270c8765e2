"""doctor --online asks lava.top whether what is configured can be sold."""

import pytest

from kiebot.cli import checks, probes
from kiebot.config import load
from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.lavatop import DYNAMIC_OFFER, FIXED_OFFER
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer

PREFIX = "KIEBOT_PAYMENTS__LAVATOP__"


@pytest.fixture
async def shop(tmp_path):
    """The sandbox's lava.top, and the keys that lead to it."""
    server = LocalServer(create_app(tmp_path / "ai", Behaviour(), Scripted(), cabinet=Cabinet("api-key")))
    await server.start()
    keys = {"ENABLED": "true", "API_KEY": "api-key", "WEBHOOK_KEY": "k", "BASE_URL": server.url, "OFFER_ID": DYNAMIC_OFFER}
    yield {"KIEBOT_TEXT__BASE_URL": f"{server.url}/v1", **{PREFIX + name: value for name, value in keys.items()}}
    await server.stop()


async def asked(environ):
    found = {check.name: check for check in await probes.services(load(None, environ))}
    return found.get("lava.top")


async def test_an_offer_for_any_amount_is_fine(shop):
    found = await asked(shop)
    assert (found.status, found.detail) == ("ok", "sells 'Credits: any'")


@pytest.mark.parametrize(
    ("key", "value", "status", "words"),
    [
        ("API_KEY", "guessed", "fail", "auth 401"),
        ("OFFER_ID", "gone", "fail", "no offer 'gone'"),
        ("OFFER_ID", FIXED_OFFER, "fail", "fixed price"),
        ("PACKS", '[{"credits": 10, "amount": 49}]', "fail", "no less than 50 RUB"),
        ("CURRENCY", "EUR", "ok", "sells"),
        ("WEBHOOK_KEY", "k" * 81, "warn", "no key of more than 80"),
        ("BASE_URL", "http://127.0.0.1:9", "fail", "unreachable"),
    ],
)
async def test_what_lava_top_would_refuse_is_found_before_anybody_pays(shop, key, value, status, words):
    found = await asked({**shop, PREFIX + key: value})
    assert found.status == status
    assert words in found.detail


@pytest.mark.parametrize("offer", ["gone", FIXED_OFFER])
async def test_the_offers_that_would_do_are_named(shop, offer):
    assert DYNAMIC_OFFER in (await asked({**shop, PREFIX + "OFFER_ID": offer})).fix


async def test_who_does_not_sell_by_card_is_not_asked_about_it(shop):
    assert await asked({**shop, PREFIX + "ENABLED": "false"}) is None


@pytest.mark.parametrize(
    ("left_out", "status", "words"),
    [
        ("", "ok", "lava.top"),
        ("KIEBOT_PAYMENTS__LAVATOP__API_KEY", "fail", "payments.lavatop.api_key"),
        ("KIEBOT_PAYMENTS__LAVATOP__OFFER_ID", "fail", "payments.lavatop.offer_id"),
        ("KIEBOT_PAYMENTS__LAVATOP__WEBHOOK_KEY", "warn", "found by asking"),
        ("KIEBOT_WEB__ENABLED", "warn", "web.enabled"),
    ],
)
def test_without_a_webhook_it_only_warns_since_payments_are_found_all_the_same(left_out, status, words):
    keys = {PREFIX + name: "k" for name in ("API_KEY", "WEBHOOK_KEY", "OFFER_ID")} | {PREFIX + "ENABLED": "true"}
    keys |= {"KIEBOT_WEB__ENABLED": "true", "KIEBOT_BILLING__ENABLED": "true", "KIEBOT_PAYMENTS__SUPPORT": "@me"}
    found = checks.payments(load(None, {key: value for key, value in keys.items() if key != left_out}))
    assert found.status == status
    assert words in found.detail
