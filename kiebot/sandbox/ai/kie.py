"""The KIE-shaped service: orders, their state, the listing, the balance and uploads, in KIE's own wire shapes.

Errors are HTTP 200 with a code in the body. What KIE would refuse is refused: the check owes nothing to the product's validator.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kiebot.http.sniff import HEAD_BYTES, sniff
from kiebot.sandbox.ai import earlier
from kiebot.sandbox.ai.behaviour import Behaviour, Rule, pause
from kiebot.sandbox.ai.callbacks import Callbacks, Signing
from kiebot.sandbox.ai.charges import credits
from kiebot.sandbox.ai.checking import Medium, media, refusal, taken
from kiebot.sandbox.ai.faults import kie_error, kie_fault
from kiebot.sandbox.ai.listing import LISTED, ListedModel, Listing, row
from kiebot.sandbox.ai.records import callback_body, record
from kiebot.sandbox.ai.tasks import Task, Tasks, count
from kiebot.sandbox.ai.uploads import WRONG_URL, UploadFault, Uploads, from_base64, from_form, from_url

FIRST_CREDITS = 1_000_000.25
CREATES, CREATES_S = 20, 10.0  # what KIE takes of createTask, counted only when `limits` is on

NO_KEY = "You do not have access permissions"
NO_MODEL = "The model name you specified is not supported. Please check the model name and try again."
REFUSED_STATUS = {  # models that createTask knows, but does not take
    "paused": (505, "This interface is temporarily paused."),
    "legacy": (422, NO_MODEL),
}
NO_CREDITS = "Credits insufficient. Your current balance is not enough to run this request, please top up to continue."
NULL_RECORD = "recordInfo is null"
TOO_OFTEN = "The call frequency is too high, please try again later."
LISTED_MOST = 1000
Store = Callable[[dict[str, Any], Uploads], Awaitable[dict[str, Any]]]


class KieService:
    """The endpoints under /api."""

    def __init__(self, behaviour: Behaviour, tasks: Tasks, uploads: Uploads, signing: Signing) -> None:
        self._behaviour = behaviour
        self._tasks = tasks
        self._listing = Listing(behaviour)
        self._uploads = uploads
        self._created: deque[float] = deque(maxlen=CREATES)
        self._callbacks = Callbacks(signing, self._callback_body, tasks, behaviour.counters)

    def start(self) -> None:
        """Go on with the callbacks that a stop left unsent."""
        for task in self._tasks.tasks.values():
            self._callbacks.expect(task)

    async def stop(self) -> None:
        """Send no more callbacks."""
        await self._callbacks.stop()

    async def create_task(self, request: Request) -> Response:
        """POST /api/v1/jobs/createTask."""
        body = await json_object(request)
        name = str(body.get("model", ""))
        rule = self._behaviour.take("kie", name)
        await pause(rule)
        accepted = rule is not None and rule.accepted
        if not accepted and (fault := self._refused(request, rule)):
            return fault
        if refused := self._not_taken(name, body.get("input")):
            return kie_error(*refused)
        model = self._listing.all()[name]
        task = self._add(request, model, body, rule)
        answer = JSONResponse({"code": 200, "msg": "success", "data": {"taskId": task.id, "recordId": task.id}})
        return (kie_fault(self._behaviour, rule) if accepted else None) or answer

    def _add(self, request: Request, model: ListedModel, body: dict[str, Any], rule: Rule | None) -> Task:
        callback_url = body.get("callBackUrl")
        address = callback_url if isinstance(callback_url, str) else None
        parents = earlier.files(self._tasks, model, body["input"])
        base_url = str(request.base_url)
        task = self._tasks.add(model, body["input"], rule, parents=parents, callback_url=address, base_url=base_url)
        self._behaviour.counters["kie.created"] += 1
        self._callbacks.expect(task)
        return task

    def _not_taken(self, name: str, given: object) -> tuple[int, str] | None:
        """Why an order is refused, as KIE says it; None when it is not."""
        if self._too_often():
            return 429, TOO_OFTEN
        model = self._listing.get(name)
        if model is None:
            return 422, NO_MODEL
        if model.status in REFUSED_STATUS:
            return REFUSED_STATUS[model.status]
        if not isinstance(given, dict):
            return 422, "input is required"
        if refused := refusal(model, given) or self._sources_refused(model, given):
            return refused
        works_with = taken(model, given)
        price = credits(model, works_with, count(model, given, works_with))
        return (402, NO_CREDITS) if self._balance() < price else None

    def _sources_refused(self, model: ListedModel, given: dict[str, Any]) -> tuple[int, str] | None:
        """What is wrong with the files and earlier tasks that an input names, as far as this machine can know."""
        if refused := earlier.refusal(self._tasks, model, given, time.time()):
            return refused
        for medium in media(model, given):
            if "/files/uploads/" in medium.url and (refused := self._file_refused(medium)):
                return refused
        return None

    def _file_refused(self, medium: Medium) -> tuple[int, str] | None:
        path = self._uploads.path_of(medium.url)
        if path is None:
            return 451, f"{medium.parameter}: failed to fetch the file"
        with path.open("rb") as file:
            mime = sniff(file.read(HEAD_BYTES)) or ""
        if not _fits(mime, medium):
            return 500, f"{medium.parameter} file type not supported"
        if medium.max_mb is not None and path.stat().st_size > medium.max_mb * 1024 * 1024:
            return 500, f"{medium.parameter} file size exceeds {medium.max_mb} MB"
        return None

    def _too_often(self) -> bool:
        """Whether KIE's limit on creates, where it is kept, is reached."""
        if not self._behaviour.standing("limits"):
            return False
        now = time.monotonic()
        if len(self._created) == CREATES and now - self._created[0] < CREATES_S:
            return True
        self._created.append(now)
        return False

    async def record_info(self, request: Request) -> Response:
        """GET /api/v1/jobs/recordInfo?taskId=."""
        task_id, now = request.query_params.get("taskId", ""), time.time()
        task = self._tasks.tasks.get(task_id)
        rule = self._behaviour.take("kie_poll", task.model if task else None)
        await pause(rule)
        if fault := self._refused(request, rule):
            return fault
        if not task_id:
            return kie_error(400, "taskId is required")
        if task is None or task.is_fresh(now):
            return kie_error(422, NULL_RECORD)
        return _success(record(task, str(request.base_url), now))

    async def credit(self, request: Request) -> Response:
        """GET /api/v1/chat/credit."""
        rule = self._behaviour.take("kie_credit")
        await pause(rule)
        return self._refused(request, rule) or _success(self._balance())

    async def models(self, request: Request) -> Response:
        """GET /api/v1/models, with the filters taskType, provider and q."""
        if fault := await self._list_fault(request):
            return fault
        wanted = request.query_params
        rows = [row(model) for model in self._listing.listed()]
        found = [
            one
            for one in rows
            if wanted.get("taskType", one["taskType"][0]) in one["taskType"]
            and wanted.get("provider", one["provider"]).lower() == one["provider"].lower()
            and wanted.get("q", "").lower() in f"{one['model']} {one['title']}".lower()
        ]
        return _success({"total": len(found), "models": found})

    async def model(self, request: Request) -> Response:
        """GET /api/v1/models/{model}/schema and /price. The slash in the model's name is part of the path."""
        if fault := await self._list_fault(request):
            return fault
        name, _, what = request.path_params["path"].rpartition("/")
        model = self._listing.get(name)
        if model is None or model.status != LISTED or what not in ("schema", "price"):
            return kie_error(404, "model not found")
        if what == "price":
            return _success({"model": model.id, "pricingDesc": model.price_text})
        return _success({"model": model.id, "openapi": model.openapi() if model.has_schema else None})

    async def upload_stream(self, request: Request) -> Response:
        """POST /api/file-stream-upload: multipart with file, uploadPath and perhaps fileName."""

        async def store(_: dict[str, Any], uploads: Uploads) -> dict[str, Any]:
            return await from_form(request, uploads)

        return await self._uploaded(request, store, {})

    async def upload_base64(self, request: Request) -> Response:
        """POST /api/file-base64-upload."""
        return await self._uploaded(request, from_base64, await json_object(request))

    async def upload_url(self, request: Request) -> Response:
        """POST /api/file-url-upload."""
        return await self._uploaded(request, from_url, await json_object(request))

    async def _uploaded(self, request: Request, store: Store, body: dict[str, Any]) -> Response:
        rule = self._behaviour.take("upload")
        await pause(rule)
        if fault := self._refused(request, rule):
            return fault
        try:
            about = await store(body, self._uploads)
        except UploadFault as exc:
            return kie_error(exc.code, str(exc))
        about["downloadUrl"] = f"{request.base_url}{about['downloadUrl']}"
        return JSONResponse({"success": True, "code": 200, "msg": "File uploaded successfully", "data": about})

    async def download_url(self, request: Request) -> Response:
        """POST /api/v1/common/download-url: another address for a file of ours, for twenty minutes."""
        if fault := self._refused(request, None):
            return fault
        path = self._uploads.temporary(str((await json_object(request)).get("url", "")))
        return kie_error(422, WRONG_URL) if path is None else _success(f"{request.base_url}{path}")

    async def tasks(self, request: Request) -> Response:
        """GET /api/ai/tasks: everything that was ever accepted, in order. For tests and the curious; KIE has no such list."""
        now = time.time()
        rows = [_seen(task, now) for task in sorted(self._tasks.tasks.values(), key=lambda task: task.created_at)]
        return JSONResponse({"total": len(rows), "tasks": rows[-int(request.query_params.get("limit", LISTED_MOST)) :]})

    async def _list_fault(self, request: Request) -> Response | None:
        rule = self._behaviour.take("kie_list")
        await pause(rule)
        return self._refused(request, rule)

    def _refused(self, request: Request, rule: Rule | None) -> Response | None:
        """A fault that was asked for, or the missing key. The value of the key does not matter here."""
        if fault := kie_fault(self._behaviour, rule):
            return fault
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return None if scheme.lower() == "bearer" and key.strip() else kie_error(401, NO_KEY)

    def _balance(self) -> float:
        return round(FIRST_CREDITS - self._tasks.spent, 2)

    def _callback_body(self, task: Task) -> dict[str, Any]:
        return callback_body(task, self._balance())


async def json_object(request: Request) -> dict[str, Any]:
    """The body as an object; an empty one when it is something else."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _success(data: object) -> Response:
    return JSONResponse({"code": 200, "msg": "success", "data": data})


def _seen(task: Task, now: float) -> dict[str, Any]:
    return {
        "id": task.id,
        "model": task.model,
        "input": task.input,
        "created_at": task.created_at,
        "callback_url": task.callback_url,
        "state": task.state(now),
        "credits": task.credits,
    }


def _fits(mime: str, medium: Medium) -> bool:
    """Whether the first bytes of a file are of the kind that the parameter takes. Containers hold sound as well as pictures."""
    if medium.kind == "image":
        return mime in medium.accept if medium.accept else mime.startswith("image/")
    return mime.startswith((f"{medium.kind}/", "video/", "application/ogg"))
