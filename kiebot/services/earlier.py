"""What a person made before, for models that go on from it: a whole task of the provider, or one track of it.

Such a model takes no file but the provider's own ids, which only the job that made the thing knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kiebot.catalog.schema import Model, Parameter
from kiebot.catalog.validation import check_value
from kiebot.store import jobs, outbox
from kiebot.store.db import utc_now

KEPT_DAYS = 14  # so long KIE keeps what it made
KEPT_S = KEPT_DAYS * 24 * 3600.0
READ_MOST = 200  # jobs, when one of them is looked for


@dataclass(frozen=True, slots=True)
class Earlier:
    """Result `number` (1, 2, ...) of a finished job."""

    job: Any
    number: int = 1

    @property
    def result(self) -> dict[str, Any]:
        """What is kept of the result."""
        found: dict[str, Any] = self.job.results[self.number - 1]
        return found

    @property
    def title(self) -> str:
        """How a person finds it again: the number of the job (and of the result), the model, the title or the words."""
        which = f"{self.job.id}/{self.number}" if len(self.job.results) > 1 else str(self.job.id)
        about = " ".join(str(self.result.get("title") or self.job.prompt).split())
        return " · ".join(part for part in (which, self.job.label, about) if part)


def choices(account_id: int, parameter: Parameter, limit: int) -> list[Earlier]:
    """What a person has for a parameter, the newest first: tasks, or each track of them."""
    found: list[Earlier] = []
    for job in jobs.made_with(parameter.makers, account_id, utc_now() - KEPT_S, limit):
        found += _of_job(parameter, job)
    return found[:limit]


def chosen(account_id: int, parameter: Parameter, words: str) -> Earlier | None:
    """What is meant by "41" or "41/2": a job of this person, and which of its results."""
    number, _, which = words.partition("/")
    if not (number.isdecimal() and len(number) < 18 and (which.isdecimal() or not which) and len(which) < 4):
        return None
    job = jobs.get(int(number))
    if job is None or job.account_id != account_id or not fits(parameter, job):
        return None
    found = _of_job(parameter, job)
    return next((each for each in found if not which or each.number == int(which)), None)


def named(account_id: int, parameter: Parameter, value: str) -> Earlier | None:
    """Whose id this is, if it is of something that the person made."""
    return next((each for each in choices(account_id, parameter, READ_MOST) if id_of(parameter, each) == value), None)


def of_file(file: Any) -> Earlier | None:
    """The result that a file of a person is, when it is one: known by the message that carries it."""
    sent = outbox.by_message(file.chat_id, file.message_id) if file.message_id else None
    job = jobs.get(sent.job_id) if sent is not None and sent.job_id else None
    if sent is None or job is None or job.state != "done":
        return None
    path = sent.payload.get("file", {}).get("path")
    return next((Earlier(job, number) for number, each in enumerate(job.results, 1) if path and each.get("path") == path), None)


def fits(parameter: Parameter, job: Any) -> bool:
    """Whether what a job made can be gone on from: by these models, and still kept by the provider."""
    by_maker = job.model in parameter.makers or not parameter.of
    return by_maker and job.state == "done" and bool(job.remote_id) and job.finished_at > utc_now() - KEPT_S


def parameter_for(model: Model, found: Earlier) -> Parameter | None:
    """The parameter of a model that takes this result, or None."""
    return next((each for each in model.earlier if fits(each, found.job) and id_of(each, found)), None)


def values(model: Model, found: Earlier) -> dict[str, Any]:
    """All that stands in an order that goes on from this: the ids, and what must be as it was."""
    ids = {each.name: id_of(each, found) for each in model.earlier if fits(each, found.job)}
    kept = {
        each.name: found.job.input[each.name]
        for each in model.input.values()
        if each.as_before and each.name in found.job.input and not check_value(each, found.job.input[each.name])
    }
    return {name: value for name, value in {**ids, **kept}.items() if value}


def id_of(parameter: Parameter, found: Earlier) -> str:
    """The provider's id of it, as this parameter wants it; empty when there is none."""
    return str((found.result.get("remote_id") if parameter.format == "track" else found.job.remote_id) or "")


def _of_job(parameter: Parameter, job: Any) -> Iterator[Earlier]:
    if parameter.format == "task":
        yield Earlier(job)
        return
    yield from (Earlier(job, number) for number, each in enumerate(job.results, 1) if each.get("remote_id"))
