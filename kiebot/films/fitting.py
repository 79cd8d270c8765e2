"""Orders for any model of the catalogue, made by its schema alone: a picture of a scene, a clip of a picture, music for a film.

Names and values of parameters are read as a person reads them: what knows 16:9 or landscape_16_9 is the aspect, what has 720p and
1080p is the resolution. The catalogue's own validator has the last word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from kiebot.catalog.forms import complete
from kiebot.catalog.loading import Catalogue
from kiebot.catalog.schema import Model, Parameter
from kiebot.catalog.validation import MediaFacts, validate
from kiebot.films.choices import ASPECTS

ROLES = {"picture": ("text_to_image", "image"), "clip": ("image_to_video", "video"), "music": ("text_to_music", "audio")}
PROBE = "A lighthouse on a rock in the evening light, waves"  # an order with these words tells whether a model fits
ANY_PICTURE = "file:picture"
USUAL_PICTURE = MediaFacts("image", "image/jpeg", 10**6)
PROBE_S = 5.0
LEAST_LINES = 720  # of the shorter side; films are not larger
MOST_PROMPT_CHARS = 5000
SAME_ASPECT = 0.02  # 1344x768 is 16:9

RATIO = re.compile(r"(?:(landscape|portrait)_)?(\d+)[:x*_](\d+)")
WORD_RATIOS = {"landscape": 16 / 9, "horizontal": 16 / 9, "portrait": 9 / 16, "vertical": 9 / 16, "square": 1.0, "square_hd": 1.0}
AS_THE_PICTURE = ("auto", "adaptive", "keep_ratio", "original")
SIZE = re.compile(r"(\d+(?:\.\d+)?)([pk])")
SOUND = re.compile(r"(?:(?:generate|enable|with|native)_)?(?:sound|audio)(?:_switch|_enabled)?")
LENGTH = re.compile(r"duration(?:_seconds|_s)?|seconds|n_frames|length(?:_seconds)?")
NOT_FIRST = re.compile(r"last|end|tail|final")
WITHOUT_VOICES = "instrumental"


def fits(model: Model, role: str, aspect: str | None = None) -> bool:
    """Whether a model can be ordered for a role; `aspect` None: for any of them."""
    model_type, output = ROLES[role]
    if not (model.offered and model.serves(model_type) and model.output == output):
        return False
    if role == "clip" and model.type == "reference_to_video":  # the picture would be a hint, not the clip's beginning
        return False
    image = ANY_PICTURE if role == "clip" else None
    aspects = [aspect] if aspect is not None else list(ASPECTS)
    return any(order_input(model, prompt=PROBE, aspect=each, seconds=PROBE_S, image=image) is not None for each in aspects)


def models_for(catalogue: Catalogue, role: str, aspect: str | None = None) -> list[Model]:
    """The models that fit a role: the catalogue's default first, those made for it before those that can do it too."""
    found = [model for model in catalogue.of_type(ROLES[role][0]) if fits(model, role, aspect)]
    return sorted(found, key=lambda model: not (model.default and model.type == ROLES[role][0]))


def default_model(catalogue: Catalogue, role: str, wished: str = "", aspect: str | None = None) -> Model | None:
    """The wished model when it fits, else the first that does."""
    model = catalogue.get(wished) if wished else None
    if model is not None and fits(model, role, aspect):
        return model
    return next(iter(models_for(catalogue, role, aspect)), None)


def order_input(
    model: Model,
    *,
    prompt: str,
    aspect: str,
    seconds: float = 0,
    image: str | None = None,
    facts: MediaFacts | None = None,
) -> dict[str, Any] | None:
    """A complete and valid input, or None when there is none.

    `image`: the picture to begin with, as "file:<id>"; `facts`: what it is. Of lengths the nearest one that is long enough is
    taken, of resolutions the smallest that is good enough; sound that the model would make itself is switched off.
    """
    chosen = _chosen(model, prompt, aspect, seconds, image)
    if chosen is None:
        return None
    given = complete(model, chosen)
    media = {} if image is None else {image: facts or USUAL_PICTURE}
    return None if validate(model, given, media) else given


def _chosen(model: Model, prompt: str, aspect: str, seconds: float, image: str | None) -> dict[str, Any] | None:
    """What does not go by the model's own defaults; None when something needed cannot be said."""
    words = _prompt(model, prompt)
    shape = _aspect(model, aspect, follows=image is not None)
    begins = _picture(model, image)
    if words is None or begins is None or (shape is None and model.output != "audio"):
        return None
    lengths = {
        parameter.name: _length(parameter, seconds) for parameter in _shown(model) if LENGTH.fullmatch(_snake(parameter.name))
    }
    switches = {parameter.name: _switch(parameter) for parameter in _shown(model) if parameter.type == "boolean"}
    rest = {**lengths, **switches, **_sizes(model), **_one(model)}
    return {**{name: value for name, value in rest.items() if value is not None}, **(shape or {}), **begins, **words}


def _shown(model: Model) -> Iterator[Parameter]:
    return (parameter for parameter in model.input.values() if not parameter.advanced)


