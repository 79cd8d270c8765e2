"""What an answer of the text model costs: the most that it may is reserved before it is asked for, what it did cost is charged.

Nothing is charged for an answer of which nothing came. Whoever asks again pays again, for what comes then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kiebot.services import billing, limits, pictures
from kiebot.services.pricing import FREE, AnswerRate, Tariff
from kiebot.store import accounts, requests, threads
from kiebot.store.db import utc_now

TOKEN_CHARS = 2.0  # of a token at least, in any language and with any model: what is reserved is enough
PICTURE_TOKENS = 1600  # of a picture at most
ANSWER_TOKENS = 4096  # of an answer whose length nobody limits
ANSWER, FREE_ANSWER = "answer", "free-answer"  # kinds of requests: an answer was paid, or was a free one of the day


@dataclass(frozen=True, slots=True)
class Meter:
    """Bound once, when the bot starts. Days are those of the operator's time zone. `sells`: credits can be bought here."""

    tariff: Tariff
    most_tokens: int | None = None  # of an answer
    timezone: str = "UTC"
    sells: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """What is reserved for an answer, and how its price is found."""

    rate: AnswerRate = FREE
    held: int = 0

    def price(self, tokens: int) -> int:
        """What so many tokens cost: never more than was reserved."""
        return min(self.held, self.rate.price(tokens))


NO_CHARGE = Charge()


def reserve(turn: Any, messages: Sequence[Mapping[str, Any]], meter: Meter, *, documents: bool) -> Charge:
    """Hold the most that the answer to these messages may cost. Raises UserFault: credits-too-low-answer, order-nobody-pays."""
    account, tariff = accounts.get(turn.account_id), meter.tariff
    rate = tariff.answer(
        documents=documents,
        pictures=bool(pictures.files_in(turn.content)),
        prompt=pictures.prompt_part(turn.content) is not None,
        free=_is_free(turn, meter),
    )
    most = rate.price(_tokens(messages) + (meter.most_tokens or ANSWER_TOKENS))
    price = billing.price_for(account, most, enabled=tariff.answers_cost)
    billing.hold_answer(turn, price)
    return Charge(rate, price) if billing.pays(account, enabled=tariff.answers_cost) else NO_CHARGE


def settle(turn: Any, charge: Charge, price: int) -> int:
    """Charge an answer that was given, and count it. Returns what was taken."""
    charged = billing.settle_answer(turn.id, price) if charge.held else 0
    if charged or charge.rate.free:
        limits.count(turn.account_id, FREE_ANSWER if charge.rate.free else ANSWER, charged)
    return charged


def free_answers_left(account_id: int, meter: Meter) -> int:
    """How many answers the account has free for the rest of the day."""
    a_day = meter.tariff.rates.free_answers_per_day
    if not a_day:
        return 0
    used, _ = requests.newest_of(account_id, FREE_ANSWER, day_start(meter.timezone))
    return max(0, a_day - used)


def _is_free(turn: Any, meter: Meter) -> bool:
    """Whether a free one is left for this turn. One is counted when it was given, so those that are being made count as well."""
    left = free_answers_left(turn.account_id, meter)
    return left > 0 and left > _free_now(turn, meter)


def _free_now(turn: Any, meter: Meter) -> int:
    """How many free answers to other turns are being made: nothing is held for their tokens."""
    rates = meter.tariff.rates
    besides = rates.document_question + rates.vision
    return sum(billing.held_for_answer(other) <= besides for other in threads.answering_besides(turn))


def day_start(timezone: str) -> float:
    """When the operator's day began (Unix seconds)."""
    now = datetime.fromtimestamp(utc_now(), ZoneInfo(timezone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _tokens(messages: Sequence[Mapping[str, Any]]) -> int:
    """How many tokens the messages may come to at most."""
    contents = [message["content"] for message in messages]
    parts = [part for content in contents if not isinstance(content, str) for part in content]
    words = [content for content in contents if isinstance(content, str)]
    chars = sum(map(len, words)) + sum(len(part.get("text", "")) for part in parts)
    shown = min(pictures.MOST_SHOWN, sum(part.get("type") == "picture" for part in parts))
    return math.ceil(chars / TOKEN_CHARS) + PICTURE_TOKENS * int(shown)
