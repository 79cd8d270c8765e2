"""Text from any server that speaks OpenAI's chat completions, through the `openai` package.

The package takes a while to import, so it is loaded with the first request, in a thread. It accepts a stream that was cut, and
HTTP 200 with a foreign body, without a word; here both are errors. Requests are written and events read here too: the package
looks up the type of every part of every message, and builds three checked objects of each event. It keeps the connection, the
key, the headers and the classes of errors.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers import openai_import
from kiebot.providers.openai_body import encoded, shows_pictures
from kiebot.providers.openai_errors import body_error, foreign_answer
from kiebot.providers.openai_shape import NATIVE_SHAPES, SHAPES, Schema, next_shape, shape_arguments, with_schema_in_words
from kiebot.providers.sse import event_data

if TYPE_CHECKING:
    from httpx2 import Response
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

Kind = ProviderErrorKind
Message = dict[str, Any]  # as on the wire; content may be a list of text and image parts and passes through untouched

PATH = "/chat/completions"
AFTER_END_S = 5.0  # the usage follows the finish_reason at once or not at all
LONGEST_ANSWER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class TextUsage:
    """What the server counted."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class TextEnd:
    """Always the last event. `reason`: stop, length (the limit cut it), content_filter, or a server's own word."""

    reason: str


TextEvent = TextDelta | TextUsage | TextEnd


@dataclass(slots=True)
class Dialect:
    """What this server has been found to understand. Learnt from its refusals, so that each costs one request only."""

    stream_options: bool = True
    safety_identifier: bool = True
    limit_name: str = "max_tokens"
    shape: str = SHAPES[0]  # how it is told the form of an answer

    def learn(self, refusal: str, *, shaped: bool) -> bool:
        """Whether the words of a refusal teach something, so that the same request is worth sending again. `shaped`: it asked for
        an answer in a form."""
        known = replace(self)
        if "stream_options" in refusal or "include_usage" in refusal:
            self.stream_options = False
        if "safety_identifier" in refusal:
            self.safety_identifier = False
        if "max_completion_tokens" in refusal:  # "use 'max_completion_tokens' instead"
            self.limit_name = "max_completion_tokens"
        if shaped:
            self.shape = next_shape(self.shape, refusal)
        return known != self

    def arguments(self, max_tokens: int | None, safety_identifier: str | None, schema: Schema | None) -> dict[str, Any]:
        """The optional fields of a request in this dialect."""
        arguments: dict[str, Any] = {}
        if self.stream_options:
            arguments["stream_options"] = {"include_usage": True}
        if max_tokens is not None:
            arguments[self.limit_name] = max_tokens
        if safety_identifier is not None and self.safety_identifier:
            arguments["safety_identifier"] = safety_identifier
        return arguments if schema is None else arguments | shape_arguments(self.shape, schema)

    def messages(self, messages: Sequence[Message], schema: Schema | None) -> Sequence[Message]:
        """The messages as this server needs them to answer in a form."""
        return messages if schema is None or self.shape in NATIVE_SHAPES else with_schema_in_words(messages, schema)


