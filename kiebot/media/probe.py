"""What ffprobe says about a file, as a value. Pure: reads JSON, runs nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.errors import ConfinedError
from kiebot.media.ffmpeg import CODECS, MAX_PIXELS, SOUND_CODECS


@dataclass(frozen=True)
class Probe:
    """One media file. Width and height are as shown: turned by the rotation mark. 0 and "" where there is no such stream."""

    duration_s: float
    width: int
    height: int
    codec: str
    audio_codec: str
    fps: float
    container: str
    has_video: bool
    has_audio: bool


def parse_probe(printed: bytes, *, sound: bool = False) -> Probe:
    """Raises ConfinedError for what is no media file or has a codec outside the list. `sound`: only that was asked for."""
    try:
        report = json.loads(printed)
        streams, container = report["streams"], report["format"]
    except (ValueError, KeyError, TypeError) as exc:
        raise ConfinedError("refused", "broken") from exc
    video = _first(streams, "video", "attached_pic")
    audio = _first(streams, "audio", "")
    if not video and not audio and not sound:
        raise ConfinedError("refused", "broken")
    allowed = SOUND_CODECS if sound else CODECS
    if any(stream.get("codec_name") not in allowed for stream in (video, audio) if stream):
        raise ConfinedError("refused", "codec")
    width, height = _shown_size(video)
    if width * height > MAX_PIXELS:
        raise ConfinedError("refused", "bomb")
    return Probe(
        duration_s=_number(container.get("duration")) or _number(video.get("duration")) or _number(audio.get("duration")),
        width=width,
        height=height,
        codec=str(video.get("codec_name", "")),
        audio_codec=str(audio.get("codec_name", "")),
        fps=_fraction(video.get("avg_frame_rate")),
        container=str(container.get("format_name", "")),
        has_video=bool(video),
        has_audio=bool(audio),
    )


def _first(streams: list[dict[str, Any]], kind: str, unless: str) -> Mapping[str, Any]:
    """The first stream of a kind; the cover of a song is a video stream only by name."""
    for stream in streams:
        if stream.get("codec_type") == kind and not stream.get("disposition", {}).get(unless):
            return stream
    return {}


def _shown_size(video: Mapping[str, Any]) -> tuple[int, int]:
    width, height = int(video.get("width", 0)), int(video.get("height", 0))
    turns = [_number(side.get("rotation")) for side in video.get("side_data_list", [])]
    turned = any(round(abs(turn)) % 180 == 90 for turn in turns)
    return (height, width) if turned else (width, height)


def _number(value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        return 0.0
    return number if math.isfinite(number) and abs(number) < 1e9 else 0.0


def _fraction(value: object) -> float:
    above, _, below = str(value).partition("/")
    return _number(above) / (_number(below) or 1.0)
