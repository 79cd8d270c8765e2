"""Who may use the bot: everybody, those on a list, or those who show an invite code. Changed live, without a restart.

The configuration says how it begins; the setting `access` overrides it key by key. Admins are always let in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from kiebot.services import guessing
from kiebot.services.accounts import Person
from kiebot.services.delivery import Args
from kiebot.services.promo import LONGEST, folded
from kiebot.store import access
from kiebot.store.db import transaction, utc_now

OPEN, ALLOW_LIST, INVITE = MODES = ("open", "allow-list", "invite")
PEOPLE, LISTED, NONE = GROUPS = ("people", "listed", "none")
WRONG = "invite-wrong"  # kind of a request: a code that there is not

ASKS_FOR_CODE = "access-invite"


class Configured(Protocol):
    """The section `access` of the configuration."""

    @property
    def mode(self) -> str: ...
    @property
    def users(self) -> Collection[int]: ...
    @property
    def groups(self) -> str: ...
    @property
    def group_ids(self) -> Collection[int]: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is let in. `users` and `group_ids` are Telegram's numbers."""

    mode: str = OPEN
    users: frozenset[int] = frozenset()
    groups: str = PEOPLE
    group_ids: frozenset[int] = frozenset()

    @classmethod
    def of(cls, configured: Configured) -> Rules:
        """As configured."""
        users, group_ids = frozenset(configured.users), frozenset(configured.group_ids)
        return cls(configured.mode, users, configured.groups, group_ids)

    def live(self) -> Rules:
        """These, with what the operator changed since."""
        changed: dict[str, Any] = access.overrides()
        for key in changed.keys() & {"users", "group_ids"}:
            changed[key] = frozenset(changed[key])
        return replace(self, **changed) if changed else self


def refusal(person: Person, chat_id: int, rules: Rules) -> str:
    """The sentence for somebody who may not use the bot in this chat; empty: they may."""
    live = rules.live()
    if person.admin:
        return ""
    if chat_id < 0:
        return _refusal_in_group(person, chat_id, live)
    if is_in(person.user_id, person.account_id, live):
        return ""
    return ASKS_FOR_CODE if live.mode == INVITE else "access-closed"


def _refusal_in_group(person: Person, chat_id: int, live: Rules) -> str:
    listed = chat_id in live.group_ids
    if live.groups == NONE or (live.groups == LISTED and not listed):
        return "access-group-none"
    return "" if listed or is_in(person.user_id, person.account_id, live) else "access-group-people"


def is_in(user_id: int, account_id: int | None, live: Rules) -> bool:
    """Whether the person is let in: everybody is, or they are on the list, or they were admitted."""
    if live.mode == OPEN or user_id in live.users:
        return True
    return account_id is not None and access.is_admitted(account_id)


# -- invite codes --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is told about an invite code: access-let-in, access-code-unknown, -over, -used-up or -wait."""

    key: str
    args: Args = field(default_factory=dict)

    @property
    def let_in(self) -> bool:
        """Whether the door is open now."""
        return self.key == "access-let-in"


def show_code(account_id: int, words: str) -> Answer:
    """Use an invite code. It never raises a fault of the person: that would take back that a wrong code was counted."""
    with transaction():
        wait_s = guessing.pause_s(account_id, WRONG)
        if wait_s:
            return Answer("access-code-wait", guessing.wait_args(wait_s))
        code = folded(words)
        row = access.find_code(code) if len(code) <= LONGEST else None
        return _wrong(account_id) if row is None or row.revoked else _use(row, account_id)


def _use(row: Any, account_id: int) -> Answer:
    if not access.take_code(row.id):
        is_over = row.expires_at is not None and row.expires_at <= utc_now()
        return Answer("access-code-over" if is_over else "access-code-used-up")
    access.admit(account_id, row.id)
    return Answer("access-let-in")


def _wrong(account_id: int) -> Answer:
    wait_s = guessing.count_wrong(account_id, WRONG, alarm="invite-guessing", subject="invite codes")
    return Answer("access-code-wait", guessing.wait_args(wait_s)) if wait_s else Answer("access-code-unknown")
