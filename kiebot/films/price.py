"""What a film costs, stage by stage, and how long it takes: known before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.catalog.schema import Model
from kiebot.films.asking import SCENES_AT_ONCE
from kiebot.films.choices import Choices
from kiebot.films.fitting import ANY_PICTURE, PROBE, order_input
from kiebot.films.timeline import most_chars

USUAL_PICTURE_S, USUAL_CLIP_S = 20.0, 90.0  # until the bot has learned how long a model takes
OUTLINE_S, SCENES_S = 15.0, 30.0  # of a text model
VOICE_S, MUSIC_S = 3.0, 90.0  # one scene's narration; a piece of music, which is made meanwhile
PART_S, JOIN_S = 5.0, 15.0  # one scene made ready, and all put together, on two cores at 720p

PriceOf = Callable[[Model, Mapping[str, Any]], int | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Whole credits: of the script, one picture, one clip, the whole voice, the music."""

    script: int
    picture: int
    clip: int
    voice: int
    music: int
    scenes: int
    unknown: tuple[str, ...] = ()  # picture, clip, music: no such model, or it has no price, or the film cannot be ordered of it

    @property
    def prices(self) -> dict[str, int]:
        """As the film's row keeps them."""
        return {"script": self.script, "picture": self.picture, "clip": self.clip, "voice": self.voice, "music": self.music}

    @property
    def stages(self) -> dict[str, int]:
        """The whole of each stage."""
        return stages_of(self.prices, self.scenes)

    @property
    def total(self) -> int:
        """The whole film."""
        return sum(self.stages.values())


def stages_of(prices: Mapping[str, int], scenes: int) -> dict[str, int]:
    """What each stage of a film of so many scenes costs by such prices."""
    return {
        "script": prices["script"],
        "pictures": prices["picture"] * scenes,
        "animation": prices["clip"] * scenes,
        "voice": prices["voice"],
        "music": prices["music"],
    }


def estimate(
    choices: Choices,
    *,
    image_model: Model | None,
    animation_model: Model | None,
    music_model: Model | None,
    price_of: PriceOf,
    speech: Callable[[int], int],
    script: int,
) -> Estimate:
    """What a film costs by its choices. `speech`: the price of so many characters read aloud; `script`: that of the script."""
    credits = {
        "picture": _price(image_model, choices, price_of),
        "clip": _price(animation_model, choices, price_of, seconds=choices.segment_s, image=ANY_PICTURE),
        "music": _price(music_model, choices, price_of, seconds=choices.seconds) if choices.music else 0,
    }
    characters = choices.scene_count * most_chars(choices.language, choices.segment_s)
    return Estimate(
        script=script,
        picture=credits["picture"] or 0,
        clip=credits["clip"] or 0,
        voice=speech(characters) if choices.narrated else 0,
        music=credits["music"] or 0,
        scenes=choices.scene_count,
        unknown=tuple(role for role, price in credits.items() if price is None),
    )


def _price(
    model: Model | None, choices: Choices, price_of: PriceOf, *, seconds: float = 0, image: str | None = None
) -> int | None:
    if model is None:
        return None
    given = order_input(model, prompt=PROBE, aspect=choices.aspect, seconds=seconds, image=image)
    return None if given is None else price_of(model, given)


def expected_s(
    choices: Choices, *, picture_s: float | None = None, clip_s: float | None = None, at_once: int = 3
) -> dict[str, int]:
    """How many seconds each stage takes, without the person's own thinking. `picture_s`, `clip_s`: learned of one job."""
    scenes = choices.scene_count
    rounds, batches = -(-scenes // at_once), -(-scenes // SCENES_AT_ONCE)
    voice = VOICE_S * scenes if choices.narrated else 0.0
    seconds = {
        "script": OUTLINE_S + SCENES_S * batches,
        "pictures": rounds * (picture_s or USUAL_PICTURE_S),
        "animation": rounds * (clip_s or USUAL_CLIP_S),
        "voice": max(voice, MUSIC_S) if choices.music else voice,
        "assembly": PART_S * scenes + JOIN_S,
    }
    return {stage: round(each) for stage, each in seconds.items()}
