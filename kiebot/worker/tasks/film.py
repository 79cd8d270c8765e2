"""The steps of a film that are made here: script, voice, assembly, another aspect, a sheet of pictures, a ZIP of the parts.

One claim makes things for some seconds, each kept as soon as it is made, and lets go: a long film keeps nobody waiting, and
whatever ends the worker costs one thing. Pictures, clips and music are jobs of their own (tasks/generation.py).
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from functools import partial
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError, ProviderError
from kiebot.providers.openai_audio import Speaker
from kiebot.services import film_work, incidents, room
from kiebot.worker.loop import LoopThread
from kiebot.worker.runner import Step, do_again
from kiebot.worker.tasks.film_assembly import FilmAssembly
from kiebot.worker.tasks.film_bench import Bench, ClaimLost
from kiebot.worker.tasks.film_pieces import PieceMissing
from kiebot.worker.tasks.film_sides import FilmSides, TooLarge
from kiebot.worker.tasks.film_voice import FilmVoice
from kiebot.worker.tasks.voices import FOR_THE_OPERATOR, MAY_PASS
from kiebot.worker.turns import Turns

log = logging.getLogger(__name__)

SLICE_S = 8.0  # nothing new is begun after so long; one thing takes some seconds
ROOM_AGAIN_S = 30.0

Work = Callable[[Any], None]
Do = Callable[[Bench], bool]  # True: the stage is done


class FilmTasks:
    """Bound once in worker/app.py. `scripts`: what is done to write a script, by the job's "do".

    `turns`: one slice at a time. `stopping`: the worker is about to end.
    """

    def __init__(
        self,
        *,
        confined: Confined,
        speaker: Speaker,
        loop: LoopThread,
        scripts: Mapping[str, Work],
        turns: Turns | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self._turns = turns
        self._stopping = stopping or threading.Event()
        self._voice = FilmVoice(confined=confined, speaker=speaker, loop=loop)
        self._assembly = FilmAssembly(confined=confined, voice=self._voice)
        self._sides = FilmSides(confined=confined)
        self._scripts = scripts
        self._does: dict[str, Do] = {
            "voice": self._speak,
            "assembly": self._assemble,
            "sheet": partial(_at_once, self._sides.sheet),
            "parts": partial(_at_once, self._sides.parts),
        }

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with the local jobs of films."""
        step = Step("storing", self.work, do_again, film_work.quarantine, turns=self._turns)
        return {("film", "queued"): step, ("film", "storing"): step}

    def work(self, job: Any) -> None:
        """One slice."""
        film = film_work.film_of(job)
        if film is None:
            return
        if room.is_low():
            film_work.stage_failed(job, "disk", wait_s=ROOM_AGAIN_S)
        elif (write := self._scripts.get(job.input["do"])) is not None:
            write(job)
        else:
            self._make(job, film)

    def _make(self, job: Any, film: Any) -> None:
        do = job.input["do"]
        try:
            with Bench.of(job, film) as bench:
                self._slice(bench, self._does[do])
        except ClaimLost:
            log.info("film let go job=%d", job.id)
        except CancelledError:  # the worker stops: the next one goes on
            log.info("film left for the next worker job=%d", job.id)
        except ProviderError as error:
            _not_spoken(job, error)
        except TooLarge as error:
            film_work.stage_failed(job, "too-large", message=str(error), final=True)
        except (FileNotFoundError, PieceMissing) as error:
            log.warning("film not whole job=%d do=%s error=%r", job.id, do, error)
            film_work.stage_failed(job, "gone", message=str(error), final=True)
        except ConfinedError as error:
            log.warning("film not made job=%d do=%s error=%r", job.id, do, error)
            film_work.stage_failed(job, do, message=str(error))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            film_work.stage_failed(job, "disk", message=str(error))

    def _slice(self, bench: Bench, do: Do) -> None:
        """Go on for some seconds, or until the worker is to end."""
        ends_at = time.monotonic() + SLICE_S
        while not do(bench):
            if time.monotonic() > ends_at or self._stopping.is_set():
                film_work.go_on(bench.job)
                return

    def _speak(self, bench: Bench) -> bool:
        if self._voice.step(bench, bench.scenes()):
            return False
        film_work.stage_done(bench.job)
        return True

    def _assemble(self, bench: Bench) -> bool:
        made = self._assembly.step(bench)
        if made is None:
            return False
        film_work.stage_done(bench.job, result=made)
        return True


def _at_once(make: Callable[[Bench], dict[str, Any]], bench: Bench) -> bool:
    film_work.stage_done(bench.job, file=make(bench))
    return True


def _not_spoken(job: Any, error: ProviderError) -> None:
    log.warning("film not spoken job=%d kind=%s code=%s", job.id, error.kind, error.code)
    if error.kind in FOR_THE_OPERATOR:
        incidents.alarm(f"provider-{error.kind}", error.provider, process="worker", words=str(error), context={"job": job.id})
    final = error.kind not in MAY_PASS
    film_work.stage_failed(job, error.kind, message=error.message, final=final, wait_s=error.retry_after_s)
