"""Pictures through Pillow: is it one, how large, and a JPEG of it that Telegram takes as a photo."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from kiebot.errors import ConfinedError

MAX_PIXELS = 50_000_000
MAX_PHOTO_BYTES = 10_000_000
MAX_PHOTO_SIDES = 10_000  # width + height
MAX_PHOTO_RATIO = 20
PHOTOS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
SCANS = (*PHOTOS, "TIFF", "AVIF")
VIEW_QUALITY = 85
HEIC_MARKS = frozenset(b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_QUALITIES = (92, 85, 75, 60)


@dataclass(frozen=True)
class Picture:
    """A picture as it came. `width` and `height` are as shown, after the camera's turn mark."""

    format: str
    width: int
    height: int
    animated: bool


@contextmanager
def opened(path: Path, formats: tuple[str, ...] = PHOTOS) -> Iterator[Image.Image]:
    """An image whose whole data was read without a complaint."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=formats) as check:
                check.verify()
            with Image.open(path, formats=formats) as image:
                image.load()
                yield image
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as exc:
        raise ConfinedError("refused", "bomb") from exc
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as exc:  # how Pillow's decoders say "broken"
        raise ConfinedError("refused", "heic" if _is_heic(path) else "broken") from exc


def _is_heic(path: Path) -> bool:
    """What an iPhone's camera writes; Pillow cannot read it."""
    with path.open("rb") as file:
        return file.read(12)[4:] in HEIC_MARKS


def describe(image: Image.Image) -> Picture:
    """Format and size of an opened image."""
    turned = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    width, height = (image.height, image.width) if turned else (image.width, image.height)
    return Picture(image.format or "", width, height, bool(getattr(image, "is_animated", False)))


def write_photo(image: Image.Image, target: Path) -> tuple[int, int]:
    """A JPEG within Telegram's limits for photos, upright and without metadata. Returns its size."""
    photo = upright(image)
    photo = _fitted(photo)
    for quality in _QUALITIES:
        photo.save(target, "JPEG", quality=quality, optimize=False)
        if target.stat().st_size <= MAX_PHOTO_BYTES:
            return photo.size
    photo.thumbnail((2560, 2560))  # noise of the worst kind: what Telegram would show anyway
    photo.save(target, "JPEG", quality=_QUALITIES[-1])
    return photo.size


def write_view(image: Image.Image, target: Path, side: int) -> None:
    """A JPEG at most `side` on each side, upright and without metadata: what a model that looks is shown."""
    view = upright(image)
    view.thumbnail((side, side), Image.Resampling.LANCZOS)
    view.save(target, "JPEG", quality=VIEW_QUALITY)


def upright(image: Image.Image) -> Image.Image:
    """RGB as it is meant to be seen, whatever way the camera was held."""
    return flat(ImageOps.exif_transpose(image))


def flat(image: Image.Image) -> Image.Image:
    """RGB; what shines through becomes white, as in every messenger."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image.convert("RGB")


def _fitted(image: Image.Image) -> Image.Image:
    """Scaled down to the sum of sides that Telegram takes; a picture too long for a photo is refused."""
    if max(image.size) > MAX_PHOTO_RATIO * min(image.size):
        raise ConfinedError("refused", "ratio")
    scale = MAX_PHOTO_SIDES / (image.width + image.height)
    if scale >= 1:
        return image
    return image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))), Image.Resampling.LANCZOS)
