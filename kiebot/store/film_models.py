"""Tables of films: the film, its scenes, and which job is for what of it (services/film.py)."""

from __future__ import annotations

from peewee import BigIntegerField, BooleanField, CompositeKey, DoubleField, ForeignKeyField, IntegerField, JSONField, TextField

from kiebot.store.db import utc_now
from kiebot.store.models import Account, BaseModel, Job


class Film(BaseModel):
    """draft -> working <-> waiting (for the person) | resting (a stage failed) | asleep -> done | cancelled | expired."""

    account = ForeignKeyField(Account, backref="films", on_delete="RESTRICT")
    chat_id = BigIntegerField()
    topic_id = IntegerField(default=0)
    message_id = IntegerField(default=0)  # the message with the idea: what the film is sent as a reply to
    language = TextField()  # of the talk; that of the film is a choice
    state = TextField(default="draft")
    stage = TextField(default="idea")  # idea, script, pictures, animation, voice, assembly, done
    idea = TextField(default="")
    choices = JSONField(default=dict)  # see films/choices.py
    title = TextField(default="")
    look = JSONField(default=dict)  # {"characters": [{"name", "look"}], "look"}: the same in all prompts
    prices = JSONField(default=dict)  # credits of each stage, as they were shown at the start
    version = IntegerField(default=0)  # counts the assemblies
    rounds = IntegerField(default=0)  # counts the changes that were paid for after the film was finished
    status_row = IntegerField(null=True)  # outbox row of the message that shows how far the stage is
    approval_row = IntegerField(null=True)  # outbox row of the message that asks for an answer
    job = ForeignKeyField(Job, null=True, on_delete="SET NULL")  # the local work of the present stage
    tries = IntegerField(default=0)  # of the present stage
    fail_code = TextField(default="")
    waiting_since = DoubleField(null=True)  # it asked the person then
    asleep_until = DoubleField(null=True)  # it can be resumed until then
    result = JSONField(null=True)  # {"path", "mime", "size", "width", "height", "duration_s", ...}
    memo = JSONField(default=dict)  # what belongs to no other column: notes of a stage that go with it
    created_at = DoubleField(default=utc_now)
    updated_at = DoubleField(default=utc_now)
    delivered_at = DoubleField(null=True)  # when it was last finished
    ended_at = DoubleField(null=True)  # done, cancelled or expired: its files go some time after
    cleaned_at = DoubleField(null=True)  # its files are gone

    class Meta:
        indexes = ((("state", "stage"), False),)


class FilmScene(BaseModel):
    """One unit of the script and what was made of it. A file is {"path", "mime", "size", "width", "height", "duration_s"}."""

    film = ForeignKeyField(Film, on_delete="CASCADE", index=False)
    number = IntegerField()  # 1, 2, ...
    start_s = DoubleField()
    end_s = DoubleField()
    line = TextField(default="")  # what happens, as the outline says
    narration = TextField(default="")
    image_prompt = TextField(default="")
    motion_prompt = TextField(default="")
    picture = JSONField(null=True)
    clip = JSONField(null=True)
    voice = JSONField(null=True)
    part = JSONField(null=True)  # its piece of the film, ready to be joined
    treatment = TextField(default="clip")  # clip, still (the picture moved slowly), left_out
    clip_model = TextField(default="")  # another one than the film's
    picture_job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    clip_job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    picture_tries = IntegerField(default=0)
    clip_tries = IntegerField(default=0)
    fail_code = TextField(default="")  # why the newest try of a picture or clip failed

    class Meta:
        primary_key = CompositeKey("film", "number")


class FilmWork(BaseModel):
    """A job that makes one thing for a film."""

    job = ForeignKeyField(Job, primary_key=True, on_delete="CASCADE")
    film = ForeignKeyField(Film, on_delete="CASCADE")
    number = IntegerField(default=0)  # of the scene; 0: the whole film
    kind = TextField()  # picture, clip, music; local work: script, revise, voice, assembly, sheet, parts
    round = IntegerField(default=0)  # of a change that is paid for after the film was finished; 0: the film itself
    price = IntegerField(default=0)  # credits of what it makes
    paid = BooleanField(default=False)  # they were charged


FILM_MODELS: tuple[type[BaseModel], ...] = (Film, FilmScene, FilmWork)
