"""POST /v1/chat/completions: whole or streamed, counted, and faulty on request."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kiebot.sandbox.ai.backend import LimitReached, TextBackend
from kiebot.sandbox.ai.behaviour import SPOILING, Behaviour, Rule, pause
from kiebot.sandbox.ai.faults import Streamed, error_object, faulty, openai_error
from kiebot.sandbox.ai.film_answer import spoiled
from kiebot.sandbox.ai.question import Question, read_question
from kiebot.sandbox.ai.vision import look

PICTURE_TOKENS = 85
TOKEN_BYTES = 4


class Chat:
    """The chat endpoint."""

    def __init__(self, behaviour: Behaviour, backend: TextBackend) -> None:
        self._behaviour = behaviour
        self._backend = backend

    async def complete(self, request: Request) -> Response:
        """Answer one request."""
        try:
            body = await request.json()
            question = read_question(body if isinstance(body, dict) else {})
            for picture in question.last.pictures:
                if isinstance(picture, bytes):
                    await asyncio.to_thread(look, picture)
        except ValueError as exc:
            return openai_error(400, str(exc), code="invalid_image" if "picture" in str(exc) else "")
        self._behaviour.prompts.append(body["messages"])
        rule = self._behaviour.take("chat", question.model)
        await pause(rule)
        if fault := faulty(self._behaviour, rule):
            return fault
        reply = Reply(self._behaviour, self._backend, question, body, rule)
        if body.get("stream"):
            cut_after = rule.after_bytes if rule is not None and rule.action == "cut" else None
            return Streamed(reply.events(), self._behaviour, cut_after=cut_after)
        return JSONResponse(await reply.whole())


class Reply:
    """One answer on its way."""

    def __init__(
        self, behaviour: Behaviour, backend: TextBackend, question: Question, body: dict[str, Any], rule: Rule | None
    ) -> None:
        self._behaviour = behaviour
        self._backend = backend
        self._question = question
        self._rule = rule
        self._limit = body.get("max_completion_tokens") or body.get("max_tokens")
        self._with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex[:24]}", "created": int(time.time()), "model": question.model}
        self._text = ""
        self._reason = "stop"

    async def whole(self) -> dict[str, Any]:
        """The answer to a request without `stream`."""
        async for _ in self._pieces():
            continue
        message = {"role": "assistant", "content": self._text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._reason}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage()}

    async def events(self) -> AsyncGenerator[bytes, None]:
        """The server-sent events of a request with `stream`."""
        yield self._chunk({"role": "assistant", "content": ""})
        count = 0
        async with aclosing(self._pieces()) as pieces:
            async for piece in pieces:
                if self._rule is not None and self._rule.action == "stream_error" and count >= self._rule.deltas:
                    yield self._error_event(self._rule)
                    return
                yield self._chunk({"content": piece})
                count += 1
        yield self._chunk({}, self._reason)
        if self._with_usage:
            yield _event({**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()})
        yield b"data: [DONE]\n\n"
        self._behaviour.counters["chat.finished"] += 1

    async def _pieces(self) -> AsyncGenerator[str, None]:
        """The pieces of the text, cut at the limit that the request set or at the backend's own."""
        source = self._source()
        try:
            async with aclosing(source) as pieces:
                async for piece in pieces:
                    self._text += piece
                    yield piece
                    if self._limit and tokens(self._text) >= int(self._limit):
                        raise LimitReached
        except LimitReached:
            self._reason = "length"

    def _source(self) -> AsyncGenerator[str, None]:
        if self._rule is not None and self._rule.action == "pace":
            return _paced(self._rule)
        answer = self._backend.answer(self._question)
        if self._rule is not None and self._rule.action in SPOILING and self._question.schema is not None:
            return _spoiled(answer, self._rule)
        return answer

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        chunk = {**self._head, "object": "chat.completion.chunk", "choices": [choice]}
        return _event(chunk | {"usage": None} if self._with_usage else chunk)

    def _error_event(self, rule: Rule) -> bytes:
        message = rule.message or "The sandbox was told to fail in the middle."
        return _event({"error": error_object(rule.code, message, rule.error_type, rule.error_code)})

    def _usage(self) -> dict[str, Any]:
        asked = sum(tokens(turn.text) + PICTURE_TOKENS * len(turn.pictures) for turn in self._question.turns)
        answered = tokens(self._text)
        return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


async def _paced(rule: Rule) -> AsyncGenerator[str, None]:
    """So many pieces of so many characters at such a distance: for benchmarks. Numbered, so that a lost piece is seen."""
    for number in range(1, rule.deltas + 1):
        yield f"{number} ".ljust(rule.chars, ".")[: rule.chars]
        await asyncio.sleep(rule.delay_ms / 1000)


async def _spoiled(answer: AsyncGenerator[str, None], rule: Rule) -> AsyncGenerator[str, None]:
    """The answer as a careless model would give it, in one piece."""
    async with aclosing(answer) as pieces:
        text = "".join([piece async for piece in pieces])
    yield spoiled(text, rule.action, rule.after_bytes)


def tokens(text: str) -> int:
    """A plain count, four bytes a token. Nobody is billed by it."""
    return -(-len(text.encode()) // TOKEN_BYTES)


def _event(content: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
