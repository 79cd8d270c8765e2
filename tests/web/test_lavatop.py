"""What a POST to the webhook of lava.top can do: make an order be looked at now, if the key is right, and nothing else."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from kiebot.config import Config
from kiebot.jobqueue import PAYMENTS
from kiebot.payments.orders import LAVATOP, Pack
from kiebot.services import billing, payments
from kiebot.services.delivery import Place
from kiebot.services.payments import Shop
from kiebot.store import accounts
from kiebot.store.money_models import Payment
from kiebot.store.wake import listen, socket_path
from kiebot.web.app import create_app
from kiebot.web.lavatop import LONGEST_BODY_BYTES

KEY = "the key of the webhook"
HEADERS = {"x-api-key": KEY}
ON = {"enabled": True, "webhook_key": KEY}


@pytest.fixture
def bell(tmp_path):
    bell = listen(socket_path(tmp_path, PAYMENTS))
    yield bell
    bell.close()


@pytest.fixture
def order(queue):
    """An offered order of Ann's: contract c-1."""
    account = accounts.of_user(7)
    payment = payments.offer(Shop(), account.id, LAVATOP, Pack(500, 450, "RUB"), Place(7, "en"))
    Payment.update(state="offered", external_id="c-1", url="https://app.lava.top/pay/x").execute()
    return payment


def client(queue, **section):
    config = Config(telegram={"bot_token": "42:secret"}, payments={"lavatop": {**ON, **section}})
    return TestClient(create_app(queue, config))


def body(contract="c-1", **changed):
    return {
        "eventType": "payment.success",
        "contractId": contract,
        "amount": 450,
        "currency": "RUB",
        "status": "completed",
        "clientUtm": {"utm_source": "kiebot-42", "utm_content": "kb500.x"},
        **changed,
    }


def rings(bell):
    """How often the worker was woken."""
    count = 0
    while True:
        try:
            bell.recv(64)
        except BlockingIOError:
            return count
        count += 1


def called_at(order):
    return Payment.get_by_id(order.id).detail.get("called_at")


def test_a_webhook_wakes_the_worker_and_credits_nothing_by_itself(queue, bell, order):
    assert client(queue).post("/callback/lavatop", json=body(), headers=HEADERS).status_code == 200
    assert rings(bell) == 1
    assert called_at(order)
    row = Payment.get_by_id(order.id)
    assert (row.state, row.paid_at, billing.balance(row.account_id)) == ("offered", None, 0)


@pytest.mark.parametrize(
    "headers", [{}, {"x-api-key": ""}, {"x-api-key": KEY + "x"}, {"x-api-key": KEY.upper()}, {"authorization": KEY}]
)
def test_a_forged_header_is_refused(queue, bell, order, headers):
    assert client(queue).post("/callback/lavatop", json=body(), headers=headers).status_code == 401
    assert (rings(bell), called_at(order)) == (0, None)


def test_a_key_that_is_no_ascii_is_refused_like_any_other(queue, order):
    assert client(queue).post("/callback/lavatop", json=body(), headers={"x-api-key": "ключ".encode()}).status_code == 401


@pytest.mark.parametrize("section", [{"enabled": False}, {"webhook_key": ""}])
def test_nobody_listens_unless_it_is_configured(queue, section):
    assert client(queue, **section).post("/callback/lavatop", json=body(), headers=HEADERS).status_code == 404
    assert client(queue, **section).post("/callback/lavatop", json=body(), headers={"x-api-key": ""}).status_code == 404


def test_a_contract_that_nobody_knows_is_answered_and_forgotten(queue, bell, order):
    assert client(queue).post("/callback/lavatop", json=body("c-2"), headers=HEADERS).status_code == 200
    assert (rings(bell), called_at(order)) == (0, None)


def test_an_event_of_another_bot_on_the_same_account_is_ignored(queue, bell, order):
    event = body(clientUtm={"utm_source": "kiebot-43", "utm_content": "x"})
    assert client(queue).post("/callback/lavatop", json=event, headers=HEADERS).status_code == 200
    assert (rings(bell), called_at(order)) == (0, None)


def test_a_web_process_that_does_not_know_its_bot_ignores_nobody(queue, bell, order):
    config = Config(payments={"lavatop": ON})
    assert TestClient(create_app(queue, config)).post("/callback/lavatop", json=body(), headers=HEADERS).status_code == 200
    assert rings(bell) == 1


@pytest.mark.parametrize("state", ["paid", "refunded"])
def test_an_order_that_is_over_is_left_alone(queue, bell, order, state):
    Payment.update(state=state).execute()
    assert client(queue).post("/callback/lavatop", json=body(), headers=HEADERS).status_code == 200
    assert (rings(bell), Payment.get_by_id(order.id).state) == (0, state)


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_an_order_that_seemed_over_is_looked_at_again(queue, bell, order, state):
    Payment.update(state=state).execute()
    assert client(queue).post("/callback/lavatop", json=body(), headers=HEADERS).status_code == 200
    assert (rings(bell), Payment.get_by_id(order.id).state) == (1, "offered")


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{", json.dumps({"contractId": 7}).encode(), b"\xff" * 100])
def test_nonsense_is_refused(queue, bell, order, content):
    assert client(queue).post("/callback/lavatop", content=content, headers=HEADERS).status_code == 400
    assert rings(bell) == 0


def test_a_large_body_is_refused_however_it_comes(queue, order):
    http = client(queue)
    large = b"x" * (LONGEST_BODY_BYTES + 1)
    assert http.post("/callback/lavatop", content=large, headers=HEADERS).status_code == 413
    assert http.post("/callback/lavatop", content=(large[:9999] for _ in range(20)), headers=HEADERS).status_code == 413


def test_only_post_is_served(queue):
    assert client(queue).get("/callback/lavatop").status_code == 405
