"""Callbacks: the end of a task is told to the address that came with the order, signed as KIE signs.

An answer other than 2xx is an attempt that failed; after three of them KIE gives up. Only addresses of this machine are called.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kiebot.http.client import HttpClient, HttpFault
from kiebot.sandbox.ai.background import Background
from kiebot.sandbox.ai.tasks import Task, Tasks
from kiebot.sandbox.ai.uploads import LOOPBACK

log = logging.getLogger(__name__)

TIMEOUT_S = 15
ATTEMPTS = 3
STALE_S = 3600
DUPLICATES = 3


@dataclass(frozen=True, slots=True)
class Signing:
    """How callbacks are sent: signed with `key` when there is one; so long after an attempt that failed comes the next."""

    key: str = ""
    pause_s: float = 1.0


def signature(key: str, task_id: str, timestamp: int) -> str:
    """The value of X-Webhook-Signature. It covers the task's id and the time, not the body."""
    digest = hmac.digest(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


class Callbacks:
    """Waits for tasks to end and tells their owners."""

    def __init__(self, signing: Signing, body: Callable[[Task], dict[str, Any]], tasks: Tasks, counters: Counter[str]) -> None:
        self._key = signing.key
        self._pause_s = signing.pause_s
        self._body = body
        self._tasks = tasks
        self._counters = counters
        self._http = HttpClient(timeout_s=TIMEOUT_S)
        self._background = Background()

    def expect(self, task: Task) -> None:
        """Tell when the task ends, if its order has an address of this machine."""
        if not task.callback_url or task.told:
            return
        if urlsplit(task.callback_url).hostname not in LOOPBACK:
            log.info("callback not sent, its address is not on this machine task=%s", task.id)
            return
        self._background.start(self._tell(task))

    async def stop(self) -> None:
        """Forget who was to be told; the next start remembers."""
        await self._background.stop()
        await self._http.aclose()

    async def _tell(self, task: Task) -> None:
        await asyncio.sleep(max(0.0, task.ended_at - time.time()))
        trouble = task.trouble.get("action")
        for _ in range(DUPLICATES if trouble == "duplicate" else 1):
            await self._deliver(task)
        task.told = True
        await asyncio.to_thread(self._tasks.save, task)

    async def _deliver(self, task: Task) -> None:
        for attempt in range(ATTEMPTS):
            if await self._accepted(task):
                return
            await asyncio.sleep(self._pause_s * (attempt + 1))
        log.info("callback given up task=%s", task.id)

    async def _accepted(self, task: Task) -> bool:
        body = self._body(task)
        if task.trouble.get("action") == "foreign":  # well signed, but for a task of somebody else
            body["data"]["taskId"] = secrets.token_hex(16)
        self._counters["kie.callbacks"] += 1
        try:
            answer = await self._http.send("POST", str(task.callback_url), headers=self._headers(task, body), body=body)
        except HttpFault:
            return False
        return 200 <= answer.status < 300

    def _headers(self, task: Task, body: dict[str, Any]) -> dict[str, str]:
        if not self._key:
            return {}
        trouble = task.trouble.get("action")
        timestamp = int(time.time()) - (STALE_S if trouble == "stale" else 0)
        key = secrets.token_hex(16) if trouble == "forged" else self._key
        signed = signature(key, body["data"]["taskId"], timestamp)
        return {"x-webhook-timestamp": str(timestamp), "x-webhook-signature": signed}
