"""Tables. The database keeps the promises (unique keys, checks, triggers), not the callers.

Times are Unix seconds (UTC), money is whole credits, `chat_id`, `user_id` and `message_id` are Telegram's own numbers.
"""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BooleanField,
    Check,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

from kiebot.store.db import database, utc_now

LEDGER_KINDS_PLUS = ("topup", "bonus", "release", "refund")
LEDGER_KINDS_MINUS = ("hold", "capture", "reversal")


class BaseModel(Model):
    class Meta:
        database = database
        legacy_table_names = False


class Account(BaseModel):
    """A person who has written to the bot. `user_id` is Telegram's."""

    user_id = BigIntegerField(unique=True)
    name = TextField(default="")
    username = TextField(default="")
    language = TextField(default="")  # chosen with /lang; empty: follow Telegram's
    language_code = TextField(default="")  # what Telegram said last
    role = TextField(default="user")  # user, admin
    free = BooleanField(default=False)  # pays nothing although billing is on
    banned = BooleanField(default=False)
    returned = BooleanField(default=False)  # had an account before, which was deleted
    blocked_at = DoubleField(null=True)  # the person blocked the bot, or deleted the account
    created_at = DoubleField(default=utc_now)
    seen_at = DoubleField(default=utc_now)


class Chat(BaseModel):
    """A place: private chat, group or supergroup, with its settings."""

    chat_id = BigIntegerField(unique=True)
    kind = TextField()  # private, group, supergroup
    title = TextField(default="")
    settings = JSONField(default=dict)  # see services/chat.py ChatSettings
    greeted_at = DoubleField(null=True)
    left_at = DoubleField(null=True)
    created_at = DoubleField(default=utc_now)


class Thread(BaseModel):
    """One named conversation of a chat (and forum topic) with the text model."""

    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    name = TextField(default="")
    active = BooleanField(default=True)
    summary = TextField(default="")  # of the turns up to `summarised_to`
    summarised_to = IntegerField(default=0)  # id of the last turn that `summary` covers
    created_at = DoubleField(default=utc_now)
    used_at = DoubleField(default=utc_now)

    class Meta:
        indexes = ((("chat_id", "topic_id", "active"), False),)


class Turn(BaseModel):
    """A message of a person and the model's answer to it: received -> answering -> answered | failed | stopped."""

    thread = ForeignKeyField(Thread, backref="turns", on_delete="CASCADE")
    account = ForeignKeyField(Account, on_delete="CASCADE")
    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    message_id = IntegerField()  # below zero: no message of this chat
    language = TextField()
    state = TextField(default="received")
    ready_at = DoubleField(default=0)  # not answered before: more parts of the same message may come (Unix seconds)
    sent_at = DoubleField(default=0)  # when the person sent it, or its last part (Unix seconds; Telegram counts whole ones)
    album = TextField(default="")
    content = JSONField()  # OpenAI content parts: [{"type": "text", "text": ...}, {"type": "image_url", ...}]
    documents = JSONField(default=list)  # ids of those it is about; none: those chosen in the conversation
    task = TextField(default="")  # what is to be made of the documents (services/document_tasks.py); empty: a question
    passages = JSONField(default=list)  # ids of those that the answer rests on
    answer = TextField(default="")
    placeholder = IntegerField(null=True)  # outbox row of the group's first sign, edited into the answer
    answer_row = IntegerField(null=True)  # outbox row of the newest answer
    attempts = IntegerField(default=0)
    fail_key = TextField(default="")  # sentence shown instead of an answer
    model = TextField(default="")
    prompt_tokens = IntegerField(default=0)
    completion_tokens = IntegerField(default=0)
    price = IntegerField(default=0)  # credits that the answer cost
    forgotten = BooleanField(default=False)  # the context was cleared with /new on the same thread
    created_at = DoubleField(default=utc_now)
    answered_at = DoubleField(null=True)

    class Meta:
        indexes = ((("chat_id", "message_id"), True), (("thread", "id"), False))


class SeenUpdate(BaseModel):
    """An update that was taken in: its replay is not answered again. Swept after three days."""

    key = TextField(primary_key=True)  # "m:<chat>:<message>:<edit date>", "c:<query id>"
    created_at = DoubleField(default=utc_now)


