"""Pictures of text: photographs of a page, screenshots, scans of several pages in one TIFF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from kiebot.documents import ReadingOrder, ocr
from kiebot.documents.slices import read_pages
from kiebot.errors import ConfinedError
from kiebot.media import picture

_PAGED = "TIFF"  # the frames of other formats are a film and not pages
_SMALL_SIDE = 1_200  # letters of a screenshot are too small for tesseract, which was taught on scans
_MAX_PIXELS = 20_000_000


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Each picture of the file is a page. Only OCR can read it, so "never" reads nothing."""
    with picture.opened(path, formats=picture.SCANS) as image:
        count = int(getattr(image, "n_frames", 1)) if image.format == _PAGED else 1
        return read_pages("image", "", count, order, lambda number: page_text(image, number - 1, order.ocr))


def page_text(image: Image.Image, index: int, mode: str) -> tuple[str, str]:
    """What stands on one frame of a picture, and the method."""
    if mode == "never" or not ocr.available():
        return "", "none"
    image.seek(index)
    if image.width * image.height > picture.MAX_PIXELS:
        raise ConfinedError("refused", "bomb")
    text = ocr.read_image(_sized(picture.flat(ImageOps.exif_transpose(image)).convert("L")))
    return ("", "none") if text is None else (text, "ocr")


def _sized(image: Image.Image) -> Image.Image:
    if max(image.size) < _SMALL_SIDE:
        return image.resize((image.width * 2, image.height * 2), Image.Resampling.LANCZOS)
    if image.width * image.height > _MAX_PIXELS:
        return image.reduce(2)
    return image
