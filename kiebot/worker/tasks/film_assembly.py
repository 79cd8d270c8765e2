"""The assembly of a film: parts, junctions between them, the sound, smaller pieces where the film has to be small, the whole.

Each step makes one thing and keeps it, so that a crash costs one thing. What is kept and still right is not made again: after a
change of one scene only its part is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.films import captions
from kiebot.films.choices import ASPECTS
from kiebot.media import film_calls
from kiebot.media.film_budget import Compression, plan_compression
from kiebot.media.film_calls import JoinedFilm, Part
from kiebot.store.failpoint import failpoint
from kiebot.worker.tasks.film_bench import Bench
from kiebot.worker.tasks.film_pieces import LANES, Wanted, is_there, kept_as, key_of, subtitles, wanted_parts
from kiebot.worker.tasks.film_voice import FilmVoice

MOST_MB = 2000  # what a bot may send
SOUND = "sound"  # what the job notes of it
COPIES = "copies"  # up to which scene this job has looked for clips that need no work
MADE_SMALL = {"part": "small", "junction": "small_junction"}


@dataclass(frozen=True, slots=True)
class Piece:
    """What is joined: the part of a scene or the junction before it (`slot`), as it is kept."""

    scene: Any
    slot: str
    kept: dict[str, Any]


class FilmAssembly:
    """Bound once in worker/app.py."""

    def __init__(self, *, confined: Confined, voice: FilmVoice) -> None:
        self._confined = confined
        self._voice = voice

    def step(self, bench: Bench) -> dict[str, Any] | None:
        """Make one thing that is missing, or, when nothing is, the film: then its file is the answer."""
        scenes = bench.scenes()
        if self._voice.step(bench, scenes) or self._a_part(bench, scenes) or self._a_junction(bench, scenes):
            return None
        if self._sound(bench, scenes):
            return None
        pieces = pieces_of(bench, scenes)
        plan = _plan(bench, pieces)
        if plan is not None and self._a_small_one(bench, pieces, plan):
            return None
        return self._whole(bench, scenes, [_small(bench, each) for each in pieces] if plan is not None else pieces)

    # -- the picture lane

    def _a_part(self, bench: Bench, scenes: Sequence[Any]) -> bool:
        wanted = wanted_parts(scenes, bench.choices, bench.aspect)
        both = list(zip(scenes, wanted, strict=True))
        lacking = [(scene, each) for scene, each in both if not is_there(kept_as(scene, bench.aspect, "part"), each.key)]
        if lacking:
            if not self._copies(bench, lacking):
                self._make_part(bench, *lacking[0])
            return True
        unlike = film_calls.unlike([_read(kept_as(scene, bench.aspect, "part")) for scene in scenes])
        if unlike:  # clips that were copied as they are, and cannot be joined with the others so
            self._make_part(bench, scenes[unlike[0]], wanted[unlike[0]], copy=False)
        return bool(unlike)

    def _copies(self, bench: Bench, lacking: Sequence[tuple[Any, Wanted]]) -> bool:
        """Clips that need no work, many at once. Each is looked at once by a job: what does not come back is made alone."""
        looked_at = bench.noted(COPIES).get("up_to", 0)
        after = [(scene, each) for scene, each in lacking if each.number > looked_at and each.as_it_is]
        if not after:
            return False
        some = after[: film_calls.COPIES]
        made = film_calls.copy_parts(
            self._confined, [each.source for _, each in some], out_dir=bench.scratch, width=some[0][1].width,
            height=some[0][1].height, frames=[each.frames for _, each in some],
        )  # fmt: skip
        failpoint("film-copies-made")
        for (scene, each), part in zip(some, made, strict=True):
            if part is not None:
                _keep(bench, scene, "part", part, each.key)
        bench.note(**{COPIES: {"up_to": some[-1][1].number}})
        return True

    def _make_part(self, bench: Bench, scene: Any, wanted: Wanted, *, copy: bool = True) -> None:
        made = film_calls.make_part(
            self._confined, wanted.source, out_dir=bench.scratch, width=wanted.width, height=wanted.height, frames=wanted.frames,
            still=wanted.still, motion=wanted.number, captions=_written(bench, "captions.ass", wanted.captions), copy=copy,
            fade_in=wanted.fade_in, fade_out=wanted.fade_out,
        )  # fmt: skip
        failpoint("film-part-made")
        _keep(bench, scene, "part" if copy else "own", made, wanted.key, slot="part")

    def _a_junction(self, bench: Bench, scenes: Sequence[Any]) -> bool:
        if bench.choices.transition != "fade":
            return False
        for before, scene in pairwise(scenes):
            tail, head = kept_as(before, bench.aspect, "part")["tail"], kept_as(scene, bench.aspect, "part")["head"]
            if not is_there(kept_as(scene, bench.aspect, "junction"), key_of(tail, head)):
                made = film_calls.make_junction(self._confined, Path(tail), Path(head), out_dir=bench.scratch)
                failpoint("film-junction-made")
                _keep(bench, scene, "junction", made, key_of(tail, head))
                return True
        return False

    # -- the sound

    def _sound(self, bench: Bench, scenes: Sequence[Any]) -> bool:
        """The sound is made by the minute, and joined once all of it is there."""
        tracks = [Path(scene.voice["track"]["path"]) for scene in scenes]
        music = (bench.film.memo.get("music") or {}).get("path", "")
        key = key_of(*map(str, tracks), music)
        if is_there(bench.noted(SOUND), key):
            return False
        names = [f"{SOUND}-{number + 1:02d}" for number in range(film_calls.count_pieces(tracks))]
        for number, name in enumerate(names):
            if not is_there(bench.noted(name), key):
                bed = Path(music) if music else None
                made = film_calls.mix_piece(self._confined, tracks, number, out_dir=bench.scratch, music=bed)
                failpoint("film-sound-made")
                bench.note(**{name: {"key": key, "path": str(bench.keep(made, name))}})
                return True
        made = film_calls.join_sound([Path(bench.noted(name)["path"]) for name in names], out_dir=bench.scratch)
        bench.note(**{SOUND: {"key": key, "path": str(bench.keep(made, SOUND))}})
        return True

    # -- how large it may be

    def _a_small_one(self, bench: Bench, pieces: Sequence[Piece], plan: Compression) -> bool:
        for piece, most_bytes in zip(pieces, plan.most_bytes, strict=True):
            key = key_of(piece.kept["path"], str(plan.width), str(plan.height), str(most_bytes))
            if is_there(kept_as(piece.scene, bench.aspect, MADE_SMALL[piece.slot]), key):
                continue
            source, size = Path(piece.kept["path"]), {"width": plan.width, "height": plan.height}
            made = film_calls.compress_part(self._confined, source, out_dir=bench.scratch, most_bytes=most_bytes, **size)
            failpoint("film-small-made")
            _keep(bench, piece.scene, MADE_SMALL[piece.slot], made, key)
            return True
        return False

    # -- the whole

    def _whole(self, bench: Bench, scenes: Sequence[Any], pieces: Sequence[Piece]) -> dict[str, Any]:
        words = captions.srt(subtitles(scenes, bench.aspect)) if bench.choices.subtitles == "track" else ""
        made = film_calls.join(
            self._confined, [Path(piece.kept["path"]) for piece in pieces], _sound_of(bench), out_dir=bench.scratch,
            title=bench.film.title, srt=_written(bench, "subtitles.srt", words), language=bench.choices.language,
        )  # fmt: skip
        failpoint("film-joined")
        return _result(bench, made)


def pieces_of(bench: Bench, scenes: Sequence[Any]) -> list[Piece]:
    """All pieces in the order in which they are joined."""
    slots = ("junction", "part") if bench.choices.transition == "fade" else ("part",)
    found = [Piece(scene, slot, kept_as(scene, bench.aspect, slot)) for scene in scenes for slot in slots]
    return [piece for piece in found if not (piece.slot == "junction" and piece.scene is scenes[0])]


def _plan(bench: Bench, pieces: Sequence[Piece]) -> Compression | None:
    """How small each piece has to become. The same pieces always get the same answer."""
    width, height = ASPECTS[bench.aspect]
    sizes = [(piece.kept["size"], piece.kept["frames"]) for piece in pieces]
    sound_bytes, most_mb = _sound_of(bench).stat().st_size, bench.choices.max_mb or MOST_MB
    return plan_compression(sizes, sound_bytes=sound_bytes, max_mb=most_mb, width=width, height=height)


def _small(bench: Bench, piece: Piece) -> Piece:
    return Piece(piece.scene, piece.slot, kept_as(piece.scene, bench.aspect, MADE_SMALL[piece.slot]))


def _sound_of(bench: Bench) -> Path:
    return Path(bench.noted(SOUND)["path"])


def _keep(bench: Bench, scene: Any, name: str, made: Part, key: str, *, slot: str = "") -> None:
    """Move the files of a piece to where they stay, and write down that they are there."""
    lanes = dict(zip(LANES, (made.path, made.head, made.tail), strict=True))
    stem = f"{name}-{scene.number:03d}-{bench.aspect.replace(':', 'x')}"
    paths = {lane: str(bench.keep(path, f"{stem}-{lane}")) for lane, path in lanes.items() if path is not None}
    kept = {"key": key, "frames": made.frames, "header": made.header, "copied": made.copied, **paths}
    bench.part_kept(scene, slot or name, {**kept, "size": Path(paths["path"]).stat().st_size})
    failpoint("film-piece-kept")


def _read(kept: dict[str, Any]) -> Part:
    """A piece as it was made."""
    return Part(Path(kept["path"]), kept["frames"], kept["header"], kept["copied"])


def _written(bench: Bench, name: str, words: str) -> Path | None:
    if not words:
        return None
    path = bench.scratch / name
    path.write_text(words, encoding="utf-8")
    return path


def _result(bench: Bench, made: JoinedFilm) -> dict[str, Any]:
    """The film as messages and the next assembly know it."""
    path, name = bench.keep(made.path, f"film-{bench.aspect.replace(':', 'x')}"), captions.file_name(bench.film.title, "mp4")
    thumb = bench.keep(made.thumbnail, f"thumb-{bench.aspect.replace(':', 'x')}")
    facts = {"size": path.stat().st_size, "width": made.width, "height": made.height, "duration_s": made.duration_s}
    return {"path": str(path), "mime": "video/mp4", "name": name, "thumb": str(thumb), **facts}
