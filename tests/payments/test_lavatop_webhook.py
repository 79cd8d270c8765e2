"""What a webhook says, and what is believed of it: the contract's id, if the key is right."""

from __future__ import annotations

import json

import pytest

from kiebot.payments.lavatop_webhook import Notice, WebhookRefused, has_key, read_webhook, source_of

BODY = {"eventType": "payment.success", "contractId": "c-1", "amount": 1e9, "clientUtm": {"utm_source": "kiebot-1"}}


def test_the_contract_and_the_bot_are_read_and_nothing_else():
    assert read_webhook(json.dumps(BODY).encode()) == Notice("c-1", "kiebot-1")


@pytest.mark.parametrize("mark", [None, {}, [], "kiebot", {"utm_source": None}, {"utm_source": 7}])
def test_an_invoice_without_a_mark_is_nobodys(mark):
    assert read_webhook(json.dumps({**BODY, "clientUtm": mark}).encode()).source == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff" * 9,
        b"[" * 100_000,
        b'{"contractId": 7}',
        b'{"contractId": ""}',
        b'{"contractId": "a b"}',
    ],
)
def test_nonsense_is_refused(body):
    with pytest.raises(WebhookRefused):
        read_webhook(body)


@pytest.mark.parametrize(("sent", "right"), [("key", True), (" key ", True), ("Key", False), ("", False), ("kéy", False)])
def test_only_the_very_key_opens(sent, right):
    assert has_key({"x-api-key": sent}, "key") is right


def test_two_bots_on_one_account_have_different_marks():
    assert source_of("42:secret") == "kiebot-42"
    assert source_of("43:secret") != source_of("42:secret")
    assert source_of("") == "", "nobody's"
