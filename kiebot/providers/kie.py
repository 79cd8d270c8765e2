"""KIE's unified jobs: createTask, then recordInfo until it is over.

KIE answers most errors with HTTP 200 and a `code` in the body, has no idempotency key and no cancel. A create that may have
arrived is therefore UNKNOWN_OUTCOME, never repeated here.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from typing import Any

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.client import Answer, HttpClient, HttpFault
from kiebot.providers.base import Failed, Finished, Order, Result, Running, Submitted, retry_after_s
from kiebot.providers.pace import Pace

NAME = "kie"
LONGEST_QUEUE_S = 10.0  # a create that would wait longer goes back to the caller, who waits in a durable row
UNKNOWN_TASK_GRACE_S = 120.0  # recordInfo does not know a task at once

Kind = ProviderErrorKind
KINDS = {
    400: Kind.INPUT,
    401: Kind.AUTH,
    402: Kind.PROVIDER_FUNDS,
    403: Kind.AUTH,
    404: Kind.NOT_FOUND,
    409: Kind.INPUT,
    413: Kind.MODERATION,  # audio that matches a protected work
    422: Kind.INPUT,
    429: Kind.RATE_LIMIT,
    430: Kind.RATE_LIMIT,
    433: Kind.PROVIDER_FUNDS,  # the limit of a sub-key
    451: Kind.INPUT,  # our file could not be fetched
    455: Kind.CAPACITY,
    505: Kind.NOT_FOUND,  # the model is switched off
}
# 500 is the server's fault or ours; only the words tell (api of 2026).
OUR_FAULT = re.compile(
    r"is required|required field|not within the range|allowed options|invalid|must be|cannot be empty|can't be empty|"
    r"exceed|too long|unsupported|not supported|does not match",
    re.IGNORECASE,
)
MODERATED = re.compile(r"polic(y|ies)|sensitive|nsfw|moderat|prohibited|safety|inappropriate|violat|copyright", re.IGNORECASE)
PAUSED = re.compile(r"temporarily paused|model name you specified is not supported", re.IGNORECASE)
URL_LISTS = ("resultUrls", "result_urls")
SINGLE_URLS = ("resultUrl", "resultImageUrl", "resultVideoUrl", "audio_url")


class Kie:
    """The provider `kie`. One instance a process: it keeps the account's rate limits."""

    name = NAME

    def __init__(
        self,
        http: HttpClient,
        api_key: str,
        base_url: str = "https://api.kie.ai",
        *,
        polls_at_once: int = 32,
        polls_per_s: int = 50,
    ) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {api_key}"}
        self._creates = Pace(20, 10)
        self._polls = Pace(polls_per_s, 1)
        self._polling = asyncio.Semaphore(polls_at_once)  # httpx's pool slows down with hundreds waiting in it

    async def submit(self, order: Order) -> Submitted:
        """Create one task. See Provider.submit."""
        await self._create_turn()
        body: dict[str, Any] = {"model": order.model, "input": order.input}
        if order.callback_url:
            body["callBackUrl"] = order.callback_url
        answer = await self._send("POST", "/api/v1/jobs/createTask", body=body)
        content = _content(answer)
        if content.get("code") != 200:
            raise create_error(answer, content)
        data = content.get("data")
        task_id = data.get("taskId") if isinstance(data, dict) else None
        if not isinstance(task_id, str) or not task_id:
            raise ProviderError(Kind.UNKNOWN_OUTCOME, NAME, "accepted without a taskId")
        return Submitted({"task_id": task_id, "created_at": time.time()}, task_id)

    async def poll(self, handle: dict[str, Any]) -> Running | Finished | Failed:
        """Read the state of one task. See Provider.poll."""
        async with self._polling:
            await self._polls.turn()
            answer = await self._send("GET", "/api/v1/jobs/recordInfo", params={"taskId": str(handle["task_id"])})
        content = _content(answer)
        data = content.get("data")
        if content.get("code") == 200 and isinstance(data, dict):
            return read_state(data)
        if _unknown_task(content):
            return _fresh_or_lost(handle)
        raise read_error(answer, content)

    async def credits(self) -> float:
        """The account's balance in KIE's credits."""
        answer = await self._send("GET", "/api/v1/chat/credit")
        content = _content(answer)
        if content.get("code") != 200 or not isinstance(content.get("data"), int | float):
            raise read_error(answer, content)
        return float(content["data"])

    async def _create_turn(self) -> None:
        wait_s = self._creates.wait_s()
        if wait_s > LONGEST_QUEUE_S:
            raise ProviderError(Kind.RATE_LIMIT, NAME, "our own pace", code="pace", retry_after_s=wait_s)
        await self._creates.turn()

    async def _send(self, method: str, path: str, *, params: dict[str, str] | None = None, body: object = None) -> Answer:
        try:
            return await self._http.send(method, self._base + path, headers=self._headers, params=params, body=body)
        except HttpFault as fault:
            kind = Kind.UNKNOWN_OUTCOME if fault.sent and method == "POST" else Kind.TRANSIENT
            raise ProviderError(kind, NAME, str(fault), code="no_answer" if fault.sent else "unreachable") from fault


