"""The table of what people say of the bot."""

from __future__ import annotations

from peewee import BigIntegerField, DoubleField, ForeignKeyField, TextField

from kiebot.store.db import utc_now
from kiebot.store.models import Account, BaseModel, Job


class Feedback(BaseModel):
    """Words for whoever runs the bot. `job`: the result that they were a reply to."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    chat_id = BigIntegerField()
    job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    text = TextField()
    created_at = DoubleField(default=utc_now)
    told_at = DoubleField(null=True, index=True)  # when the admins heard of it


FEEDBACK_MODELS: tuple[type[BaseModel], ...] = (Feedback,)
