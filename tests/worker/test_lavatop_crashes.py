"""The whole worker, killed by SIGKILL while it takes money: no invoice is asked for twice, nothing is lost or credited twice."""

from __future__ import annotations

import signal
from urllib.request import Request, urlopen

import pytest

from kiebot.sandbox.ai.lavatop import DYNAMIC_OFFER
from kiebot.services import billing
from kiebot.store import outbox
from kiebot.store.db import utc_now
from kiebot.store.money_models import Payment
from tests.worker.conftest import said, wait_for
from tests.worker.test_crashes import killed_at, log_of
from tests.worker.test_lavatop import ann, buy, lava, message, row, state, topups

__all__ = ["ann", "buy", "lava"]  # fixtures


@pytest.fixture
def taking_money(worker, lava):
    """Start whole workers that sell by card."""

    def start(failpoint=""):
        section = {"enabled": True, "api_key": "api-key", "base_url": lava.url, "offer_id": DYNAMIC_OFFER}
        telegram = {"bot_token": "42:secret"}
        return worker(failpoint, payments={"lavatop": section}, billing={"enabled": True}, telegram=telegram)

    return start


def test_a_worker_killed_between_the_invoice_and_its_note_finds_it_and_asks_for_no_second_one(taking_money, buy, lava, ann):
    payment = buy()
    killed_at(taking_money, "lavatop-created")
    assert (state(payment), row(payment).external_id, lava.asked("lavatop")) == ("created", None, 1)
    taking_money()
    wait_for(lambda: state(payment) == "failed")
    assert lava.asked("lavatop") == 1
    assert row(payment).external_id, "found by its mark"
    assert message(payment) == ("lavatop-no-link", "buy:menu")


def test_a_worker_killed_before_the_request_left_does_not_know_that_and_sends_none(taking_money, buy, lava):
    payment = buy()
    killed_at(taking_money, "lavatop-sending")
    sent_at = row(payment).detail["sent_at"]
    assert (utc_now() - sent_at < 30, lava.asked("lavatop")) == (True, 0)
    Payment.update(detail={"sent_at": sent_at - 60}).execute()
    taking_money()
    wait_for(lambda: state(payment) == "failed")
    assert lava.asked("lavatop") == 0


@pytest.mark.parametrize("failpoint", ["lavatop-asked", "lavatop-crediting", "payment-crediting", "payment-credited"])
def test_a_worker_killed_while_it_credits_credits_once(taking_money, buy, ann, data_dir, failpoint):
    payment = buy()
    killed_at(taking_money, "lavatop-offered")
    assert message(payment) == ("lavatop-link", row(payment).url)
    urlopen(Request(row(payment).url, b"action=pay"))
    killed_at(taking_money, failpoint)
    lives = log_of(data_dir).count("worker ready")
    process = taking_money()
    wait_for(lambda: state(payment) == "paid" and log_of(data_dir).count("worker ready") > lives)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert len(topups()) == 1
    assert billing.balance(ann.id) == 500
    assert message(payment) == ("lavatop-paid", None)
    assert said("payment-receipt") == ["payment-receipt"]
    assert len([one for one in outbox.listed() if one.payload.get("key") == "lavatop-paid"]) == 1
    assert billing.verify().problems == []
