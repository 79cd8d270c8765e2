"""What a model is and what it takes: plain data, as the files of the catalogue say it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Letters, marks and symbols that are drawn as nothing: the grapheme joiner, Hangul fillers, Khmer vowels, the empty Braille cell.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}

ORDERED_TYPES = (
    "text_to_image",
    "image_to_image",
    "text_to_video",
    "image_to_video",
    "video_to_video",
    "text_to_audio",
    "audio_to_text",
    "speech_to_text",
    "image_edit",
    "upscale",
    "inpaint",
    "outpaint",
    "image_to_image_enhanced",
)
TYPES = (
    *ORDERED_TYPES,
    "text_to_speech",
    "text_to_music",
    "audio_to_audio",
    "lip_sync",
    "motion_control",
    "reference_to_video",
    "video_extend",
    "background_removal",
    "image_segmentation",
    "image_decomposition",
    "image_analysis",
    "text_to_text",
    "audio_to_video",
    "audio_to_image",
    "watermark_removal",
)
TRANSCRIBED = ("speech_to_text", "audio_to_text")  # done by the section [transcription] of the configuration
OUTPUTS = ("image", "video", "audio", "text")
DEADLINES_S = {"image": 300, "audio": 600, "video": 1200, "text": 300}
STATUSES = ("current", "old-endpoint", "legacy", "paused", "unlisted", "disabled")
PARAMETER_TYPES = ("string", "integer", "number", "boolean", "enum", "array")
MEDIA_KINDS = ("image", "video", "audio", "file")  # what "url-image" and its like take; "file" is any of them
URL_FORMATS = ("url-image", "url-video", "url-audio", "url-file", "url-page")
EARLIER = ("task", "track")  # the provider's id of an earlier task, or of one thing that an earlier task made
FORMATS = (*URL_FORMATS, *EARLIER)
ITEM_TYPES = ("string", "integer", "number", "object", "array", *URL_FORMATS)
PRICE_UNITS = ("image", "video", "second", "request", "thousand_characters", "megapixel", "million_tokens")
PRESENT, ABSENT = "present", "absent"  # conditions on whether a parameter is given, whatever its value
LANGUAGES = ("ru", "en")
NOTHING: Mapping[str, Any] = MappingProxyType({})  # one for all: thousands of empty tables would be a tenth of the catalogue


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a model's input. `values` belong to an enum; the type of each is its type on the wire."""

    name: str
    type: str
    required: bool = False
    default: Any = None
    values: tuple[Any, ...] = ()
    strict: bool = True  # False: `values` are a suggestion
    min: float | None = None
    max: float | None = None
    also_allowed: tuple[Any, ...] = ()
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    format: str = ""
    items: str = ""
    item_properties: Mapping[str, Parameter] = field(default_factory=_nothing)
    min_items: int | None = None
    max_items: int | None = None
    accept: tuple[str, ...] = ()
    max_mb: float | None = None
    of: tuple[str, ...] = ()  # EARLIER: the kinds of `work` that it takes; none: any of the provider's
    makers: tuple[str, ...] = ()  # EARLIER: ids of the models that do such work
    as_before: bool = False  # must be what it was in the earlier task that the order goes on from
    advanced: bool = False
    label: Mapping[str, str] = field(default_factory=_nothing)

    @property
    def url_format(self) -> str:
        """url-image and the like for a parameter whose value or whose items are URLs, else ""."""
        found = self.items or self.format
        return found if found in URL_FORMATS else ""

    @property
    def media(self) -> str:
        """The kind of media it takes, as a value, as items or inside its items; "" when it takes none."""
        main = self.main_property
        kind = (main.url_format if main is not None else self.url_format).removeprefix("url-")
        return kind if kind in MEDIA_KINDS else ""

    @property
    def takes_words(self) -> bool:
        """Whether a person's own words can be its value, an item of it or inside an item."""
        main = self.main_property
        words = self.type == "string" or self.items == "string" or (main is not None and main.type == "string")
        return words and not self.media and self.format == ""

    @property
    def main_property(self) -> Parameter | None:
        """Of objects in an array, the one property that a person must fill in: media or words. None when there are more."""
        open_ones = [each for each in self.item_properties.values() if each.required and each.default is None]
        return open_ones[0] if len(open_ones) == 1 and open_ones[0].type == "string" else None


