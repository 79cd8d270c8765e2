"""Errors kiebot raises on purpose. Anything else is a bug and must reach the log and an incident row.

KiebotError
├── UserFault          the person can fix it; `key` and `args` name the sentence in the locales
├── ProviderError      another service failed us; `kind` says how to react (DESIGN section 7)
├── ConfinedError      the confined child refused, ran out of time or memory, or broke the protocol
└── OperatorFault      config, disk, schema or a missing program: stop loudly, `exit_code` for the process
"""

from __future__ import annotations

from enum import StrEnum


class KiebotError(Exception):
    """Base of all errors raised on purpose."""


class UserFault(KiebotError):
    """Something the person can mend. The handler answers with the sentence `key` of the locales."""

    def __init__(self, key: str, **args: str | int | float) -> None:
        super().__init__(key)
        self.key = key
        self.sentence_args = args


class ProviderErrorKind(StrEnum):
    """The closed set of ways in which a provider fails. Each kind has one reaction and one sentence."""

    INPUT = "input"  # our input was refused: tell the person, never repeat
    MODERATION = "moderation"  # the content was refused: tell the person, never repeat
    RATE_LIMIT = "rate_limit"  # not accepted: wait `retry_after_s`, then repeat
    CAPACITY = "capacity"  # overloaded or in maintenance, not accepted: wait, then repeat
    PROVIDER_FUNDS = "provider_funds"  # the operator's balance is empty: pause the provider, alert the admin
    AUTH = "auth"  # the operator's key is wrong: pause the provider, alert the admin
    TRANSIENT = "transient"  # never reached them, or a read failed: safe to repeat
    NOT_FOUND = "not_found"  # they do not know the model or the task
    UNKNOWN_OUTCOME = "unknown_outcome"  # sent, no answer: perhaps done and billed; look it up, never repeat blindly


class ProviderError(KiebotError):
    """A provider failed. `message` is the provider's own text: for the log and the admin, never for the person."""

    def __init__(
        self, kind: ProviderErrorKind, provider: str, message: str = "", *, code: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{provider}: {kind.value} {code} {message}".strip())
        self.kind = kind
        self.provider = provider
        self.message = message
        self.code = code
        self.retry_after_s = retry_after_s


class ConfinedError(KiebotError):
    """The confined child gave no result. `reason` is one of: refused, timeout, memory, killed, protocol, missing."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason
        self.message = message


class OperatorFault(KiebotError):
    """Only the operator can mend it. `exit_code` 78 means that a restart will not cure it (sysexits EX_CONFIG)."""

    def __init__(self, message: str, *, exit_code: int = 78) -> None:
        super().__init__(message)
        self.exit_code = exit_code
