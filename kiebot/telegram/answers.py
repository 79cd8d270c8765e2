"""Answers of the text model: taken from open turns, streamed before the person's eyes, ended as one outbox row.

One lane per person and place: several messages of one person are answered in order, people do not wait for each other. All that
matters is in the rows; this keeps only what is being answered right now.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from kiebot.errors import ProviderError, ProviderErrorKind, UserFault
from kiebot.i18n import text
from kiebot.providers.openai_text import TextDelta, TextEnd, TextModel, TextUsage, identifier_of
from kiebot.services import chat, conversations, document_questions
from kiebot.services.billing import BUY
from kiebot.services.chat import Answer, Prompts, Question, TakenTurn
from kiebot.services.incidents import record, told
from kiebot.services.material import material_for
from kiebot.services.metering import Meter
from kiebot.store.db import utc_now
from kiebot.telegram.calm import Calm, all_calm
from kiebot.telegram.growing import Growing, GrowingFactory
from kiebot.telegram.pictures import Pictures
from kiebot.telegram.sources import sources_line
from kiebot.telegram.threads import in_reader, in_store

log = logging.getLogger(__name__)

Kind = ProviderErrorKind
TRIES = 3
CALM_S = 2.0  # when many write at once, each gets a first sign before the first answer is begun
SUMMARY_TOKENS = 600
DOCUMENTS_SHARE = 0.6  # of the context, at most, for the text of files
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
RETRIED = frozenset({Kind.RATE_LIMIT, Kind.CAPACITY, Kind.TRANSIENT, Kind.UNKNOWN_OUTCOME})
ALARMING = frozenset({Kind.PROVIDER_FUNDS, Kind.AUTH, Kind.NOT_FOUND})  # only the operator can mend it
CHARS_PER_TOKEN = 3.0  # before the first answer; then learnt from the provider's own count
Lane = tuple[int, int, int]  # chat, topic, account
EndAnswer = Callable[[int, Answer, str], bool]  # turn, answer, note


@dataclass(slots=True)
class Running:
    """An answer that is being made or waits for its lane; `asked` and `heard` once the model was asked."""

    chat_id: int
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    asked: Question | None = None
    heard: Heard | None = None
    growing: Growing | None = None


@dataclass(slots=True)
class Heard:
    """What has come of an answer so far."""

    parts: list[str] = field(default_factory=list)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    end_reason: str = ""

    @property
    def markdown(self) -> str:
        return "".join(self.parts).strip()


class Answers:
    """Answers open turns. `prompts` gives the parts of a turn's system prompt; the context is kept within `context_tokens`.
    What shows pictures is asked of the model of `pictures`. `meter`: what answers cost, if they do.

    No answer is begun while one of `before` goes on, for CALM_S at most.
    """

    def __init__(
        self,
        model: TextModel,
        growing: GrowingFactory,
        *,
        prompts: Prompts,
        context_tokens: int,
        max_tokens: int | None,
        end: EndAnswer = chat.end_answer,
        pictures: Pictures,
        before: Sequence[Calm] = (),
        meter: Meter | None = None,
    ) -> None:
        self._model = model
        self._pictures = pictures
        self._growing = growing
        self._prompts = prompts
        self._context_tokens = context_tokens
        self._max_tokens = max_tokens
        self._end_answer = end
        self._before = tuple(before)
        self._meter = meter
        self._sells = meter is not None and meter.sells
        self._chars_per_token = CHARS_PER_TOKEN
        self._lanes: dict[Lane, deque[TakenTurn]] = {}
        self._running: dict[int, Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun = False
        self._stopping = False

    def take(self, turn: TakenTurn) -> None:
        """Answer a turn when its lane is free; a turn that is known already is not taken twice. None is before the first
        take_open(), which finds them all: what the last life left open was asked before them."""
        if not self._begun or self._stopping or turn.turn_id in self._running:
            return
        self._running[turn.turn_id] = Running(turn.chat_id)
        lane = (turn.chat_id, turn.topic_id, turn.account_id)
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(turn)
            self._show_waiting(waiting)
            return
        self._lanes[lane] = deque([turn])
        self._start(self._work(lane), name=f"answers-{turn.chat_id}")

    def _show_waiting(self, lane: Sequence[TakenTurn]) -> None:
        """Beside the answer that is being made: how many of the person's messages wait for it."""
        growing = self._running[lane[0].turn_id].growing
        if growing is not None:
            growing.waits(len(lane) - 1)

    async def take_open(self) -> None:
        """Take all turns that wait in the store: what a crash left, and what other processes asked."""
        turns = await in_store(chat.open_turns)
        self._begun = True
        for turn in turns:
            self.take(turn)

    def stop(self, turn_id: int, chat_id: int | None = None) -> bool:
        """Stop an answer; what has come of it is kept. False when it is not being made now, or not in this chat (if given)."""
        running = self._running.get(turn_id)
        if running is None or chat_id not in (None, running.chat_id):
            return False
        running.stopped.set()
        return True

    def so_far(self, turn_id: int) -> Answer | None:
        """What has come of an answer that is being made, as if it were stopped now. May be called in any thread."""
        running = self._running.get(turn_id)
        if running is None or running.asked is None or running.heard is None:
            return None
        return self._answer_of(running.asked, running.heard, "stopped")

    async def close(self, grace_s: float) -> None:
        """Take nothing new and let what streams end; what does not end in time is answered after the next start."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:  # turns that stay open are taken again
            log.error("answers broke off task=%s", task.get_name(), exc_info=task.exception())

    async def _work(self, lane: Lane) -> None:
        """Answer a lane's turns one after another."""
        waiting = self._lanes[lane]
        try:
            while waiting and not self._stopping:
                turn = waiting[0]
                await self._answer(turn)
                waiting.popleft()
                del self._running[turn.turn_id]
        finally:
            del self._lanes[lane]
            for turn in waiting:
                del self._running[turn.turn_id]

    async def _answer(self, turn: TakenTurn) -> None:
        """One turn, to an end the person can see."""
        running = self._running[turn.turn_id]
        running.growing = growing = self._growing(turn)
        self._show_waiting(self._lanes[turn.chat_id, turn.topic_id, turn.account_id])
        await growing.begin()
        try:
            await self._wait_for_parts(turn)
            await all_calm(self._before, CALM_S)
            await self._ask(turn, running, growing)
        except Exception as exc:
            await growing.end()
            code = await in_store(record, exc, process="bot", context={"turn": turn.turn_id})
            log.exception("answer failed turn=%d code=%s", turn.turn_id, code)
            await in_store(chat.fail_answer, turn.turn_id, "common-unexpected", {"code": code})
        finally:
            await growing.end()

    async def _wait_for_parts(self, turn: TakenTurn) -> None:
        """A long text that Telegram cut comes in parts: wait until no more can follow."""
        ready_at = turn.ready_at
        while ready_at > utc_now():
            await asyncio.sleep(ready_at - utc_now())
            ready_at = await in_store(chat.ready_at, turn.turn_id)

    async def _ask(self, turn: TakenTurn, running: Running, growing: Growing) -> None:
        most_chars = int(self._context_tokens * self._chars_per_token)
        for number in range(1, TRIES + 1):
            question = await self._question(turn, most_chars)
            if question is None:
                return
            heard = Heard()
            running.asked, running.heard = question, heard
            try:
                ending = await self._stream(question, heard, running, growing)
                await self._end(question, heard, ending, growing)
                return
            except ProviderError as error:
                log.warning("answer error turn=%d kind=%s code=%s try=%d", turn.turn_id, error.kind, error.code, number)
                if heard.markdown:  # never begun again once text has been shown
                    await self._end(question, heard, "cut", growing)
                    return
                if question.shows_pictures and self._pictures.is_blind(error):
                    continue
                if error.code == "context_length":
                    most_chars //= 2
                elif error.kind not in RETRIED or number == TRIES:
                    await self._fail(turn, error, growing)
                    return
                elif await self._stopped_within(running, _wait_s(error, number)):
                    await self._end(question, heard, "stopped", growing)
                    return
        await in_store(chat.fail_answer, turn.turn_id, "provider-input")

    async def _question(self, turn: TakenTurn, most_chars: int) -> Question | None:
        material = await in_reader(material_for, turn.turn_id, int(most_chars * DOCUMENTS_SHARE))
        question = await in_store(
            chat.begin_answer, turn.turn_id, prompts=self._prompts, most_chars=most_chars, material=material, meter=self._meter
        )
        try:
            return await self._pictures.put_in(question) if question is not None else None
        except UserFault as fault:
            await in_store(chat.fail_answer, turn.turn_id, fault.key)
            return None

    def _model_for(self, question: Question) -> TextModel:
        return self._pictures.model if question.shows_pictures else self._model

    async def _stopped_within(self, running: Running, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await running.stopped.wait()
        except TimeoutError:
            return False
        return True

    async def _stream(self, question: Question, heard: Heard, running: Running, growing: Growing) -> str:
        """Listen until the answer ends or the person stops it. Returns the ending. Raises ProviderError."""
        listening = asyncio.create_task(self._listen(question, heard, growing))
        stopping = asyncio.create_task(running.stopped.wait())
        try:
            await asyncio.wait((listening, stopping), return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
                at_limit = "limit" if question.charge.most_tokens is None else "credits"
                return at_limit if heard.end_reason == "length" else "answered"
            return "stopped"
        finally:
            stopping.cancel()
            listening.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)

    async def _listen(self, question: Question, heard: Heard, growing: Growing) -> None:
        identifier, most_tokens = identifier_of(question.account_id), question.charge.most_tokens or self._max_tokens
        async with aclosing(
            self._model_for(question).stream(question.messages, max_tokens=most_tokens, safety_identifier=identifier)
        ) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    heard.parts.append(event.text)
                    growing.show(heard.parts)
                elif isinstance(event, TextUsage):
                    heard.prompt_tokens, heard.completion_tokens = event.prompt_tokens, event.completion_tokens
                elif isinstance(event, TextEnd):
                    heard.end_reason = event.reason

    async def _end(self, question: Question, heard: Heard, ending: str, growing: Growing) -> None:
        await growing.end()  # no preview may follow the final text
        if not heard.markdown and ending != "stopped":
            await in_store(chat.fail_answer, question.turn_id, "chat-empty-answer")
            return
        answer = self._answer_of(question, heard, ending)
        if not await in_store(self._end_answer, question.turn_id, answer, await self._note(question, answer)):
            return  # the person had it forgotten
        self._learn(question, heard)
        log.info(
            "answered turn=%d ending=%s prompt_tokens=%d completion_tokens=%d",
            question.turn_id,
            ending,
            heard.prompt_tokens,
            heard.completion_tokens,
        )
        if question.fallen_out and not self._stopping:
            self._start(self._summarise(question), name=f"summary-{question.thread_id}")

    def _answer_of(self, question: Question, heard: Heard, ending: str) -> Answer:
        """What came, with its price. Who was stopped or cut off has sent no count of tokens: it is estimated."""
        tokens = heard.prompt_tokens + heard.completion_tokens
        if not tokens:
            tokens = math.ceil((_chars(question) + len(heard.markdown)) / self._chars_per_token)
        price = question.charge.price(tokens) if heard.markdown else 0
        return Answer(
            heard.markdown, ending, self._model_for(question).model, heard.prompt_tokens, heard.completion_tokens,
            charge=question.charge, price=price, ways=[[BUY]] if ending == "credits" and self._sells else (),
        )  # fmt: skip

    async def _note(self, question: Question, answer: Answer) -> str:
        """What stands under an answer: that it is not whole, what it rests on, what it cost."""
        notes = [] if answer.ending == "answered" else [text(question.language, f"chat-note-{answer.ending}")]
        if question.rests_on_passages:
            found = await in_reader(document_questions.sources, question.turn_id)
            notes.append(sources_line(found, question.language))
        if answer.price:
            notes.append(text(question.language, "chat-note-price", credits=answer.price))
        return "\n\n".join(note for note in notes if note)

    def _learn(self, question: Question, heard: Heard) -> None:
        """Characters a token of this model, by the provider's own count: no vocabulary in memory."""
        chars = _chars(question)
        if heard.prompt_tokens > 50 and not question.shows_pictures:
            measured = max(1.0, min(6.0, chars / heard.prompt_tokens))
            self._chars_per_token += 0.2 * (measured - self._chars_per_token)

    async def _fail(self, turn: TakenTurn, error: ProviderError, growing: Growing) -> None:
        await growing.end()
        if error.kind in ALARMING:
            await in_store(record, error, process="bot", context={"turn": turn.turn_id, "kind": error.kind.value})
        await in_store(_end_failed, turn.turn_id, error)

    async def _summarise(self, question: Question) -> None:
        """Turn what fell out of the context into a summary, after the answer, so that nobody waits for it."""
        most_chars = int(self._context_tokens * self._chars_per_token)
        request = await in_store(conversations.summary_request, question.thread_id, most_chars)
        if request is None:
            return
        messages, up_to = request
        try:
            summary, _ = await self._model.complete(messages, max_tokens=min(SUMMARY_TOKENS, self._context_tokens // 4))
        except ProviderError as error:
            log.warning("summary failed thread=%d kind=%s", question.thread_id, error.kind)
            return
        if summary.strip():
            await in_store(conversations.keep_summary, question.thread_id, summary.strip(), up_to)


def _chars(question: Question) -> int:
    """Characters of what the model is shown in words."""
    return sum(len(message["content"]) for message in question.messages if isinstance(message["content"], str))


def _end_failed(turn_id: int, error: ProviderError) -> None:
    key, args = f"provider-{error.kind.value}", dict[str, Any]()
    if error.kind in ALARMING:
        key, args = told(key)
    chat.fail_answer(turn_id, key, args)


def _wait_s(error: ProviderError, number: int) -> float:
    """Exponential, or what the provider asked for."""
    wanted_s = error.retry_after_s if error.retry_after_s is not None else FIRST_WAIT_S * 2 ** (number - 1)
    return min(LONGEST_WAIT_S, max(0.1, wanted_s))
