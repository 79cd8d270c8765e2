"""Who is writing: the account, its language and its rights."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from kiebot.services.delivery import Place
from kiebot.services.incoming import Incoming, Press, Sender
from kiebot.services.languages import pick
from kiebot.store import accounts
from kiebot.store.db import transaction


@dataclass(frozen=True, slots=True)
class Person:
    """An account as handlers need it."""

    account_id: int
    user_id: int
    name: str
    language: str
    admin: bool
    free: bool
    banned: bool


def meet(sender: Sender, admins: frozenset[int]) -> Person:
    """The person behind a message; the account is made at the first one."""
    row = accounts.of_user(sender.user_id, name=sender.name, username=sender.username, language_code=sender.language_code)
    admin = row.role == "admin" or sender.user_id in admins
    if admin and row.role != "admin":
        accounts.set_role(row.id, "admin")
        row.role = "admin"
    return person_of(row)


def keep_admins(admins: Collection[int]) -> None:
    """Whoever the configuration does not name any more is no administrator, and hears of no errors."""
    with transaction():
        accounts.keep_admins(admins)


def person_of(row: Any) -> Person:
    """The person of an account's row."""
    admin = row.role == "admin"
    language = row.language or pick(row.language_code)
    return Person(row.id, row.user_id, row.name, language, admin, admin or row.free, row.banned)


def may_handle(person: Person, account_id: int, chat_id: int) -> bool:
    """Whether something is this person's. What was asked in the name of a group may be handled by everybody in it."""
    return is_for(person.account_id, account_id, chat_id)


def is_for(account_id: int, owner_id: int, chat_id: int) -> bool:
    """Whether an account may handle what belongs to `owner_id`, from this chat (0: from none)."""
    return account_id == owner_id or (chat_id < 0 and accounts.get(owner_id).user_id == chat_id)


def place(person: Person, incoming: Incoming, *, reply: bool | None = None) -> Place:
    """Where to answer: in a group as a reply to the message, in private without one."""
    replied = not incoming.private if reply is None else reply
    return Place(incoming.chat_id, person.language, incoming.topic_id, incoming.message_id if replied else 0)


def press_place(person: Person, press: Press) -> Place:
    """Where a message goes that a button asked for."""
    return Place(press.chat_id, person.language, press.topic_id, 0)


def choose_language(account_id: int, language: str) -> None:
    """Keep the language that the person chose."""
    accounts.set_language(account_id, language)
