"""What an OpenAI-compatible server's error means for us, judged by the body first and the HTTP status last.

The same trouble looks different at each server: no money is 429 at OpenAI, 402 at OpenRouter and DeepSeek, and HTTP 200 with a
`code` in a foreign body at KIE.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.base import retry_after_s

Kind = ProviderErrorKind

# Words of `code` and `type`, each a part of the whole, in the order of asking.
WORDS: tuple[tuple[str, ProviderErrorKind, str], ...] = (
    ("context_length", Kind.INPUT, "context_length"),
    ("exceed_context_size", Kind.INPUT, "context_length"),
    ("insufficient_quota", Kind.PROVIDER_FUNDS, ""),
    ("insufficient_balance", Kind.PROVIDER_FUNDS, ""),
    ("credit_balance", Kind.PROVIDER_FUNDS, ""),
    ("spend_limit_exceeded", Kind.PROVIDER_FUNDS, ""),
    ("usage_limit_exceeded", Kind.PROVIDER_FUNDS, ""),
    ("billing", Kind.PROVIDER_FUNDS, ""),
    ("moderation", Kind.MODERATION, ""),
    ("content_policy", Kind.MODERATION, ""),
    ("content_filter", Kind.MODERATION, ""),
    ("invalid_api_key", Kind.AUTH, ""),
    ("authentication", Kind.AUTH, ""),
    ("permission", Kind.AUTH, ""),
    ("rate_limit", Kind.RATE_LIMIT, ""),
    ("slow_down", Kind.RATE_LIMIT, ""),
    ("overloaded", Kind.CAPACITY, ""),
    ("capacity", Kind.CAPACITY, ""),
    ("insufficient_system_resource", Kind.CAPACITY, ""),
    ("model_not_found", Kind.NOT_FOUND, ""),
    ("server_error", Kind.TRANSIENT, ""),
    ("invalid_request", Kind.INPUT, ""),
)
STATUSES = {
    400: Kind.INPUT,
    401: Kind.AUTH,
    402: Kind.PROVIDER_FUNDS,
    403: Kind.AUTH,
    404: Kind.NOT_FOUND,
    413: Kind.INPUT,
    415: Kind.INPUT,
    422: Kind.INPUT,
    429: Kind.RATE_LIMIT,
    433: Kind.PROVIDER_FUNDS,
    455: Kind.CAPACITY,
    503: Kind.CAPACITY,
    505: Kind.NOT_FOUND,
    529: Kind.CAPACITY,
}
CONTEXT_WORDS = ("context length", "context size", "context window", "maximum context", "too many tokens")
MODERATION_WORDS = ("moderation", "content policy", "flagged", "safety system")


def body_error(provider: str, body: object, *, status: int = 0, headers: Mapping[str, str] | None = None) -> ProviderError:
    """The error that a body (parsed JSON, or text) and a status stand for."""
    fields = _fields(body)
    code, message = _text(fields.get("code")), _text(fields.get("message") or fields.get("msg") or body)[:500]
    kind, sign = _judge(code, _text(fields.get("type")), message + _text(fields.get("metadata")), status)
    return ProviderError(
        kind, provider, message, code=sign or code or (str(status) if status else ""), retry_after_s=retry_after_s(headers or {})
    )


def foreign_answer(provider: str, body: bytes, headers: Mapping[str, str]) -> ProviderError:
    """The error of an HTTP 200 that is no chat answer: KIE's `{"code": 402, "msg": ...}`, an HTML page, an error object."""
    try:
        parsed = json.loads(body)
    except ValueError:
        text = body[:200].decode(errors="replace")
        return ProviderError(Kind.TRANSIENT, provider, text, code="foreign_answer", retry_after_s=retry_after_s(headers))
    return body_error(provider, parsed, headers=headers)


def _judge(code: str, error_type: str, message: str, status: int) -> tuple[ProviderErrorKind, str]:
    """The kind, and the sign to use as the code where the server's own is not enough."""
    number = int(code) if code.isdecimal() else status
    kind = STATUSES.get(number, Kind.TRANSIENT)
    lower = message.lower()
    if kind in (Kind.INPUT, Kind.TRANSIENT) and any(word in lower for word in CONTEXT_WORDS):
        return Kind.INPUT, "context_length"
    words = f"{code} {error_type}".lower()
    for word, meant, sign in WORDS:
        if word in words and not (word == "invalid_request" and kind is not Kind.TRANSIENT):
            return meant, sign
    if number in (400, 403) and any(word in lower for word in MODERATION_WORDS):
        return Kind.MODERATION, ""
    return kind, ""


def _fields(body: object) -> dict[str, Any]:
    """The object that carries code and message: `{"error": {...}}` (perhaps in a list), or the body itself."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return {}
    inner = body.get("error")
    if isinstance(inner, str):
        return {"message": inner, **body}
    return inner if isinstance(inner, dict) else body


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
