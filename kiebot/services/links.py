"""Links to pictures, clips and sounds: a job fetches what a link leads to, and it is a file as if the person had sent it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kiebot.services import delivery, input_files, references
from kiebot.services.delivery import Button, Place
from kiebot.services.jobs import Queue, cancel_button, give_up, set_status
from kiebot.services.limits import Limits, check_open, count
from kiebot.store import accounts, inputs, jobs
from kiebot.store.db import after_commit, transaction
from kiebot.store.outbox import Lane

KIND = "link"
MOST_WAITING = 5
LONGEST_S = 600.0
LINK = re.compile(r"https?://[^\s<>\"]{4,2000}", re.IGNORECASE)


def link_in(words: str) -> str:
    """The link, when a message is nothing else; otherwise empty."""
    words = words.strip()
    return words if LINK.fullmatch(words) else ""


def receive(account_id: int, place: Place, url: str, *, message_id: int, order_key: str, limits: Limits, queue: Queue) -> int:
    """Take in a link. Returns the job's id; the same order is taken once. Raises UserFault: limit-jobs."""
    with transaction(durable=True):
        earlier = jobs.by_order(order_key)
        if earlier is not None:
            return int(earlier.id)
        check_open(accounts.get(account_id), KIND, MOST_WAITING)
        count(account_id, KIND)
        job = jobs.add(
            order_key=order_key,
            account=account_id,
            kind=KIND,
            label="🔗",
            chat_id=place.chat_id,
            topic_id=place.topic_id,
            message_id=message_id,
            language=place.language,
            input={"url": url},
        )
        row = delivery.say(place, "link-accepted", lane=Lane.ANSWER, buttons=cancel_button(job.id), job_id=job.id)
        jobs.change(job.id, status_row=row)
        after_commit(lambda: queue.wake(job.id))
    return int(job.id)


def arrived(job: Any, path: Path, *, mime: str, data_dir: Path) -> bool:
    """What the link leads to is at `path`: it becomes an input, and the person is asked what to do with it. storing -> done."""
    with transaction(durable=True):
        if not jobs.move(job.id, ("storing",), "done", attempt=job.attempt, detail={"bytes": path.stat().st_size}):
            return False
        row = inputs.add(
            account=job.account_id, chat_id=job.chat_id, message_id=0, kind=references.kind_of(mime), mime=mime, name="",
            size_bytes=path.stat().st_size, file_id="", state="ready",
        )  # fmt: skip
        to = input_files.path_of(data_dir, row.id)
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.replace(to)
        inputs.change(row.id, ("ready",), path=str(to))
        set_status(job, "link-ready", buttons=_buttons(row), kind=row.kind)
    return True


def _buttons(file: Any) -> list[list[Button]]:
    make: Button = {"key": "link-make", "data": f"v:got:{file.id}:back"}
    if file.kind == "audio":
        return [[make]]
    ask: Button = {"key": "picture-ask", "data": f"v:got:{file.id}:ask"}
    return [[ask, {"key": "picture-prompt", "data": f"v:got:{file.id}:ref"}], [make]]


def fail(job: Any, key: str) -> bool:
    """Nothing came of the link: the sentence `key` says why."""
    with transaction(durable=True):
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, fail_code=key):
            return False
        set_status(job, key)
    return True


def quarantine(job: Any) -> bool:
    """Each try to fetch this link ended the worker: stop trying."""
    return give_up(job, lambda: fail(job, "link-refused"))
