"""Puts the services together: one app on one port."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kiebot.sandbox.ai.backend import TextBackend
from kiebot.sandbox.ai.behaviour import Behaviour, BehaviourFault
from kiebot.sandbox.ai.callbacks import Signing
from kiebot.sandbox.ai.chat import Chat
from kiebot.sandbox.ai.faults import openai_error
from kiebot.sandbox.ai.kie import KieService
from kiebot.sandbox.ai.lavatop import LavatopService
from kiebot.sandbox.ai.lavatop_invoices import PayInvoices
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet
from kiebot.sandbox.ai.openai import OpenAiService
from kiebot.sandbox.ai.rendering import Renderer
from kiebot.sandbox.ai.results import Results
from kiebot.sandbox.ai.tasks import Tasks
from kiebot.sandbox.ai.uploads import Uploads


def create_app(
    folder: Path,
    behaviour: Behaviour,
    text_backend: TextBackend,
    *,
    run_s: Mapping[str, float] | None = None,
    signing: Signing | None = None,
    cabinet: Cabinet | None = None,
) -> Starlette:
    """The AI services, and a payment service beside them. What they make lies in `folder`; `run_s` says how long a task runs by
    output ("image", "video", "audio", "text")."""
    tasks, uploads = Tasks(folder, run_s), Uploads(folder / "uploads")
    chat, openai = Chat(behaviour, text_backend), OpenAiService(behaviour, text_backend)
    kie = KieService(behaviour, tasks, uploads, signing or Signing())
    lavatop = LavatopService(behaviour, PayInvoices(folder / "lavatop"), cabinet or Cabinet())
    renderer = Renderer(tasks, uploads)
    results = Results(behaviour, tasks, uploads, renderer)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        kie.start()
        lavatop.start()
        yield
        await lavatop.stop()
        await kie.stop()
        await renderer.stop()

    async def behave(request: Request) -> Response:
        try:
            await behaviour.apply(await request.json())
        except BehaviourFault as fault:
            return JSONResponse({"error": {"field": "action", "message": str(fault)}}, 400)
        return JSONResponse({"rules": len(behaviour.rules)}, 201)

    async def counters(request: Request) -> Response:
        return JSONResponse(dict(sorted(behaviour.counters.items())))

    routes = [
        Route("/v1/models", openai.models),
        Route("/v1/chat/completions", chat.complete, methods=["POST"]),
        Route("/v1/audio/transcriptions", openai.transcribe, methods=["POST"]),
        Route("/v1/audio/speech", openai.speech, methods=["POST"]),
        Route("/v1/images/generations", openai.images, methods=["POST"]),
        *_kie_routes(kie, results),
        *lavatop.routes(),
        Route("/api/ai/behaviour", behave, methods=["POST"]),
        Route("/debug/counters", counters),
    ]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={json.JSONDecodeError: _not_json})


def _kie_routes(kie: KieService, results: Results) -> list[Route]:
    return [
        Route("/api/v1/jobs/createTask", kie.create_task, methods=["POST"]),
        Route("/api/v1/jobs/recordInfo", kie.record_info),
        Route("/api/v1/chat/credit", kie.credit),
        Route("/api/v1/models", kie.models),
        Route("/api/v1/models/{path:path}", kie.model),
        Route("/api/v1/common/download-url", kie.download_url, methods=["POST"]),
        Route("/api/file-stream-upload", kie.upload_stream, methods=["POST"]),
        Route("/api/file-base64-upload", kie.upload_base64, methods=["POST"]),
        Route("/api/file-url-upload", kie.upload_url, methods=["POST"]),
        Route("/files/uploads/{place:path}", results.upload),
        Route("/files/temporary/{token}/{name}", results.temporary),
        Route("/files/{name}", results.result),
        Route("/api/ai/tasks", kie.tasks),
    ]


async def _not_json(request: Request, exc: Exception) -> Response:
    return openai_error(400, "the body is no JSON")
