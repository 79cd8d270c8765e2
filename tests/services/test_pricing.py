"""What people pay: the provider's credits, what one is worth here, margins, the operator's own prices, whole credits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kiebot.catalog.loading import Override, load
from kiebot.config.keys import Billing
from kiebot.services.pricing import AnswerRate, Tariff
from tests.catalog.conftest import row_of, written


@pytest.fixture
def model_of(tmp_path):
    """A model that costs the provider so much; `own`: the operator set another price."""

    def build(price, own=None, **parameters):
        catalogue = load(written(tmp_path, row_of({"price": price}, **parameters)))
        return catalogue.overlaid({"a/b": Override(price=own)}).get("a/b")

    return build


def tariff(**rates):
    return Tariff(Billing(enabled=True, **rates))


def picture(credits):
    return {"unit": "image", "credits": credits}


@pytest.mark.parametrize(
    ("rates", "provider", "price"),
    [
        ({}, 3.5, 4),
        ({}, 4, 4),
        ({"credit_price": 0.1}, 3.5, 1),
        ({"credit_price": 2, "margin": 1.5}, 3.5, 11),
        ({"margin": 1.1}, 10, 11),
        ({"margin": 1.1}, 30, 33),
        ({"credit_price": 0.001, "margin": 0.5}, 1, 1),
        ({}, 0, 0),
    ],
)
def test_the_providers_credits_times_their_worth_times_a_margin_are_rounded_up_once(model_of, rates, provider, price):
    assert tariff(**rates).price_of(model_of(picture(provider)), {"prompt": "x"}) == price


def test_the_margin_of_a_model_goes_before_that_of_its_vendor_and_that_before_the_general_one(model_of):
    model = model_of(picture(10))
    assert tariff(margin=2, vendor_margins={"W": 9}).price_of(model, {}) == 20
    assert tariff(margin=2, vendor_margins={"V": 3}).price_of(model, {}) == 30
    assert tariff(margin=2, vendor_margins={"V": 3}, model_margins={"a/b": 4}).price_of(model, {}) == 40


def test_the_operators_own_price_is_in_credits_of_the_bot_and_takes_no_margin(model_of):
    dear = tariff(credit_price=3, margin=3)
    assert dear.price_of(model_of(picture(10), picture(7)), {}) == 7
    by_size = {"unit": "image", "tiers": [{"when": {"size": "L"}, "credits": 12.5}, {"credits": 5}]}
    model = model_of(picture(10), by_size, size={"type": "enum", "values": ["S", "L"], "default": "S"})
    assert (dear.price_of(model, {}), dear.price_of(model, {"size": "L"})) == (5, 13)


def test_what_nobody_knows_the_price_of_has_none(model_of):
    model = model_of(None)
    assert tariff().price_of(model, {}) is None
    assert tariff().from_price(model) is None
    assert tariff().price_of(model_of(None, picture(3)), {}) == 3


def test_the_price_of_a_menu_is_that_of_the_smallest_order(model_of):
    clip = {"unit": "second", "units": "duration", "tiers": [{"credits": 1.5}]}
    model = model_of(clip, duration={"type": "enum", "values": ["5", "10"], "default": "10"})
    shown = tariff(margin=1.1).from_price(model)
    assert (shown.credits, shown.unit_credits, shown.varies, shown.by_unit) == (9, Decimal("1.65"), True, False)
    assert tariff(margin=1.1).price_of(model, {"duration": "5"}) == shown.credits


def test_the_price_by_seconds_of_media_is_shown_for_one_and_rounded_up_for_all(model_of):
    model = model_of(
        {"unit": "second", "units": "media", "assumed": 30, "credits": 1.2}, clip={"type": "string", "format": "url-video"}
    )
    prices = tariff()
    assert (prices.from_price(model).credits, prices.from_price(model).by_unit) == (2, True)
    assert prices.price_of(model, {}, 4.2) == 6
    assert prices.price_of(model, {}) == 36


def test_the_cost_is_what_the_provider_takes_in_credits_of_the_bot_without_a_margin():
    assert tariff(credit_price=0.1, margin=5).cost_here(Decimal("3.5")) == Decimal("0.35")
    assert tariff().cost_here(None) is None


def test_an_answer_is_paid_by_tokens_rounded_up_and_by_what_it_is_about():
    prices = tariff(chat_per_1000_tokens=0.5, document_question=2, vision=3, reference_prompt=4)
    assert [prices.answer().price(tokens) for tokens in (0, 1, 2000, 2001)] == [0, 1, 1, 2]
    assert prices.answer(documents=True, pictures=True).price(1000) == 6
    assert prices.answer(prompt=True, pictures=True).price(100_000) == 4


def test_a_free_answer_of_the_day_costs_no_tokens_but_what_it_is_about():
    prices = tariff(chat_per_1000_tokens=0.5, document_question=2)
    assert prices.answer(free=True) == AnswerRate(Decimal(0), 0, free=True)
    assert prices.answer(documents=True, free=True).price(5000) == 2
    assert not tariff(document_question=2).answer(documents=True, free=True).free, "where tokens cost nothing none are given away"


def test_answers_cost_nothing_where_no_price_is_set_or_nobody_pays():
    assert not tariff().answers_cost
    assert tariff(vision=1).answers_cost
    assert not Tariff(Billing(vision=1)).answers_cost


def test_sounds_are_paid_by_begun_minutes_and_speech_by_begun_thousands():
    prices = tariff(transcription_per_minute=2, speech_per_1000_chars=3)
    assert [prices.transcription(seconds) for seconds in (0, 1, 60, 60.5)] == [2, 2, 2, 4]
    assert [prices.speech(characters) for characters in (1, 1000, 1001)] == [3, 3, 6]
