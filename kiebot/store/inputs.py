"""Files that people gave for models to work on: fetching -> ready | failed; ready -> swept (fetched again when it is needed)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kiebot.store.models import Job
from kiebot.store.order_models import InputFile, JobInput

OPEN_JOBS = ("queued", "submitting")  # what still has to be sent needs its files
AWAY = ("failed", "swept")  # not here; the bot can try to fetch it again
NAME = re.compile(r"file:(\d{1,18})")


def name_of(file_id: int) -> str:
    """How a job's input names a file."""
    return f"file:{file_id}"


def id_in(value: object) -> int | None:
    """The id in such a name, or None when the value is none."""
    match = NAME.fullmatch(value) if isinstance(value, str) else None
    return None if match is None else int(match[1])


def named_in(value: object) -> set[int]:
    """Ids of all files that a job's input names, however deep."""
    if isinstance(value, dict):
        return set().union(*(named_in(inner) for inner in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*(named_in(inner) for inner in value))
    found = id_in(value)
    return set() if found is None else {found}


def with_urls(value: Any, urls: Mapping[int, str]) -> Any:
    """The same input with addresses in the place of the files' names."""
    if isinstance(value, dict):
        return {key: with_urls(inner, urls) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [with_urls(inner, urls) for inner in value]
    found = id_in(value)
    return value if found is None else urls.get(found, value)  # whoever writes "file:7" without giving a file means these words


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same input with other names in the place of these."""
    if isinstance(value, dict):
        return {key: renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def add(**fields: Any) -> Any:
    """A new file in the state `fetching` (or the one given)."""
    return InputFile.create(**fields)


def get(file_id: int) -> Any | None:
    """The row, or None."""
    return InputFile.get_or_none(InputFile.id == file_id)


def of_message(account_id: int, chat_id: int, message_id: int) -> Any | None:
    """The file that a message carries, or None."""
    query = InputFile.select().where(
        InputFile.chat_id == chat_id, InputFile.message_id == message_id, InputFile.account == account_id
    )
    return query.order_by(InputFile.id.desc()).first()


def is_known(chat_id: int, message_id: int) -> bool:
    """Whether a file of this message was taken in, by anybody."""
    return bool(InputFile.select().where(InputFile.chat_id == chat_id, InputFile.message_id == message_id).exists())


def many(file_ids: Iterable[int]) -> list[Any]:
    """The rows of these ids that exist, by id. At the end of every answer they are asked for, and most are about none."""
    wanted = tuple(file_ids)
    return list(InputFile.select().where(InputFile.id.in_(wanted)).order_by(InputFile.id)) if wanted else []


def of_job(job_id: int) -> list[Any]:
    """The files that a job needs, by id."""
    return list(InputFile.select().join(JobInput).where(JobInput.job == job_id).order_by(InputFile.id))


def attach(job_id: int, file_ids: Iterable[int]) -> None:
    """A job needs these files."""
    for file_id in sorted(set(file_ids)):
        JobInput.insert(job=job_id, file=file_id).on_conflict_ignore().execute()


def waiting_jobs(file_id: int) -> list[int]:
    """Ids of queued jobs that need the file."""
    query = Job.select(Job.id).join(JobInput).where(JobInput.file == file_id, Job.state == "queued")
    return [row.id for row in query.order_by(Job.id)]


def fetching() -> list[Any]:
    """Files that the bot still has to fetch, oldest first."""
    return list(InputFile.select().where(InputFile.state == "fetching").order_by(InputFile.id))


def change(file_id: int, come_from: Iterable[str], **fields: Any) -> bool:
    """Write fields of a file, if its state is still one of `come_from`."""
    query = InputFile.update(**fields).where(InputFile.id == file_id, InputFile.state.in_(tuple(come_from)))
    return bool(query.execute())


def ready_before(moment: float) -> list[Any]:
    """Files that came before then (Unix seconds), lie here and are needed by no job that has to be sent, oldest first."""
    needed = JobInput.select(JobInput.file).join(Job).where(Job.state.in_(OPEN_JOBS))
    query = InputFile.select().where(InputFile.state == "ready", InputFile.created_at < moment, InputFile.id.not_in(needed))
    return list(query.order_by(InputFile.id))


def forget_before(moment: float) -> int:
    """Drop rows older than that (Unix seconds) that no job names and that have no bytes here."""
    named = JobInput.select(JobInput.file)
    query = InputFile.delete().where(InputFile.created_at < moment, InputFile.state != "ready", InputFile.id.not_in(named))
    return int(query.execute())
