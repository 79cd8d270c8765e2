"""What the parent asks of the confined child about media. Every answer is checked: the child may have been taken over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiebot.confined.protocol import Answer
from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from kiebot.media.probe import Probe

# What an operation may say when it refuses. Each word ends a key of the locales: `media-refused-<word>`.
REFUSALS = frozenset({"broken", "bomb", "too-large", "codec", "no-video", "no-sound", "too-long", "ratio", "heic"})


@dataclass(frozen=True)
class PictureReport:
    """A picture's own format and size, and the photo and the small one made of it (None when none was ordered)."""

    format: str
    width: int
    height: int
    animated: bool
    photo: Path | None
    photo_width: int
    photo_height: int
    small: Path | None


def probe(confined: Confined, path: Path, *, out_dir: Path, timeout_s: float = 60) -> Probe:
    """Length, size and codecs of a video or sound."""
    return _probe(confined.call("probe", {}, [path], out_dir=out_dir, timeout_s=timeout_s))


def thumbnail(confined: Confined, path: Path, *, out_dir: Path, at_s: float = 0, timeout_s: float = 60) -> tuple[Probe, Path]:
    """The probe of a video and a small JPEG of it, in one call."""
    answer = confined.call("thumbnail", {"at_s": at_s}, [path], out_dir=out_dir, timeout_s=timeout_s)
    if len(answer.files) != 1:
        raise ConfinedError("protocol", "no thumbnail")
    return _probe(answer), answer.files[0]


def picture(
    confined: Confined, path: Path, *, out_dir: Path, photo: bool = False, small: int = 0, timeout_s: float = 60
) -> PictureReport:
    """Check a picture; with `photo` also make a JPEG that Telegram takes as a photo, with `small` one within so many pixels."""
    answer = confined.call("picture", {"photo": photo, "small": small}, [path], out_dir=out_dir, timeout_s=timeout_s)
    data = answer.data
    if len(answer.files) != photo + bool(small):
        raise ConfinedError("protocol", "no photo")
    try:
        return PictureReport(
            format=str(data["format"]),
            width=int(data["width"]),
            height=int(data["height"]),
            animated=bool(data["animated"]),
            photo=answer.files[0] if photo else None,
            photo_width=int(data.get("photo_width", 0)),
            photo_height=int(data.get("photo_height", 0)),
            small=answer.files[-1] if small else None,
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise ConfinedError("protocol", "not a picture") from exc


def refusal_key(error: ConfinedError) -> str:
    """The locale key of the sentence for the person. A word that is not ours becomes the general one."""
    if error.reason == "refused":
        return f"media-refused-{error.message if error.message in REFUSALS else 'broken'}"
    return f"confined-{error.reason}"


def _probe(answer: Answer) -> Probe:
    data = answer.data
    try:
        return Probe(
            duration_s=float(data["duration_s"]),
            width=int(data["width"]),
            height=int(data["height"]),
            codec=str(data["codec"]),
            audio_codec=str(data["audio_codec"]),
            fps=float(data["fps"]),
            container=str(data["container"]),
            has_video=bool(data["has_video"]),
            has_audio=bool(data["has_audio"]),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise ConfinedError("protocol", "not a probe") from exc
