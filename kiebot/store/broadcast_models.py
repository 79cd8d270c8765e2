"""Tables of broadcasts: one post, and everybody who is to get it."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, DoubleField, ForeignKeyField, IntegerField, JSONField, TextField

from kiebot.store.db import utc_now
from kiebot.store.models import Account, BaseModel, OutboxRow


class Broadcast(BaseModel):
    """draft -> scheduled -> running <-> paused -> done | cancelled; a draft that another one replaced is discarded."""

    author = ForeignKeyField(Account, null=True, on_delete="SET NULL")  # null: composed at the command line
    state = TextField(default="draft")
    version = IntegerField(default=1)  # counts the changes of a draft: what was confirmed is what was seen
    kind = TextField()  # of the outbox rows: text, photo, video, audio, document
    post = JSONField()  # {"text", "entities", "buttons"} and for media {"file"}
    audience = TextField(default="all")  # all, active:30d, lang:ru, paying, ids
    total = IntegerField(default=0)  # how many were to get it when it was confirmed
    preview_row = IntegerField(null=True)  # outbox row that showed it to its author; its message renews the file's reference
    status_row = IntegerField(null=True)  # outbox row of the message that shows the author how far it is
    chat_id = BigIntegerField(default=0)  # where the author hears of it; 0: all admins do
    language = TextField(default="en")
    reason = TextField(default="")  # why it paused by itself
    start_at = DoubleField(default=0)  # not before
    told_at = DoubleField(default=0)  # when the status message was changed last
    created_at = DoubleField(default=utc_now)
    started_at = DoubleField(null=True)
    ended_at = DoubleField(null=True)  # everybody has it, or it was cancelled
    reported_at = DoubleField(null=True)

    class Meta:
        indexes = ((("state",), False),)


class BroadcastRecipient(BaseModel):
    """pending -> queued (an outbox row is written) -> sent | blocked | failed; skipped: cancelled, or banned meanwhile."""

    broadcast = ForeignKeyField(Broadcast, on_delete="CASCADE", index=False)
    account = ForeignKeyField(Account, on_delete="CASCADE")
    state = TextField(default="pending")
    outbox_row = ForeignKeyField(OutboxRow, null=True, on_delete="SET NULL")
    settled_at = DoubleField(null=True)

    class Meta:
        primary_key = CompositeKey("broadcast", "account")
        indexes = ((("broadcast", "state"), False),)


BROADCAST_MODELS: tuple[type[BaseModel], ...] = (Broadcast, BroadcastRecipient)
