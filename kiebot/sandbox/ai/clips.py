"""Short videos: the camera wanders over a drawn scene, the caption stands still, a soft tone sounds."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from kiebot.sandbox.ai.drawing import draw_caption, draw_scene
from kiebot.sandbox.ai.programs import run

FRAMES_PER_S = 24
LONGEST_S = 10
SHORT_SIDE = 480


def clip_size(aspect_ratio: object) -> tuple[int, int]:
    """480p in the given ratio."""
    wide, _, high = str(aspect_ratio).partition(":")
    ratio = int(wide) / int(high) if wide.isdecimal() and high.isdecimal() and int(high) else 16 / 9
    ratio = max(1 / 3, min(3.0, ratio))
    if ratio >= 1:
        return int(SHORT_SIDE * ratio) // 2 * 2, SHORT_SIDE
    return SHORT_SIDE, int(SHORT_SIDE / ratio) // 2 * 2


async def save_clip(prompt: str, aspect_ratio: object, seconds: float, path: Path) -> None:
    """Draw the frames' parts and let ffmpeg move them. Raises ProgramFault."""
    size, seconds = clip_size(aspect_ratio), max(1.0, min(float(LONGEST_S), seconds))
    scene, caption, part = (path.with_suffix(end) for end in (".scene.png", ".caption.png", ".part.mp4"))
    try:
        await asyncio.to_thread(_draw, prompt, size, scene, caption)
        await run(ffmpeg_arguments(scene, caption, size, seconds, part))
        os.replace(part, path)
    finally:
        for file in (scene, caption, part):
            file.unlink(missing_ok=True)


def _draw(prompt: str, size: tuple[int, int], scene: Path, caption: Path) -> None:
    draw_scene(prompt, (size[0] * 5 // 4, size[1] * 5 // 4)).save(scene, compress_level=1)
    draw_caption(prompt, size).save(caption, compress_level=1)


def ffmpeg_arguments(scene: Path, caption: Path, size: tuple[int, int], seconds: float, out: Path) -> list[str]:
    """The whole command line."""
    width, height = size
    moving = f"crop={width}:{height}:x='(iw-ow)*t/{seconds}':y='(ih-oh)*(1-t/{seconds})'"
    still = f"loop=loop=-1:size=1,fps={FRAMES_PER_S}"  # decoded and converted once, then repeated
    graph = (
        f"[0:v]format=yuv420p,{still},{moving}[scene];[1:v]format=yuva420p,{still}[caption];"
        "[scene][caption]overlay=0:0,format=yuv420p[video];[2:a]volume=0.05[sound]"
    )
    return [
        "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y",
        "-i", f"file:{scene}", "-i", f"file:{caption}",
        "-f", "lavfi", "-i", "sine=frequency=220:sample_rate=44100",
        "-filter_complex", graph, "-map", "[video]", "-map", "[sound]",
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-threads", "1",
        "-c:a", "aac", "-b:a", "48k", "-t", f"{seconds:g}", "-movflags", "+faststart", f"file:{out}",
    ]  # fmt: skip
