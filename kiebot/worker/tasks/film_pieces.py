"""What the pieces of a film have to be, worked out from its rows.

A piece that is kept carries a key of all that went into it. While that is still the one that is wanted and its files are there,
it is not made again: after a crash, after a scene was changed, or for another aspect.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from kiebot.errors import KiebotError
from kiebot.films import captions, timeline
from kiebot.films.captions import Caption
from kiebot.films.choices import ASPECTS, Choices

BEFORE_LAST = 95  # percent, when only the joining is left
LANES = ("path", "head", "tail")  # files of a piece
MADE_AS = 1  # counts how pieces are made: those of another release are made again
READ_ON_S = 0.4  # a caption stays for so long after its last word
SHORTEST_CAPTION_S = 1.0


class PieceMissing(KiebotError):
    """A scene has neither a clip nor a picture."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the part of one scene has to be. `captions`: an ASS file to be burnt in, or nothing."""

    number: int
    source: Path
    still: bool
    width: int
    height: int
    frames: int
    captions: str
    fade_in: bool
    fade_out: bool

    @property
    def key(self) -> str:
        return key_of(*map(str, astuple(self)))

    @property
    def as_it_is(self) -> bool:
        """Whether its clip may do without any change."""
        return not (self.still or self.captions or self.fade_in or self.fade_out)


def key_of(*what: str) -> str:
    """A short name for all that goes into a piece."""
    return hashlib.sha256(json.dumps([MADE_AS, *what]).encode()).hexdigest()[:16]


def is_there(kept: dict[str, Any], key: str) -> bool:
    """Whether a piece is the one that is wanted, with all its files."""
    return kept.get("key") == key and all(Path(kept[lane]).is_file() for lane in LANES if lane in kept)


def own_frames(scene: Any) -> int:
    """How long the script made a scene; its words may make it longer."""
    return timeline.frames_between(scene.start_s, scene.end_s)


def said_key(scene: Any, choices: Choices) -> str:
    """What is said in a scene, and by which voice."""
    return key_of(scene.narration, choices.voice)


def said_of(scene: Any, choices: Choices) -> dict[str, Any] | None:
    """The sound of what is said now, when it was spoken already."""
    voice = scene.voice or {}
    return voice if is_there(voice, said_key(scene, choices)) else None


def track_key(scene: Any, said: dict[str, Any] | None) -> str:
    return key_of(said["path"] if said else "", str(own_frames(scene)))


def track_of(scene: Any, said: dict[str, Any] | None) -> dict[str, Any] | None:
    """The scene's sound at its exact length, when it was made of this very voice."""
    track = (scene.voice or {}).get("track") or {}
    return track if is_there(track, track_key(scene, said)) else None


def frames_of(scene: Any) -> int:
    """How long a scene is in the film: its sound says so."""
    return int(scene.voice["track"]["frames"])


def wanted_parts(scenes: Sequence[Any], choices: Choices, aspect: str) -> list[Wanted]:
    """The parts of a film whose scenes have their sounds. Raises PieceMissing."""
    (width, height), fades, last = ASPECTS[aspect], choices.transition == "fade", len(scenes) - 1
    found = []
    for place, scene in enumerate(scenes):
        source, still = source_of(scene)
        burnt = _captions(scene, 0, width, height) if choices.subtitles == "burnt" else []
        words = captions.ass(burnt, width, height) if burnt else ""
        fading = fades and place > 0, fades and place < last
        found.append(Wanted(scene.number, source, still, width, height, frames_of(scene), words, *fading))
    return found


def source_of(scene: Any) -> tuple[Path, bool]:
    """What a scene shows, and whether it is a picture. Raises PieceMissing."""
    still = scene.treatment == "still" or scene.clip is None
    file = scene.picture if still else scene.clip
    if file is None:
        raise PieceMissing(f"scene {scene.number} has nothing to show")
    return Path(file["path"]), still


def kept_as(scene: Any, aspect: str, slot: str) -> dict[str, Any]:
    """A piece that is kept of a scene in one aspect; empty when there is none."""
    return dict((scene.part or {}).get(aspect, {}).get(slot, {}))


def percent_spoken(scenes: Sequence[Any]) -> int:
    """Of all scenes, how many have their sound."""
    return sum("track" in (scene.voice or {}) for scene in scenes) * 100 // (len(scenes) or 1)


def percent_made(scenes: Sequence[Any], choices: Choices, aspect: str) -> int:
    """Of all pieces, how many are there."""
    slots = ["part", *(["junction"] if choices.transition == "fade" else []), *(["small"] if choices.max_mb else [])]
    made = sum(bool(kept_as(scene, aspect, slot)) for scene in scenes for slot in slots)
    return min(BEFORE_LAST, made * 100 // (len(slots) * len(scenes) or 1))


def subtitles(scenes: Sequence[Any], aspect: str) -> list[Caption]:
    """The words of the whole film, where its scenes are now."""
    found, frames = list[Caption](), 0
    for scene in scenes:
        found += _captions(scene, frames / timeline.FPS, *ASPECTS[aspect])
        frames += frames_of(scene)
    return found


def _captions(scene: Any, at_s: float, width: int, height: int) -> list[Caption]:
    """What is said in a scene that begins at `at_s`; without a voice the words stay for the whole scene."""
    whole_s, track = frames_of(scene) / timeline.FPS, scene.voice["track"]
    begin_s, end_s = 0.0, whole_s
    if track["speech_s"]:
        begin_s = track["start_s"]
        end_s = min(whole_s, begin_s + max(track["speech_s"] + READ_ON_S, SHORTEST_CAPTION_S))
    line_chars = captions.line_chars_of(width, height)
    return captions.captions_of(scene.narration, at_s + begin_s, at_s + end_s, line_chars=line_chars)
