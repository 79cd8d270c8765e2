"""Steps of a generation job: upload the person's files and send the order; later store what was made. Between: the poller."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kiebot.catalog.schema import Model, Parameter
from kiebot.catalog.validation import validate
from kiebot.errors import ConfinedError, ProviderError, ProviderErrorKind
from kiebot.http.guarded import DownloadError
from kiebot.http.sniff import SUFFIXES
from kiebot.jobqueue import JobQueue
from kiebot.providers.base import Finished, Order, Provider, Submitted, Uploaded
from kiebot.services import documents, generation, incidents, pauses, references, room, sending
from kiebot.services.catalogue import LiveCatalogue
from kiebot.services.jobs import set_status, status_buttons
from kiebot.store import inputs, jobs
from kiebot.store.db import transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread
from kiebot.worker.poller import FIRST_LOOK_S
from kiebot.worker.runner import AGAIN_AFTER_S, Step, do_again
from kiebot.worker.tasks.lengths import Lengths
from kiebot.worker.tasks.results import Storage, WrongResult, pending
from kiebot.worker.writing import until_written

NEEDS_OPERATOR = (ProviderErrorKind.PROVIDER_FUNDS, ProviderErrorKind.AUTH)
NOT_ACCEPTED = (ProviderErrorKind.RATE_LIMIT, ProviderErrorKind.CAPACITY, ProviderErrorKind.TRANSIENT)
SHORTEST_WAIT_S, LONGEST_WAIT_S = 3.0, 60.0
UPLOAD_GOOD_FOR_S = 1800.0  # an upload that expires sooner is made anew: the provider may fetch it late
ROOM_AGAIN_S = 30.0
STORE_TRIES = 8  # about 20 minutes with the waits below
STORE_WAIT_S, LONGEST_STORE_WAIT_S = 15.0, 300.0


@dataclass(frozen=True, slots=True)
class GenerationTasks:
    """Bound once in worker/app.py. `on_running` tells the poller that there is a new job to look at.

    `callback_url` is the public address of kiebot web, empty when providers are not to call.
    `stopping`: the worker is about to end.
    """

    catalogue: LiveCatalogue
    providers: Mapping[str, Provider]
    loop: LoopThread
    storage: Storage
    lengths: Lengths
    queue: JobQueue
    data_dir: Path
    on_running: Callable[[], None]
    callback_url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with generation jobs."""
        sending_it = Step("submitting", self.submit, _broke, generation.quarantine, self._claiming)
        storing = Step("storing", self.store, do_again, generation.quarantine)
        kinds = (generation.KIND, jobs.INNER)  # what is made for a film is ordered, polled and kept as everything is
        return {(kind, state): step for kind in kinds for state, step in (("queued", sending_it), ("storing", storing))}

    def submit(self, job: Any) -> None:
        """Send the order once. That it leaves was committed before: whatever happens from then on, it is not sent again."""
        if room.is_low():
            _wait_for_room(job)
            return
        model = self.catalogue.now.get(job.model)
        provider = self.providers.get(model.provider) if model is not None else None
        if model is None or provider is None:
            generation.fail(job, ProviderErrorKind.NOT_FOUND, message=f"no provider for {job.model}")
            return
        if model.status != "current":  # switched off, or its last day is over, since it was ordered
            generation.fail(job, "model_off", message=f"{model.id} is {model.status}: {model.reason}")
            return
        pause = pauses.of(provider.name)
        if pause is not None:
            generation.fail(job, pause.kind, message="paused", wait_s=pause.seconds)
            return
        if not self.lengths.settle_price(job, model):
            return
        errors = validate(model, job.input, references.facts(inputs.named_in(job.input)))
        if errors:  # what was valid when it was ordered is not any more: the catalogue changed, or the file is not what was said
            words = "; ".join(f"{error.field}: {error.message}" for error in errors)
            generation.fail(job, ProviderErrorKind.INPUT, message=words)
            return
        try:
            self._send(job, provider, model)
        except ProviderError as error:
            until_written(partial(self._not_sent, job.id, error), self.stopping, f"job={job.id} refused: {error}")

    def _send(self, job: Any, provider: Provider, model: Model) -> None:
        urls = self._uploaded(job, provider)
        if urls is None or not sending.leaves(job):  # a file is gone from here, or the person cancelled
            return
        failpoint("job-submitting")
        callback = f"{self.callback_url}/callback/{provider.name}/{job.callback_token}" if self.callback_url else None
        answer = self.loop.run(provider.submit(Order(model.id, addressed(model, job.input, urls), callback)))
        failpoint("provider-answered")
        taken = "result" if isinstance(answer, Finished) else f"remote_id={answer.remote_id}"  # nobody else knows it
        until_written(lambda: self._accepted(job, answer), self.stopping, f"job={job.id} {taken}")

    def _accepted(self, job: Any, answer: Submitted | Finished) -> None:
        if isinstance(answer, Finished):
            generation.made(job, pending(answer.results, self._folder(job)), answer.provider_cost, queue=self.queue)
        elif sending.sent(job, remote_id=answer.remote_id, handle=answer.handle, next_poll_at=utc_now() + FIRST_LOOK_S):
            self.on_running()

    def _uploaded(self, job: Any, provider: Provider) -> dict[int, str] | None:
        """Where the provider finds the person's files, by their ids; None: one is gone from here, the job waits for it."""
        rows = inputs.of_job(job.id)
        if lost := [row.id for row in rows if row.state != "ready" or not Path(row.path).is_file()]:
            references.fetch_again(job, lost)
            return None
        late = [row for row in rows if row.remote_until < utc_now() + UPLOAD_GOOD_FOR_S]
        failpoint("job-uploading")
        if late:
            there = self.loop.run(_upload(provider, late))
            sending.uploaded(job, {row.id: (file.url, file.expires_at) for row, file in zip(late, there, strict=True)})
        failpoint("job-uploaded")
        return {row.id: row.remote_url for row in inputs.of_job(job.id)}

    def _claiming(self, job: Any) -> dict[str, Any]:
        """What the claim writes. The deadline counts from the first claim, and anew once files were uploaded."""
        model = self.catalogue.now.get(job.model)
        return {
            "provider": model.provider if model is not None else "",
            "deadline_at": job.deadline_at or (utc_now() + job.deadline_s if job.deadline_s else None),
            "callback_token": job.callback_token or (secrets.token_urlsafe(24) if self.callback_url else None),
        }

    def _not_sent(self, job_id: int, error: ProviderError) -> None:
        job: Any = jobs.get(job_id)
        if error.kind is ProviderErrorKind.UNKNOWN_OUTCOME:
            sending.mark_unclear(job, why=error.code or "no answer")
        elif error.kind in NOT_ACCEPTED and (job.deadline_at is None or utc_now() < job.deadline_at):
            wait_s = max(error.retry_after_s or 0, min(SHORTEST_WAIT_S * 2 ** min(job.attempt - 1, 5), LONGEST_WAIT_S))
            with transaction(durable=True):
                jobs.put_back(job.id, job.attempt, not_before=utc_now() + wait_s, code=error.kind)
        else:
            if error.kind in NEEDS_OPERATOR:
                pauses.pause(error.provider, error.kind, str(error))
            elif error.kind is ProviderErrorKind.NOT_FOUND:  # the catalogue has a model that the provider no longer has
                incidents.alarm(f"provider-{error.kind}", job.model, process="worker", words=str(error), context={"job": job.id})
            wait_s = pauses.PAUSE_S if error.kind in NEEDS_OPERATOR else 0
            generation.fail(job, error.kind, message=error.message, wait_s=wait_s)

    def store(self, job: Any) -> None:
        """Fetch, check and keep what was made; then the job is done."""
        model = self.catalogue.now.get(job.model)
        output = model.output if model is not None else ""
        try:
            results = [
                self.storage.store(item, self._folder(job), str(number), output, light=job.kind == jobs.INNER)
                for number, item in enumerate(job.handle["results"], 1)
            ]
        except DownloadError as error:
            self._not_fetched(job, error)
        except (ConfinedError, WrongResult) as error:
            generation.fail(job, "result", message=str(error))
        else:
            generation.finish(job, results)

    def _not_fetched(self, job: Any, error: DownloadError) -> None:
        tries = job.handle.get("tries", 0) + 1
        if not error.may_pass or tries >= STORE_TRIES:
            generation.fail(job, "result", message=str(error))
            return
        wait_s = min(STORE_WAIT_S * 2 ** (tries - 1), LONGEST_STORE_WAIT_S)
        with transaction():
            handle = {**job.handle, "tries": tries}
            jobs.let_go(job.id, job.attempt, not_before=utc_now() + wait_s, handle=handle, stuck_claims=0)

    def _folder(self, job: Any) -> Path:
        return documents.folder(self.data_dir, job.id)


