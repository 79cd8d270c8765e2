"""Where scenes lie in a film, and how much can be said in one.

Narration is measured in characters with spaces, for that is what a text model can be told and held to. Speech keeps a rather
constant number of syllables a second: 6.2 in English, 6.0 in German, 7.2 in French, 7.0 in Italian, 7.8 in Spanish (Pellegrino,
Coupé, Marsico: "A cross-language perspective on speech information rate", Language 87(3), 2011). Audiobooks are read slower, at
about 155 English words a minute, which is 14 to 15 characters a second, or 115 Russian ones, which is 13 to 14; and subtitles
may be read at up to 17 a second. The rates here lie a tenth below what audiobooks do, so that slow synthetic voices, numbers
written in digits and the breath between two scenes fit too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

FPS = 30
CHARS_PER_S: Mapping[str, float] = {
    "en": 13.0,
    "ru": 12.0,
    "uk": 12.0,
    "pl": 12.0,
    "tr": 12.0,
    "de": 12.5,
    "es": 13.5,
    "it": 13.5,
    "pt": 13.0,
    "fr": 13.5,
}
SLOWEST = min(CHARS_PER_S.values())
BREATH_S = 0.3  # of a scene's time nobody speaks: it parts one sentence from the next scene's


def timeline(count: int, segment_s: float) -> list[tuple[float, float]]:
    """The start and the end of each scene, in seconds."""
    return [(number * segment_s, (number + 1) * segment_s) for number in range(count)]


def frames_between(start_s: float, end_s: float) -> int:
    """How many frames lie there. Counted from the film's beginning, so that no rounding adds up."""
    return round(end_s * FPS) - round(start_s * FPS)


def most_chars(language: str, seconds: float) -> int:
    """How many characters of narration fit into a time."""
    return max(1, math.floor((seconds - BREATH_S) * CHARS_PER_S.get(language, SLOWEST)))


def clock(seconds: float) -> str:
    """1:05 for 65 seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
