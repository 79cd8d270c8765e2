"""KIE's answers and errors. Most errors come with HTTP 200 and a `code` in the body, so the body's code decides.

What a code means for a create that may already be billed differs from what it means for a call that only reads: only the server's
own faults do, and for those the caller says what is `unclear`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.client import Answer
from kiebot.providers.base import retry_after_s

NAME = "kie"
NO_ANSWER = 0  # the code of a body that is not KIE's

Kind = ProviderErrorKind
KINDS = {
    400: Kind.INPUT,
    401: Kind.AUTH,
    402: Kind.PROVIDER_FUNDS,
    403: Kind.AUTH,
    404: Kind.NOT_FOUND,
    409: Kind.INPUT,
    413: Kind.MODERATION,  # audio that matches a protected work
    422: Kind.INPUT,
    429: Kind.RATE_LIMIT,
    430: Kind.RATE_LIMIT,
    433: Kind.PROVIDER_FUNDS,  # the limit of a sub-key
    451: Kind.INPUT,  # our file could not be fetched
    455: Kind.CAPACITY,
    505: Kind.NOT_FOUND,  # the model is switched off
}
# 500 is the server's fault or ours; only the words tell (api of 2026).
OUR_FAULT = re.compile(
    r"is required|required field|not within the range|allowed options|invalid|must be|cannot be empty|can't be empty|"
    r"exceed|too long|unsupported|not supported|does not match",
    re.IGNORECASE,
)
MODERATED = re.compile(r"polic(y|ies)|sensitive|nsfw|moderat|prohibited|safety|inappropriate|violat|copyright", re.IGNORECASE)
PAUSED = re.compile(r"temporarily paused|model name you specified is not supported", re.IGNORECASE)
CODE = re.compile(r"[0-9]{1,6}")
UNKNOWN_TASK = re.compile(r"recordinfo is null|(record|task)\b.*(not exist|not found)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """KIE's envelope. `code` is the body's, the HTTP status where the body has none, NO_ANSWER when that says nothing either."""

    code: int
    message: str
    data: Any
    enveloped: bool
    retry_after_s: float | None

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return self.code == 200 and self.enveloped

    @property
    def unknown_task(self) -> bool:
        """Whether it says that there is no such task (yet): in one of three ways, success with nothing in it among them."""
        if self.ok:
            return not self.data
        return self.enveloped and (self.code == 404 or UNKNOWN_TASK.search(self.message) is not None)

    def error(self, unclear: ProviderErrorKind = Kind.TRANSIENT) -> ProviderError:
        """The error that it stands for; `unclear` is the kind of a server's fault."""
        kind = Kind.INPUT if self.code == 413 and not self.enveloped else kind_of(self.code, self.message, unclear)
        return ProviderError(kind, NAME, self.message, code=str(self.code), retry_after_s=self.retry_after_s)


def read_reply(answer: Answer) -> Reply:
    """The envelope of an answer, whatever came: an HTML page, an empty body and half a JSON too."""
    content = answer.json()
    wait_s = retry_after_s(answer.headers)
    if not isinstance(content, dict):
        words = answer.body[:200].decode(errors="replace")
        status = NO_ANSWER if answer.status == 200 else answer.status
        return Reply(status, f"not an answer of KIE: {words}", None, False, wait_s)
    code = number(content.get("code"))
    message = str(content.get("msg") or content.get("message") or content.get("error") or "")
    return Reply(answer.status if code is None else code, message, content.get("data"), code is not None, wait_s)


def number(code: object) -> int | None:
    """A code, which some calls send as a string."""
    if isinstance(code, bool) or not isinstance(code, int | str):
        return None
    return int(code) if CODE.fullmatch(str(code)) else None


def url_in(value: object) -> str | None:
    """The value, if it is a URL that can be fetched."""
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def kind_of(code: int, message: str, unclear: ProviderErrorKind) -> ProviderErrorKind:
    """The kind of an error by its code and, where codes are used for anything, by its words."""
    if PAUSED.search(message):
        return Kind.NOT_FOUND
    kind = KINDS.get(code)
    if kind is Kind.INPUT or code in (500, 501):
        if MODERATED.search(message):
            return Kind.MODERATION
        if kind is None and OUR_FAULT.search(message):
            return Kind.INPUT
    return kind or unclear
