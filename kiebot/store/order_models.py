"""Tables of what stands around an order: people's files, half-filled forms, choices, votes, and what the limits count."""

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


class InputFile(BaseModel):
    """A picture, clip or sound that a person gave for a model to work on: fetching -> ready | failed; ready -> swept.

    Orders name it "file:<id>". Its bytes are fetched from Telegram (again, when they were swept) and uploaded to the provider
    just before an order leaves.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    chat_id = BigIntegerField()
    message_id = IntegerField()  # the message that carries it
    kind = TextField()  # image, video, audio, file
    mime = TextField(default="")
    name = TextField(default="")
    size_bytes = IntegerField(default=0)
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    duration_s = DoubleField(null=True)
    measured = BooleanField(default=False)  # `duration_s` was found in the file; until then it is what somebody says
    file_id = TextField()  # Telegram's own reference
    path = TextField(default="")
    state = TextField(default="fetching")
    remote_url = TextField(default="")  # where the provider finds it, until `remote_until` (Unix seconds)
    remote_until = DoubleField(default=0)
    created_at = DoubleField(default=utc_now)

    class Meta:
        indexes = ((("chat_id", "message_id"), False),)


class JobInput(BaseModel):
    """A job waits for these files, and they are kept while it is open."""

    job = ForeignKeyField(Job, on_delete="CASCADE")
    file = ForeignKeyField(InputFile, on_delete="CASCADE")

    class Meta:
        primary_key = CompositeKey("job", "file")


class OrderForm(BaseModel):
    """An order that a person is putting together: one a person and place."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    model = TextField(default="")
    type = TextField(default="")
    input = JSONField(default=dict)
    files = JSONField(default=list)  # ids of input files that no parameter holds yet
    memo = JSONField(default=dict)  # what belongs to no parameter: the words before a model is chosen, the album, a better prompt
    step = TextField(default="")
    awaiting = TextField(default="")  # the parameter that the next message gives
    status_row = IntegerField(null=True)  # outbox row of the message that shows the form
    order_message_id = IntegerField(default=0)  # the result replies to it
    updated_at = DoubleField(default=utc_now)

    class Meta:
        indexes = ((("chat_id", "topic_id", "account"), True),)


class ModelPreference(BaseModel):
    """The parameters with which a person last used a model."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    model = TextField()
    input = JSONField()

    class Meta:
        primary_key = CompositeKey("account", "model")


class ModelOverride(BaseModel):
    """What the operator changed of a model, live."""

    model = TextField(primary_key=True)
    enabled = BooleanField(default=True)
    reason = TextField(default="")
    price = JSONField(null=True)  # as in the catalogue
    ends = TextField(default="")  # a date as in the catalogue
    changed_at = DoubleField(default=utc_now)


class JobVote(BaseModel):
    """What a person thinks of a result."""

    job = ForeignKeyField(Job, on_delete="CASCADE")
    account = ForeignKeyField(Account, on_delete="CASCADE")
    vote = IntegerField()  # 1, -1
    created_at = DoubleField(default=utc_now)

    class Meta:
        primary_key = CompositeKey("job", "account")


class Request(BaseModel):
    """One thing that a person asked for: what the limits count, over restarts."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    kind = TextField()  # generation, chat, voice, document
    cost = IntegerField(default=0)  # credits
    created_at = DoubleField(default=utc_now)


ORDER_MODELS: tuple[type[BaseModel], ...] = (
    InputFile,
    JobInput,
    OrderForm,
    ModelPreference,
    ModelOverride,
    JobVote,
    Request,
)