def create_error(answer: Answer, content: dict[str, Any]) -> ProviderError:
    """The error of a createTask that was not accepted. A server's fault leaves open whether the task exists."""
    return _error(answer, content, unclear=Kind.UNKNOWN_OUTCOME)


def read_error(answer: Answer, content: dict[str, Any]) -> ProviderError:
    """The error of a call that only reads."""
    return _error(answer, content, unclear=Kind.TRANSIENT)


def _error(answer: Answer, content: dict[str, Any], unclear: ProviderErrorKind) -> ProviderError:
    code = _code(content.get("code"), answer.status)
    message = str(content.get("msg") or content.get("message") or answer.body[:200].decode(errors="replace"))
    if not content and answer.status == 200:
        code, message = 0, "not an answer of KIE: " + message
    return ProviderError(
        _kind(code, message, unclear), NAME, message, code=str(code), retry_after_s=retry_after_s(answer.headers)
    )


def _code(code: object, otherwise: int) -> int:
    """The body's code, which some calls send as a string."""
    return int(code) if isinstance(code, int | str) and str(code).isdecimal() else otherwise


def _kind(code: int, message: str, unclear: ProviderErrorKind) -> ProviderErrorKind:
    if PAUSED.search(message):
        return Kind.NOT_FOUND
    kind = KINDS.get(code)
    if kind is Kind.INPUT or code in (500, 501):
        if MODERATED.search(message):
            return Kind.MODERATION
        if kind is None and OUR_FAULT.search(message):
            return Kind.INPUT
    return kind or unclear


def _content(answer: Answer) -> dict[str, Any]:
    content = answer.json()
    return content if isinstance(content, dict) else {}


def _unknown_task(content: dict[str, Any]) -> bool:
    """Code 422 with the words "recordInfo is null", or success with nothing in it: both are seen right after a create."""
    return "recordinfo is null" in str(content.get("msg", "")).lower() or (content.get("code") == 200 and not content.get("data"))


def _fresh_or_lost(handle: dict[str, Any]) -> Running | Failed:
    if time.time() - float(handle.get("created_at", 0)) < UNKNOWN_TASK_GRACE_S:
        return Running()
    return Failed(ProviderError(Kind.NOT_FOUND, NAME, "recordInfo is null", code="422"))


def read_state(data: dict[str, Any]) -> Running | Finished | Failed:
    """What a recordInfo record (or the body of a callback) says. An unknown state counts as pending."""
    state = str(data.get("state", "")).lower()
    if state in ("fail", "failed"):
        return Failed(_task_error(data))
    if state in ("success", "completed"):
        return _finished(data)
    progress = data.get("progress")
    return Running(int(progress) if isinstance(progress, int | float) and 0 <= progress <= 100 else None)


def _task_error(data: dict[str, Any]) -> ProviderError:
    message = str(data.get("failMsg") or "")
    code = _code(data.get("failCode"), 501)
    return ProviderError(_kind(code, message, Kind.TRANSIENT), NAME, message, code=str(code))


def _finished(data: dict[str, Any]) -> Finished | Failed:
    parsed = _parsed(data.get("resultJson")) or _parsed(data.get("response"))
    results = list(_results(parsed))
    if not results:
        return Failed(ProviderError(Kind.TRANSIENT, NAME, "success without a result", code="empty"))
    cost = data.get("creditsConsumed", data.get("consumeCredits"))
    return Finished(results, float(cost) if isinstance(cost, int | float) else None)


def _parsed(value: object) -> dict[str, Any]:
    value = _unpacked(value)
    return value if isinstance(value, dict) else {}


def _unpacked(value: object) -> object:
    """KIE puts JSON into strings, at places where one would expect the thing itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _results(parsed: dict[str, Any]) -> Iterator[Result]:
    """The results in the shapes that KIE's models use, the common one first."""
    urls = next((urls for place in _places(parsed) if (urls := _urls(place))), [])
    yield from (Result(url=url) for url in urls)
    made = parsed.get("resultObject")
    if not urls and made:
        yield Result(text=made if isinstance(made, str) else json.dumps(made, ensure_ascii=False), mime="application/json")


def _places(parsed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield parsed
    for key in ("data", "response"):
        inner = parsed.get(key)
        if isinstance(inner, dict):
            yield inner
        if isinstance(inner, list):
            yield {"resultUrls": [url for track in inner if isinstance(track, dict) for url in _urls(track)]}


def _urls(place: dict[str, Any]) -> list[str]:
    for key in URL_LISTS:
        found = _unpacked(place.get(key))
        if isinstance(found, list):
            return [url for url in found if isinstance(url, str) and url.startswith("http")]
    return [url for key in SINGLE_URLS if isinstance(url := place.get(key), str) and url.startswith("http")][:1]
