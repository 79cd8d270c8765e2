"""Pictures that the sandbox draws itself: a small landscape that depends on the prompt, with the prompt written under it.

Every picture says that it was drawn by the sandbox, so that nobody takes it for the work of a model.
"""

from __future__ import annotations

import colorsys
import hashlib
import random
import re
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from kiebot.sandbox.ai.question import RUSSIAN

FONT = "DejaVuSans.ttf"
MARKS = {"ru": "Нарисовано песочницей", "en": "Drawn by the sandbox"}
Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]


def draw_picture(prompt: str, size: tuple[int, int], seed: str = "") -> Image.Image:
    """The whole picture: scene and caption."""
    picture = draw_scene(prompt, size, seed).convert("RGBA")
    picture.alpha_composite(draw_caption(prompt, size))
    return picture.convert("RGB")


def draw_cut_out(prompt: str, size: tuple[int, int], seed: str = "") -> Image.Image:
    """On a transparent background: the things that the words name, else the hills, and the caption."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    chance, night = _chance(prompt, seed), _is_night(prompt)
    if not _things(ImageDraw.Draw(picture), prompt, size, chance):
        _hills(ImageDraw.Draw(picture), size, chance, night)
    picture.alpha_composite(draw_caption(prompt, size))
    return picture


def draw_scene(prompt: str, size: tuple[int, int], seed: str = "") -> Image.Image:
    """The scene alone. The same prompt and seed give the same scene."""
    chance, night = _chance(prompt, seed), _is_night(prompt)
    picture = _sky(size, chance, night)
    draw = ImageDraw.Draw(picture)
    _lamp(draw, size, chance, night)
    _hills(draw, size, chance, night)
    _things(draw, prompt, size, chance)
    return picture


def _chance(prompt: str, seed: str) -> random.Random:
    return random.Random(hashlib.sha256(f"{prompt}{seed}".encode()).digest())


def _is_night(prompt: str) -> bool:
    return bool(re.search(r"night|moon|star|ноч|лун|зв[её]зд", prompt, re.IGNORECASE))


def _things(draw: Draw, prompt: str, size: tuple[int, int], chance: random.Random) -> bool:
    """Draw what the words name. False when it is nothing that the sandbox can draw."""
    wanted = [paint for pattern, paint in THINGS if pattern.search(prompt)]
    for paint in wanted:
        paint(draw, size, chance)
    return bool(wanted)


def draw_caption(prompt: str, size: tuple[int, int]) -> Image.Image:
    """A transparent layer with the prompt and the mark of the sandbox. It is at the top: a film's subtitles are at the bottom."""
    width, height = size
    layer = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    words, mark = font(max(14, width // 28)), MARKS["ru" if RUSSIAN.search(prompt) else "en"]
    lines = _wrapped(draw, " ".join(prompt.split()), words, width * 0.9)[:3]
    line_height = int(words.size * 1.35)
    top = height // 16
    bottom = top + line_height * (len(lines) + 1)
    draw.rectangle((0, top - line_height // 3, width, bottom + line_height // 3), fill=(0, 0, 0, 150))
    for number, line in enumerate([*lines, mark]):
        fill = (255, 255, 255, 255) if number < len(lines) else (255, 220, 130, 255)
        draw.text((width * 0.05, top + number * line_height), line, font=words, fill=fill)
    return layer


def font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans where it is installed (it has Cyrillic), otherwise the one that comes with Pillow."""
    try:
        return ImageFont.truetype(FONT, size)
    except OSError:
        fallback = ImageFont.load_default(size)
        assert isinstance(fallback, ImageFont.FreeTypeFont)
        return fallback


def picture_size(aspect_ratio: object, longest: int) -> tuple[int, int]:
    """Width and height, both even, for "16:9" or "1024x1024"; a square for what is neither."""
    found = re.fullmatch(r"(\d{1,4})[:x](\d{1,4})", str(aspect_ratio))
    wide, high = (int(found[1]), int(found[2])) if found else (1, 1)
    scale = longest / max(wide, high, 1)
    return max(64, int(wide * scale) // 2 * 2), max(64, int(high * scale) // 2 * 2)


def _sky(size: tuple[int, int], seed: random.Random, night: bool) -> Image.Image:
    hue = seed.random()
    top, bottom = _colour(hue, 0.7, 0.16 if night else 0.75), _colour(hue + 0.12, 0.45, 0.35 if night else 0.98)
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        share = y / size[1]
        mixed = [int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)]
        column.putpixel((0, y), (mixed[0], mixed[1], mixed[2]))
    return column.resize(size)


def _lamp(draw: Draw, size: tuple[int, int], seed: random.Random, night: bool) -> None:
    """The sun, or the moon and stars."""
    width, height = size
    for _ in range(60 if night else 0):
        x, y = seed.random() * width, seed.random() * height * 0.5
        draw.ellipse((x, y, x + 2, y + 2), fill=(255, 255, 230))
    x, y, radius = width * seed.uniform(0.15, 0.85), height * seed.uniform(0.12, 0.3), min(size) * seed.uniform(0.06, 0.1)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(240, 240, 220) if night else (255, 225, 90))


def _hills(draw: Draw, size: tuple[int, int], seed: random.Random, night: bool) -> None:
    width, height = size
    hue = seed.random()
    for layer in range(3):
        base, steps = height * (0.5 + 0.12 * layer), 8
        points = [(width * step / steps, base - seed.random() * height * 0.12) for step in range(steps + 1)]
        colour = _colour(hue + layer * 0.05, 0.5, (0.3 if night else 0.7) - layer * 0.08)
        draw.polygon([(0, height), *points, (width, height)], fill=colour)


def _sea(draw: Draw, size: tuple[int, int], seed: random.Random) -> None:
    width, height = size
    draw.rectangle((0, height * 0.6, width, height), fill=(40, 110, 180))
    for _ in range(30):
        x, y = seed.random() * width, height * seed.uniform(0.62, 0.95)
        draw.arc((x, y, x + width * 0.06, y + height * 0.02), 180, 360, fill=(190, 225, 250), width=2)


def _trees(draw: Draw, size: tuple[int, int], seed: random.Random) -> None:
    width, height = size
    for _ in range(9):
        x, foot, tall = seed.random() * width, height * seed.uniform(0.62, 0.75), height * seed.uniform(0.1, 0.18)
        draw.rectangle((x - tall * 0.05, foot - tall * 0.3, x + tall * 0.05, foot), fill=(95, 65, 40))
        draw.polygon(
            [(x - tall * 0.3, foot - tall * 0.25), (x, foot - tall), (x + tall * 0.3, foot - tall * 0.25)], fill=(30, 110, 60)
        )


def _house(draw: Draw, size: tuple[int, int], seed: random.Random) -> None:
    width, height = size
    x, foot, side = width * seed.uniform(0.2, 0.6), height * 0.72, min(size) * 0.2
    draw.rectangle((x, foot - side, x + side * 1.2, foot), fill=(225, 200, 160))
    draw.polygon(
        [(x - side * 0.1, foot - side), (x + side * 0.6, foot - side * 1.6), (x + side * 1.3, foot - side)], fill=(165, 55, 45)
    )
    draw.rectangle((x + side * 0.2, foot - side * 0.7, x + side * 0.5, foot - side * 0.4), fill=(255, 230, 120))


def _cat(draw: Draw, size: tuple[int, int], seed: random.Random) -> None:
    x, y, r = size[0] * seed.uniform(0.35, 0.65), size[1] * 0.58, min(size) * 0.12
    fur = _colour(seed.uniform(0.03, 0.12), 0.6, seed.uniform(0.4, 0.9))
    draw.ellipse((x - r * 1.1, y + r * 0.5, x + r * 1.1, y + r * 2.4), fill=fur)
    for side in (-1, 1):
        draw.polygon(
            [(x + side * r * 0.95, y - r * 0.3), (x + side * r * 0.8, y - r * 1.4), (x + side * r * 0.2, y - r * 0.8)], fill=fur
        )
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fur)
    for side in (-1, 1):
        draw.ellipse((x + side * r * 0.4 - r * 0.15, y - r * 0.3, x + side * r * 0.4 + r * 0.15, y + r * 0.1), fill=(20, 30, 20))
        draw.line((x + side * r * 0.3, y + r * 0.4, x + side * r * 1.2, y + r * 0.3), fill=(255, 255, 255), width=2)
    draw.polygon([(x - r * 0.1, y + r * 0.25), (x + r * 0.1, y + r * 0.25), (x, y + r * 0.38)], fill=(230, 130, 140))


def _boat(draw: Draw, size: tuple[int, int], seed: random.Random) -> None:
    x, y, r = size[0] * seed.uniform(0.3, 0.7), size[1] * 0.66, min(size) * 0.12
    draw.polygon([(x - r, y), (x + r, y), (x + r * 0.7, y + r * 0.4), (x - r * 0.7, y + r * 0.4)], fill=(190, 40, 40))
    draw.polygon([(x, y - r * 1.4), (x, y - r * 0.1), (x + r * 0.8, y - r * 0.1)], fill=(250, 250, 245))


THINGS: tuple[tuple[re.Pattern[str], Callable[[Draw, tuple[int, int], random.Random], None]], ...] = tuple(
    (re.compile(words, re.IGNORECASE), paint)
    for words, paint in (
        (r"\bsea\b|ocean|\blake\b|river|boat|ship|море|океан|озер|рек[аиу]|лодк|корабл", _sea),
        (r"tree|forest|wood|дерев|лес", _trees),
        (r"house|home|village|дом|деревн", _house),
        (r"boat|ship|sail|лодк|корабл|парус", _boat),
        (r"\bcats?\b|kitten|\bкот|кошк", _cat),
    )
)


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, max(0.0, min(1.0, value)))
    return int(red * 255), int(green * 255), int(blue * 255)


def _wrapped(draw: Draw, text: str, words: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for word in text[:400].split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and draw.textlength(longer, font=words) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
