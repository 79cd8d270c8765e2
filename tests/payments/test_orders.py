"""Who may pay what, and what a payment is worth that nobody expected."""

from dataclasses import replace

import pytest

from kiebot.payments.orders import XTR, Order, Pack, credits_in, new_token, price_in_words, refusal, worth

NOW = 1000.0
ORDER = Order(user_id=7, amount=350, currency=XTR, state="offered", expires_at=NOW + 60, banned=False)
PACKS = (Pack(100, 75, XTR), Pack(500, 350, XTR), Pack(100, 90, "RUB"))


def test_what_was_offered_can_be_paid():
    assert refusal(ORDER, 7, 350, XTR, NOW) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"user_id": 8}, "payment-refused-other-person"),
        ({"banned": True}, "payment-refused-banned"),
        ({"state": "paid"}, "payment-refused-paid"),
        ({"state": "refunded"}, "payment-refused-paid"),
        ({"state": "failed"}, "payment-refused-expired"),
        ({"state": "expired"}, "payment-refused-expired"),
        ({"expires_at": NOW}, "payment-refused-expired"),
        ({"amount": 351}, "payment-refused-changed"),
        ({"currency": "RUB"}, "payment-refused-changed"),
    ],
)
def test_everything_else_is_refused_with_its_reason(change, why):
    assert refusal(replace(ORDER, **change), 7, 350, XTR, NOW) == why


def test_an_order_nobody_knows_is_refused():
    assert refusal(None, 7, 350, XTR, NOW) == "payment-refused-unknown"


def test_a_token_says_what_was_sold_and_is_never_the_same():
    tokens = {new_token(500) for _ in range(100)}
    assert len(tokens) == 100
    assert {credits_in(token) for token in tokens} == {500}
    assert max(len(token.encode()) for token in tokens) <= 128, "Telegram takes no longer payload"


@pytest.mark.parametrize("token", ["", "order:1001", "kb500", "kb500.short", "kb0." + "a" * 24, "xkb500." + "a" * 24])
def test_what_others_write_is_no_token_of_ours(token):
    assert credits_in(token) is None


@pytest.mark.parametrize(
    ("amount", "currency", "credits"),
    [
        (350, XTR, 500),
        (75, XTR, 100),
        (700, XTR, 1000),
        (150, XTR, 200),
        (10, XTR, 14),
        (1, XTR, 2),
        (90, "RUB", 100),
        (5, "USD", 5),
    ],
)
def test_money_without_an_order_is_worth_what_the_packs_say_in_favour_of_the_payer(amount, currency, credits):
    assert worth("order:1001", amount, currency, PACKS) == credits


def test_a_token_of_ours_says_more_than_the_packs_of_today():
    assert worth(new_token(600), 350, XTR, PACKS) == 600


def test_prices_are_told_with_their_currency():
    assert (price_in_words(75, XTR), price_in_words(100, "RUB")) == ("75 ⭐", "100 RUB")
