"""What the parent asks of the confined child about films. Every answer is checked: the child may have been taken over.

In order: `make_voice_track` of each scene says how many frames the scene needs; `copy_parts` and `make_part` make its picture
that long; `unlike` names the parts to be made again before all of them can be joined; `make_junction` where scenes fade into
each other; `mix_piece` for each minute and `join_sound`; `join`. `plan_compression` and `compress_part` come before a join whose
film may not be too large.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from kiebot.media.adts import count_packets
from kiebot.media.film_checks import answered, check_picture, check_sound, check_video, checked_piece
from kiebot.media.film_commands import FADE_FRAMES, FPS, FRAME_SAMPLES
from kiebot.media.film_tracks import heard, read_track, sound_pieces, track_samples, write_track
from kiebot.media.mp4 import read_mp4
from kiebot.media.operations import MAX_THUMBNAIL_BYTES

MAX_TEMPO = 1.25
COPIES = 24
MOST_SHEET_BYTES = 10_000_000
MOST_TITLE = 200
LANGUAGES = {  # as MP4 calls them
    "de": "deu", "en": "eng", "es": "spa", "fr": "fra", "it": "ita", "pl": "pol", "pt": "por", "ru": "rus",
    "tr": "tur", "uk": "ukr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a film's pictures: mp4, H.264, FPS, no sound. `header`: equal ones can be joined by copying.

    `copied`: it is the clip's own video, not encoded again. `head` and `tail` are not in `path`: junctions are made of them.
    """

    path: Path
    frames: int
    header: str
    copied: bool = False
    head: Path | None = None
    tail: Path | None = None


@dataclass(frozen=True, slots=True)
class VoiceTrack:
    """One scene's words as WAV (RATE, one channel, 16 bits). The words begin at `start_s` and take `speech_s`."""

    path: Path
    samples: int
    start_s: float
    speech_s: float
    tempo: float

    @property
    def frames(self) -> int:
        """So long the scene has to be."""
        return self.samples // FRAME_SAMPLES


@dataclass(frozen=True, slots=True)
class JoinedFilm:
    """A film that can be watched while it loads, and its thumbnail."""

    path: Path
    thumbnail: Path
    duration_s: float
    width: int
    height: int


def make_part(
    confined: Confined,
    source: Path,
    *,
    out_dir: Path,
    width: int,
    height: int,
    frames: int,
    still: bool = False,
    motion: int = 0,
    captions: Path | None = None,
    fade_in: bool = False,
    fade_out: bool = False,
    copy: bool = True,
    timeout_s: float = 120,
) -> Part:
    """A scene of `frames` from its clip, or its picture (`still`; `motion` chooses the movement).

    A clip that is too short holds its last frame, one that is too long ends earlier; another shape gets a blurred ground.
    `captions` is an ASS file that is burnt in. With `fade_in` the first FADE_FRAMES are in `head` instead, with `fade_out`
    there is a `tail` of as many further ones. With `copy` a clip that matches already is not encoded again.
    """
    args = {
        "width": width, "height": height, "frames": frames, "still": still, "motion": motion, "captions": captions is not None,
        "fade_in": fade_in, "fade_out": fade_out, "copy": copy,
    }  # fmt: skip
    files = [source, captions] if captions else [source]
    with answered(confined, "film_part", args, files, out_dir, timeout_s, count=1 + fade_in + fade_out) as answer:
        made = iter(answer.files)
        body, own = next(made), frames - FADE_FRAMES * fade_in
        track = checked_piece(body, own, width, height)
        head, tail = (next(made) if wanted else None for wanted in (fade_in, fade_out))
        for between in (head, tail):
            if between is not None:
                checked_piece(between, FADE_FRAMES, width, height)
        return Part(body, own, track.header, copy and answer.data.get("copied") is True, head, tail)


def copy_parts(
    confined: Confined,
    clips: Sequence[Path],
    *,
    out_dir: Path,
    width: int,
    height: int,
    frames: Sequence[int],
    timeout_s: float = 120,
) -> list[Part | None]:
    """The parts of those clips that match already; None for those that have to be made, each with `make_part`.

    One call for many, because to copy a clip takes a tenth of a call's time. No more than COPIES at once.
    """
    args = {"width": width, "height": height, "frames": list(frames)}
    with answered(confined, "film_copies", args, clips, out_dir, timeout_s, count=None) as answer:
        copied = list(answer.data["copied"])
        if len(copied) != len(clips) or len(answer.files) != copied.count(True):
            raise ConfinedError("protocol", "another number of files")
        paths = iter(answer.files)
        made = [next(paths) if each is True else None for each in copied]
        return [_copied(path, count, width, height) if path else None for path, count in zip(made, frames, strict=True)]


def unlike(parts: Sequence[Part]) -> list[int]:
    """Which of the copied parts have to be made again with `copy=False` before all can be joined: none when all are alike."""
    if len({part.header for part in parts}) == 1:
        return []
    encoded = {part.header for part in parts if not part.copied}
    return [number for number, part in enumerate(parts) if part.copied and part.header not in encoded]


def make_junction(confined: Confined, tail: Path, head: Path, *, out_dir: Path, timeout_s: float = 120) -> Part:
    """The crossfade from one part's `tail` to the next one's `head`, FADE_FRAMES long."""
    with answered(confined, "film_junction", {}, [tail, head], out_dir, timeout_s, count=1) as answer:
        track = read_mp4(answer.files[0]).video
        checked_piece(answer.files[0], FADE_FRAMES, track.width, track.height)
        return Part(answer.files[0], FADE_FRAMES, track.header)


