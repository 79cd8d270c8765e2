"""A film put together: kiebot's steps beside one bare ffmpeg command for the same clips and the same words.

Two films: of clips that are all alike, whose pictures are copied; and of clips of different sizes, rates and codecs, which are
encoded anew.
"""

from __future__ import annotations

import itertools
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from bench.report import section, table, times
from kiebot.confined.runner import Confined
from kiebot.media import film_calls
from kiebot.media.film_calls import Part
from kiebot.media.film_commands import FPS, FRAME_SAMPLES
from kiebot.media.mp4 import read_mp4

SECONDS = 5
FRAMES = SECONDS * FPS
WIDTH, HEIGHT = 1280, 720
TOOL = ("nice", "-n", "10", "ffmpeg", "-nostdin", "-loglevel", "error", "-y")  # confined children are nice, too
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p")
FIT = f"fps={FPS},scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1,setsar=1,format=yuv420p"
SOUND = ("-c:a", "aac", "-b:a", "128k")
ALIKE = (("1280x720", FPS, (*X264, "-f", "mp4")),) * 2
MIXED = (  # size, frames a second, codec and container
    ("1280x720", 24, (*X264, "-f", "mp4")),
    ("1920x1080", 30, (*X264, "-f", "mp4")),
    ("720x1280", 25, (*X264, "-f", "matroska")),
    ("960x960", 16, ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "3M", "-f", "webm")),
)

Made = TypeVar("Made")
How = ParamSpec("How")


@dataclass
class Spent:
    """On one film. `longest` is the longest of the steps it was made in."""

    wall: float = 0.0
    cpu: float = 0.0
    longest: float = 0.0

    def on(self, do: Callable[How, Made], *args: How.args, **how: How.kwargs) -> Made:
        """Do one step."""
        began, cpu = time.monotonic(), _children_s()
        made = do(*args, **how)
        took = time.monotonic() - began
        self.wall, self.cpu, self.longest = self.wall + took, self.cpu + _children_s() - cpu, max(self.longest, took)
        return made


async def measure(folder: Path, quick: bool) -> str:
    scenes = 4 if quick else 48
    confined = Confined(bubblewrap=False)  # in its walls a child's processor time would be nobody's
    words = _made(folder / "words.mp3", "-f", "lavfi", "-i", f"sine=f=220:r=24000:d={SECONDS - 1}")
    samples = FRAMES * FRAME_SAMPLES
    tracks = [film_calls.make_voice_track(confined, words, out_dir=folder / "tracks", samples=samples).path] * scenes
    rows = []
    for name, kinds, bare in (("alike, copied", ALIKE, _bare_copy), ("mixed, encoded", MIXED, _bare_encoding)):
        clips = [_clip(folder / f"{name}-{number}", *kind) for number, kind in enumerate(kinds)]
        film = list(itertools.islice(itertools.cycle(clips), scenes))
        theirs, ours = Spent(), Spent()
        command, target = bare(film, tracks, folder), folder / "bare.mp4"
        theirs.on(_made, target, *command)
        made = _assembled(confined, film, tracks, folder / "ours", ours)
        rows += [_row(f"{name}: one bare command", theirs, theirs, target), _row(f"{name}: kiebot", ours, theirs, made)]
    return section(
        f"A film of {scenes} clips of {SECONDS} s at {HEIGHT}p",
        "kiebot makes it in steps, each in a confined child of its own, and keeps what each has made, so that a crash costs one"
        " step. The bare command does all at once; around clips of another shape it lays black borders, kiebot a blurred"
        " ground. Both get the same words, levelled and fitted before.",
        table(["film", "seconds", "to bare", "processor seconds", "to bare", "longest step, s", "MB", "film, s"], rows),
    )


def _row(name: str, spent: Spent, base: Spent, film: Path) -> list[str]:
    figures = [f"{spent.wall:.1f}", times(spent.wall, base.wall), f"{spent.cpu:.1f}", times(spent.cpu, base.cpu)]
    return [name, *figures, f"{spent.longest:.1f}", f"{film.stat().st_size / 1e6:.1f}", f"{read_mp4(film).video.seconds:.3f}"]


def _assembled(confined: Confined, clips: Sequence[Path], tracks: Sequence[Path], folder: Path, spent: Spent) -> Path:
    """As the worker does it: pieces, sound, join."""
    parts = _parts(confined, clips, folder, spent)
    pieces = [
        spent.on(film_calls.mix_piece, confined, tracks, number, out_dir=folder)
        for number in range(film_calls.count_pieces(tracks))
    ]
    sound = film_calls.join_sound(pieces, out_dir=folder)
    return spent.on(film_calls.join, confined, [part.path for part in parts], sound, out_dir=folder).path


def _parts(confined: Confined, clips: Sequence[Path], folder: Path, spent: Spent) -> list[Part]:
    parts: list[Part] = []
    for start in range(0, len(clips), film_calls.COPIES):
        some = clips[start : start + film_calls.COPIES]
        frames = [FRAMES] * len(some)
        copied = spent.on(film_calls.copy_parts, confined, some, out_dir=folder, width=WIDTH, height=HEIGHT, frames=frames)
        for clip, part in zip(some, copied, strict=True):
            parts.append(part or spent.on(_part, confined, clip, folder))
    return parts


def _part(confined: Confined, clip: Path, folder: Path) -> Part:
    return film_calls.make_part(confined, clip, out_dir=folder, width=WIDTH, height=HEIGHT, frames=FRAMES, copy=False)


def _bare_copy(clips: Sequence[Path], tracks: Sequence[Path], folder: Path) -> list[str]:
    listed = [*_list(folder / "clips.txt", clips), *_list(folder / "tracks.txt", tracks)]
    return [*listed, "-map", "0:v", "-map", "1:a", "-c:v", "copy", *SOUND, "-movflags", "+faststart"]


def _bare_encoding(clips: Sequence[Path], tracks: Sequence[Path], folder: Path) -> list[str]:
    inputs = [word for clip in clips for word in ("-i", str(clip))]
    each = ";".join(f"[{number}:v]{FIT}[v{number}]" for number in range(len(clips)))
    joined = "".join(f"[v{number}]" for number in range(len(clips)))
    graph = f"{each};{joined}concat=n={len(clips)}:v=1:a=0[v]"
    listed = _list(folder / "tracks.txt", tracks)
    maps = ["-map", "[v]", "-map", f"{len(clips)}:a"]
    return [*inputs, *listed, "-filter_complex", graph, *maps, *X264, *SOUND, "-movflags", "+faststart"]


def _list(path: Path, files: Sequence[Path]) -> list[str]:
    path.write_text("".join(f"file '{file}'\n" for file in files), encoding="utf-8")
    return ["-f", "concat", "-safe", "0", "-i", str(path)]


def _clip(path: Path, size: str, rate: int, codec: Sequence[str]) -> Path:
    return _made(path, "-f", "lavfi", "-i", f"testsrc2=s={size}:d={SECONDS}:r={rate}", *codec)


def _made(path: Path, *arguments: str) -> Path:
    subprocess.run([*TOOL, *arguments, str(path)], check=True)
    return path


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
