"""Tables of who may use the bot, and of what the operator did with people."""

from __future__ import annotations

from peewee import BooleanField, Check, DoubleField, ForeignKeyField, IntegerField, JSONField, TextField

from kiebot.store.db import utc_now
from kiebot.store.models import Account, BaseModel


class InviteCode(BaseModel):
    """A word that lets people in. `code` is in capitals."""

    code = TextField(unique=True)
    uses = IntegerField(null=True)  # how many people it lets in; null: as many as come
    used = IntegerField(default=0, constraints=[Check("used >= 0 AND (uses IS NULL OR used <= uses)")])
    expires_at = DoubleField(null=True)
    revoked = BooleanField(default=False)
    note = TextField(default="")  # for the operator
    created_at = DoubleField(default=utc_now)


class Admission(BaseModel):
    """An account that was let in, by a code or (without one) by the operator."""

    account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
    invite = ForeignKeyField(InviteCode, null=True, on_delete="RESTRICT")
    created_at = DoubleField(default=utc_now)


class OperatorAction(BaseModel):
    """What the operator did with a person or with access. Rows are only added; triggers keep it so.

    `account_id` is a plain number: the row outlives what it is about.
    """

    action = TextField()  # read-texts, export, ban, unban, delete, access
    account_id = IntegerField(null=True, index=True)
    operator = TextField()  # the login name on this machine
    detail = JSONField(default=dict)
    created_at = DoubleField(default=utc_now)


class ErasedPerson(BaseModel):
    """Somebody whose account was deleted, known only when they come again: what is given once is not given twice."""

    mark = TextField(primary_key=True)
    banned = BooleanField()
    created_at = DoubleField(default=utc_now)


ACCESS_MODELS: tuple[type[BaseModel], ...] = (InviteCode, Admission, OperatorAction, ErasedPerson)
