"""The step of a voice job: cut the sound in the confined child, let the server write down one part, go on with the next one."""

from __future__ import annotations

import logging
import shutil
from concurrent.futures import CancelledError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError, ProviderError, ProviderErrorKind
from kiebot.http.sniff import HEAD_BYTES, SUFFIXES, sniff
from kiebot.media.calls import refusal_key
from kiebot.media.sound_calls import cut_parts
from kiebot.providers.openai_audio import ENDINGS, MOST_UPLOAD_BYTES, Transcriber
from kiebot.services import incidents, voices
from kiebot.services.jobs import Queue
from kiebot.store import voices as rows
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread
from kiebot.worker.runner import Step, do_again

log = logging.getLogger(__name__)

PART_S = 600.0  # models that listen forget the end of longer ones, and some refuse them
LONGEST_S = 12 * 3600.0
TRIES = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0
OGG = "audio/ogg"

Kind = ProviderErrorKind
MAY_PASS = (Kind.RATE_LIMIT, Kind.CAPACITY, Kind.TRANSIENT, Kind.UNKNOWN_OUTCOME)
FOR_THE_OPERATOR = (Kind.AUTH, Kind.PROVIDER_FUNDS, Kind.NOT_FOUND)


class VoiceTasks:
    """Bound once in worker/app.py."""

    def __init__(
        self, *, confined: Confined, transcriber: Transcriber, loop: LoopThread, queue: Queue, part_s: float = PART_S
    ) -> None:
        self._confined = confined
        self._transcriber = transcriber
        self._loop = loop
        self._queue = queue
        self._part_s = part_s

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with voice jobs."""
        step = Step("storing", self.listen, do_again, voices.quarantine)
        return {("voice", "queued"): step, ("voice", "storing"): step}

    def listen(self, job: Any) -> None:
        """Listen to one part, the first that nobody has listened to. Each has a claim of its own; what is heard is kept."""
        if not self._transcriber.server.there:  # switched off since
            voices.fail(job, "voice-off")
            return
        try:
            more = self._listen(job)
        except FileNotFoundError:
            voices.files_gone(job, queue=self._queue)
        except ConfinedError as error:
            voices.fail(job, refusal_key(error))
        except ProviderError as error:
            self._not_heard(job, error)
        except CancelledError:  # the worker stops: the next one asks again
            log.info("voice left for the next worker job=%d", job.id)
        else:
            if more:
                voices.go_on(job, queue=self._queue)
            elif voices.finish(job):
                shutil.rmtree(Path(job.input["path"]).parent, ignore_errors=True)

    def _listen(self, job: Any) -> bool:
        """True while there is more to do."""
        voice = voices.of(job)
        part = _unheard(voice)
        if part is None and not voice.cut:
            self._cut(job, voice)
            voice = voices.of(job)
            part = _unheard(voice)
        if part is None:
            return not voice.cut
        text = self._written_down(job, voice, part)
        failpoint("voice-written-down")
        if not voices.keep_text(job, part.number, text):
            return False
        return not voice.cut or _unheard(voice) is not None

    def _cut(self, job: Any, voice: Any) -> None:
        """Cut as many parts as one call has time for, from the end of those that are known."""
        path, known = Path(job.input["path"]), rows.parts(voice.id)
        start_s = known[-1].end_s if known else 0.0
        found = cut_parts(self._confined, path, start_s=start_s, part_s=self._part_s, most_s=LONGEST_S, out_dir=path.parent)
        parts = [{**asdict(part), "path": str(part.path)} for part in found.parts]
        voices.keep_parts(job, parts, done=found.done, duration_s=found.duration_s)

    def _written_down(self, job: Any, voice: Any, part: Any) -> str:
        """The recording itself where the server may take it; otherwise, or when it refuses it, what we made of it."""
        whole = voice.cut and part.number == 1 and len(rows.parts(voice.id)) == 1
        if whole and not job.input.get("refused"):
            mime = _fit(Path(job.input["path"]), voice.kind)
            if mime:
                try:
                    return self._transcribed(Path(job.input["path"]), mime)
                except ProviderError as error:
                    if error.kind is not Kind.INPUT:
                        raise
                    log.info("voice refused as it is, converted job=%d code=%s", job.id, error.code)
                    voices.remember(job, refused=True)
        return self._transcribed(Path(part.path), OGG)

    def _transcribed(self, path: Path, mime: str) -> str:
        return self._loop.run(self._transcriber.transcribe(path, name=f"voice{SUFFIXES[mime]}", mime=mime))

    def _not_heard(self, job: Any, error: ProviderError) -> None:
        """Try again later, three times in all; or say that it is no use."""
        tries = job.input.get("tries", 0) + 1
        log.warning("voice not heard job=%d kind=%s code=%s try=%d", job.id, error.kind, error.code, tries)
        if error.kind in MAY_PASS and tries < TRIES:
            voices.wait(job, wait_s(error, tries))
            return
        if error.kind in FOR_THE_OPERATOR:
            incidents.alarm(f"provider-{error.kind}", error.provider, process="worker", words=str(error), context={"job": job.id})
        voices.fail(job, "voice-failed-refused" if error.kind in (Kind.INPUT, Kind.MODERATION) else "voice-failed-service")


def wait_s(error: ProviderError, tries: int) -> float:
    """Exponential, or what the server asked for."""
    return min(LONGEST_WAIT_S, max(error.retry_after_s or 0.0, FIRST_WAIT_S * 2.0 ** (tries - 1)))


def _unheard(voice: Any) -> Any | None:
    return next((part for part in rows.parts(voice.id) if part.text is None), None)


def _fit(path: Path, kind: str) -> str:
    """The media type of a sound that can go to the server as it is; empty when it has a picture, is too big or unusual."""
    if kind not in ("voice", "audio") or path.stat().st_size > MOST_UPLOAD_BYTES:
        return ""
    with path.open("rb") as file:
        mime = sniff(file.read(HEAD_BYTES))
    return mime if SUFFIXES.get(mime) in ENDINGS else ""
