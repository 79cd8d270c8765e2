"""The KIE-shaped service: orders, their state, the balance, uploads and result files, in KIE's own wire shapes."""

from __future__ import annotations

import asyncio
import json
import mimetypes
import time
import uuid
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from kiebot.catalog.loading import Catalogue
from kiebot.catalog.validation import validate
from kiebot.sandbox.ai.behaviour import Behaviour, Rule, pause
from kiebot.sandbox.ai.faults import Cut, faulty, kie_error
from kiebot.sandbox.ai.tasks import Task, Tasks

FIRST_CREDITS = 10_000
NO_KEY = "You do not have access permissions"
NO_MODEL = "The model name you specified is not supported. Please check the model name and try again."


class KieService:
    """The endpoints under /api and /files."""

    def __init__(self, behaviour: Behaviour, tasks: Tasks, catalogue: Catalogue, uploads: Path) -> None:
        self._behaviour = behaviour
        self._tasks = tasks
        self._catalogue = catalogue
        self._uploads = uploads

    async def create_task(self, request: Request) -> Response:
        """POST /api/v1/jobs/createTask."""
        body = await _json(request)
        rule = self._behaviour.take("kie", str(body.get("model", "")))
        await pause(rule)
        if fault := self._refused(request, rule):
            return fault
        model, given = self._catalogue.get(str(body.get("model", ""))), body.get("input")
        if model is None:
            return kie_error(422, NO_MODEL)
        if not isinstance(given, dict):
            return kie_error(422, "input is required")
        if errors := validate(model, given):
            return kie_error(500 if errors[0].code == "required" else 422, errors[0].message)
        task = self._tasks.add(model, given, body.get("callBackUrl"), rule)
        self._behaviour.counters["kie.created"] += 1
        answer = {"code": 200, "msg": "success", "data": {"taskId": task.id, "recordId": task.id}}
        if rule is not None and rule.action == "lost":
            return Cut(b"", len(json.dumps(answer)), "application/json")
        return JSONResponse(answer)

    async def record_info(self, request: Request) -> Response:
        """GET /api/v1/jobs/recordInfo?taskId=."""
        task = self._tasks.tasks.get(request.query_params.get("taskId", ""))
        rule = self._behaviour.take("kie_poll", task.model if task else None)
        await pause(rule)
        if fault := self._refused(request, rule):
            return fault
        if not request.query_params.get("taskId"):
            return kie_error(400, "taskId is required")
        if task is None:
            return kie_error(422, "recordInfo is null")
        return JSONResponse({"code": 200, "msg": "success", "data": record(task, str(request.base_url), time.time())})

    async def credit(self, request: Request) -> Response:
        """GET /api/v1/chat/credit."""
        rule = self._behaviour.take("kie_credit")
        await pause(rule)
        spent = sum(task.credits for task in self._tasks.tasks.values() if not task.fail_code)
        answer = JSONResponse({"code": 200, "msg": "success", "data": float(FIRST_CREDITS - spent)})
        return self._refused(request, rule) or answer

    async def upload(self, request: Request) -> Response:
        """POST /api/file-stream-upload: multipart with file, uploadPath and perhaps fileName."""
        rule = self._behaviour.take("upload")
        await pause(rule)
        if fault := self._refused(request, rule):
            return fault
        async with request.form() as form:
            file, place = form.get("file"), str(form.get("uploadPath") or "")
            if not isinstance(file, UploadFile) or not place.strip("/"):
                return kie_error(400, "file and uploadPath are required")
            name = Path(str(form.get("fileName") or file.filename or "file")).name
            stored = f"{uuid.uuid4().hex}{Path(name).suffix[:10]}"
            await asyncio.to_thread((self._uploads / stored).write_bytes, data := await file.read())
        mime = file.content_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        about = {
            "success": True,
            "fileName": name,
            "filePath": f"{place.strip('/')}/{name}",
            "downloadUrl": f"{request.base_url}files/uploads/{stored}",
            "fileSize": len(data),
            "mimeType": mime,
            "uploadedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        return JSONResponse({"success": True, "code": 200, "msg": "File uploaded successfully", "data": about})

    async def file(self, request: Request) -> Response:
        """GET /files/NAME and /files/uploads/NAME."""
        name = Path(request.path_params["name"]).name
        task = self._tasks.of_file(name)
        rule = self._behaviour.take("kie_file", task.model if task else None)
        await pause(rule)
        path = (self._uploads if "/uploads/" in request.url.path else self._tasks.files) / name
        if fault := faulty(self._behaviour, rule):
            return fault
        if not await asyncio.to_thread(path.is_file) or (rule is not None and rule.action == "expired"):
            return PlainTextResponse("this file does not exist or has expired", 404)
        if rule is not None and rule.action in ("oversized", "cut"):
            return await asyncio.to_thread(_truncated, path, rule)
        return FileResponse(path)

    def _refused(self, request: Request, rule: Rule | None) -> Response | None:
        """A fault that was asked for, or the missing key. The value of the key does not matter here."""
        if fault := faulty(self._behaviour, rule, kie=True):
            return fault
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return None if scheme.lower() == "bearer" and key.strip() else kie_error(401, NO_KEY)


def record(task: Task, base_url: str, now: float) -> dict[str, Any]:
    """A task as recordInfo shows it: JSON within JSON strings, milliseconds, seconds in costTime."""
    state = task.state(now)
    ended, failed = state in ("success", "fail"), state == "fail"
    inner = json.dumps(task.input, ensure_ascii=False)
    result = json.dumps({"resultUrls": [f"{base_url}files/{task.file}"]}) if state == "success" else ""
    return {
        "taskId": task.id,
        "model": task.model,
        "state": state,
        "param": json.dumps({"callBackUrl": task.callback_url, "input": inner, "model": task.model}, ensure_ascii=False),
        "resultJson": result,
        "failCode": task.fail_code if failed else None,
        "failMsg": task.fail_msg if failed else None,
        "costTime": round(task.ended_at - task.created_at) if ended else None,
        "completeTime": int(task.ended_at * 1000) if ended else None,
        "createTime": int(task.created_at * 1000),
        "updateTime": int((task.ended_at if ended else now) * 1000),
        "progress": task.progress(now) if task.output == "video" and state == "generating" else None,
        "creditsConsumed": task.credits if state == "success" else None,
    }


def _truncated(path: Path, rule: Rule) -> Response:
    """A file that pretends to be huge, or one that breaks off."""
    data = path.read_bytes()
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if rule.action == "oversized":
        return Cut(data, max(rule.bytes, len(data) + 1), mime)
    return Cut(data[: rule.after_bytes], len(data), mime)


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
