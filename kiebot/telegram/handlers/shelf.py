"""The catalogue as it is offered this moment: what the operator changed live, short names for buttons, learned times."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

from kiebot.catalog.loading import Catalogue
from kiebot.catalog.schema import Model
from kiebot.services.catalogue import LiveCatalogue
from kiebot.store import jobs

LEARNED_FOR_S = 60.0  # a learned time is read again after this
KEY_CHARS = 8
USUAL_S = {"image": 45, "video": 240, "audio": 90, "text": 20}  # recorded runs: pictures 12 to 112 s, clips 56 to 785 s


def key_of(name: str) -> str:
    """A short name that stays the same for ever: callback data has 64 bytes, a model's id may be longer."""
    return hashlib.sha256(name.encode()).hexdigest()[:KEY_CHARS]


def usual_s(model: Model) -> float:
    """How long it takes before anything was learned: as the catalogue says, else what models of its kind take."""
    return model.speed_s or USUAL_S[model.output]


class Shelf:
    """Lives in the store thread, as all handlers do. `hears`: there is a server that writes down what is said; `writes`: there is
    a text model, without which no film has a script."""

    def __init__(self, catalogue: Catalogue, *, hears: bool = False, writes: bool = True) -> None:
        self.hears = hears
        self.writes = writes
        self._live = LiveCatalogue(catalogue)
        self._ids = {key_of(model_id): model_id for model_id in catalogue.models}
        self._learned: dict[str, tuple[float, float | None]] = {}

    @property
    def live(self) -> LiveCatalogue:
        """For others who want to know what is offered at a moment."""
        return self._live

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue with the operator's changes."""
        return self._live.now

    def get(self, model_id: str) -> Model | None:
        """The model of this id when it is offered now."""
        model = self.catalogue.get(model_id)
        return model if model is not None and model.offered else None

    def known(self, key: str) -> Model | None:
        """The model that a button names, offered or not; None when the catalogue has it no more."""
        return self.catalogue.get(self._ids.get(key, ""))

    def of_type(self, model_type: str) -> Sequence[Model]:
        """What serves a type, the default first; where nothing does, the nearest that fits."""
        offered = self.catalogue.of_type(model_type)
        default = self.catalogue.default_for(model_type)
        return sorted(offered, key=lambda model: model is not default) or self.nearest(model_type)

    def nearest(self, model_type: str) -> list[Model]:
        """The models named as near to a type for which there is none."""
        return [model for model in self.catalogue.models.values() if model.offered and model_type in model.nearest_for]

    def seconds(self, model: Model) -> float:
        """How long it takes: learned from its jobs, else what is usual."""
        read_at, learned = self._learned.get(model.id, (0.0, None))
        if time.monotonic() - read_at > LEARNED_FOR_S or not read_at:
            learned = jobs.learned_run_time_s(model.id)
            self._learned[model.id] = time.monotonic(), learned
        return learned if learned is not None else usual_s(model)
