"""What the services of films need of their process: bound once by the bot, the worker and the commands that go on with a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kiebot.errors import UserFault
from kiebot.films.choices import NO_VOICE, Choices, defaults, from_json
from kiebot.services.catalogue import LiveCatalogue
from kiebot.services.jobs import Queue
from kiebot.services.limits import Limits
from kiebot.services.pricing import Tariff
from kiebot.store import films


class Rules(Protocol):
    """The section `film` of the configuration."""

    @property
    def segments(self) -> int: ...
    @property
    def segment_s(self) -> int: ...
    @property
    def at_once(self) -> int: ...
    @property
    def approval_minutes(self) -> int: ...
    @property
    def resume_days(self) -> int: ...
    @property
    def per_user(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def image_model(self) -> str: ...
    @property
    def animation_model(self) -> str: ...
    @property
    def music_model(self) -> str: ...
    @property
    def voices(self) -> Sequence[str]: ...
    @property
    def script_price(self) -> int: ...
    @property
    def max_mb(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Studio:
    """Everything by which films are made here."""

    rules: Rules
    limits: Limits
    tariff: Tariff
    catalogue: LiveCatalogue
    queue: Queue
    data_dir: Path
    speaks: bool = True  # there is a speech server


_bound: list[Studio] = []


def bind(studio: Studio) -> None:
    """Set once by each process."""
    _bound[:] = [studio]


def bound() -> Studio:
    """The studio of this process."""
    return _bound[0]


def folder(film_id: int) -> Path:
    """Where the files of a film lie; those of its jobs lie in the folders of the jobs."""
    return folder_in(bound().data_dir, film_id)


def folder_in(data_dir: Path, film_id: int) -> Path:
    """The same, for whoever makes no films."""
    return data_dir / "media" / "films" / str(film_id)


def own(film_id: int, account_id: int | None) -> Any:
    """The person's film; None: the operator asks. Raises UserFault: film-gone, film-not-yours (also for others in a group)."""
    film = films.get(film_id)
    if film is None:
        raise UserFault("film-gone")
    if account_id is not None and film.account_id != account_id:
        raise UserFault("film-not-yours")
    return film


def choices_of(film: Any) -> Choices:
    """What was chosen for it."""
    otherwise = defaults(bound().rules, language=film.language, voice="", image_model="", animation_model="")
    return from_json(film.choices, otherwise)


def with_voice(choices: Choices) -> Choices:
    """What was chosen, without a voice where nobody speaks."""
    return choices if bound().speaks else choices.changed("voice", NO_VOICE)


def kept(film: Any) -> list[Any]:
    """The scenes that will be in the film."""
    return [scene for scene in films.scenes(film.id) if scene.treatment != "left_out"]
