"""What went wrong and needs the operator: one row per kind of trouble, a short code for the person, a word to the admins.

A traceback is kept without local variables and with everything cut out that looks like a secret. The admins hear of a new kind
at once, but of no more than a few in an hour; of all others, and of what happens again, in a digest. `incident_watch.py` records
what nobody else does.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import threading
import traceback
from collections.abc import Mapping
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
NEW_AN_HOUR = 5  # told one by one
DIGEST_AFTER_S = 24 * 3600  # since the admins last heard of a kind
DIGEST_OF_NEW_AFTER_S = 3600
DIGEST_LINES = 10
LONGEST_TRACEBACK = 20_000
PACKAGE = Path(kiebot.__file__).parent
CODE = "kiebot_incident"  # the attribute of an exception that is on record

_recording = threading.Lock()  # an exception is seen by who handles it and by who watches the log, in two threads

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

    `context` holds ids and numbers only: job, chat, model; never what a person wrote. One exception counts once, whoever
    records it.
    """
    with _recording:
        code = getattr(exception, CODE, "")
        if not code:
            code = _record_exception(exception, process, context or {})
            with contextlib.suppress(AttributeError):  # one with __slots__ is recorded each time
                setattr(exception, CODE, code)
        elif context:
            incidents.add_context(code, context)
        return str(code)


def _record_exception(exception: BaseException, process: str, context: dict[str, Any]) -> str:
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
        context=context,
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
        if first and incidents.told_since(utc_now() - 3600) < NEW_AN_HOUR:
            incidents.mark_told([row])
            _tell_admins("incident-new", _facts(row) | {"count": str(row.count)})
    log.error("incident code=%s kind=%s place=%s count=%d", row.code, kind, location, row.count)
    return str(row.code)


def _free_code(fingerprint: str) -> str:
    number = int(fingerprint, 16)
    while True:
        code = "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(CODE_LENGTH))
        if incidents.code_is_free(code):
            return code
        number += 1


def digest() -> int:
    """Tell the admins, in one message, what happened again since they last heard of it, and what was too much to tell at once.
    Not more often than once a day, once an hour while there are new kinds. Returns of how many kinds."""
    with transaction():
        rows, now = incidents.untold(), utc_now()
        if not any(now - (row.notified_at or row.first_seen_at) > _patience_s(row) for row in rows):
            return 0
        incidents.mark_told(rows)
        lines = "\n".join(_line(row) for row in rows[:DIGEST_LINES])
        _tell_admins("incident-digest", {"kinds": len(rows), "more": max(0, len(rows) - DIGEST_LINES), "lines": lines})
    return len(rows)


def _patience_s(row: Any) -> float:
    return DIGEST_OF_NEW_AFTER_S if row.notified_at is None else DIGEST_AFTER_S


def _line(row: Any) -> str:
    return f"{row.code} · {row.kind} · {row.location} · ×{row.count - row.told_count}"


def _facts(row: Any) -> dict[str, str]:
    return {"code": row.code, "kind": row.kind, "place": row.location, "process": row.process}


def _tell_admins(key: str, args: Mapping[str, str | int]) -> None:
    for admin in accounts.admins():
        delivery.say(Place(admin.user_id, admin.language or pick(admin.language_code)), key=key, args=args)