class Job(BaseModel):
    """Work that takes longer than a moment. The row is the truth; the queue only says "look at job 41"."""

    account = ForeignKeyField(Account, backref="jobs", on_delete="RESTRICT")
    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    message_id = IntegerField(default=0)  # the order's message, replied to with the result
    language = TextField()
    kind = TextField()  # generation, document, voice, speech
    model = TextField(default="")
    label = TextField(default="")  # the model's name as the person was shown it
    prompt = TextField(default="")
    input = JSONField(default=dict)  # generation: the model's parameters; document: what Telegram said of the file
    state = TextField(default="queued")
    attempt = IntegerField(default=0)  # claims; also the fence: an effect is written only while it still matches
    finished_steps = IntegerField(default=0)
    stuck_claims = IntegerField(default=0)  # claims since the last finished step; three quarantine the job
    boot_id = TextField(default="")  # the worker's life that holds the claim
    next_poll_at = DoubleField(null=True)  # queued: not taken before; running: looked at then; storing: tried again then
    deadline_s = DoubleField(default=0)  # how long it may take once it was sent; 0: no deadline
    deadline_at = DoubleField(null=True)  # set when it is first sent
    provider = TextField(default="")
    remote_id = TextField(null=True)
    handle = JSONField(null=True)  # {"poll": the provider's own, "results": what it made, not stored yet}
    polls = IntegerField(default=0)
    progress = IntegerField(default=0)  # percent, as the provider says
    price = IntegerField(default=0)  # credits
    media_s = DoubleField(null=True)  # seconds of the person's media that the price is for; null: not known, or none
    expected_cost = DoubleField(null=True)  # what the provider takes as the catalogue says, in its own credits
    provider_cost = DoubleField(null=True)  # what it took as it says itself
    credit_price = DoubleField(null=True)  # credits that one of the provider's was worth when it was ordered
    results = JSONField(default=list)  # [{"path", "mime", "size", "width", "height", "duration_s"} or {"text"}]
    fail_code = TextField(default="")
    fail_message = TextField(default="")  # the provider's own words: for the admin
    notify = BooleanField(default=True)
    status_row = IntegerField(null=True)  # outbox row of the "accepted" message that shows progress
    order_key = TextField(unique=True)  # "m:<chat>:<message>" or "retry:<job>": the same order is never taken twice
    retry_of = ForeignKeyField("self", null=True, on_delete="SET NULL")
    created_at = DoubleField(default=utc_now)
    sent_at = DoubleField(null=True)  # when the order may have left; null: nothing was sent, it can still be taken back
    callback_token = TextField(null=True, unique=True)  # names the job in the address that the provider calls: random
    submitted_at = DoubleField(null=True)  # when the provider accepted it
    finished_at = DoubleField(null=True)

    class Meta:
        indexes = (
            (("state", "next_poll_at"), False),
            (("account", "state"), False),
            (("provider", "remote_id"), True),
            (("model", "state"), False),
        )


class JobEvent(BaseModel):
    """One transition of a job: telemetry, and what the admin reads first."""

    job = ForeignKeyField(Job, backref="events", on_delete="CASCADE")
    state = TextField()
    detail = JSONField(default=dict)
    created_at = DoubleField(default=utc_now)


class LedgerEntry(BaseModel):
    """One movement of credits. Rows are only added (triggers refuse the rest): a refund is a new row, never an edit."""

    account = ForeignKeyField(Account, backref="ledger_entries", on_delete="RESTRICT")
    job = ForeignKeyField(Job, null=True, on_delete="RESTRICT")
    kind = TextField()
    credits = IntegerField()  # signed
    reason = TextField(default="")
    idempotency_key = TextField(unique=True)  # "capture:41": a job cannot be charged twice
    created_at = DoubleField(default=utc_now)

    class Meta:
        constraints = (
            Check(
                "(kind IN ('topup', 'bonus', 'release', 'refund') AND credits > 0)"
                " OR (kind IN ('hold', 'capture', 'reversal') AND credits < 0)"
            ),
        )


