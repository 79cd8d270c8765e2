"""Trying models for real: which ones, with which input, and whether what comes back is what it should be."""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from kiebot.catalog.examples import minimal
from kiebot.catalog.loading import Catalogue
from kiebot.catalog.prices import provider_credits
from kiebot.catalog.schema import ORDERED_TYPES, TRANSCRIBED, TYPES, Model, Parameter
from kiebot.catalog.validation import validate
from kiebot.cli.samples import SAMPLES, SECONDS, make
from kiebot.errors import KiebotError, ProviderError, ProviderErrorKind
from kiebot.http.guarded import download
from kiebot.providers.base import Result
from kiebot.providers.kie import Kie

T = TypeVar("T")

PAGE = "https://example.com/"
PLACES = {**{kind: f"{PAGE}{sample.name}" for kind, sample in SAMPLES.items()}, "file": f"{PAGE}sample.jpg", "page": PAGE}
MAX_BYTES = 2_000 << 20
DOWNLOAD_WITHIN_S = 600.0
REFUSED_S = 2.0
WAITING, RUNNING, DONE, FAILED, NOT_CONFIGURED = "waiting", "running", "done", "failed", "not configured"


@dataclass(frozen=True, slots=True)
class Check:
    """One row: a type of work, and who does it. `by`: model, nearest (of another type), transcription, or "" for nobody."""

    type: str
    model: Model | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went. `ok` is None where nothing was tried."""

    state: str = WAITING
    ok: bool | None = None
    seconds: float | None = None
    detail: str = ""
    task_id: str = ""
    track_id: str = ""


class WrongResult(KiebotError):
    """What came back is not what the model makes."""


def plan(catalogue: Catalogue, *, everything: bool, only: str | None, transcribes: bool) -> list[Check]:
    """One row for each type, or with `everything` one for each current model; all ordered types, served or not."""
    current = [model for model in catalogue.models.values() if model.status == "current" and everything]
    rows = [Check(only if only and model.serves(only) else model.type, model, "model") for model in current]
    covered = {row.type for row in rows}.difference(TRANSCRIBED)
    served = (_served(catalogue, each, transcribes) for each in TYPES if each not in covered)
    rows += [row for row in served if row.by or row.type in ORDERED_TYPES]
    return sorted((row for row in rows if only in (None, row.type)), key=lambda row: TYPES.index(row.type))


def _served(catalogue: Catalogue, model_type: str, transcribes: bool) -> Check:
    if model_type in TRANSCRIBED and transcribes:
        return Check(model_type, by="transcription")
    found = catalogue.served_by(model_type)
    if found.model is None or (model_type in TRANSCRIBED and not found.model.offered):
        return Check(model_type)
    return Check(model_type, found.model, "nearest" if found.nearest else "model")


def maker_of(catalogue: Catalogue, model: Model) -> Model | None:
    """Who makes the earlier task that a model needs to go on from; None when it needs none or nobody can."""
    found = [catalogue.get(maker) for parameter in _needed(model) for maker in parameter.makers if maker != model.id]
    able = [each for each in found if each is not None and each.status == "current"]
    return min(able, key=lambda each: _distance(model, each), default=None)


def _needed(model: Model) -> list[Parameter]:
    """The ids of earlier work without which a model makes nothing."""
    given = minimal(model, PLACES)
    return [parameter for parameter in model.earlier if parameter.name in given]


def _distance(model: Model, maker: Model) -> tuple[bool, bool, bool, bool, bool]:
    """What comes from words alone, of the same output, and is what people use most."""
    words_alone = maker.type.startswith("text_to")
    return bool(_needed(maker)), maker.output != model.output, not words_alone, maker.hidden, not maker.default


def cost(catalogue: Catalogue, checks: Iterable[Check]) -> tuple[int, int]:
    """The provider's credits for all of it, and for how many models the price is not known."""
    wanted = {check.model.id: check.model for check in checks if check.model is not None}
    for model in list(wanted.values()):
        while (maker := maker_of(catalogue, model)) is not None:
            model = wanted.setdefault(maker.id, maker)
    prices = [provider_credits(model, minimal(model, PLACES), SECONDS) for model in wanted.values()]
    return sum(math.ceil(price) for price in prices if price is not None), prices.count(None)