def make_voice_track(
    confined: Confined,
    voice: Path | None,
    *,
    out_dir: Path,
    samples: int,
    max_tempo: float = MAX_TEMPO,
    timeout_s: float = 120,
) -> VoiceTrack:
    """A scene's words, levelled and fitted into `samples`; where they do not fit the track is longer, in whole frames.

    They are spoken faster by at most `max_tempo`, and no word is cut. Without `voice` it is silence.
    """
    if voice is None:
        return _silence(out_dir, samples)
    args = {"samples": samples, "max_tempo": max_tempo}
    with answered(confined, "film_track", args, [voice], out_dir, timeout_s, count=1) as answer:
        path, data = answer.files[0], answer.data
        track = VoiceTrack(path, int(data["samples"]), float(data["start_s"]), float(data["speech_s"]), float(data["tempo"]))
        longer = track.samples - samples
        if longer < 0 or (longer and track.samples % FRAME_SAMPLES) or track_samples(path) != track.samples:
            raise ConfinedError("protocol", "a track of another length")
        return track


def count_pieces(tracks: Sequence[Path]) -> int:
    """In how many pieces `mix_piece` makes the sound of these tracks, each of about a minute."""
    return sound_pieces([track_samples(track) for track in tracks])


def mix_piece(
    confined: Confined, tracks: Sequence[Path], number: int, *, out_dir: Path, music: Path | None = None, timeout_s: float = 120
) -> Path:
    """Piece `number` (from 0) of the film's sound: all tracks in order, music under the words. `join_sound` makes them one."""
    lengths = [track_samples(track) for track in tracks]
    where = heard(lengths, number)
    alone = not any(read_track(track).strip(b"\0") for track in tracks)
    args = {
        "music": music is not None, "alone": alone, "total": sum(lengths), "skip": where.skip, "start": where.start,
        "count": where.count, "drop": where.drop, "keep": where.keep,
    }  # fmt: skip
    files = [*(tracks[track] for track in where.tracks), *([music] if music else [])]
    with answered(confined, "film_mix", args, files, out_dir, timeout_s, count=1) as answer:
        if count_packets(answer.files[0]) != where.keep:
            raise ConfinedError("protocol", "another sound")
        return answer.files[0]


def join_sound(pieces: Sequence[Path], *, out_dir: Path) -> Path:
    """All pieces in order as the sound of the film."""
    path = _new_file(out_dir, "aac")
    with path.open("wb") as sound:
        for piece in pieces:
            sound.write(piece.read_bytes())
    return path


def join(
    confined: Confined,
    parts: Sequence[Path],
    sound: Path,
    *,
    out_dir: Path,
    title: str = "",
    srt: Path | None = None,
    language: str = "",
    timeout_s: float = 120,
) -> JoinedFilm:
    """The film: pictures and sound copied, captions (`srt`, in `language`) as a track that players can show."""
    tracks = [read_mp4(part).video for part in parts]
    frames, width, height = sum(track.samples for track in tracks), tracks[0].width, tracks[0].height
    named = "".join(letter for letter in title if letter.isprintable())[:MOST_TITLE]
    args = {"title": named, "language": LANGUAGES.get(language, "und"), "captions": srt is not None}
    files = [sound, *([srt] if srt else []), *parts]
    with answered(confined, "film_join", args, files, out_dir, timeout_s, count=2) as answer:
        path, thumbnail = answer.files
        film = read_mp4(path)
        check_video(film.video, frames, width, height)
        check_sound(film, frames / FPS)
        if not film.streamable or len(film.tracks) != 2 + (srt is not None):
            raise ConfinedError("protocol", "not the film")
        check_picture(thumbnail, MAX_THUMBNAIL_BYTES)
        return JoinedFilm(path, thumbnail, frames / FPS, width, height)


def compress_part(
    confined: Confined, part: Path, *, out_dir: Path, width: int, height: int, most_bytes: int, timeout_s: float = 120
) -> Part:
    """The same piece within `most_bytes`, by two passes. Raises ConfinedError; refused: too-large (so small it cannot be)."""
    frames = read_mp4(part).video.samples
    args = {"width": width, "height": height, "most_bytes": most_bytes}
    with answered(confined, "film_compress", args, [part], out_dir, timeout_s, count=1) as answer:
        path = answer.files[0]
        track = checked_piece(path, frames, width, height)
        if path.stat().st_size > most_bytes:
            raise ConfinedError("protocol", "not compressed")
        return Part(path, frames, track.header)


def contact_sheet(
    confined: Confined,
    pictures: Sequence[Path],
    *,
    out_dir: Path,
    numbers: Sequence[int] = (),
    columns: int = 0,
    timeout_s: float = 120,
) -> Path:
    """All pictures with their numbers (1, 2, 3 ... unless given) as one JPEG that can be sent as a photo."""
    args = {"numbers": list(numbers or range(1, len(pictures) + 1)), "columns": columns}
    with answered(confined, "film_sheet", args, pictures, out_dir, timeout_s, count=1) as answer:
        check_picture(answer.files[0], MOST_SHEET_BYTES)
        return answer.files[0]


def _copied(path: Path, frames: int, width: int, height: int) -> Part:
    return Part(path, frames, checked_piece(path, frames, width, height).header, copied=True)


def _silence(out_dir: Path, samples: int) -> VoiceTrack:
    path = _new_file(out_dir, "wav")
    write_track(path, b"", 0, samples)
    return VoiceTrack(path, samples, 0.0, 0.0, 1.0)


def _new_file(out_dir: Path, ending: str) -> Path:
    out_dir.mkdir(parents=True, exist_ok=True)
    return out_dir / f"{os.urandom(12).hex()}.{ending}"
