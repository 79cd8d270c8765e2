"""What a film costs: all stages are held when it starts, each is charged when it is finished, for what was really made.

The subjects of the holds are "film:<id>:<stage>", and "film:<id>:redo<k>" for what is changed once the film is finished; held
anew they are called "...:2", "...:3". Each thing that was made is a row of film_work with its price, which is charged once:
`paid` is written in the transaction of the charge. An unfinished stage is never charged. Who pays nothing has prices of 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kiebot.catalog.loading import Catalogue
from kiebot.catalog.schema import Model
from kiebot.errors import UserFault
from kiebot.films import price
from kiebot.films.choices import Choices
from kiebot.films.fitting import ANY_PICTURE, PROBE, default_model, order_input
from kiebot.services import billing
from kiebot.services.film_studio import bound, choices_of, kept, with_voice
from kiebot.store import accounts, films, jobs, ledger
from kiebot.store.ledger import BalanceTooLow

KINDS: Mapping[str, tuple[str, ...]] = {  # what is charged under the name of a stage
    "script": ("script",),
    "pictures": ("picture",),
    "animation": ("clip",),
    "voice": ("voice",),
    "music": ("music",),
}
STAGES = tuple(KINDS)
ALL_KINDS = tuple(kind for kinds in KINDS.values() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a film would cost an account, and how long its stages take."""

    estimate: price.Estimate
    pays: bool
    seconds: Mapping[str, int]

    @property
    def total(self) -> int:
        """Credits that are held when it starts."""
        return self.estimate.total if self.pays else 0

    @property
    def prices(self) -> dict[str, int]:
        """As the film's row keeps them."""
        return self.estimate.prices if self.pays else dict.fromkeys(self.estimate.prices, 0)


def offer(account_id: int, choices: Choices) -> Offer:
    """What a film of these choices costs now. Models that are missing or have no price stand in `estimate.unknown`."""
    studio, choices = bound(), with_voice(choices)
    picture, clip, music = (model_for(choices, role) for role in ("picture", "clip", "music"))
    estimate = price.estimate(
        choices, image_model=picture, animation_model=clip, music_model=music,
        price_of=studio.tariff.price_of, speech=studio.tariff.speech, script=studio.rules.script_price,
    )  # fmt: skip
    seconds = price.expected_s(choices, picture_s=_learned(picture), clip_s=_learned(clip), at_once=studio.rules.at_once)
    return Offer(estimate, billing.pays(accounts.get(account_id), enabled=studio.tariff.enabled), seconds)


def _learned(model: Model | None) -> float | None:
    return None if model is None else jobs.learned_run_time_s(model.id) or model.speed_s


def model_for(choices: Choices, role: str) -> Model | None:
    """The model of the catalogue that draws, animates or makes the music of a film: the chosen one while it fits."""
    rules = bound().rules
    wished = {
        "picture": choices.image_model or rules.image_model,
        "clip": choices.animation_model or rules.animation_model,
        "music": rules.music_model,
    }
    aspect = None if role == "music" else choices.aspect
    return _fitting(bound().catalogue.now, role, wished[role], aspect)


@lru_cache(32)  # a catalogue never changes, another comes in its place; looking through all models takes 30 ms
def _fitting(catalogue: Catalogue, role: str, wished: str, aspect: str | None) -> Model | None:
    return default_model(catalogue, role, wished, aspect)


def price_of_clip(film: Any, model: Model) -> int | None:
    """What one clip of this film costs with another model; None when it cannot make it or has no price."""
    choices, tariff = choices_of(film), bound().tariff
    given = order_input(model, prompt=PROBE, aspect=choices.aspect, seconds=choices.segment_s, image=ANY_PICTURE)
    if given is None:
        return None
    if not billing.pays(accounts.get(film.account_id), enabled=tariff.enabled):
        return 0
    return tariff.price_of(model, given)


def clip_price(film: Any, scene: Any) -> int:
    """What the clip of a scene costs: as was shown at the start, unless another model was chosen for it since."""
    other = film.memo.get("clip_prices", {}).get(scene.clip_model) if scene.clip_model else None
    return int(film.prices["clip"] if other is None else other)


def narration_price(film: Any) -> int:
    """What one scene read anew costs: its share of the whole."""
    return -(-int(film.prices["voice"]) // max(1, len(films.scenes(film.id))))


# -- holds -------------------------------------------------------------------------------------------------------------------


def name_of(film: Any, stage: str) -> str:
    """The subject of the hold: of the stage, or of the change that is being made to the finished film."""
    return f"film:{film.id}:redo{film.rounds}" if film.rounds else f"film:{film.id}:{stage}"


def hold_all(film: Any, choices: Choices) -> None:
    """Reserve the whole film before it starts. Raises UserFault: credits-too-low, with the price of all."""
    stages = price.stages_of(film.prices, choices.scene_count)
    check_balance(film, sum(stages.values()))
    for stage, credits in stages.items():
        hold(film, stage, credits)


def check_balance(film: Any, credits: int) -> None:
    """Raise UserFault credits-too-low when there are not so many: the sentence names all of them, not those of one stage."""
    if (balance := ledger.balance(film.account_id)) < credits:
        raise UserFault("credits-too-low", balance=balance, price=credits)


def left(film: Any) -> dict[str, int]:
    """What the stages after the present one will cost: only what is not made yet."""
    scenes = kept(film)
    costs = {
        "pictures": sum(int(film.prices["picture"]) for scene in scenes if scene.picture is None),
        "animation": sum(clip_price(film, scene) for scene in scenes if scene.treatment == "clip" and scene.clip is None),
        "voice": int(film.prices["voice"]),
        "music": 0 if "music" in film.memo else int(film.prices["music"]),
    }
    return {stage: costs[stage] for stage in STAGES[STAGES.index(film.stage) + 1 :]}


def hold(film: Any, stage: str, credits: int) -> None:
    """Reserve what is to be made (again) for a stage; what was reserved for it before goes back. Raises UserFault."""
    if not credits:
        return
    try:
        ledger.hold_anew(film.account_id, name_of(film, stage), credits)
    except BalanceTooLow as low:
        raise UserFault("credits-too-low", balance=low.balance, price=low.price) from low


def settle(film: Any, stage: str) -> int:
    """A stage is finished: charge what was made of it, once; what else was held goes back. Returns what was charged."""
    kinds = ALL_KINDS if film.rounds else KINDS[stage]
    made = films.unpaid(film.id, kinds, film.rounds)
    films.pay(work.job_id for work in made)
    now = ledger.open_hold(name_of(film, stage))
    return 0 if now is None else ledger.capture(now.subject, sum(work.price for work in made))


def release_all(film: Any) -> int:
    """Nothing more is made: what is held for the film goes back. Returns the credits."""
    return sum(ledger.release(hold.subject) for hold in ledger.open_holds(f"film:{film.id}:"))
