"""The step of a speech job: let the server speak a text piece by piece, make one voice message of the pieces."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError, ProviderError
from kiebot.media.sound_calls import make_voice
from kiebot.providers.openai_audio import Speaker
from kiebot.services import aloud, documents, incidents
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread
from kiebot.worker.runner import Step, do_again
from kiebot.worker.tasks.voices import FOR_THE_OPERATOR, MAY_PASS, TRIES, wait_s

log = logging.getLogger(__name__)


class SpeechTasks:
    """Bound once in worker/app.py."""

    def __init__(self, *, confined: Confined, speaker: Speaker, loop: LoopThread, data_dir: Path) -> None:
        self._confined = confined
        self._speaker = speaker
        self._loop = loop
        self._data_dir = data_dir

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with speech jobs."""
        step = Step("storing", self.speak, do_again, aloud.quarantine)
        return {("speech", "queued"): step, ("speech", "storing"): step}

    def speak(self, job: Any) -> None:
        """Speak what is not spoken yet; what a crash left is kept."""
        folder = documents.folder(self._data_dir, job.id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            if not self._speaker.server.there:  # switched off since
                aloud.fail(job)
            elif self._speak_pieces(job, folder):
                self._finish(job, folder)
        except ProviderError as error:
            self._not_spoken(job, error)
        except ConfinedError as error:
            log.warning("speech is no sound job=%d error=%s", job.id, error)
            aloud.fail(job)
        except CancelledError:  # the worker stops: the next one asks again
            log.info("speech left for the next worker job=%d", job.id)

    def _speak_pieces(self, job: Any, folder: Path) -> bool:
        """False when the job was cancelled meanwhile."""
        pieces, known = job.input["pieces"], job.input["sounds"]
        for number in range(len(known), len(pieces)):
            sound = self._loop.run(self._speaker.speak(pieces[number]))
            failpoint("speech-spoken")
            path = folder / f"piece-{number}"
            path.write_bytes(sound)
            if not aloud.keep_sound(job, str(path)):
                return False
        return True

    def _finish(self, job: Any, folder: Path) -> None:
        sounds = [Path(path) for path in job.input["sounds"]]
        voice = make_voice(self._confined, sounds, out_dir=folder)
        path = voice.path.replace(folder / "voice.ogg")
        file = {
            "path": str(path),
            "mime": "audio/ogg",
            "name": "voice.ogg",
            "size": path.stat().st_size,
            "duration_s": voice.duration_s,
            "waveform": voice.waveform,
        }
        if aloud.finish(job, file):
            for sound in sounds:
                sound.unlink(missing_ok=True)

    def _not_spoken(self, job: Any, error: ProviderError) -> None:
        tries = job.input.get("tries", 0) + 1
        log.warning("not spoken job=%d kind=%s code=%s try=%d", job.id, error.kind, error.code, tries)
        if error.kind in MAY_PASS and tries < TRIES:
            aloud.wait(job, wait_s(error, tries))
            return
        if error.kind in FOR_THE_OPERATOR:
            incidents.alarm(f"provider-{error.kind}", error.provider, process="worker", words=str(error), context={"job": job.id})
        aloud.fail(job)
