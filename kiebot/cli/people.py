"""Whom a command is about: USER is a Telegram id, an @username or an account's number."""

from __future__ import annotations

from typing import Any

from kiebot.cli.output import local_time
from kiebot.errors import OperatorFault
from kiebot.store import accounts
from kiebot.store.erasing import is_gone

DELETED = "deleted"  # instead of the number of a person whose account is
WAYS = "USER is a Telegram id, an @username, or an account as account:5"


def person(user: str) -> Any:
    """The account. Raises OperatorFault when there is none, or more than one that may be meant."""
    found = _named(user.removeprefix("@")) if user.startswith("@") else _numbered(user)
    if not found:
        raise OperatorFault(f"nobody is known as {user}: {WAYS}; `kiebot-admin users list` has all who wrote to the bot")
    if len(found) > 1:
        raise OperatorFault(f"{user} may be {' or '.join(_exactly(account) for account in found)}: name one of these")
    return found[0]


def _named(username: str) -> list[Any]:
    return accounts.named(username) if username else []


def _numbered(user: str) -> list[Any]:
    kind, _, number = user.rpartition(":")
    if kind not in ("", "account", "telegram") or not number.removeprefix("-").isdecimal() or len(number) > 18:
        return []
    by_id = accounts.find(int(number)) if kind != "telegram" else None
    by_user = accounts.by_user(int(number)) if kind != "account" else None
    return list({account.id: account for account in (by_user, by_id) if account is not None}.values())


def _exactly(account: Any) -> str:
    return f"account:{account.id} ({account.name or 'without a name'}, Telegram id {account.user_id})"


def short(account: Any) -> str:
    """Who it is, in a sentence."""
    return f"{account.name or 'account'} ({telegram_id(account)})"


def telegram_id(account: Any) -> int | str:
    """The number that Telegram gave the person."""
    return DELETED if is_gone(account) else int(account.user_id)


def row(account: Any, balances: dict[int, tuple[int, int]], timezone: str) -> dict[str, Any]:
    """A person in one line."""
    balance, held = balances.get(account.id, (0, 0))
    return {
        "account": account.id,
        "user": telegram_id(account),
        "name": account.name,
        "username": account.username,
        "role": account.role,
        "free": account.free,
        "banned": account.banned,
        "balance": balance,
        "held": held,
        "first": local_time(account.created_at, timezone),
        "last": local_time(account.seen_at, timezone),
    }