def _prompt(model: Model, prompt: str) -> dict[str, Any] | None:
    """The prompt in its parameter, cut between words where the model takes less."""
    if model.prompt_parameter is None:
        return None
    most = min(MOST_PROMPT_CHARS, model.input[model.prompt_parameter].max_length or MOST_PROMPT_CHARS)
    text = prompt if len(prompt) <= most else prompt[:most].rsplit(" ", 1)[0]
    return {model.prompt_parameter: text}


def _picture(model: Model, image: str | None) -> dict[str, Any] | None:
    """The picture in the parameter that the clip begins with; nothing without a picture. None when no parameter takes it."""
    if image is None:
        return {}
    takes = [each for each in model.media if each.media == "image" and not NOT_FIRST.search(_snake(each.name))]
    if not takes:
        return None
    first = min(takes, key=lambda each: (not each.required, "first" not in each.name, "reference" in each.name, each.advanced))
    return {first.name: [image] if first.type == "array" else image}


def _aspect(model: Model, aspect: str, *, follows: bool) -> dict[str, Any] | None:
    """The aspect in its parameter. A clip without one, or one that can be told to, follows its picture."""
    knows = [each for each in model.input.values() if any(_ratio(value) for value in each.values)]
    for parameter in sorted(knows, key=lambda each: each.advanced):
        values = [value for value in parameter.values if _is_aspect(value, aspect)]
        if values:
            return {parameter.name: parameter.default if parameter.default in values else values[0]}
        following = [value for value in parameter.values if str(value).casefold() in AS_THE_PICTURE]
        if follows and following:
            return {parameter.name: following[0]}
        if follows and not parameter.required and parameter.default is None:
            return {}
    return {} if follows and not knows else None


def _is_aspect(value: Any, aspect: str) -> bool:
    ratio, (width, height) = _ratio(value), map(int, aspect.split(":"))
    return ratio is not None and abs(ratio / (width / height) - 1) < SAME_ASPECT


def _ratio(value: Any) -> float | None:
    """Width by height of a value such as 16:9, 1280x720, landscape_16_9 or portrait."""
    if not isinstance(value, str):
        return None
    word = value.casefold()
    found = RATIO.fullmatch(word)
    if found is None:
        return WORD_RATIOS.get(word)
    one, other = int(found[2]), int(found[3])
    if not one or not other:
        return None
    ratio = one / other
    return min(ratio, 1 / ratio) if found[1] == "portrait" else max(ratio, 1 / ratio) if found[1] == "landscape" else ratio


def _length(parameter: Parameter, seconds: float) -> Any:
    """The shortest length that is long enough, else the longest; None when nobody asked for one."""
    if seconds <= 0:
        return None
    if parameter.type == "enum":
        known = sorted((length, place) for place, value in enumerate(parameter.values) if (length := _seconds(value)))
        place = next((place for length, place in known if length >= seconds), known[-1][1] if known else None)
        return None if place is None else parameter.values[place]
    if parameter.type not in ("integer", "number"):
        return None
    step = parameter.multiple_of or 1
    length = math.ceil(seconds / step) * step
    low, high = parameter.min or 0, parameter.max if parameter.max is not None else length
    return type(step)(min(max(length, low), high)) if parameter.type == "number" else int(min(max(length, low), high))


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(str(value).removesuffix("s"))
    except ValueError:
        return None
    return seconds if seconds > 0 else None


def _switch(parameter: Parameter) -> bool | None:
    """Off for a model's own sound, on for music without voices, else as the model has it."""
    name = _snake(parameter.name)
    if SOUND.fullmatch(name):
        return False
    return True if name == WITHOUT_VOICES else None


def _sizes(model: Model) -> dict[str, Any]:
    """The smallest resolution that is good enough, where all values are resolutions."""
    found: dict[str, Any] = {}
    for parameter in _shown(model):
        named = [value for value in parameter.values if str(value).casefold() not in AS_THE_PICTURE]
        sizes = sorted((size, place) for place, value in enumerate(named) if (size := _lines(value)))
        if len(sizes) >= 2 and len(sizes) == len(named):
            found[parameter.name] = named[next((place for size, place in sizes if size >= LEAST_LINES), sizes[-1][1])]
    return found


def _lines(value: Any) -> float | None:
    """720 for 720p; of 1K, a thousand on the longer side, about as much on the shorter one of a square."""
    found = SIZE.fullmatch(str(value).casefold())
    return None if found is None else float(found[1]) * (1000 if found[2] == "k" else 1)


def _one(model: Model) -> dict[str, Any]:
    """One thing where the price goes by how many are made."""
    parameter = model.input.get(model.price.count) if model.price is not None else None
    if parameter is None:
        return {}
    if parameter.type == "enum":
        return {parameter.name: min(parameter.values, key=lambda value: _seconds(value) or math.inf)}
    return {parameter.name: max(1, parameter.min or 1)} if parameter.type in ("integer", "number") else {}


def _snake(name: str) -> str:
    """generateAudio as generate_audio."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold()
