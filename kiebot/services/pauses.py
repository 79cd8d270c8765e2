"""Providers that cannot work until the operator mends something: an empty balance, a wrong key."""

from __future__ import annotations

from dataclasses import dataclass

from kiebot.services import incidents
from kiebot.store import accounts
from kiebot.store.db import transaction, utc_now

PAUSE_S = 60.0  # then one job tries again; a mended provider is back within a minute


def pause(provider: str, kind: str, words: str) -> None:
    """Send nothing to this provider for a while, and tell the admins (once a day)."""
    with transaction():
        accounts.change_setting(_key(provider), {"kind": kind, "until": utc_now() + PAUSE_S})
        incidents.alarm(f"provider-{kind}", provider, process="worker", words=words)


@dataclass(frozen=True, slots=True)
class Pause:
    """Why (an errors.ProviderErrorKind) and for how many seconds more nothing is sent to a provider."""

    kind: str
    seconds: float


def of(provider: str) -> Pause | None:
    """The pause of a provider, or None while it works."""
    pause, now = accounts.setting(_key(provider)), utc_now()
    return Pause(str(pause["kind"]), pause["until"] - now) if pause is not None and pause["until"] > now else None


def _key(provider: str) -> str:
    return f"pause:{provider}"
