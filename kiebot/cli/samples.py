"""Small files that stand for a person's: made by ffmpeg when a model is tried that needs one."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from kiebot.errors import OperatorFault

SECONDS = 5.0
MAKE_WITHIN_S = 60.0
PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=24")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100")
LENGTH = ("-t", f"{SECONDS:g}")


@dataclass(frozen=True, slots=True)
class Sample:
    """What a kind of file is called, what it is, and how ffmpeg makes it."""

    name: str
    mime: str
    arguments: tuple[str, ...]


SAMPLES = {
    "image": Sample("sample.jpg", "image/jpeg", (*PICTURE, "-frames:v", "1", "-q:v", "3")),
    "video": Sample(
        "sample.mp4", "video/mp4", (*PICTURE, *TONE, *LENGTH, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    ),
    "audio": Sample("sample.mp3", "audio/mpeg", (*TONE, *LENGTH, "-c:a", "libmp3lame")),
}


async def make(kind: str, folder: Path) -> Path:
    """A new file in `folder`. Raises OperatorFault."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise OperatorFault("ffmpeg is not installed: without it there is no sample to try this with")
    sample = SAMPLES[kind]
    path = folder / sample.name
    pipe = asyncio.subprocess.PIPE
    quiet = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")
    process = await asyncio.create_subprocess_exec(program, *quiet, *sample.arguments, str(path), stderr=pipe)
    try:
        async with asyncio.timeout(MAKE_WITHIN_S):
            _, complaint = await process.communicate()
    except TimeoutError as exc:
        process.kill()
        await process.wait()
        raise OperatorFault(f"ffmpeg did not make {sample.name} in {MAKE_WITHIN_S:g} s") from exc
    if process.returncode:
        raise OperatorFault(f"ffmpeg did not make {sample.name}: {complaint[-200:].decode(errors='replace').strip()}")
    return path
