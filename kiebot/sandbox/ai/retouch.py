"""Pictures out of pictures: edited, enlarged, cut out, taken apart, widened. Each does what its name says, in a simple way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from kiebot.sandbox.ai.drawing import draw_caption, draw_cut_out, draw_picture, draw_scene
from kiebot.sandbox.ai.sizes import LARGEST_PICTURE, PICTURE_SIDE, fit, picture_size

TINT = 0.3  # how much of the drawn scene shines through an edited picture
LOOK_SIDE = 160  # the side of the copy in which the background is looked for
ALIKE = 60  # colours this near to a corner's count as background
SEGMENTS = 6
LARGEST_SOURCE = 50_000_000  # pixels
COVER = "Cover of a track"


@dataclass(frozen=True, slots=True)
class Wish:
    """One picture to make: what for, which of several, with which parameters and pictures."""

    makes: str
    number: int
    given: dict[str, Any]
    images: Sequence[Path] = ()
    mask: Path | None = None
    words: str = field(default="")
    seed: str = field(default="")


def paint(wish: Wish) -> Image.Image:
    """Make it. Pictures that need a source get one drawn when the source is not on this machine."""
    return PAINTERS[wish.makes](wish)


def save(picture: Image.Image, path: Path) -> None:
    """Store it in the format that the name says."""
    if path.suffix == ".png":
        picture.save(path, compress_level=1)
    elif path.suffix == ".webp":
        picture.save(path, quality=88)
    else:  # a JPEG has no transparency
        on_white = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
        on_white.convert("RGB").save(path, quality=88)


def opened(path: Path) -> Image.Image:
    """A lent picture, the right way up."""
    with Image.open(path) as picture:
        if picture.width * picture.height > LARGEST_SOURCE:
            picture.draft("RGB", (PICTURE_SIDE, PICTURE_SIDE))
        turned = ImageOps.exif_transpose(picture)
        return turned.convert("RGBA" if "A" in turned.getbands() else "RGB")


def _prompt(wish: Wish) -> str:
    return wish.words if wish.number == 1 else f"{wish.words} ({wish.number})"


def _source(wish: Wish) -> Image.Image:
    if wish.images:
        return opened(wish.images[0]).convert("RGB")
    return draw_scene(wish.words, (PICTURE_SIDE, PICTURE_SIDE))


def _size(wish: Wish, source: Image.Image) -> tuple[int, int]:
    return picture_size(wish.given, source.width / source.height)


def _picture(wish: Wish) -> Image.Image:
    """A new picture, or the lent one drawn over; further ones are pinned to its upper edge."""
    clear = wish.given.get("background") == "transparent"
    if not wish.images:
        draw = draw_cut_out if clear else draw_picture
        return draw(_prompt(wish), picture_size(wish.given), wish.seed)
    if clear:
        return _cutout(wish)
    source = _source(wish)
    size = _size(wish, source)
    mixed = Image.blend(ImageOps.fit(source, size), draw_scene(_prompt(wish), size, wish.seed), TINT)
    side = size[0] // 8
    for place, path in enumerate(wish.images[1:8]):
        mixed.paste(ImageOps.fit(opened(path).convert("RGB"), (side, side)), (place * (side + 4) + 4, 4))
    return _captioned(mixed, _prompt(wish))


def _inpaint(wish: Wish) -> Image.Image:
    """Only the white of the mask is drawn anew."""
    source = _source(wish)
    if wish.mask is None:
        return _picture(wish)
    mask = ImageOps.fit(opened(wish.mask).convert("L"), source.size)
    drawn = draw_scene(_prompt(wish), source.size, wish.seed)
    return _captioned(Image.composite(drawn, source, mask), _prompt(wish))


def _upscaled(wish: Wish) -> Image.Image:
    """The lent picture itself, larger."""
    source = _source(wish)
    factor = float(wish.given.get("upscale_factor", 4))
    wished = (round(source.width * factor), round(source.height * factor))
    return source.resize(fit(wished, max(LARGEST_PICTURE, *source.size)), Image.Resampling.LANCZOS)


def _cutout(wish: Wish) -> Image.Image:
    """Whatever differs from the corners, on transparency."""
    source = _source(wish).convert("RGBA")
    source.putalpha(_subject(source))
    return source


def _layers(wish: Wish) -> Image.Image:
    """The background, the subject, the caption: one picture each."""
    source = _source(wish)
    subject = _subject(source)
    if wish.number == 1:
        return Image.composite(source.filter(ImageFilter.GaussianBlur(source.width / 20)), source, subject)
    if wish.number == 2:
        return _cutout(wish)
    return draw_caption(wish.words, source.size)


def _segments(wish: Wish) -> Image.Image:
    """A map of areas of one colour."""
    small = _source(wish)
    small.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    return small.filter(ImageFilter.MedianFilter(5)).quantize(SEGMENTS).convert("RGB")


def _outpaint(wish: Wish) -> Image.Image:
    """The lent picture in the middle of a scene of the new shape."""
    source = _source(wish)
    size = picture_size(wish.given)
    wide = draw_scene(_prompt(wish), size, wish.seed)
    inner = ImageOps.contain(source, (size[0] * 4 // 5, size[1] * 4 // 5))
    wide.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
    return wide


def _cover(wish: Wish) -> Image.Image:
    return draw_picture(f"{wish.words or COVER} ({wish.number})", (PICTURE_SIDE, PICTURE_SIDE), wish.seed)


def _captioned(picture: Image.Image, prompt: str) -> Image.Image:
    whole = picture.convert("RGBA")
    whole.alpha_composite(draw_caption(prompt, whole.size))
    return whole.convert("RGB")


def _subject(picture: Image.Image) -> Image.Image:
    """A mask: white where something stands before the background, looked for from the four corners of a small copy."""
    small = picture.convert("RGB").resize((LOOK_SIDE, LOOK_SIDE))
    filled, last = small.copy(), LOOK_SIDE - 1
    for corner in ((0, 0), (last, 0), (0, last), (last, last)):
        ImageDraw.floodfill(filled, corner, (255, 0, 255), thresh=ALIKE)
    magenta = Image.new("RGB", small.size, (255, 0, 255))
    difference = ImageChops.difference(filled, magenta).convert("L").point(lambda value: 255 if value else 0)
    return difference.resize(picture.size, Image.Resampling.BILINEAR)


PAINTERS: dict[str, Callable[[Wish], Image.Image]] = {
    "picture": _picture,
    "inpaint": _inpaint,
    "upscaled_picture": _upscaled,
    "cutout": _cutout,
    "layers": _layers,
    "segments": _segments,
    "outpaint": _outpaint,
    "cover": _cover,
}
