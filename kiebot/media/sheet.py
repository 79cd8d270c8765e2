"""A contact sheet: small pictures in rows, each with its number, as one JPEG that Telegram takes as a photo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kiebot.media.picture import SCANS, VIEW_QUALITY, opened, upright

CELL_SIDE = 320  # the longer side of a picture on the sheet
MOST_SIDES = 9_000  # width and height together; Telegram takes 10,000
SHEET_RATIO = 4 / 3
GAP = 6
GROUND = (24, 24, 28)


def write_sheet(pictures: Sequence[Path], numbers: Sequence[int], columns: int, target: Path) -> None:
    """`columns` 0: as many as make the sheet look like a sheet."""
    small = [_small(path) for path in pictures]
    width, height = max(image.width for image in small), max(image.height for image in small)
    across = columns or best_columns(len(small), width, height)
    down = math.ceil(len(small) / across)
    sheet = Image.new("RGB", (across * (width + GAP) + GAP, down * (height + GAP) + GAP), GROUND)
    for place, (image, number) in enumerate(zip(small, numbers, strict=True)):
        left, top = GAP + place % across * (width + GAP), GAP + place // across * (height + GAP)
        sheet.paste(image, (left + (width - image.width) // 2, top + (height - image.height) // 2))
        _write_number(sheet, left, top, number, max(width, height))
    if sum(sheet.size) > MOST_SIDES:
        scale = MOST_SIDES / sum(sheet.size)
        sheet.thumbnail((int(sheet.width * scale), int(sheet.height * scale)))
    sheet.save(target, "JPEG", quality=VIEW_QUALITY)


def best_columns(count: int, width: int, height: int) -> int:
    """The number of columns whose sheet comes nearest to the shape of a sheet."""

    def off(columns: int) -> float:
        rows = math.ceil(count / columns)
        return abs(math.log(columns * width / (rows * height) / SHEET_RATIO))

    return min(range(1, count + 1), key=off)


def _small(path: Path) -> Image.Image:
    with opened(path, SCANS) as image:
        small = upright(image)
    small.thumbnail((CELL_SIDE, CELL_SIDE))
    return small


def _write_number(sheet: Image.Image, left: int, top: int, number: int, side: int) -> None:
    """White on black in the corner, so that it can be read on any picture."""
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=max(12, side // 11))
    box = draw.textbbox((left + 8, top + 4), str(number), font=font)
    draw.rectangle((left, top, box[2] + 8, box[3] + 6), fill="black")
    draw.text((left + 8, top + 4), str(number), fill="white", font=font)