class OutboxRow(BaseModel):
    """A message to be sent, once. queued -> sent | failed | blocked | superseded; held: its broadcast is paused. `random_id` is
    fixed when the row is written."""

    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    reply_to = IntegerField(default=0)
    lane = IntegerField()  # 0 answer, 1 result, 2 notice, 3 broadcast: the order of sending
    kind = TextField()  # text, edit, photo, video, audio, voice, document, album, invoice
    payload = JSONField()
    random_id = BigIntegerField(unique=True)
    dedup_key = TextField(null=True, unique=True)
    edits = ForeignKeyField("self", null=True, on_delete="CASCADE")
    job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    state = TextField(default="queued")
    attempts = IntegerField(default=0)
    not_before = DoubleField(default=0)
    message_id = IntegerField(null=True)  # null although sent: delivered as a duplicate, the id is not known
    file_id = TextField(default="")  # Telegram's own reference of the file sent
    error = TextField(default="")
    created_at = DoubleField(default=utc_now)
    sent_at = DoubleField(null=True)

    class Meta:
        indexes = ((("state", "lane", "id"), False), (("chat_id", "message_id"), False))


class BotCall(BaseModel):
    """A call that is not a message, asked of the bot by the CLI, the worker or the web. queued -> done | failed."""

    method = TextField()
    arguments = JSONField(default=dict)
    idempotency_key = TextField(unique=True)
    state = TextField(default="queued")
    result = JSONField(null=True)
    created_at = DoubleField(default=utc_now)
    finished_at = DoubleField(null=True)


class Document(BaseModel):
    """A file that a person sent to be asked about."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    thread = ForeignKeyField(Thread, null=True, on_delete="SET NULL")
    job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    name = TextField()
    mime = TextField(default="")
    size_bytes = IntegerField(default=0)
    kind = TextField(default="")
    album = TextField(default="")  # Telegram's name of the album that it came in
    pages = IntegerField(default=0)
    chars = IntegerField(default=0)
    state = TextField(default="reading")  # reading, ready, failed, forgotten
    created_at = DoubleField(default=utc_now)

    class Meta:
        indexes = ((("chat_id", "state"), False),)


class DocumentPage(BaseModel):
    """The text of one page."""

    document = ForeignKeyField(Document, backref="page_rows", on_delete="CASCADE")
    number = IntegerField()
    text = TextField()
    method = TextField()

    class Meta:
        primary_key = CompositeKey("document", "number")


class DocumentChoice(BaseModel):
    """A conversation is about this document."""

    thread = ForeignKeyField(Thread, on_delete="CASCADE")
    document = ForeignKeyField(Document, on_delete="CASCADE")

    class Meta:
        primary_key = CompositeKey("thread", "document")


class DocumentPassage(BaseModel):
    """A part of a page, small enough to be quoted. Its words are searched in the table `document_words`, under the same id."""

    document = ForeignKeyField(Document, on_delete="CASCADE")
    page = IntegerField()
    start = IntegerField()  # in characters of the page's text
    length = IntegerField()

    class Meta:
        indexes = ((("document", "page", "start"), True),)


class Incident(BaseModel):
    """An unexpected exception: one row per fingerprint."""

    fingerprint = TextField(unique=True)
    code = TextField(unique=True)  # the short code the person is shown
    process = TextField()
    location = TextField()
    kind = TextField()
    traceback = TextField()  # redacted
    context = JSONField(default=dict)
    version = TextField()
    count = IntegerField(default=1)
    first_seen_at = DoubleField(default=utc_now)
    last_seen_at = DoubleField(default=utc_now)
    notified_at = DoubleField(null=True)
    told_count = IntegerField(default=0)  # what `count` was when the admins last heard of it


class Setting(BaseModel):
    """A value that a person with rights changed live; overrides the configuration."""

    key = TextField(primary_key=True)
    value = JSONField()
    changed_at = DoubleField(default=utc_now)


MODELS: tuple[type[BaseModel], ...] = (
    Account,
    Chat,
    Thread,
    Turn,
    SeenUpdate,
    Job,
    JobEvent,
    LedgerEntry,
    OutboxRow,
    BotCall,
    Document,
    DocumentPage,
    DocumentChoice,
    DocumentPassage,
    Incident,
    Setting,
)
__all__ = [model.__name__ for model in MODELS] + ["MODELS", "BaseModel"]
