"""Who was let in, by which code; and the append-only list of what the operator did with people."""

from __future__ import annotations

import getpass
import json
from typing import Any

from kiebot.store.access_models import Admission, InviteCode, OperatorAction
from kiebot.store.db import database, utc_now
from kiebot.store.models import Chat

KEY = "access"  # the live setting; what is in it overrides the configuration


def overrides() -> dict[str, Any]:
    """What was changed live. Raw SQL: it is asked for each message."""
    row = database.execute_sql("SELECT value FROM setting WHERE key = ?", (KEY,)).fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def is_admitted(account_id: int) -> bool:
    """Whether the account was let in."""
    return database.execute_sql("SELECT 1 FROM admission WHERE account_id = ?", (account_id,)).fetchone() is not None


def admit(account_id: int, invite_id: int | None = None) -> bool:
    """Let an account in. False when it was before."""
    query = "INSERT INTO admission (account_id, invite_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return bool(database.execute_sql(query, (account_id, invite_id, utc_now())).rowcount)


def admit_all_known() -> int:
    """Let in everybody who has written so far and is not banned. Returns how many that are."""
    query = (
        "INSERT INTO admission (account_id, created_at) SELECT id, ? FROM account WHERE user_id > 0 AND NOT banned"
        " ON CONFLICT DO NOTHING"
    )
    return int(database.execute_sql(query, (utc_now(),)).rowcount)


def put_out(account_id: int) -> bool:
    """The account is let in no more. False when it was not."""
    return bool(Admission.delete().where(Admission.account == account_id).execute())


def put_out_guests_of(invite_id: int) -> int:
    """Everybody who came by a code is let in no more. Returns how many."""
    return int(Admission.delete().where(Admission.invite == invite_id).execute())


def admitted() -> int:
    """How many accounts were let in."""
    return int(Admission.select().count())


# -- invite codes ------------------------------------------------------------------------------------------------------


def add_code(code: str, **fields: Any) -> Any:
    """A new code. Raises peewee's IntegrityError when there is one of this name."""
    return InviteCode.create(code=code, **fields)


def find_code(code: str) -> Any | None:
    """The row of a code, as it is kept: capitals and digits."""
    return InviteCode.get_or_none(InviteCode.code == code)


def codes() -> list[Any]:
    """All codes, the newest first."""
    return list(InviteCode.select().order_by(InviteCode.id.desc()))


def revoke(invite_id: int) -> bool:
    """Take no more of a code. False when it was revoked before."""
    return bool(InviteCode.update(revoked=True).where(InviteCode.id == invite_id, ~InviteCode.revoked).execute())


def take_code(invite_id: int) -> bool:
    """Count one more use. False when the code is revoked, over or used up: checked and counted at once."""
    query = (
        "UPDATE invite_code SET used = used + 1 WHERE id = ? AND NOT revoked"
        " AND (expires_at IS NULL OR expires_at > ?) AND (uses IS NULL OR used < uses)"
    )
    return bool(database.execute_sql(query, (invite_id, utc_now())).rowcount)


# -- groups ------------------------------------------------------------------------------------------------------------


def groups() -> list[Any]:
    """The groups that the bot is in, as far as it knows."""
    return list(Chat.select().where(Chat.chat_id < 0, Chat.left_at.is_null()).order_by(Chat.id))


# -- what the operator did ---------------------------------------------------------------------------------------------


def note_action(action: str, account_id: int | None, **detail: Any) -> None:
    """Write down what the operator does, in the transaction that does it."""
    OperatorAction.create(action=action, account_id=account_id, operator=getpass.getuser(), detail=detail)


def actions(limit: int, account_id: int | None = None) -> list[Any]:
    """What the operator did last, the newest first."""
    query = OperatorAction.select().order_by(OperatorAction.id.desc()).limit(limit)
    return list(query if account_id is None else query.where(OperatorAction.account_id == account_id))
