"""GET /files/...: results, uploads and temporary addresses, with ranges, and with everything that can go wrong there."""

from __future__ import annotations

import asyncio
import mimetypes
import time
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from kiebot.sandbox.ai.behaviour import FILE_ACTIONS, Behaviour, Rule, pause
from kiebot.sandbox.ai.faults import Cut, faulty
from kiebot.sandbox.ai.programs import ProgramFault
from kiebot.sandbox.ai.rendering import Renderer
from kiebot.sandbox.ai.tasks import KEPT_S, Task, Tasks
from kiebot.sandbox.ai.uploads import Uploads

GONE = PlainTextResponse("this file does not exist or has expired", 404)
WRONG = b"<!doctype html><title>Not what you wanted</title><p>A page where a picture or a clip was announced.</p>"


class Results:
    """The endpoints under /files."""

    def __init__(self, behaviour: Behaviour, tasks: Tasks, uploads: Uploads, renderer: Renderer) -> None:
        self._behaviour = behaviour
        self._tasks = tasks
        self._uploads = uploads
        self._renderer = renderer

    async def result(self, request: Request) -> Response:
        """GET /files/NAME."""
        return await self._answer(f"/files/{request.path_params['name']}")

    async def upload(self, request: Request) -> Response:
        """GET /files/uploads/PLACE/NAME."""
        return await self._answer(f"/files/uploads/{request.path_params['place']}")

    async def temporary(self, request: Request) -> Response:
        """GET /files/temporary/TOKEN/NAME."""
        path = self._uploads.behind(request.path_params["token"])
        return GONE if path is None else await self._answer(path)

    async def _answer(self, path: str) -> Response:
        place = path.removeprefix("/files/uploads/")
        task = self._tasks.of_file(Path(path).name) if place == path else None
        rule = self._behaviour.take("kie_file", task.model if task else None)
        await pause(rule)
        if fault := faulty(self._behaviour, rule):
            return fault
        trouble = _trouble(rule, task)
        if trouble.get("action") == "redirect":
            return RedirectResponse(trouble["url"], 302)
        try:
            file = self._uploads.find(place) if place != path else await self._result(task, Path(path).name)
        except ProgramFault as exc:
            return PlainTextResponse(str(exc), 500)
        if file is None or trouble.get("action") == "expired":
            return GONE
        spoilt = await asyncio.to_thread(_spoilt, file, rule, trouble)
        return spoilt or FileResponse(file, media_type=mimetypes.guess_type(file.name)[0])

    async def _result(self, task: Task | None, name: str) -> Path | None:
        now = time.time()
        if task is None or task.state(now) != "success" or now - task.ended_at > KEPT_S:
            return None
        return await self._renderer.path(name)


def _trouble(rule: Rule | None, task: Task | None) -> dict[str, Any]:
    """How this download goes wrong: as was asked for this request, or for the whole order."""
    if rule is not None and rule.action in FILE_ACTIONS:
        return {"action": rule.action, "bytes": rule.bytes, "url": rule.url}
    return task.trouble if task is not None else {}


def _spoilt(file: Path, rule: Rule | None, trouble: dict[str, Any]) -> Response | None:
    """A file that pretends to be huge, one that breaks off, or another than was announced."""
    mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if rule is not None and rule.action == "cut":
        data = file.read_bytes()
        return Cut(data[: rule.after_bytes], len(data), mime)
    if trouble.get("action") == "oversized":
        data = file.read_bytes()
        return Cut(data, max(trouble["bytes"], len(data) + 1), mime)
    if trouble.get("action") == "wrong_type":
        return Response(WRONG, media_type=mime)
    return None
