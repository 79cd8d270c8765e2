"""What an answer of the text model costs: the most that it may is reserved before it is asked for, what it did cost is charged.

Whoever has less than that gets a shorter answer: all they have is reserved, and the model may say as much as that pays.
Nothing is charged for an answer of which nothing came. Whoever asks again pays again, for what comes then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kiebot.errors import UserFault
from kiebot.services import billing, limits, pictures
from kiebot.services.pricing import FREE, AnswerRate, Tariff
from kiebot.store import accounts, requests, threads
from kiebot.store.db import utc_now

TOKEN_CHARS = 2.0  # of a token at least, in languages with an alphabet and with any model: what is reserved is enough
ALPHABET_BYTES = 2  # of a letter in UTF-8; each byte more (Chinese, emoji) may be a token
ASCII = bytes(range(128))
PICTURE_TOKENS = 1600  # of a picture at most
ANSWER_TOKENS = 4096  # of an answer whose length nobody limits
LEAST_TOKENS = 300  # of an answer that is worth beginning: two hundred words
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
    """What is reserved for an answer, and how its price is found. `most_tokens`: it may not be longer, for the person has no more
    credits; None: it may be as long as all answers."""

    rate: AnswerRate = FREE
    held: int = 0
    most_tokens: int | None = None

    def price(self, tokens: int) -> int:
        """What so many tokens cost: never more than was reserved."""
        return min(self.held, self.rate.price(tokens))


NO_CHARGE = Charge()


def reserve(turn: Any, messages: Sequence[Mapping[str, Any]], meter: Meter, *, documents: bool) -> Charge:
    """Hold the most that the answer to these messages may cost, or what is there if that is enough for a shorter one.

    Raises UserFault: credits-too-low-answer (with what the shortest would take), order-nobody-pays.
    """
    account, tariff = accounts.get(turn.account_id), meter.tariff
    rate = tariff.answer(
        documents=documents,
        pictures=bool(pictures.files_in(turn.content)),
        prompt=pictures.prompt_part(turn.content) is not None,
        free=_is_free(turn, meter),
    )
    asked, longest = _tokens(messages), meter.most_tokens or ANSWER_TOKENS
    price = billing.price_for(account, rate.price(asked + longest), enabled=tariff.answers_cost)
    most_tokens = None
    if price and price > (there := billing.available_for(turn)):
        held = billing.held(account.id) - billing.held_for_answer(turn.id)
        most_tokens = _shorter(rate, asked, min(LEAST_TOKENS, longest), there, held)
        price = rate.price(asked + most_tokens)
    billing.hold_answer(turn, price)
    return Charge(rate, price, most_tokens) if billing.pays(account, enabled=tariff.answers_cost) else NO_CHARGE


def _shorter(rate: AnswerRate, asked: int, least: int, credits: int, held: int) -> int:
    """How long an answer these credits pay. `held`: what else is being made has reserved so many. Raises UserFault:
    credits-too-low-answer."""
    most = (rate.tokens(credits) or 0) - asked
    if most >= least:
        return most
    price = rate.price(asked + least)
    helps = "yes" if rate.price(2 * least) <= credits else "no"  # what is asked is long, with the conversation before it
    key, missing = "credits-too-low-answer", price - credits
    raise UserFault(key, balance=credits, price=price, missing=missing, shorter_helps=helps, held=held)


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
    shown = min(pictures.MOST_SHOWN, sum(part.get("type") == "picture" for part in parts))
    return _tokens_of("".join([*words, *(part.get("text", "") for part in parts)])) + PICTURE_TOKENS * int(shown)


def _tokens_of(text: str) -> int:
    written = text.encode(errors="replace")
    wide = len(written.translate(None, ASCII))
    return math.ceil(len(text) / TOKEN_CHARS) + max(0, wide - ALPHABET_BYTES * (len(text) - len(written) + wide))
