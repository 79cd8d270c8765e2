"""KIE's unified jobs: createTask, then recordInfo until it is over; files, balance and the listing of models beside them.

KIE has no idempotency key, no list of tasks and no cancel. A create that may have arrived is therefore UNKNOWN_OUTCOME, never
repeated here. What its answers mean is in kie_errors, what its records mean in kie_results.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.client import HttpClient, HttpFault
from kiebot.http.multipart import FileForm
from kiebot.http.sniff import SUFFIXES
from kiebot.providers.base import Failed, Finished, Order, Running, Submitted, Uploaded
from kiebot.providers.kie_errors import NAME, Reply, read_reply, url_in
from kiebot.providers.kie_results import read_state
from kiebot.providers.pace import LearningPace, Pace

BASE_URL = "https://api.kie.ai"
UPLOAD_URL = "https://kieai.redpandaai.co"  # another host, whatever the published description says
LONGEST_QUEUE_S = 10.0  # a create that would wait longer goes back to the caller, who waits in a durable row
REFUSED_S = 2.0  # how long creates rest after a 429 without Retry-After
UNKNOWN_TASK_GRACE_S = 300.0  # recordInfo does not know a task at once
FEWEST_POLLS_PER_S = 10  # the smallest limit that KIE ever published
UPLOADS_KEPT_S = 24 * 3600.0
UPLOAD_WITHIN_S = 300.0
UPLOAD_FOLDER = "kiebot"
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")

Kind = ProviderErrorKind
READ_AGAIN = (Kind.TRANSIENT, Kind.RATE_LIMIT, Kind.CAPACITY)


class Kie:
    """The provider `kie`. One instance a process: it keeps the account's rate limits for all its threads."""

    name = NAME

    def __init__(
        self,
        http: HttpClient,
        api_key: str,
        base_url: str = BASE_URL,
        *,
        upload_url: str | None = None,
        polls_at_once: int = 96,
        polls_per_s: int = 500,
        lists_per_s: int = 1,
    ) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        # Whoever stands in for KIE's API, as a sandbox does, stands in for its file host too.
        self._upload_base = (upload_url or (UPLOAD_URL if self._base == BASE_URL else self._base)).rstrip("/")
        self._headers = {"authorization": f"Bearer {api_key}"}
        self._creates = Pace(20, 10)
        self._polls = LearningPace(polls_per_s, least=FEWEST_POLLS_PER_S)
        self._discovery = Pace(lists_per_s, 1)
        self._polling = asyncio.Semaphore(polls_at_once)  # leaves connections free for creates and uploads

    async def submit(self, order: Order) -> Submitted:
        """Create one task. See Provider.submit."""
        task_id = await self.create_task(order.model, order.input, order.callback_url)
        return Submitted({"task_id": task_id, "created_at": time.time()}, task_id)

    async def create_task(self, model: str, input: dict[str, Any], callback_url: str | None = None) -> str:
        """Create one task and return its id. It is sent once, whatever comes back."""
        wait_s = await self._creates.turn(at_most_s=LONGEST_QUEUE_S)
        if wait_s:
            raise ProviderError(Kind.RATE_LIMIT, NAME, "our own pace", code="pace", retry_after_s=wait_s)
        body: dict[str, Any] = {"model": model, "input": input}
        if callback_url:
            body["callBackUrl"] = callback_url
        reply = await self._send("POST", self._base + "/api/v1/jobs/createTask", body=body, unclear=Kind.UNKNOWN_OUTCOME)
        if not reply.ok:
            error = reply.error(unclear=Kind.UNKNOWN_OUTCOME)
            if error.kind is Kind.RATE_LIMIT:
                self._creates.close(min(error.retry_after_s or REFUSED_S, LONGEST_QUEUE_S))
            raise error
        task_id = reply.data.get("taskId") if isinstance(reply.data, dict) else None
        if not isinstance(task_id, str) or not task_id:
            raise ProviderError(Kind.UNKNOWN_OUTCOME, NAME, "accepted without a taskId")
        return task_id

    async def poll(self, handle: dict[str, Any]) -> Running | Finished | Failed:
        """Read the state of one task. See Provider.poll."""
        reply = await self._record(str(handle["task_id"]))
        if reply.unknown_task:
            return _fresh_or_lost(time.time() - float(handle.get("created_at", 0)))
        return _state(reply)

    def handle_of(self, remote_id: str) -> dict[str, Any]:
        """See Provider.handle_of. Whoever named the task, KIE knows it by now or never did."""
        return {"task_id": remote_id, "created_at": 0.0}

    async def get_task(self, task_id: str) -> Running | Finished | Failed:
        """The state of a task, of any age. Raises NOT_FOUND for one that KIE does not know."""
        reply = await self._record(task_id)
        if reply.unknown_task:
            raise _lost()
        return _state(reply)

    async def wait_task(self, task_id: str, timeout: float = 900, poll: float = 3) -> Finished:
        """Ask every `poll` seconds until the task is finished. For scripts; raises its failure, or TRANSIENT after `timeout`."""
        handle = {"task_id": task_id, "created_at": time.time()}
        ends_at = time.monotonic() + timeout
        while True:
            state = await self._calmly(handle)
            if isinstance(state, Finished):
                return state
            if isinstance(state, Failed):
                raise state.error
            if time.monotonic() + poll > ends_at:
                raise ProviderError(Kind.TRANSIENT, NAME, f"not finished after {timeout:g} s", code="timeout")
            await asyncio.sleep(max(poll, state.retry_after_s or 0))

    async def _calmly(self, handle: dict[str, Any]) -> Running | Finished | Failed:
        try:
            return await self.poll(handle)
        except ProviderError as error:
            if error.kind not in READ_AGAIN:
                raise
            return Running(retry_after_s=error.retry_after_s)

    async def _record(self, task_id: str) -> Reply:
        async with self._polling:
            await self._polls.turn()
            reply = await self._send("GET", self._base + "/api/v1/jobs/recordInfo", params={"taskId": task_id})
        if not reply.ok and reply.error().kind is Kind.RATE_LIMIT:
            self._polls.refused()
        return reply

    async def upload(self, path: Path, name: str, mime: str) -> Uploaded:
        """Give KIE a file of ours, read from the disk while it is sent. See Provider.upload.

        It goes under a name that nobody can guess (its URL is public) and that no other file had (KIE caches by name).
        """
        kept_name = secrets.token_hex(16) + _suffix(name, mime)
        fields = {"uploadPath": UPLOAD_FOLDER, "fileName": kept_name}
        form = await asyncio.to_thread(FileForm, path, name=kept_name, mime=mime, fields=fields)
        reply = await self._send("POST", self._upload_base + "/api/file-stream-upload", form=form)
        if not reply.ok:
            raise reply.error()
        data = reply.data if isinstance(reply.data, dict) else {}
        found = url_in(data.get("downloadUrl")) or url_in(data.get("fileUrl"))
        if found is None:
            raise ProviderError(Kind.TRANSIENT, NAME, "uploaded without a URL", code="empty")
        return Uploaded(found, time.time() + UPLOADS_KEPT_S)

    async def download_url(self, url: str) -> str:
        """A URL of one of KIE's files that lasts 20 minutes."""
        reply = await self._read("POST", "/api/v1/common/download-url", body={"url": url})
        found = url_in(reply.data)
        if found is None:
            raise reply.error()
        return found

    async def credits(self) -> float:
        """The account's balance in KIE's credits."""
        reply = await self._read("GET", "/api/v1/chat/credit")
        if isinstance(reply.data, bool) or not isinstance(reply.data, int | float):
            raise reply.error()
        return float(reply.data)

    async def list_models(self) -> list[dict[str, Any]]:
        """KIE's own list: rows with model, slug, title, provider, taskType, description, pricingDesc."""
        data = await self._discovered("")
        rows = data.get("models")
        models = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        total = data.get("total", len(models))
        if not models or total != len(models):  # whoever compares lists must not take a page for the whole
            raise ProviderError(Kind.TRANSIENT, NAME, f"{len(models)} of {total} models listed", code="incomplete")
        return models

    async def model_schema(self, model: str) -> dict[str, Any] | None:
        """The OpenAPI description of a model; None where KIE has none. Raises NOT_FOUND for a model that it does not know."""
        openapi = (await self._discovered(f"/{model}/schema")).get("openapi")
        if isinstance(openapi, str):
            with contextlib.suppress(ValueError, RecursionError):
                openapi = json.loads(openapi)
        return openapi if isinstance(openapi, dict) else None

    async def model_price(self, model: str) -> str:
        """What KIE says of a model's price, in prose."""
        return str((await self._discovered(f"/{model}/price")).get("pricingDesc") or "")

    async def _discovered(self, path: str) -> dict[str, Any]:
        await self._discovery.turn()
        reply = await self._read("GET", "/api/v1/models" + quote(path))
        if not isinstance(reply.data, dict):
            raise reply.error()
        return reply.data

    async def _read(self, method: str, path: str, body: object = None) -> Reply:
        reply = await self._send(method, self._base + path, body=body)
        if not reply.ok:
            raise reply.error()
        return reply

    async def _send(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, str] | None = None,
        body: object = None,
        form: FileForm | None = None,
        unclear: ProviderErrorKind = Kind.TRANSIENT,
    ) -> Reply:
        """Send one request. `unclear` is the kind of an error after which nobody knows whether it arrived."""
        timeout_s = UPLOAD_WITHIN_S if form else None
        try:
            answer = await self._http.send(
                method, url, headers=self._headers, params=params, body=body, form=form, timeout_s=timeout_s
            )
        except HttpFault as fault:
            kind = unclear if fault.sent else Kind.TRANSIENT
            raise ProviderError(kind, NAME, str(fault), code="no_answer" if fault.sent else "unreachable") from fault
        return read_reply(answer)


def _state(reply: Reply) -> Running | Finished | Failed:
    if not reply.ok or not isinstance(reply.data, dict):
        raise reply.error()
    return read_state(reply.data)


def _fresh_or_lost(age_s: float) -> Running | Failed:
    return Running() if age_s < UNKNOWN_TASK_GRACE_S else Failed(_lost())


def _lost() -> ProviderError:
    return ProviderError(Kind.NOT_FOUND, NAME, "KIE does not know the task", code="422")


def _suffix(name: str, mime: str) -> str:
    """The ending by which KIE and its models tell a file's kind."""
    own = Path(name).suffix
    return own.lower() if SUFFIX.fullmatch(own) else SUFFIXES.get(mime, "")
