"""Puts the chat page together: the door, the API, the event streams and the static files."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from kiebot.sandbox.page.api import AiBehaviour, Api, Processes
from kiebot.sandbox.page.events import EventHub
from kiebot.sandbox.page.faults import RequestFault, fault_response
from kiebot.sandbox.page.guard import Guard
from kiebot.sandbox.telegram.humans import Humans
from kiebot.sandbox.telegram.tl import Refused

STATIC = Path(__file__).with_name("static")
UNKNOWN = {  # refusals that mean: there is no such thing, and which field named it
    "PEER_ID_INVALID": "user",
    "CHAT_ID_INVALID": "chat",
    "CHANNEL_INVALID": "chat",
    "MESSAGE_ID_INVALID": "message",
    "FILE_ID_INVALID": "file",
}
NO_CACHE = {"Cache-Control": "no-cache"}


def create_app(
    humans: Humans, *, processes: Processes, addresses: dict[str, str], ai_behaviour: AiBehaviour, upload_dir: Path
) -> Starlette:
    """The chat page over the people of one data centre.

    `processes` and `addresses` are shown in the side panel; `ai_behaviour` gets what POST /api/ai/behaviour says.
    """
    events = EventHub()
    api = Api(humans, events, processes=processes, addresses=addresses, ai_behaviour=ai_behaviour, upload_dir=upload_dir)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        source = humans.subscribe()
        pump = asyncio.create_task(events.pump(source))
        yield
        pump.cancel()
        humans.unsubscribe(source)
        events.close()

    app = Starlette(
        routes=[Route("/", _index), Mount("/api", routes=api.routes()), Mount("/static", _Fresh(directory=STATIC))],
        middleware=[Middleware(Guard)],
        exception_handlers={
            RequestFault: _answer_fault,
            Refused: _answer_refusal,
            HTTPException: _answer_http,
            Exception: _answer_bug,
        },
        lifespan=lifespan,
    )
    app.state.events = events
    return app


class _Fresh(StaticFiles):
    """Static files that the browser asks about each time: an update is seen at the next reload."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(NO_CACHE)
        return response


async def _index(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers=NO_CACHE)


async def _answer_fault(request: Request, fault: Any) -> Response:
    return fault_response(fault.field, fault.message, fault.status)


async def _answer_refusal(request: Request, refusal: Any) -> Response:
    """The data centre said no, in Telegram's own words: 404 for what does not exist."""
    if refusal.name in UNKNOWN:
        return fault_response(UNKNOWN[refusal.name], refusal.name, 404)
    return fault_response("", refusal.name, 504 if refusal.name == "BOT_RESPONSE_TIMEOUT" else 400)


async def _answer_bug(request: Request, bug: Any) -> Response:
    return fault_response("", f"the sandbox failed: {type(bug).__name__}", 500)  # Starlette raises it again for the log


async def _answer_http(request: Request, fault: Any) -> Response:
    return fault_response("", str(fault.detail), fault.status_code)
