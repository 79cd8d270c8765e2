"""What the local steps of a film work with: the film as its rows say it, its folder, and a place for what is half made."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiebot.errors import KiebotError
from kiebot.films.choices import Choices
from kiebot.services import film_studio, film_work
from kiebot.worker.tasks.film_pieces import percent_made, percent_spoken


class ClaimLost(KiebotError):
    """Somebody else has the job by now, or the film was cancelled."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One slice of a film's job. `aspect` is the film's own, or the other one that was asked for."""

    job: Any
    film: Any
    choices: Choices
    folder: Path

    @classmethod
    def of(cls, job: Any, film: Any) -> Bench:
        return cls(job, film, film_studio.choices_of(film), film_studio.folder(film.id))

    @property
    def aspect(self) -> str:
        return str(self.job.input.get("aspect") or self.choices.aspect)

    @property
    def scratch(self) -> Path:
        """What a call of the confined child answers with; whatever is left there belongs to nobody."""
        return self.folder / f"making-{self.job.id}"

    def __enter__(self) -> Bench:
        self._clear()
        self.scratch.mkdir(parents=True, mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def _clear(self) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)

    def scenes(self) -> list[Any]:
        """The scenes that are in the film, as they are now."""
        return film_studio.kept(self.film)

    def keep(self, made: Path, name: str) -> Path:
        """Move what is made to where it stays. Names are of this version and job: a file that is in use is never overwritten."""
        target = self.folder / f"{name}-v{self.film.version}-{self.job.id}{made.suffix}"
        return made.replace(target)

    def voice_kept(self, number: int, voice: dict[str, Any] | None) -> None:
        percent = percent_spoken(self.scenes())
        _held(film_work.voice_kept(self.job, number, voice, percent=percent))

    def part_kept(self, scene: Any, slot: str, piece: dict[str, Any]) -> None:
        """Keep a piece of a scene in this aspect. The other ones, and those of other aspects, stay."""
        kept = scene.part or {}
        kept = {**kept, self.aspect: {**kept.get(self.aspect, {}), slot: piece}}
        percent = percent_made(self.scenes(), self.choices, self.aspect)
        _held(film_work.part_kept(self.job, scene.number, kept, percent=percent))

    def noted(self, name: str) -> dict[str, Any]:
        """What this job has made for the whole film; empty when it has not."""
        return dict(self.job.input.get("memo", {}).get(name, {}))

    def note(self, **memo: Any) -> None:
        """Keep what belongs to no scene."""
        _held(film_work.noted(self.job, **memo))


def _held(kept: bool) -> None:
    if not kept:
        raise ClaimLost