class TextModel:
    """One model at one server. `timeout_s` is the longest silence before or between pieces of an answer."""

    def __init__(self, base_url: str, api_key: str, model: str, *, name: str = "text", timeout_s: float = 120) -> None:
        self.name = name
        self.model = model
        self._base_url = base_url
        self._api_key = api_key or "none"  # local servers need no key, the package does
        self._timeout_s = timeout_s
        self._dialect = Dialect()
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int | None = None,
        safety_identifier: str | None = None,
        schema: Schema | None = None,
    ) -> AsyncGenerator[TextEvent, None]:
        """The answer as it grows: TextDelta..., perhaps TextUsage, TextEnd. Raises ProviderError, also in the middle.

        `schema`: a JSON schema that the answer is to have. A server may know none: what it then makes of words has to be checked.
        Closing the generator early (`async with aclosing(...)`) or cancelling its task ends the request at the server at once.
        """
        response = await self._request(messages, max_tokens, safety_identifier, schema)
        try:
            events = self._streamed(response) if _is_stream(response) else self._whole(response)
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            await response.aclose()

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int | None = None,
        safety_identifier: str | None = None,
        schema: Schema | None = None,
    ) -> tuple[str, TextUsage | None]:
        """The whole answer and what it cost. An answer that a filter emptied is a MODERATION error."""
        parts: list[str] = []
        usage: TextUsage | None = None
        answer = self.stream(messages, max_tokens=max_tokens, safety_identifier=safety_identifier, schema=schema)
        async with aclosing(answer) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    parts.append(event.text)
                elif isinstance(event, TextUsage):
                    usage = event
                elif event.reason == "content_filter" and not parts:
                    raise ProviderError(Kind.MODERATION, self.name, "empty answer", code="content_filter")
        return "".join(parts), usage

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def _request(
        self, messages: Sequence[Message], max_tokens: int | None, safety_identifier: str | None, schema: Schema | None
    ) -> Response:
        client = await self._opened()
        from openai import AsyncStream  # not before: see openai_import

        while True:
            body = {"model": self.model, "messages": self._dialect.messages(messages, schema), "stream": True}
            body |= self._dialect.arguments(max_tokens, safety_identifier, schema)
            written = {"content": await asyncio.to_thread(encoded, body)} if shows_pictures(messages) else {"body": body}
            try:
                stream = await client.post(PATH, cast_to=object, stream=True, stream_cls=AsyncStream[object], **written)
            except Exception as exc:
                fault = self._fault(exc)
                if fault.kind is Kind.INPUT and self._dialect.learn(fault.message, shaped=schema is not None):
                    continue
                raise fault from exc
            return stream.response

    async def _opened(self) -> AsyncOpenAI:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(_open, self._base_url, self._api_key, self._timeout_s)
        return self._client

    async def _streamed(self, response: Response) -> AsyncGenerator[TextEvent, None]:
        reason: str | None = None
        usage: TextUsage | None = None
        async with aclosing(self._chunks(response)) as chunks:
            async for chunk in chunks:
                usage = _usage(chunk.get("usage")) or usage
                for choice in _choices(chunk):
                    if text := _text(choice.get("delta")):
                        yield TextDelta(text)
                    reason = choice.get("finish_reason") or reason
        for event in self._ending(reason, usage):
            yield event

    def _ending(self, reason: str | None, usage: TextUsage | None) -> list[TextEvent]:
        """The last events, or the error that a missing or a bad finish_reason is."""
        if reason is None:
            raise ProviderError(Kind.TRANSIENT, self.name, "the stream ended without a finish_reason", code="cut")
        if reason in ("error", "insufficient_system_resource"):
            raise ProviderError(Kind.CAPACITY, self.name, f"finish_reason {reason}", code=reason)
        return [usage, TextEnd(reason)] if usage else [TextEnd(reason)]

    async def _chunks(self, response: Response) -> AsyncGenerator[dict[str, Any], None]:
        """The chunks of a stream. Once a finish_reason was seen the answer is whole: what breaks after it is no error."""
        events, finished = event_data(response.aiter_bytes()), False
        while True:
            try:
                async with asyncio.timeout(AFTER_END_S if finished else None):
                    chunk = json.loads(await anext(events))
            except StopAsyncIteration:
                return
            except Exception as exc:
                if finished:
                    log.info("stream broke after its end provider=%s error=%r", self.name, exc)
                    return
                fault = self._fault(exc)
                if fault.code == "connection":
                    fault = ProviderError(Kind.TRANSIENT, self.name, fault.message, code="cut")
                raise fault from exc
            if not isinstance(chunk, dict) or chunk.get("error") or ("choices" not in chunk and "code" in chunk):
                raise body_error(self.name, chunk)  # also a relay's own words, `{"code": 402, "msg": ...}`
            finished = finished or any(choice.get("finish_reason") for choice in _choices(chunk))
            yield chunk

    async def _whole(self, response: Response) -> AsyncGenerator[TextEvent, None]:
        """HTTP 200 that is no event stream: a whole completion from a server that cannot stream, or an error in disguise."""
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LONGEST_ANSWER_BYTES:
                    break
        except Exception as exc:
            raise self._fault(exc) from exc
        try:
            completion = json.loads(body)
            choice = _choices(completion)[0]
        except (ValueError, IndexError) as exc:
            raise foreign_answer(self.name, bytes(body), response.headers) from exc
        if text := _text(choice.get("message")):
            yield TextDelta(text)
        for event in self._ending(choice.get("finish_reason"), _usage(completion.get("usage"))):
            yield event

    def _fault(self, exc: Exception) -> ProviderError:
        """The package's exception as ours. Anything else is a bug and goes on as it is."""
        import httpx2
        import openai

        if isinstance(exc, openai.APITimeoutError | httpx2.TimeoutException | TimeoutError):
            return ProviderError(Kind.TRANSIENT, self.name, "no answer in time", code="timeout")
        if isinstance(exc, openai.APIConnectionError | httpx2.HTTPError):
            return ProviderError(Kind.TRANSIENT, self.name, repr(exc.__cause__ or exc), code="connection")
        if isinstance(exc, openai.APIStatusError):
            return body_error(self.name, exc.body or exc.message, status=exc.status_code, headers=exc.response.headers)
        if isinstance(exc, openai.APIError):
            return body_error(self.name, exc.body or exc.message)
        if isinstance(exc, ValueError):  # a line of the stream that is no JSON
            return ProviderError(Kind.TRANSIENT, self.name, repr(exc)[:200], code="garbled")
        raise exc


def identifier_of(account_id: int) -> str:
    """Who asks, as a server may know it: the same for the same account, and nothing more."""
    return hashlib.sha256(f"kiebot {account_id}".encode()).hexdigest()[:32]


def _open(base_url: str, api_key: str, timeout_s: float) -> AsyncOpenAI:
    """Import the package and make its client. No retries: the caller decides about them. No proxy of the environment."""
    openai = openai_import.load()
    from kiebot.providers.openai_transport import Transport

    timeout = openai.Timeout(timeout_s, connect=min(10.0, timeout_s))
    transport = Transport()
    if base_url.startswith("https:"):
        transport.prepare()
    http = openai.DefaultAsyncHttpx2Client(timeout=timeout, trust_env=False, follow_redirects=False, transport=transport)
    client = openai.AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0, http_client=http)
    return cast("AsyncOpenAI", client)


def _is_stream(response: Response) -> bool:
    """Whether events are to be expected. Servers label streams carelessly, but not as JSON or HTML."""
    content_type = response.headers.get("content-type", "").lower()
    return not ("json" in content_type or "html" in content_type)


def _choices(chunk: object) -> list[dict[str, Any]]:
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def _text(message: object) -> str:
    """The words for the person in a delta or a message. What a model thinks to itself is not among them."""
    words = message.get("content") or message.get("refusal") if isinstance(message, dict) else None
    return words if isinstance(words, str) else ""


def _usage(counted: object) -> TextUsage | None:
    if not isinstance(counted, dict) or not isinstance(counted.get("prompt_tokens"), int):
        return None
    return TextUsage(counted["prompt_tokens"], int(counted.get("completion_tokens") or 0))
