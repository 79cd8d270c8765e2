"""Accounts, chats and what was already taken in from Telegram."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from peewee import fn

from kiebot.store import erased, rows
from kiebot.store.db import database, transaction, utc_now
from kiebot.store.models import Account, Chat, SeenUpdate, Setting

SEEN_WRITE_S = 60  # `seen_at` is for statistics: one write a minute is enough


def of_user(user_id: int, *, name: str = "", username: str = "", language_code: str = "") -> Any:
    """The account of a Telegram user, made at the first message and kept up to date."""
    account = rows.find(Account, "SELECT * FROM account WHERE user_id = ?", user_id)
    if account is None:
        earlier = erased.find(user_id)
        past = {"returned": earlier is not None, "banned": earlier is not None and earlier.banned}
        return rows.insert(Account, user_id=user_id, name=name, username=username, language_code=language_code, **past)
    fresh: dict[str, Any] = {"name": name, "username": username, "language_code": language_code}
    stale = {key: value for key, value in fresh.items() if value and getattr(account, key) != value}
    if stale or account.blocked_at is not None or utc_now() - account.seen_at > SEEN_WRITE_S:
        stale |= {"seen_at": utc_now(), "blocked_at": None}
        rows.change(Account, account.id, **stale)
        for key, value in stale.items():
            setattr(account, key, value)
    return account


def get(account_id: int) -> Any:
    """The account with this row id. Raises peewee's DoesNotExist, since rows of accounts never go."""
    return Account.get_by_id(account_id)


def find(account_id: int) -> Any | None:
    """The account with this row id, or None."""
    return Account.get_or_none(Account.id == account_id)


def by_user(user_id: int) -> Any | None:
    """The account of a Telegram user, or None."""
    return Account.get_or_none(Account.user_id == user_id)


def named(username: str) -> list[Any]:
    """Accounts that had this @username when they were last seen: names change hands."""
    return list(Account.select().where(fn.LOWER(Account.username) == username.lower()).order_by(Account.id))


def listed(words: str = "", limit: int = 50) -> list[Any]:
    """Accounts, those last seen first; `words`: only those whose name or @username holds them."""
    query = Account.select().order_by(Account.seen_at.desc(), Account.id.desc()).limit(limit)
    return list(query.where(Account.name.contains(words) | Account.username.contains(words)) if words else query)


def admins() -> list[Any]:
    """Accounts whose role is admin."""
    return list(Account.select().where(Account.role == "admin"))


def count() -> int:
    """How many people have written to the bot."""
    return int(Account.select().count())


def set_language(account_id: int, language: str) -> None:
    """Remember the language chosen with /lang; empty means Telegram's."""
    Account.update(language=language).where(Account.id == account_id).execute()


def set_role(account_id: int, role: str) -> None:
    """user or admin."""
    Account.update(role=role).where(Account.id == account_id).execute()


def keep_admins(user_ids: Collection[int]) -> None:
    """Take the role from everybody who is not one of these any more."""
    Account.update(role="user").where(Account.role == "admin", Account.user_id.not_in(list(user_ids))).execute()


def set_banned(account_id: int, banned: bool) -> None:
    """Shut the door, or open it again."""
    Account.update(banned=banned).where(Account.id == account_id).execute()


def mark_blocked(user_id: int) -> None:
    """The person blocked the bot or deleted the account."""
    Account.update(blocked_at=utc_now()).where(Account.user_id == user_id).execute()


def chat(chat_id: int, kind: str, title: str = "") -> Any:
    """The chat's row, made when it is first met."""
    row = Chat.get_or_none(Chat.chat_id == chat_id)
    if row is None:
        return Chat.create(chat_id=chat_id, kind=kind, title=title)
    if title and row.title != title:
        Chat.update(title=title).where(Chat.id == row.id).execute()
    return row


def chat_settings(chat_id: int) -> dict[str, Any]:
    """What was changed with /settings; empty when the chat is not known yet."""
    query = "SELECT settings FROM chat WHERE chat_id = ?"  # asked six times at every message
    row = database.execute_sql(query, (chat_id,)).fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def change_chat_settings(chat_id: int, changes: dict[str, Any]) -> dict[str, Any]:
    """Write changed settings; returns all of them."""
    row = Chat.get(Chat.chat_id == chat_id)
    settings = {**row.settings, **changes}
    Chat.update(settings=settings).where(Chat.id == row.id).execute()
    return settings


def greet_once(chat_id: int) -> bool:
    """True the first time it is asked for a group since the bot joined."""
    query = Chat.update(greeted_at=utc_now(), left_at=None).where(Chat.chat_id == chat_id, Chat.greeted_at.is_null())
    return bool(query.execute())


def left(chat_id: int) -> None:
    """The bot was removed from a group: it greets again when it comes back."""
    Chat.update(left_at=utc_now(), greeted_at=None).where(Chat.chat_id == chat_id).execute()


def move_chat(old: int, new: int) -> None:
    """A basic group became a supergroup: another number for the same place, and new numbers for all messages."""
    with transaction():
        database.execute_sql("DELETE FROM chat WHERE chat_id = ? AND EXISTS (SELECT 1 FROM chat WHERE chat_id = ?)", (new, old))
        database.execute_sql("UPDATE chat SET chat_id = ?, kind = 'supergroup' WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE thread SET chat_id = ? WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE turn SET chat_id = ?, message_id = MIN(message_id, -id) WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE document SET chat_id = ? WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE feedback SET chat_id = ? WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE broadcast SET chat_id = ? WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE payment SET chat_id = ? WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE job SET chat_id = ?, message_id = 0 WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE voice SET chat_id = ?, message_id = 0 WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE film SET chat_id = ?, message_id = 0 WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE input_file SET chat_id = ?, message_id = 0 WHERE chat_id = ?", (new, old))
        database.execute_sql("UPDATE OR IGNORE order_form SET chat_id = ?, order_message_id = 0 WHERE chat_id = ?", (new, old))
        database.execute_sql("DELETE FROM order_form WHERE chat_id = ?", (old,))  # in the new chat its person began another one
        database.execute_sql("UPDATE outbox_row SET chat_id = ?, message_id = NULL, reply_to = 0 WHERE chat_id = ?", (new, old))


def first_seen(key: str) -> bool:
    """True for an update that was not taken in before; a replay gets False. Call inside the transaction that acts on it."""
    query = "INSERT INTO seen_update (key, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING"
    return bool(database.execute_sql(query, (key, utc_now())).rowcount)


def was_seen(key: str) -> bool:
    """Whether an update was taken in."""
    return database.execute_sql("SELECT 1 FROM seen_update WHERE key = ?", (key,)).fetchone() is not None


def forget_seen(before: float) -> int:
    """Drop keys of updates older than `before` (Unix seconds): Telegram does not replay them any more."""
    return int(SeenUpdate.delete().where(SeenUpdate.created_at < before).execute())


def setting(key: str, default: Any = None) -> Any:
    """A live setting."""
    row = Setting.get_or_none(Setting.key == key)
    return default if row is None else row.value


def change_setting(key: str, value: Any) -> None:
    """Write a live setting."""
    Setting.insert(key=key, value=value, changed_at=utc_now()).on_conflict_replace().execute()
