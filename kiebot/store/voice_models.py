"""Tables of what people say: recordings, and the parts in which they are written down."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BooleanField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from kiebot.store.db import utc_now
from kiebot.store.models import Account, BaseModel, Job


class Voice(BaseModel):
    """A recording that is written down: hearing -> heard -> handled | failed. `heard` waits for the bot to act on the words."""

    job = ForeignKeyField(Job, unique=True, on_delete="CASCADE")  # the job that listens now; a retry is another one
    account = ForeignKeyField(Account, on_delete="CASCADE")
    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    message_id = IntegerField()  # the message that carries it
    kind = TextField()  # voice, video_note, audio, video
    message = JSONField()  # what else is needed to act as if the words had been typed: who, where, the caption
    talk = BooleanField()  # said to the bot, which acts on it; otherwise only the words are wanted
    state = TextField(default="hearing")
    cut = BooleanField(default=False)  # all parts are known
    text = TextField(default="")
    created_at = DoubleField(default=utc_now)

    class Meta:
        indexes = ((("chat_id", "message_id"), False),)


class VoicePart(BaseModel):
    """Some minutes of a recording. `text` is null until somebody has listened to it."""

    voice = ForeignKeyField(Voice, backref="parts", on_delete="CASCADE")
    number = IntegerField()
    start_s = DoubleField()
    end_s = DoubleField()
    silent = BooleanField()
    path = TextField()
    text = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("voice", "number")


VOICE_MODELS: tuple[type[BaseModel], ...] = (Voice, VoicePart)
