"""What the parent asks of the confined child for a model that looks. It is checked: the child may have been taken over."""

from __future__ import annotations

from pathlib import Path

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError

PICTURE_SIDE = 1568  # more is scaled down by the models themselves
FRAME_SIDE = 768
FRAMES = 8
JPEG_HEAD = b"\xff\xd8\xff"
MOST_BYTES = 4 << 20


def view(confined: Confined, path: Path, *, kind: str, out_dir: Path, timeout_s: float = 60) -> list[Path]:
    """JPEGs of a picture (one) or of a clip (`kind` "video": its moments in order). Raises ConfinedError."""
    clip = kind == "video"
    args = {"side": FRAME_SIDE, "frames": FRAMES} if clip else {"side": PICTURE_SIDE}
    made = confined.call("view", args, [path], out_dir=out_dir, timeout_s=timeout_s).files
    if not 1 <= len(made) <= (FRAMES if clip else 1) or not all(_is_view(file) for file in made):
        for file in made:
            file.unlink(missing_ok=True)
        raise ConfinedError("protocol", "no views")
    return made


def _is_view(path: Path) -> bool:
    if path.stat().st_size > MOST_BYTES:
        return False
    with path.open("rb") as file:
        return file.read(len(JPEG_HEAD)) == JPEG_HEAD
