"""Answers that are read aloud: a job beside the written answer, whose failure never loses the text.

It is ordered in the transaction that ends the answer. The worker lets a server speak it piece by piece and keeps each piece; the
voice message follows the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kiebot.services import chat, delivery
from kiebot.services.chat import Answer
from kiebot.services.jobs import Queue, give_up, place
from kiebot.services.limits import count
from kiebot.store import accounts, jobs, threads
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.store.outbox import Lane

KIND = "speech"
SETTING = "aloud"
PIECE_CHARS = 4096  # what servers take at once
MOST_PIECES = 12
SPOKEN_ENDINGS = ("answered", "limit")
BREAKS = (re.compile(r"\n{2,}"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])[»”\")\]]*\s"), re.compile(r"\s"))


def wanted(chat_id: int) -> bool:
    """Whether answers in this chat are read aloud."""
    return bool(accounts.chat_settings(chat_id).get(SETTING))


def switch(chat_id: int, on: bool) -> None:
    """Read answers aloud in this chat, or not. The chat is known."""
    accounts.change_chat_settings(chat_id, {SETTING: on})


def end_answer(turn_id: int, answer: Answer, note: str = "", *, speakable: Callable[[str], str], queue: Queue) -> bool:
    """As chat.end_answer; where answers are read aloud, that is ordered with it. `speakable` makes words of Markdown."""
    with transaction():
        if not chat.end_answer(turn_id, answer, note):
            return False
        turn = threads.turn(turn_id)
        assert turn is not None
        if answer.ending in SPOKEN_ENDINGS and wanted(turn.chat_id):
            _order(turn, speakable(answer.markdown), queue)
    return True


def _order(turn: Any, words: str, queue: Queue) -> None:
    order_key, pieces = f"speech:{turn.id}:{turn.answer_row}", pieces_of(words)[:MOST_PIECES]
    if not pieces or jobs.by_order(order_key) is not None:
        return
    count(turn.account_id, "voice")
    where = chat.place_of(turn)
    job = jobs.add(
        order_key=order_key, account=turn.account_id, kind=KIND, label="🔊", chat_id=where.chat_id, topic_id=where.topic_id,
        message_id=where.reply_to, language=where.language, input={"pieces": pieces, "sounds": []},
    )  # fmt: skip
    after_commit(lambda: queue.wake(job.id))


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
        if not _is_held(job):
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
        delivery.send_voice(place(job), file, dedup_key=f"speech:{job.id}", job_id=job.id)
    failpoint("speech-done")
    return True


def fail(job: Any) -> bool:
    """It cannot be read aloud; the text is there."""
    with transaction(durable=True):
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, fail_code="speech", input={}):
            return False
        delivery.say(place(job), "aloud-failed", lane=Lane.RESULT, dedup_key=f"speech:{job.id}:failed", job_id=job.id)
    return True


def quarantine(job: Any) -> bool:
    """Each try ended the worker: stop trying."""
    return give_up(job, lambda: fail(job))


def _is_held(job: Any) -> bool:
    row = jobs.get(job.id)
    return row is not None and row.state == "storing" and row.attempt == job.attempt
