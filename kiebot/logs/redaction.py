"""Takes out of log lines whatever is, or looks like, a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

Event = MutableMapping[str, Any]

HIDDEN = "<hidden>"
SHORTEST_SECRET = 8  # a shorter one is an ordinary word ("sandbox"), and no service gives out such keys
SECRET_NAME = re.compile(r"token(?!s)|secret|password|authorization|cookie|api_?key|api_?hash", re.IGNORECASE)
SECRET_SHAPES = (
    (re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{30,}"), HIDDEN),  # the token of a bot
    (re.compile(r"\b(?:sk|pk|rk|key|kie|gsk|xai|r8)[-_][A-Za-z0-9_-]{16,}"), HIDDEN),
    (re.compile(r"\bBearer [A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), f"Bearer {HIDDEN}"),
    (re.compile(r"(\bauthorization[\"']?\s*[:=]\s*[\"']?)[^\"'\n,}]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@\"']+@", re.IGNORECASE), rf"\1{HIDDEN}@"),  # user:password@
    (re.compile(r"(\b(?:https?|wss?)://[^\s?\"'<>]+)\?[^\s\"'<>]+", re.IGNORECASE), rf"\1?{HIDDEN}"),  # signed links
    (
        re.compile(
            r"(\b[\w-]*(?:token(?!s)|secret|password|api_?key|api_?hash)[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&}]{4,}", re.I
        ),
        rf"\1{HIDDEN}",
    ),
)

_own_secrets: list[str] = []


def know(secrets: Iterable[str]) -> None:
    """These are this installation's own secrets from now on."""
    _own_secrets[:] = sorted((value for value in secrets if len(value) >= SHORTEST_SECRET), key=len, reverse=True)


def redact(text: str) -> str:
    """`text` without this installation's secrets, without what looks like anybody's, and without the queries of URLs."""
    for secret in _own_secrets:
        text = text.replace(secret, HIDDEN)
    for shape, instead in SECRET_SHAPES:
        text = shape.sub(instead, text)
    return text


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Redact every value; a value whose name says that it is secret goes entirely."""
    return {key: HIDDEN if SECRET_NAME.search(key) and isinstance(value, str) else _hidden(value) for key, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return hide_secrets(None, "", {str(key): item for key, item in value.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))
