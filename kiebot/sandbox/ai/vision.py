"""Looking at a picture without a model: its size, its format and its colours, measured and put into words."""

from __future__ import annotations

import io
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError

from kiebot.sandbox.ai.question import QuestionFault

COLOURS = {
    "black": ((0, 0, 0), "чёрный"),
    "white": ((255, 255, 255), "белый"),
    "grey": ((128, 128, 128), "серый"),
    "red": ((220, 30, 30), "красный"),
    "orange": ((245, 140, 30), "оранжевый"),
    "yellow": ((245, 220, 50), "жёлтый"),
    "green": ((40, 160, 60), "зелёный"),
    "turquoise": ((60, 190, 190), "бирюзовый"),
    "blue": ((40, 80, 210), "синий"),
    "light blue": ((140, 190, 240), "голубой"),
    "violet": ((130, 60, 180), "фиолетовый"),
    "pink": ((245, 150, 190), "розовый"),
    "brown": ((120, 75, 40), "коричневый"),
}
MAX_PIXELS = 50_000_000
SHOWN = 3


class Seen(NamedTuple):
    """What was measured: colours by name with their share in percent, the commonest first."""

    width: int
    height: int
    format: str
    colours: list[tuple[str, int]]

    def words(self, language: str) -> str:
        """One sentence about it."""
        names = [f"{COLOURS[name][1] if language == 'ru' else name} ({share} %)" for name, share in self.colours]
        if language == "ru":
            return f"картинка {self.format}, {self.width}x{self.height} точек, основные цвета: {', '.join(names)}"
        return f"a {self.format} picture of {self.width}x{self.height} pixels, mostly {', '.join(names)}"


def look(data: bytes) -> Seen:
    """Open a picture and measure it. Raises QuestionFault when it is none."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise QuestionFault(f"the picture has over {MAX_PIXELS} pixels")
            size, kind = picture.size, picture.format or "?"
            small = picture.convert("RGB").resize((64, 64))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as exc:
        raise QuestionFault("the picture cannot be opened") from exc
    return Seen(*size, kind, _dominant(small))


def _dominant(picture: Image.Image) -> list[tuple[str, int]]:
    reduced = picture.quantize(16).convert("RGB")
    shares: dict[str, int] = {}
    for count, colour in reduced.getcolors(64 * 64) or []:
        assert isinstance(colour, tuple)
        name = _nearest(colour)
        shares[name] = shares.get(name, 0) + count
    total = sum(shares.values())
    ranked = sorted(shares.items(), key=lambda entry: -entry[1])
    return [(name, round(100 * count / total)) for name, count in ranked[:SHOWN]]


def _nearest(colour: tuple[int, ...]) -> str:
    def distance(name: str) -> int:
        return sum((mine - known) ** 2 for mine, known in zip(colour[:3], COLOURS[name][0], strict=True))

    return min(COLOURS, key=distance)
