"""The voice of a film: what is said in each scene is spoken by the speech server, levelled and fitted to the scene.

Words are never cut. What does not fit into its scene even a little faster makes the scene longer: its last picture stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from kiebot.http.sniff import HEAD_BYTES, SUFFIXES, sniff
from kiebot.media import film_calls
from kiebot.media.film_commands import FRAME_SAMPLES
from kiebot.providers.openai_audio import Speaker
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread
from kiebot.worker.tasks.film_bench import Bench
from kiebot.worker.tasks.film_pieces import own_frames, said_key, said_of, track_key, track_of


class FilmVoice:
    """Bound once in worker/app.py. Without a speech server films have no voice."""

    def __init__(self, *, confined: Confined, speaker: Speaker, loop: LoopThread) -> None:
        self._confined = confined
        self._speaker = speaker
        self._loop = loop

    def step(self, bench: Bench, scenes: Sequence[Any]) -> bool:
        """Make the sound of the first scene that has none. False when all have theirs."""
        for scene in scenes:
            said = said_of(scene, bench.choices)
            if said is None and scene.narration.strip() and bench.choices.narrated and self._speaker.server.there:
                self._speak(bench, scene)
                return True
            if track_of(scene, said) is None:
                self._fit(bench, scene, said)
                return True
        return False

    def _speak(self, bench: Bench, scene: Any) -> None:
        """Paid for at the server: kept before anything else is done with it."""
        sound = self._loop.run(self._speaker.speak(scene.narration, bench.choices.voice))
        failpoint("film-spoken")
        mime = sniff(sound[:HEAD_BYTES])
        made = bench.scratch / f"said{SUFFIXES.get(mime, '.bin')}"
        made.write_bytes(sound)
        path = bench.keep(made, f"said-{scene.number:03d}")
        voice = {"path": str(path), "mime": mime, "size": len(sound), "key": said_key(scene, bench.choices)}
        bench.voice_kept(scene.number, voice)
        failpoint("film-voice-kept")

    def _fit(self, bench: Bench, scene: Any, said: dict[str, Any] | None) -> None:
        samples = own_frames(scene) * FRAME_SAMPLES
        source = Path(said["path"]) if said else None
        try:
            made = film_calls.make_voice_track(self._confined, source, out_dir=bench.scratch, samples=samples)
        except ConfinedError as error:
            if said and error.reason == "refused":  # the same bytes would be refused for ever
                bench.voice_kept(scene.number, None)
            raise
        failpoint("film-track-made")
        track = {
            "path": str(bench.keep(made.path, f"track-{scene.number:03d}")),
            "frames": made.frames,
            "start_s": made.start_s,
            "speech_s": made.speech_s,
            "key": track_key(scene, said),
        }
        bench.voice_kept(scene.number, {**(said or {}), "track": track})
