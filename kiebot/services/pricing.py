"""What things cost people, in whole credits of this bot: one set of rules, out of the section `billing` of the configuration.

A model costs what its provider takes, times what one of the provider's credits is worth here, times a margin, rounded up. What
the operator set for a model is in credits of this bot and wins. Answers are paid by tokens, sounds and speech by their length.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from kiebot.catalog.prices import MEDIA, amount, lowest, provider_credits
from kiebot.catalog.schema import Model, Price

MINUTE_S = 60.0
THOUSAND = 1000


class Rates(Protocol):
    """The section `billing` of the configuration."""

    @property
    def enabled(self) -> bool: ...
    @property
    def credit_price(self) -> float: ...
    @property
    def margin(self) -> float: ...
    @property
    def vendor_margins(self) -> Mapping[str, float]: ...
    @property
    def model_margins(self) -> Mapping[str, float]: ...
    @property
    def chat_per_1000_tokens(self) -> float: ...
    @property
    def free_answers_per_day(self) -> int: ...
    @property
    def document_question(self) -> int: ...
    @property
    def vision(self) -> int: ...
    @property
    def reference_prompt(self) -> int: ...
    @property
    def transcription_per_minute(self) -> int: ...
    @property
    def speech_per_1000_chars(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FromPrice:
    """The lowest price for a menu: whole credits for the smallest order, exact ones for one unit."""

    credits: int
    unit: str
    unit_credits: Decimal
    varies: bool  # other orders cost more
    by_unit: bool  # it is the price of one unit: how many there will be nobody knows yet


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """What one answer costs: so much for 1,000 tokens, and so much besides."""

    per_1000_tokens: Decimal = Decimal(0)
    besides: int = 0
    free: bool = False  # it would cost tokens, were it not one of the free ones of the day

    def price(self, tokens: int) -> int:
        """Whole credits for question and answer together."""
        return self.besides + math.ceil(self.per_1000_tokens * tokens / THOUSAND)

    def tokens(self, credits: int) -> int | None:
        """How many tokens so many credits pay, below zero when they do not pay what comes besides. None: any number."""
        return math.floor((credits - self.besides) * THOUSAND / self.per_1000_tokens) if self.per_1000_tokens else None


FREE = AnswerRate()


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of this bot. Whether an account pays them at all says services/billing.py."""

    rates: Rates

    @property
    def enabled(self) -> bool:
        """Whether anybody pays."""
        return self.rates.enabled

    # -- models -----------------------------------------------------------------------------------------------------------

    def price_of(self, model: Model, given: Mapping[str, Any], media_s: float | None = None) -> int | None:
        """What an input costs; None when nobody knows. `media_s`: the seconds of the media that are given."""
        if model.own_price is not None:
            credits = amount(model.own_price, model.input, given, media_s)
            return None if credits is None else math.ceil(credits)
        credits = provider_credits(model, given, media_s)
        return None if credits is None else math.ceil(credits * self._factor(model))

    def from_price(self, model: Model) -> FromPrice | None:
        """The lowest price of a model; None when nobody knows."""
        price, factor = self.in_force(model), Decimal(1) if model.own_price is not None else self._factor(model)
        if price is None:
            return None
        least = lowest(price, model.input)
        by_unit = by_media(price) or price.units.startswith("characters:")
        varies = len(price.tiers) > 1 or bool(price.units or price.count or price.extra)
        return FromPrice(math.ceil(least.credits * factor), least.unit, least.unit_credits * factor, varies, by_unit)

    def in_force(self, model: Model) -> Price | None:
        """The price that counts: the operator's, else the provider's."""
        return model.own_price or model.price

    def cost_here(self, credits: Decimal | None) -> Decimal | None:
        """The provider's credits in ours, without any margin."""
        return None if credits is None else credits * _exact(self.rates.credit_price)

    def margin(self, model: Model) -> float:
        """What the provider's price is multiplied by for this model."""
        rates = self.rates
        return rates.model_margins.get(model.id, rates.vendor_margins.get(model.vendor, rates.margin))

    def _factor(self, model: Model) -> Decimal:
        return _exact(self.rates.credit_price) * _exact(self.margin(model))

    # -- answers ------------------------------------------------------------------------------------------------------------

    @property
    def answers_cost(self) -> bool:
        """Whether any answer of the text model costs something."""
        rates = self.rates
        prices = (rates.chat_per_1000_tokens, rates.document_question, rates.vision, rates.reference_prompt)
        return self.enabled and any(prices)

    def answer(self, *, documents: bool = False, pictures: bool = False, prompt: bool = False, free: bool = False) -> AnswerRate:
        """What an answer costs that is about documents or pictures; `prompt`: it is a prompt made of pictures and nothing else.

        `free`: it is one of the free answers of this day.
        """
        rates = self.rates
        if prompt:
            return AnswerRate(besides=rates.reference_prompt)
        besides = documents * rates.document_question + pictures * rates.vision
        per_1000 = _exact(rates.chat_per_1000_tokens)
        return AnswerRate(Decimal(0), besides, free=True) if free and per_1000 else AnswerRate(per_1000, besides)

    # -- sounds -------------------------------------------------------------------------------------------------------------

    def transcription(self, seconds: float) -> int:
        """What it costs to have so many seconds written down."""
        return begun(seconds, MINUTE_S) * self.rates.transcription_per_minute

    def speech(self, characters: int) -> int:
        """What it costs to have so many characters read aloud."""
        return begun(characters, THOUSAND) * self.rates.speech_per_1000_chars


def by_media(price: Price | None) -> bool:
    """Whether it goes by the seconds of the media that a person gives."""
    return price is not None and price.units == MEDIA


def begun(amount: float, unit: float) -> int:
    """How many units were begun; one at least."""
    return max(1, math.ceil(amount / unit))


def _exact(number: float) -> Decimal:
    """1.1 as it was written, not as the binary number next to it."""
    return Decimal(str(number))
