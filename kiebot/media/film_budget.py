"""How a film is brought under a size: how many bytes each of its pieces may have, and how large its picture may be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiebot.media.film_commands import FPS

MEGABYTE = 1_000_000  # Telegram counts so, and the smaller one is the safe one
KEPT_FREE = 0.01  # of the whole, for the index of the joined film
LEAST_BYTES_S = 5_000  # of a piece: a still one needs no more, and much less no encoder can do
LEAST_BYTES = 6_000
FEW_BITS = 0.025  # a pixel and frame; with fewer a smaller picture looks better
SCALES = (1.0, 0.75, 0.5, 0.375)


@dataclass(frozen=True, slots=True)
class Compression:
    """The size of the picture, and the most bytes of each piece in order."""

    width: int
    height: int
    most_bytes: list[int]


def plan_compression(
    pieces: Sequence[tuple[int, int]], *, sound_bytes: int, max_mb: int, width: int, height: int
) -> Compression | None:
    """`pieces` are (bytes, frames) in order. None when they are under `max_mb` as they are, or when there is no limit (0).

    All were made at one quality, so their sizes tell how much there is to see in each: they give up the same part of it.
    """
    allowed = int(max_mb * MEGABYTE * (1 - KEPT_FREE)) - sound_bytes
    sizes, frames = [size for size, _ in pieces], [count for _, count in pieces]
    if not max_mb or sum(sizes) <= allowed:
        return None
    bits = max(0, allowed) * 8 / sum(frames)
    scale = next((scale for scale in SCALES if bits / (width * height * scale**2) >= FEW_BITS), SCALES[-1])
    least = [min(size, int(LEAST_BYTES + LEAST_BYTES_S * count / FPS)) for size, count in pieces]
    return Compression(_even(width * scale), _even(height * scale), _shares(sizes, least, allowed))


def _shares(sizes: Sequence[int], least: Sequence[int], allowed: int) -> list[int]:
    """By size, but to none less than its least: what the small ones get more, the others get less."""
    kept: set[int] = set()
    while True:
        free = allowed - sum(least[number] for number in kept)
        weight = sum(size for number, size in enumerate(sizes) if number not in kept)
        factor = free / weight if weight else 0.0
        poor = {number for number, size in enumerate(sizes) if number not in kept and size * factor < least[number]}
        if not poor:
            return [least[number] if number in kept else int(size * factor) for number, size in enumerate(sizes)]
        kept |= poor


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)
