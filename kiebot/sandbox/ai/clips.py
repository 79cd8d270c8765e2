"""Short videos: the camera wanders over a scene, the caption stands still, a soft tone sounds. A few pictures a second do."""

from __future__ import annotations

import asyncio
import json
import os
import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from kiebot.sandbox.ai.drawing import draw_caption, draw_scene
from kiebot.sandbox.ai.programs import run
from kiebot.sandbox.ai.retouch import opened

FRAMES_PER_S = 8
QUIET = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
LENT = ["-protocol_whitelist", "file"]  # a lent file names no others
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-threads", "1", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac", "-b:a", "48k", "-ac", "1"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=220:sample_rate=22050"]
ROOM = 1.25  # the scene is so much larger than the picture that the camera shows


@dataclass(frozen=True, slots=True)
class Clip:
    """What the clip shows and how it sounds."""

    prompt: str
    size: tuple[int, int]
    seconds: float
    image: Path | None = None
    video: Path | None = None
    audio: Path | None = None
    silent: bool = False
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a lent video or sound is like."""

    width: int
    height: int
    seconds: float


async def probe(path: Path) -> Probe:
    """Look at a file. Raises ProgramFault when it is neither video nor sound."""
    command = ["ffprobe", *LENT, "-v", "error", "-show_entries", "stream=width,height:format=duration", "-of", "json"]
    found = json.loads(await run([*command, f"file:{path}"], timeout_s=20))
    pictures = [stream for stream in found.get("streams", ()) if stream.get("width")]
    width, height = (pictures[0]["width"], pictures[0]["height"]) if pictures else (0, 0)
    return Probe(width, height, float(found.get("format", {}).get("duration", 0)))


async def save_clip(clip: Clip, path: Path) -> None:
    """Draw the parts and let ffmpeg move them. Raises ProgramFault."""
    scene, caption, part = (path.with_suffix(end) for end in (".scene.png", ".caption.png", f".part{path.suffix}"))
    try:
        await asyncio.to_thread(_draw, clip, scene, caption)
        await run(arguments(clip, scene, caption, part))
        os.replace(part, path)
    finally:
        for file in (scene, caption, part):
            file.unlink(missing_ok=True)


async def enlarge_clip(source: Path, shorter: int, path: Path) -> None:
    """The lent clip itself, larger, with its own sound. Raises ProgramFault."""
    part = path.with_suffix(f".part{path.suffix}")
    scale = f"scale='if(gte(iw,ih),-2,{shorter})':'if(gte(iw,ih),{shorter},-2)'"
    try:
        await run([*QUIET, *LENT, "-i", f"file:{source}", "-vf", scale, *X264, *AAC, "-movflags", "+faststart", f"file:{part}"])
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def arguments(clip: Clip, scene: Path, caption: Path, out: Path) -> list[str]:
    """The whole command line: pictures, caption, sound."""
    shown = [*LENT, "-stream_loop", "-1", "-i", f"file:{clip.video}"] if clip.video else ["-i", f"file:{scene}"]
    heard = [*LENT, "-i", f"file:{clip.audio}"] if clip.audio else TONE
    sound = [] if clip.silent else ["-map", "[sound]", *AAC]
    return [
        *QUIET, *shown, "-i", f"file:{caption}", *heard,
        "-filter_complex", _graph(clip), "-map", "[video]", *sound,
        *X264, "-t", f"{clip.seconds:g}", "-movflags", "+faststart", f"file:{out}",
    ]  # fmt: skip


def _graph(clip: Clip) -> str:
    width, height = clip.size
    still = f"loop=loop=-1:size=1,fps={FRAMES_PER_S}"  # decoded and converted once, then repeated
    if clip.video:
        moving = f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height},fps={FRAMES_PER_S},setsar=1"
    else:
        left, top = _way(clip, "x"), _way(clip, "y")
        moving = f"format=yuv420p,{still},crop={width}:{height}:x='(iw-ow)*{left}':y='(ih-oh)*{top}'"
    level = "anull" if clip.audio else "volume=0.05"
    sound = "" if clip.silent else f";[2:a]{level},apad[sound]"
    return f"[0:v]{moving}[scene];[1:v]format=yuva420p,{still}[caption];[scene][caption]overlay=0:0,format=yuv420p[video]{sound}"


def _way(clip: Clip, side: str) -> str:
    """How the camera goes along one side, from one end's half to the other's: another way for another seed, whatever is shown."""
    chance = random.Random(f"{clip.prompt}{clip.seed}{side}")
    ends = [chance.uniform(0, 0.4), chance.uniform(0.6, 1)]
    chance.shuffle(ends)
    return f"({ends[0]:.4f}+({ends[1] - ends[0]:.4f})*t/{clip.seconds:g})"


def _draw(clip: Clip, scene: Path, caption: Path) -> None:
    draw_caption(clip.prompt, clip.size).save(caption, compress_level=1)
    if clip.video:
        return
    room = (int(clip.size[0] * ROOM), int(clip.size[1] * ROOM))
    picture: Image.Image = draw_scene(clip.prompt, room, clip.seed)
    if clip.image:
        picture = ImageOps.fit(opened(clip.image).convert("RGB"), room)
    picture.save(scene, compress_level=1)
