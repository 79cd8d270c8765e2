"""Answers that go wrong on purpose: error bodies, silence, cut connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from kiebot.sandbox.ai.behaviour import Behaviour, Rule

OPENAI_ERRORS = {
    400: ("invalid_request_error", "invalid_request"),
    401: ("invalid_request_error", "invalid_api_key"),
    402: ("insufficient_quota", "insufficient_quota"),
    403: ("permission_error", "permission_denied"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
    503: ("server_error", "server_is_overloaded"),
}
NONSENSE = b'{"code":200,"msg":"success","data":{"taskId":["\\ud83d", nil], \xff\xfe'
PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def openai_error(
    status: int, message: str, *, error_type: str = "", code: str = "", headers: dict[str, str] | None = None
) -> Response:
    """An error in OpenAI's shape."""
    return JSONResponse({"error": error_object(status, message, error_type, code)}, status, headers=headers)


def error_object(status: int, message: str, error_type: str = "", code: str = "") -> dict[str, Any]:
    """What stands under `error` in OpenAI's answers."""
    usual_type, usual_code = OPENAI_ERRORS.get(status, ("server_error", "server_error"))
    return {"message": message, "type": error_type or usual_type, "param": None, "code": code or usual_code}


def kie_error(code: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """An error in KIE's shape: HTTP 200, the code in the body."""
    return JSONResponse({"code": code, "msg": message, "data": None}, headers=headers)


def kie_fault(behaviour: Behaviour, rule: Rule | None) -> Response | None:
    """As `faulty`, in KIE's shapes, and with the ways in which a whole answer of KIE can be lost or garbled."""
    if rule is not None and rule.action == "cut":
        return Cut(b"", 200, "application/json")
    if rule is not None and rule.action == "nonsense":
        return Response(NONSENSE, media_type="application/json")
    if rule is not None and rule.action == "http":
        message = rule.message or "Server exception, please try again later"
        return JSONResponse({"code": rule.code, "msg": message, "data": None}, rule.code)
    return faulty(behaviour, rule, kie=True)


def faulty(behaviour: Behaviour, rule: Rule | None, *, kie: bool = False) -> Response | None:
    """The answer that a rule asks for instead of the real one; None when there is none, or it is the service's own matter."""
    if rule is None:
        return None
    if rule.action == "hang":
        return Hanging(behaviour)
    if rule.action == "html":
        return HTMLResponse(PAGE, rule.code if rule.code != 500 else 200)
    if rule.action != "error":
        return None
    headers = {"retry-after": f"{rule.retry_after_s:g}"} if rule.retry_after_s is not None else None
    message = rule.message or f"The sandbox was told to answer {rule.code}."
    if kie:
        return kie_error(rule.code, message, headers)
    return openai_error(rule.code, message, error_type=rule.error_type, code=rule.error_code, headers=headers)


class Hanging(Response):
    """Says nothing until the other side gives up."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self._behaviour = behaviour

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _left(receive)
        self._behaviour.counters["disconnects"] += 1


class Cut(Response):
    """Announces `announced` bytes, sends `body`, and hangs up. With an empty body the answer is lost altogether."""

    def __init__(self, body: bytes, announced: int, media_type: str) -> None:
        super().__init__(body, media_type=media_type, headers={"content-length": str(announced)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


class Streamed(Response):
    """A body that grows. When the other side leaves, the making of it is cancelled at once and counted."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], behaviour: Behaviour, *, cut_after: int | None = None) -> None:
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-cache"})
        del self.headers["content-length"]
        self._pieces = pieces
        self._behaviour = behaviour
        self._cut_after = cut_after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                self._behaviour.counters["disconnects"] += 1
        finally:
            for task in (sending, leaving):
                task.cancel()
            results = await asyncio.gather(sending, leaving, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        left = self._cut_after
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                if left is not None and len(piece) >= left:
                    await send({"type": "http.response.body", "body": piece[:left], "more_body": True})
                    return  # without an end: the server hangs up
                left = None if left is None else left - len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    """Return when the other side has hung up."""
    while (await receive())["type"] != "http.disconnect":
        continue
