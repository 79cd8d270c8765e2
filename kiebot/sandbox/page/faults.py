"""How the API answers: in JSON, and when a request cannot be served with `{"error": {"field", "message"}}`."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import JSONResponse


class RequestFault(Exception):
    """The request was wrong. `field` names the part to mend, `status` is the HTTP status of the answer."""

    def __init__(self, field: str, message: str, status: int = 400) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message
        self.status = status


class Json(JSONResponse):
    """JSON in ASCII: a bot's button data may hold bytes that are no UTF-8, and those have no other form."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode("ascii")


def fault_response(field: str, message: str, status: int) -> JSONResponse:
    """The one shape of every refusal."""
    return Json({"error": {"field": field, "message": message}}, status)
