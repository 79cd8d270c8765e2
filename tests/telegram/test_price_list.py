"""What /balance says of the prices of everything that is no order."""

from __future__ import annotations

from dataclasses import replace

from kiebot.config.keys import Billing
from kiebot.services.pricing import Tariff
from kiebot.store.models import Account
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.price_list import price_list
from tests.telegram.conftest import PAID
from tests.telegram.phone import Phone

ALL = Tariff(
    Billing(
        enabled=True,
        chat_per_1000_tokens=0.5,
        free_answers_per_day=3,
        document_question=2,
        vision=3,
        reference_prompt=4,
        transcription_per_minute=5,
        speech_per_1000_chars=6,
    )
)


def test_all_prices_are_listed_in_both_languages() -> None:
    assert price_list(ALL, "en").splitlines()[1:] == [
        "• an answer: 0.5 per 1,000 tokens, counting question and answer, about 700 words; 3 answers a day free",
        "• a question about documents: 2",
        "• a question about pictures: 3",
        "• a prompt made from a picture: 4",
        "• writing down what is said: 5 per begun minute",
        "• reading aloud: 6 per begun 1,000 characters",
    ]
    assert len(price_list(ALL, "ru").splitlines()) == 7


def test_what_costs_nothing_is_not_listed() -> None:
    assert price_list(PAID, "en") == ""
    assert price_list(Tariff(Billing(vision=3)), "en") == "", "nobody pays"
    assert price_list(Tariff(Billing(enabled=True, vision=3)), "en").splitlines()[1:] == ["• a question about pictures: 3"]


def test_the_balance_shows_them_to_whoever_pays(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=ALL)))
    assert "• a question about pictures: 3" in ann.say("/balance").text
    Account.update(free=True).execute()
    assert "• a question about pictures: 3" not in ann.say("/balance").text


def test_the_button_that_has_a_sound_written_down_says_what_it_costs(desk: Desk) -> None:
    desk.shelf.hears = True
    ann = Phone(Intake(replace(desk, tariff=ALL)))
    offered = ann.file("audio", mime="audio/mpeg", duration_s=150)
    assert "📝 Write down the words · 15 credits" in [words for words, _ in offered.buttons]
    ann.press("h:file", offered)
    assert ann.notice == "credits-too-low"
