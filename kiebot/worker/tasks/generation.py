"""Steps of a generation job: send the order, later store what was made. Polling in between is the poller's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiebot.catalog.loading import Catalogue
from kiebot.errors import ConfinedError, ProviderError, ProviderErrorKind
from kiebot.http.guarded import DownloadError
from kiebot.jobqueue import JobQueue
from kiebot.providers.base import Finished, Order, Provider
from kiebot.services import documents, generation, incidents, pauses
from kiebot.store import jobs
from kiebot.store.db import transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread
from kiebot.worker.poller import FIRST_LOOK_S
from kiebot.worker.runner import Step, do_again
from kiebot.worker.tasks.results import Storage, WrongResult, pending

NEEDS_OPERATOR = (ProviderErrorKind.PROVIDER_FUNDS, ProviderErrorKind.AUTH)
NOT_ACCEPTED = (ProviderErrorKind.RATE_LIMIT, ProviderErrorKind.CAPACITY, ProviderErrorKind.TRANSIENT)
SHORTEST_WAIT_S, LONGEST_WAIT_S = 3.0, 60.0
STORE_TRIES = 8  # about 20 minutes with the waits below
STORE_WAIT_S, LONGEST_STORE_WAIT_S = 15.0, 300.0


class GenerationTasks:
    """Bound once in worker/app.py. `on_running` tells the poller that there is a new job to look at."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        providers: Mapping[str, Provider],
        loop: LoopThread,
        storage: Storage,
        queue: JobQueue,
        data_dir: Path,
        on_running: Callable[[], None],
    ) -> None:
        self._catalogue = catalogue
        self._providers = providers
        self._loop = loop
        self._storage = storage
        self._queue = queue
        self._data_dir = data_dir
        self._on_running = on_running

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with generation jobs."""
        return {
            ("generation", "queued"): Step("submitting", self.submit, _sent_perhaps, generation.quarantine, self._sending),
            ("generation", "storing"): Step("storing", self.store, do_again, generation.quarantine),
        }

    def submit(self, job: Any) -> None:
        """Send the order once. The claim was committed as `submitting` before: whatever happens now, it is not sent again."""
        model = self._catalogue.get(job.model)
        provider = self._providers.get(model.provider) if model is not None else None
        if model is None or provider is None:
            generation.fail(job, ProviderErrorKind.NOT_FOUND, message=f"no provider for {job.model}")
            return
        paused = pauses.reason_of(provider.name)
        if paused is not None:
            generation.fail(job, paused, message="paused")
            return
        failpoint("job-submitting")
        try:
            answer = self._loop.run(provider.submit(Order(model.id, job.input)))
        except ProviderError as error:
            self._not_sent(job, error)
            return
        failpoint("provider-answered")
        if isinstance(answer, Finished):
            generation.made(job, pending(answer.results, self._folder(job)), answer.provider_cost, queue=self._queue)
        elif generation.sent(job, remote_id=answer.remote_id, handle=answer.handle, next_poll_at=utc_now() + FIRST_LOOK_S):
            self._on_running()

    def _sending(self, job: Any) -> dict[str, Any]:
        """What is known when the order leaves. The deadline counts from the first time."""
        model = self._catalogue.get(job.model)
        deadline = job.deadline_at or (utc_now() + job.deadline_s if job.deadline_s else None)
        return {"provider": model.provider if model is not None else "", "deadline_at": deadline}

    def _not_sent(self, job: Any, error: ProviderError) -> None:
        if error.kind is ProviderErrorKind.UNKNOWN_OUTCOME:
            generation.mark_unclear(job, why=error.code or "no answer")
        elif error.kind in NOT_ACCEPTED and (job.deadline_at is None or utc_now() < job.deadline_at):
            wait_s = max(error.retry_after_s or 0, min(SHORTEST_WAIT_S * 2 ** min(job.attempt - 1, 5), LONGEST_WAIT_S))
            with transaction(durable=True):
                jobs.put_back(job.id, job.attempt, not_before=utc_now() + wait_s, code=error.kind)
        else:
            if error.kind in NEEDS_OPERATOR:
                pauses.pause(error.provider, error.kind, str(error))
            elif error.kind is ProviderErrorKind.NOT_FOUND:  # the catalogue has a model that the provider no longer has
                incidents.alarm(f"provider-{error.kind}", job.model, process="worker", words=str(error), context={"job": job.id})
            generation.fail(job, error.kind, message=error.message)

    def store(self, job: Any) -> None:
        """Fetch, check and keep what was made; then the job is done."""
        model = self._catalogue.get(job.model)
        output = model.output if model is not None else ""
        try:
            results = [
                self._storage.store(item, self._folder(job), str(number), output)
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
        return documents.folder(self._data_dir, job.id)


def _sent_perhaps(job: Any) -> None:
    """A bug while sending: nobody knows whether the order left."""
    generation.mark_unclear(job, why="bug")
