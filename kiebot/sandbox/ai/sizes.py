"""How large and how long a result is to be, read from the many names that models have for that."""

from __future__ import annotations

import re
from typing import Any

RATIO_NAMES = ("aspect_ratio", "image_size", "size", "ratio")
SCALE_NAMES = ("resolution", "image_resolution", "output_resolution", "size", "quality", "mode")
SECONDS_NAMES = ("duration", "duration_seconds", "n_frames", "extend_times")
NAMED_RATIOS = {"square": (1, 1), "square_hd": (1, 1), "portrait": (9, 16), "landscape": (16, 9)}
PICTURE_SIDES = {"1K": 1024, "1.5K": 1536, "2K": 2048, "3K": 3072, "4K": 4096, "high": 2048, "ultra": 4096}
PICTURE_SIDE = 1024
LARGEST_PICTURE = 4096
CLIP_SIDES = {"2k": 1440, "4k": 2160, "std": 720, "pro": 1080}  # of the shorter side
CLIP_SIDE = 480  # where nothing is said
LARGEST_CLIP = 2160
SECONDS = {"clip": 5.0, "song": 20.0, "extension": 20.0, "sound": 5.0}
LONGEST_S = 60.0  # of a clip
LONGEST_SOUND_S = 360.0
WIDEST = 8.0
LEFT_OPEN = ("auto", "adaptive")


def ratio(given: dict[str, Any]) -> float | None:
    """Width by height; None when it was left to the model."""
    for name in RATIO_NAMES:
        value = str(given.get(name, ""))
        if value.lower() in LEFT_OPEN:
            return None
        if found := re.search(r"(\d{1,4})[:x_](\d{1,4})", value):
            wide, high = int(found[1]), int(found[2])
            if value.startswith("portrait"):  # portrait_4_3 is 3:4
                wide, high = min(wide, high), max(wide, high)
            return max(1 / WIDEST, min(WIDEST, wide / max(1, high)))
        if value in NAMED_RATIOS:
            wide, high = NAMED_RATIOS[value]
            return wide / high
    return None


def picture_size(given: dict[str, Any], otherwise: float = 1.0) -> tuple[int, int]:
    """The size of a picture: the longer side by the resolution."""
    side = next((PICTURE_SIDES[value] for name in SCALE_NAMES if (value := given.get(name)) in PICTURE_SIDES), PICTURE_SIDE)
    return _even(ratio(given) or otherwise, longer=side)


def clip_size(given: dict[str, Any], otherwise: float = 16 / 9) -> tuple[int, int]:
    """The size of a clip: the shorter side by the resolution."""
    return _even(ratio(given) or otherwise, shorter=clip_height(given) or CLIP_SIDE)


def clip_height(given: dict[str, Any]) -> int | None:
    """The "p" that was asked for; None when it was not."""
    for name in SCALE_NAMES:
        value = str(given.get(name, "")).lower()
        if found := re.fullmatch(r"(\d{3,4})p?", value):
            return min(LARGEST_CLIP, int(found[1]))
        if value in CLIP_SIDES:
            return CLIP_SIDES[value]
    return None


def seconds(makes: str, given: dict[str, Any]) -> float:
    """The length of a clip or a sound that has no model to follow."""
    for name in SECONDS_NAMES:
        try:
            wished = float(str(given.get(name)))
        except ValueError:
            continue
        if wished > 0:
            return min(LONGEST_S if makes == "clip" else LONGEST_SOUND_S, wished)
    return SECONDS.get(makes, 5.0)


def fit(size: tuple[int, int], longer: int) -> tuple[int, int]:
    """The same shape with a longer side of at most so much."""
    scale = min(1.0, longer / max(size))
    return max(2, int(size[0] * scale) // 2 * 2), max(2, int(size[1] * scale) // 2 * 2)


def _even(wide_by_high: float, *, longer: int = 0, shorter: int = 0) -> tuple[int, int]:
    """Width and height, both even, as H.264 wants them."""
    if longer:
        width, height = (longer, longer / wide_by_high) if wide_by_high >= 1 else (longer * wide_by_high, longer)
    else:
        width, height = (shorter * wide_by_high, shorter) if wide_by_high >= 1 else (shorter, shorter / wide_by_high)
    return max(64, round(width) // 2 * 2), max(64, round(height) // 2 * 2)