@dataclass(frozen=True, slots=True)
class Tier:
    """Credits for one unit when all conditions hold (parameter: allowed values, or PRESENT or ABSENT)."""

    when: Mapping[str, Any]
    credits: Decimal


@dataclass(frozen=True, slots=True)
class Extra:
    """Credits for each item of an array beyond the free ones; a parameter that is no array counts as one item."""

    parameter: str
    credits: Decimal
    free: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """The provider's credits. The first tier whose conditions hold, times the units, times the count, plus the extra."""

    unit: str
    tiers: tuple[Tier, ...]
    units: str = ""  # a parameter, "media" or "characters:<parameter>"
    assumed: Decimal | None = None  # units when they are not known
    count: str = ""
    extra: tuple[Extra, ...] = ()
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What parameters mean for each other.

    any_of, one_of: at least or exactly one of `names`. exclusive: `groups` that may not be mixed. requires, required_if: `names`
    are needed when all conditions of `when` hold. forbid: these conditions may not hold together.
    """

    kind: str
    names: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    when: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Model:
    """One row of the catalogue."""

    id: str
    label: Mapping[str, str]
    about: Mapping[str, str]
    emoji: str
    vendor: str
    family: str
    type: str
    output: str
    provider: str
    status: str
    price: Price | None
    input: Mapping[str, Parameter]
    prompt_parameter: str | None
    deadline_s: int
    work: str = ""  # what others that go on from it call what it makes
    rules: tuple[Rule, ...] = ()
    also: tuple[str, ...] = ()
    nearest_for: tuple[str, ...] = ()
    reason: str = ""
    hidden: bool = False
    default: bool = False
    ends: date | None = None
    speed_s: int | None = None
    own_price: Price | None = None  # what the operator set, in credits of this bot and not the provider's

    @property
    def media(self) -> list[Parameter]:
        """The parameters that take pictures, clips, sounds or files."""
        return [parameter for parameter in self.input.values() if parameter.media]

    @property
    def earlier(self) -> list[Parameter]:
        """The parameters that name an earlier task, or something that it made."""
        return [parameter for parameter in self.input.values() if parameter.format in EARLIER]

    @property
    def offered(self) -> bool:
        """Whether people may choose it."""
        return self.status == "current" and not self.hidden

    def serves(self, model_type: str) -> bool:
        """Whether it does work of this type."""
        return model_type == self.type or model_type in self.also


@dataclass(frozen=True, slots=True)
class InputError:
    """What is wrong with one field of an input; `message` is a sentence for the person."""

    field: str
    code: str
    message: str


def is_given(given: Mapping[str, Any], name: str) -> bool:
    """Whether a parameter says something: a text that shows nothing or an empty list is none."""
    value = given.get(name)
    return has_words(value) if isinstance(value, str) else value not in (None, [])


def has_words(text: str) -> bool:
    """Whether a text shows anything: spaces, controls and characters of no width say nothing, however many there are."""
    return any(unicodedata.category(each) not in BLANK_CATEGORIES and each not in BLANKS for each in text)


def same(one: Any, other: Any) -> bool:
    """Equal on the wire: for Python True is 1 and "5" may be compared to 5, for a provider not."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def holds(when: Mapping[str, Any], given: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> bool:
    """Whether all conditions hold for an input. What is not given has its default."""
    return all(_condition_holds(name, wanted, given, parameters) for name, wanted in when.items())


def _condition_holds(name: str, wanted: Any, given: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> bool:
    if wanted in (PRESENT, ABSENT):
        return is_given(given, name) is (wanted == PRESENT)
    value = given[name] if is_given(given, name) else parameters[name].default
    return any(same(value, each) for each in (wanted if isinstance(wanted, tuple) else (wanted,)))
