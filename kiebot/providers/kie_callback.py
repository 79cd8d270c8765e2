"""KIE's callbacks. Whatever they say, they are worth one thing: "look at this task now"."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping

from kiebot.errors import KiebotError
from kiebot.providers.base import Hint

MAX_AGE_S = 300.0
TASK_ID, NUMBER = re.compile(r"[!-~]{1,200}"), re.compile(r"[0-9]{1,12}")
SIGNATURE, TIMESTAMP = "x-webhook-signature", "x-webhook-timestamp"


class CallbackRefused(KiebotError):
    """Not a callback of KIE. `reason` is one of: body, signature, age."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_callback(headers: Mapping[str, str], body: bytes, webhook_key: str = "") -> Hint:
    """The task that a callback names. Raises CallbackRefused. The mapping has lower-case names.

    With a key the signature must be right and fresh. It covers the task's id and the time only, not the body: everything else in
    there is for recordInfo to say. Without a key nothing can be checked, and the hint says so.
    """
    task_id = _task_id(body)
    if not webhook_key:
        return Hint(task_id, signed=False)
    timestamp = headers.get(TIMESTAMP, "").strip()
    signed = hmac.new(webhook_key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    # As bytes: compare_digest refuses strings that are not ASCII, and a stranger chooses this one.
    if not hmac.compare_digest(base64.b64encode(signed), headers.get(SIGNATURE, "").strip().encode()):
        raise CallbackRefused("signature")
    if not NUMBER.fullmatch(timestamp) or abs(time.time() - int(timestamp)) > MAX_AGE_S:
        raise CallbackRefused("age")
    return Hint(task_id, signed=True)


def _task_id(body: bytes) -> str:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise CallbackRefused("body") from None
    data = content.get("data") if isinstance(content, dict) else None
    found = (data.get("taskId") or data.get("task_id")) if isinstance(data, dict) else None
    if not isinstance(found, str) or not TASK_ID.fullmatch(found):
        raise CallbackRefused("body")
    return found
