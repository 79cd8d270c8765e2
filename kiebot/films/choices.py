"""What can be chosen of a film, and what it is when nobody chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Protocol

LENGTHS = (30, 60, 120, 240, 360, 600)
ASPECTS: Mapping[str, tuple[int, int]] = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960)}
STYLES: Mapping[str, str] = {  # what a model that draws is told
    "cinematic": "cinematic film still, dramatic natural light, shallow depth of field, rich colour grading",
    "photo": "realistic photograph, natural colours, fine detail, soft daylight",
    "documentary": "documentary footage, handheld camera, true colours, available light",
    "animation3d": "polished 3D animation, expressive characters, soft global illumination, vivid colours",
    "anime": "anime film frame, clean line art, painted backgrounds, luminous sky",
    "cartoon": "hand-drawn cartoon, bold outlines, flat bright colours, playful shapes",
    "watercolor": "watercolour painting, soft washes, visible paper texture, gentle palette",
    "oil": "oil painting, visible brush strokes, warm glazes, classical composition",
    "comic": "comic book panel, inked outlines, halftone shading, strong contrast",
    "fantasy": "epic fantasy illustration, atmospheric light, intricate detail, sweeping scale",
    "noir": "black and white film noir, hard shadows, wet streets, venetian blind light",
    "retro": "1980s film look, grain, faded colours, warm tungsten light",
    "clay": "stop-motion clay figures, handmade sets, visible fingerprints, miniature lighting",
    "pixel": "detailed pixel art, limited palette, crisp edges, glowing accents",
}
SUBTITLES = ("burnt", "track", "off")
TRANSITIONS = ("none", "fade")
LANGUAGES: Mapping[str, str] = {  # in their own words; all are written with letters that the font of subtitles has
    "ru": "Русский",
    "en": "English",
    "uk": "Українська",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "pt": "Português",
    "pl": "Polski",
    "tr": "Türkçe",
}
DEFAULT_LANGUAGE = "en"
NO_VOICE = "no-voice"  # in the place of a voice: nobody tells the film
LONGEST_NAME = 200  # of a voice or a model
MOST_MB = 2000


class Settings(Protocol):
    """The section `film` of the configuration, as far as choices begin with it."""

    @property
    def segments(self) -> int: ...
    @property
    def segment_s(self) -> int: ...
    @property
    def max_mb(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that is chosen before a film starts."""

    seconds: int
    segment_s: int
    aspect: str
    style: str
    language: str
    voice: str
    image_model: str
    animation_model: str
    subtitles: str
    music: bool
    transition: str
    max_mb: int

    @property
    def scene_count(self) -> int:
        """How many scenes the film has; the last one may reach beyond the length by less than a scene."""
        return max(1, -(-self.seconds // self.segment_s))

    @property
    def narrated(self) -> bool:
        """Whether somebody reads the script aloud."""
        return self.voice != NO_VOICE

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its frames."""
        return ASPECTS[self.aspect]

    def changed(self, name: str, value: Any) -> Choices:
        """With one of them chosen anew. Raises ValueError when that cannot be chosen."""
        if not _possible(name, value):
            raise ValueError(f"{name} cannot be {value!r}")
        return replace(self, **{name: value})

    def to_json(self) -> dict[str, Any]:
        """As the film's row keeps them."""
        return asdict(self)


def defaults(settings: Settings, *, language: str, voice: str, image_model: str, animation_model: str) -> Choices:
    """What a film is when nobody chooses. `language` is that of the talk."""
    return Choices(
        seconds=settings.segments * settings.segment_s,
        segment_s=settings.segment_s,
        aspect="16:9",
        style="cinematic",
        language=language if language in LANGUAGES else DEFAULT_LANGUAGE,
        voice=voice,
        image_model=image_model,
        animation_model=animation_model,
        subtitles="burnt",
        music=True,
        transition="none",
        max_mb=settings.max_mb,
    )


def from_json(stored: Mapping[str, Any], otherwise: Choices) -> Choices:
    """Choices as they were kept. What is missing, or can be chosen no more, is as in `otherwise`."""
    usable = {each.name: stored[each.name] for each in fields(Choices) if each.name in stored}
    return replace(otherwise, **{name: value for name, value in usable.items() if _possible(name, value)})


def _possible(name: str, value: Any) -> bool:
    known: Mapping[str, Any] = {
        "aspect": ASPECTS, "style": STYLES, "language": LANGUAGES, "subtitles": SUBTITLES, "transition": TRANSITIONS
    }  # fmt: skip
    if name in known:
        return isinstance(value, str) and value in known[name]
    if name == "music":
        return isinstance(value, bool)
    if name in ("voice", "image_model", "animation_model"):
        return isinstance(value, str) and len(value) <= LONGEST_NAME
    low, high = {"seconds": (1, 3600), "segment_s": (1, 60), "max_mb": (0, MOST_MB)}.get(name, (1, 0))
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