@dataclass(slots=True)
class Trial:
    """Runs models at the real provider; each once, however many rows need it. Everything lies in `folder`."""

    kie: Kie
    catalogue: Catalogue
    folder: Path
    allowed_hosts: frozenset[str]
    parallel: int
    poll_s: float
    states: dict[str, str] = field(default_factory=dict)
    _runs: dict[str, asyncio.Task[Outcome]] = field(default_factory=dict)
    _samples: dict[str, asyncio.Task[str]] = field(default_factory=dict)
    _gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._gate = asyncio.Semaphore(self.parallel)

    async def outcome(self, model: Model) -> Outcome:
        """How the model did; tried when it was not yet."""
        return await _once(self._runs, model.id, self._run(model))

    async def _run(self, model: Model) -> Outcome:
        started = time.monotonic()
        task_id = track_id = ""
        try:
            given = await self._input(model)
            async with self._gate:
                self.states[model.id] = RUNNING
                started = time.monotonic()
                task_id = await self._created(model, given)
                finished = await self.kie.wait_task(task_id, timeout=model.deadline_s, poll=self.poll_s)
                detail = await self._checked(model, finished.results)
                track_id = next((result.remote_id for result in finished.results if result.remote_id), "")
        except KiebotError as error:
            outcome = Outcome(FAILED, False, time.monotonic() - started, str(error), task_id)
        else:
            outcome = Outcome(DONE, True, time.monotonic() - started, detail, task_id, track_id)
        self.states[model.id] = outcome.state
        return outcome

    async def _input(self, model: Model) -> dict[str, Any]:
        """The smallest valid input, with samples where it needs files and a real task where it goes on from one."""
        kinds = sorted({parameter.media for parameter in model.media if parameter.name in minimal(model, PLACES)})
        places = dict(PLACES)
        for kind in kinds:
            places[kind] = await self._sample("image" if kind == "file" else kind)
        if _needed(model):
            earlier = await self._earlier(model)
            places |= {"task": earlier.task_id, "track": earlier.track_id}
        given = minimal(model, places)
        if errors := validate(model, given, allowed_hosts=self.allowed_hosts):
            raise WrongResult(f"not sent, the input is not valid: {errors[0].field}: {errors[0].message}")
        return given

    async def _earlier(self, model: Model) -> Outcome:
        maker = maker_of(self.catalogue, model)
        if maker is None:
            raise WrongResult("not sent: it goes on from an earlier task, and no model makes one")
        earlier = await self.outcome(maker)
        if not earlier.ok:
            raise WrongResult(f"not sent: {maker.id}, whose task it goes on from, failed")
        return earlier

    async def _sample(self, kind: str) -> str:
        return await _once(self._samples, kind, self._uploaded(kind))

    async def _uploaded(self, kind: str) -> str:
        path = await make(kind, self.folder)
        return (await self.kie.upload(path, path.name, SAMPLES[kind].mime)).url

    async def _created(self, model: Model, given: dict[str, Any]) -> str:
        """Create the task; one that was refused for the pace has not been taken and is sent again."""
        patience = time.monotonic() + model.deadline_s
        while True:
            try:
                return await self.kie.create_task(model.id, given)
            except ProviderError as error:
                if error.kind is not ProviderErrorKind.RATE_LIMIT or time.monotonic() > patience:
                    raise
                await asyncio.sleep(error.retry_after_s or REFUSED_S)

    async def _checked(self, model: Model, results: list[Result]) -> str:
        """What was made, in words. Raises WrongResult."""
        found = [await self._kind(model, result) for result in results]
        if not found:
            raise WrongResult("nothing came back")
        return ", ".join(dict.fromkeys(found))

    async def _kind(self, model: Model, result: Result) -> str:
        if result.url is None:
            if model.output != "text" or not (result.text or "").strip():
                raise WrongResult(f"a text instead of {model.output}" if result.text else "an empty result")
            return "text"
        path = self.folder / f"{secrets.token_hex(8)}.fetched"
        stored = await download(
            result.url, path, max_bytes=MAX_BYTES, timeout_s=DOWNLOAD_WITHIN_S,
            allowed_hosts=self.allowed_hosts, headers=result.headers,
        )  # fmt: skip
        path.unlink()
        if model.output != "text" and stored.mime.partition("/")[0] != model.output:
            raise WrongResult(f"{stored.mime} instead of {model.output}")
        return stored.mime


async def _once(running: dict[str, asyncio.Task[T]], key: str, work: Coroutine[Any, Any, T]) -> T:
    """Do something once for all who ask for it."""
    if key in running:
        work.close()
    else:
        running[key] = asyncio.create_task(work)
    return await running[key]
