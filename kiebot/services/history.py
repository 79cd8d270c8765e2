"""What was made for a person, to be seen and sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kiebot.services.generation import KIND
from kiebot.store import jobs, outbox


@dataclass(frozen=True, slots=True)
class Past:
    """An ended job for /history. `files` are outbox payload files, with Telegram's own `file_id` once it is known."""

    job: Any
    files: list[dict[str, Any]] = field(default_factory=list)


def finished(account_id: int, limit: int = 10) -> list[Past]:
    """The account's newest finished jobs, the newest first."""
    return [Past(job, _files_sent(job)) for job in jobs.listed(account_id=account_id, kind=KIND, state="done", limit=limit)]


def _files_sent(job: Any) -> list[dict[str, Any]]:
    file_ids = outbox.files_of(job.id)
    files = [result for result in job.results if "path" in result]
    return [{**file, "file_id": file_ids.get(file["path"], "")} for file in files]
