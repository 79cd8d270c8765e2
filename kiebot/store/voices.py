"""Recordings and their parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kiebot.store.db import database
from kiebot.store.voice_models import Voice, VoicePart


def add(**fields: Any) -> Any:
    """A new recording in the state `hearing`."""
    return Voice.create(**fields)


def get(voice_id: int) -> Any | None:
    """The row, or None."""
    return Voice.get_or_none(Voice.id == voice_id)


def of_job(job_id: int) -> Any | None:
    """The recording that a job listens to, or None."""
    return Voice.get_or_none(Voice.job == job_id)


def change(voice_id: int, come_from: Iterable[str], **fields: Any) -> bool:
    """Write fields of a recording, if its state is still one of `come_from`."""
    query = Voice.update(**fields).where(Voice.id == voice_id, Voice.state.in_(tuple(come_from)))
    return bool(query.execute())


def heard() -> list[int]:
    """Ids of recordings whose words wait for the bot, oldest first."""
    query = "SELECT id FROM voice WHERE state = 'heard' ORDER BY id"  # asked at every ring
    return [row[0] for row in database.execute_sql(query).fetchall()]


def add_part(voice_id: int, number: int, **fields: Any) -> None:
    """One more part; a second run writes the same again."""
    VoicePart.insert(voice=voice_id, number=number, **fields).on_conflict_replace().execute()


def parts(voice_id: int) -> list[Any]:
    """The parts that are known so far, in order."""
    return list(VoicePart.select().where(VoicePart.voice == voice_id).order_by(VoicePart.number))


def write_text(voice_id: int, number: int, text: str) -> None:
    """What is said in a part."""
    VoicePart.update(text=text).where(VoicePart.voice == voice_id, VoicePart.number == number).execute()


def forget_unheard(voice_id: int) -> None:
    """What nobody has listened to is cut anew: its files are gone."""
    VoicePart.delete().where(VoicePart.voice == voice_id, VoicePart.text.is_null()).execute()
