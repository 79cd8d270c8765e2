"""Answers that are read aloud: a job beside the written answer, whose failure never loses the text.

It is ordered in the transaction that ends the answer. The worker lets a server speak it piece by piece and keeps each piece; the
voice message follows the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import billing, chat, delivery
from kiebot.services.chat import Answer
from kiebot.services.delivery import Place
from kiebot.services.jobs import Queue, give_up, place
from kiebot.services.limits import count
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, jobs, threads
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.store.outbox import Lane

KIND = "speech"
TOO_LOW = "aloud-too-low"
DAY_S = 24 * 3600
SETTING = "aloud"
PIECE_CHARS = 4096  # what servers take at once
MOST_PIECES = 12
SPOKEN_ENDINGS = ("answered", "limit", "credits")
BREAKS = (re.compile(r"\n{2,}"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])[»”\")\]]*\s"), re.compile(r"\s"))


def wanted(chat_id: int) -> bool:
    """Whether answers in this chat are read aloud."""
    return bool(accounts.chat_settings(chat_id).get(SETTING))


def switch(chat_id: int, on: bool) -> None:
    """Read answers aloud in this chat, or not. The chat is known."""
    accounts.change_chat_settings(chat_id, {SETTING: on})


def end_answer(
    turn_id: int, answer: Answer, note: str = "", *, speakable: Callable[[str], str], queue: Queue, tariff: Tariff
) -> bool:
    """As chat.end_answer; where answers are read aloud, that is ordered with it. `speakable` makes words of Markdown."""
    with transaction(durable=answer.charge.held > 0 or (tariff.enabled and tariff.rates.speech_per_1000_chars > 0)):
        if not chat.end_answer(turn_id, answer, note):
            return False
        turn = threads.turn(turn_id)
        assert turn is not None
        if answer.ending in SPOKEN_ENDINGS and wanted(turn.chat_id):
            _order(turn, speakable(answer.markdown), queue, tariff)
    return True


def _order(turn: Any, words: str, queue: Queue, tariff: Tariff) -> None:
    order_key, pieces = f"speech:{turn.id}:{turn.answer_row}", pieces_of(words)[:MOST_PIECES]
    if not pieces or jobs.by_order(order_key) is not None:
        return
    where = chat.place_of(turn)
    try:
        price = _affordable(turn.account_id, tariff.speech(sum(map(len, pieces))), tariff)
    except UserFault as fault:
        _say_once_a_day(turn, where, fault)
        return
    count(turn.account_id, "voice", price)
    job = jobs.add(
        order_key=order_key, account=turn.account_id, kind=KIND, label="🔊", chat_id=where.chat_id, topic_id=where.topic_id,
        message_id=where.reply_to, language=where.language, input={"pieces": pieces, "sounds": []}, price=price,
    )  # fmt: skip
    billing.hold(turn.account_id, job.id, price)
    after_commit(lambda: queue.wake(job.id))


def _affordable(account_id: int, price: int, tariff: Tariff) -> int:
    """What this account pays. Raises UserFault when it cannot: the answer is there, so nothing may go wrong with it."""
    pays, balance = billing.price_for(accounts.get(account_id), price, enabled=tariff.enabled), billing.balance(account_id)
    if pays > balance:
        raise UserFault(TOO_LOW, price=pays, balance=balance)
    return pays


def _say_once_a_day(turn: Any, where: Place, fault: UserFault) -> None:
    if accounts.first_seen(f"n:{turn.account_id}:{fault.key}:{int(utc_now()) // DAY_S}"):
        delivery.say(where, fault.key, fault.sentence_args, lane=Lane.RESULT)


def pieces_of(words: str, most_chars: int = PIECE_CHARS) -> list[str]:
    """The words in pieces of at most so many characters, cut at paragraphs, lines, sentences or words."""
    pieces, rest = [], words.strip()
    while len(rest) > most_chars:
        end = _break(rest[:most_chars])
        pieces.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [piece for piece in [*pieces, rest] if any(letter.isalnum() for letter in piece)]


def _break(text: str) -> int:
    for pattern in BREAKS:
        ends = [found.end() for found in pattern.finditer(text) if found.end() > len(text) // 2]
        if ends:
            return ends[-1]
    return len(text)


def keep_sound(job: Any, path: str) -> bool:
    """One more piece is spoken, its sound lies at `path`. False when the claim is lost."""
    with transaction():
        if not jobs.is_held(job.id, job.attempt):
            return False
        job.input = {**job.input, "sounds": [*job.input["sounds"], path], "tries": 0}
        jobs.change(job.id, input=job.input, stuck_claims=0)
    failpoint("speech-piece-kept")
    return True


def wait(job: Any, seconds: float) -> None:
    """The server did not speak: the same once more, later."""
    with transaction():
        given = {**job.input, "tries": job.input.get("tries", 0) + 1}
        jobs.let_go(job.id, job.attempt, not_before=utc_now() + seconds, stuck_claims=0, input=given)


def finish(job: Any, file: dict[str, Any]) -> bool:
    """The voice message is made: send it after the text. storing -> done."""
    with transaction(durable=True):
        if not jobs.move(job.id, ("storing",), "done", attempt=job.attempt, results=[file], input={}):  # the answer has the words
            return False
        billing.settle(job)
        delivery.send_voice(place(job), file, dedup_key=f"speech:{job.id}", job_id=job.id)
    failpoint("speech-done")
    return True


def fail(job: Any) -> bool:
    """It cannot be read aloud; the text is there."""
    with transaction(durable=True):
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, fail_code="speech", input={}):
            return False
        billing.give_back(job)
        delivery.say(place(job), "aloud-failed", lane=Lane.RESULT, dedup_key=f"speech:{job.id}:failed", job_id=job.id)
    return True


def quarantine(job: Any) -> bool:
    """Each try ended the worker: stop trying."""
    return give_up(job, lambda: fail(job))
