"""What went wrong and needs the operator: one row per kind of trouble, a short code for the person, a word to the admins.

A traceback is kept without local variables and with everything cut out that looks like a secret.
"""

from __future__ import annotations

import hashlib
import logging
import re
import traceback
from pathlib import Path
from typing import Any

import kiebot
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.services.languages import pick
from kiebot.store import accounts, incidents
from kiebot.store.db import transaction, utc_now

log = logging.getLogger(__name__)

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is misread: no I, O, 0, 1
CODE_LENGTH = 6
INNERMOST_FRAMES = 3
TELL_AGAIN_S = 24 * 3600
LONGEST_TRACEBACK = 20_000
PACKAGE = Path(kiebot.__file__).parent

SECRETS = (
    (re.compile(r"\b\d{5,12}:[A-Za-z0-9_-]{30,}"), "<bot token>"),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 <secret>"),
    (re.compile(r"(://)[^/\s@'\"]+@"), r"\1<secret>@"),
    (re.compile(r"(?i)(\w+://[^\s?'\"<>]+)\?[^\s'\"<>]+"), r"\1?<query>"),
    (
        re.compile(
            r"(?i)([\w-]*(?:api[_-]?(?:key|hash)|token|secret|passw(?:or)?d|authorization|cookie|signature)[\w-]*['\"]?\s*[:=]\s*['\"]?)"
            r"[^\s'\",;)}<]{4,}"
        ),
        r"\1<secret>",
    ),
    (re.compile(r"\b(?:sk|pk|rk|key|xox[abp]|gh[pousr])[-_][A-Za-z0-9_-]{12,}"), "<key>"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)*"), "<jwt>"),
    (re.compile(r"\b[0-9a-fA-F]{24,}\b"), "<hex>"),
    (re.compile(r"(?<![\w+/=-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{28,}={0,2}"), "<data>"),
)


def redact(text: str) -> str:
    """The text without anything that looks like a token, a key or a credential."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def record(exception: BaseException, *, process: str, context: dict[str, Any] | None = None) -> str:
    """Keep an exception nobody expected; tell the admins when it is new. Returns the code that the person is shown.

    `context` holds ids and numbers only: job, chat, model; never what a person wrote.
    """
    frames = traceback.extract_tb(exception.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)] or frames
    innermost = [f"{Path(frame.filename).name}:{frame.name}" for frame in own[-INNERMOST_FRAMES:]]
    lines = traceback.TracebackException.from_exception(exception, limit=-30).format()
    return _record(
        "/".join([type(exception).__qualname__, *innermost]),
        kind=type(exception).__qualname__,
        location=f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "",
        words=redact("".join(lines))[-LONGEST_TRACEBACK:],
        process=process,
        context=context or {},
    )


def alarm(kind: str, subject: str, *, process: str, words: str = "", context: dict[str, Any] | None = None) -> str:
    """Something only the operator can mend that is no exception: an empty balance, a wrong key, a job nobody knows about."""
    return _record(f"{kind}/{subject}", kind=kind, location=subject, words=redact(words), process=process, context=context or {})


def told(key: str, args: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """A sentence about what only the operator can mend: that they know of it is said where there is somebody who was told."""
    if not accounts.admins():
        return key, args or {}
    return "admin-told", {"sentence": {"key": key, "args": args or {}}}


def _record(mark: str, *, kind: str, location: str, words: str, process: str, context: dict[str, Any]) -> str:
    fingerprint = hashlib.sha256(mark.encode()).hexdigest()
    with transaction():
        row, first = incidents.record(
            fingerprint,
            code=_free_code(fingerprint),
            process=process,
            location=location,
            kind=kind,
            traceback=words,
            context=context,
            version=kiebot.__version__,
        )
        if first or utc_now() - (row.notified_at or 0) > TELL_AGAIN_S:
            incidents.mark_notified(row.id)
            _tell_admins(row)
    log.error("incident code=%s kind=%s place=%s count=%d", row.code, kind, location, row.count)
    return str(row.code)


def _free_code(fingerprint: str) -> str:
    number = int(fingerprint, 16)
    while True:
        code = "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(CODE_LENGTH))
        if incidents.code_is_free(code):
            return code
        number += 1


def _tell_admins(row: Any) -> None:
    for admin in accounts.admins():
        delivery.say(
            Place(admin.user_id, admin.language or pick(admin.language_code)),
            key="incident-new",
            args={"code": row.code, "kind": row.kind, "place": row.location, "process": row.process, "count": str(row.count)},
        )