def addressed(model: Model, given: Mapping[str, Any], urls: Mapping[int, str]) -> dict[str, Any]:
    """An input with addresses in the place of the files' names, but only where the model takes media: words that look like such a
    name are words, also while the very file is given beside them."""
    media = {parameter.name: parameter for parameter in model.media}
    return {name: _addressed(media[name], value, urls) if name in media else value for name, value in given.items()}


def _addressed(parameter: Parameter, value: Any, urls: Mapping[int, str]) -> Any:
    main = parameter.main_property
    if main is None or not isinstance(value, list):
        return inputs.with_urls(value, urls)
    return [{**item, main.name: inputs.with_urls(item.get(main.name), urls)} for item in value]


async def _upload(provider: Provider, rows: list[Any]) -> list[Uploaded]:
    return await asyncio.gather(*(provider.upload(Path(row.path), _name(row), row.mime) for row in rows))


def _wait_for_room(job: Any) -> None:
    """The disk is nearly full: the result could not be kept. The person is told once; the deadline counts anew afterwards."""
    waits = any(event.detail.get("code") == "disk-low" for event in jobs.events(job.id))
    with transaction(durable=True):
        if jobs.put_back(job.id, job.attempt, not_before=utc_now() + ROOM_AGAIN_S, code="disk-low"):
            jobs.change(job.id, deadline_at=None)
            if not waits:
                set_status(job, "disk-waiting", buttons=status_buttons(job))


def _broke(job: Any) -> None:
    """A bug while sending: back to the queue if nothing had left, else nobody knows."""
    sending.broke_while_sending(job, why="bug", not_before=utc_now() + AGAIN_AFTER_S)


def _name(row: Any) -> str:
    """A name for a person's file at the provider: never the person's own."""
    return f"{row.id}{SUFFIXES.get(row.mime) or mimetypes.guess_extension(row.mime) or '.bin'}"
