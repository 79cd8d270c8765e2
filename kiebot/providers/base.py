"""The one interface of all providers: an order goes in, results or one of a closed set of errors come out.

A provider knows no chats, jobs or money. What it must remember between calls is the handle: JSON that the caller stores and
gives back unread.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kiebot.errors import ProviderError

LONGEST_WAIT_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Order:
    """One piece of work: `input` is complete and valid for the model already (the catalogue's task)."""

    model: str
    input: dict[str, Any]
    callback_url: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One thing a provider made. Exactly one of url, data, text is set; `headers` are needed to fetch the url.

    `remote_id`: what the provider calls it, where others of its models can go on from it.
    """

    url: str | None = None
    data: bytes | None = None
    text: str | None = None
    mime: str | None = None
    name: str | None = None
    remote_id: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The provider took the order. `handle` is what poll() needs, `remote_id` what people and logs call it."""

    handle: dict[str, Any]
    remote_id: str


@dataclass(frozen=True, slots=True)
class Running:
    """Not finished. `progress` 0-100 where the provider tells it, `retry_after_s` where it says when to ask again."""

    progress: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The work is done. `provider_cost` is in the provider's own units."""

    results: list[Result]
    provider_cost: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The work ended without a result, for good: whatever the kind, polling again gives nothing."""

    error: ProviderError


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A person's file that the provider can fetch by `url` until `expires_at` (Unix seconds)."""

    url: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Hint:
    """What a callback is worth: "look at this task now". Even a signed one does not vouch for its body."""

    remote_id: str
    signed: bool


class Provider(Protocol):
    """What the worker needs of a provider. All calls raise ProviderError."""

    @property
    def name(self) -> str:
        """The provider's name in the catalogue and the configuration."""

    async def submit(self, order: Order) -> Submitted | Finished:
        """Send an order once. UNKNOWN_OUTCOME means that it may have arrived; every other error that it has not been taken."""

    async def poll(self, handle: dict[str, Any]) -> Running | Finished | Failed:
        """Ask about an order. An error raised here says only that the state could not be read: ask again."""

    def handle_of(self, remote_id: str) -> dict[str, Any]:
        """What poll() needs of an order whose answer was lost: a callback told its remote id."""

    async def upload(self, path: Path, name: str, mime: str) -> Uploaded:
        """Give the provider a file of ours. Costs nothing and may be repeated, so UNKNOWN_OUTCOME is never raised."""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by the Retry-After header (seconds or a date), or None. The mapping has lower-case names."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value)
    return min(seconds, LONGEST_WAIT_S) if seconds >= 0 else None


def _seconds_until(date: str) -> float:
    try:
        return max(0.0, email.utils.parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return -1.0
