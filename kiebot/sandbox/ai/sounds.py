"""Sounds that the sandbox makes: speech, small tunes, and other people's recordings filtered."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.clips import LENT, QUIET
from kiebot.sandbox.ai.programs import run
from kiebot.sandbox.ai.voices import speak

NOTES = 5  # of a pentatonic scale
LONGEST_TEXT = 2000
FILTERS = {"vocals": "highpass=f=300", "instrumental": "lowpass=f=300", "voice": "highpass=f=120,lowpass=f=6000", "wave": "anull"}
UNSAID = "The sandbox speaks: no text was given."


async def save_speech(given: dict[str, Any], path: Path) -> None:
    """Read out the text, or every turn of a dialogue."""
    sound, _ = await speak(spoken(given)[:LONGEST_TEXT], "mp3")
    await asyncio.to_thread(path.write_bytes, sound)


def spoken(given: dict[str, Any]) -> str:
    """The words that an input wants to be said."""
    turns = given.get("dialogue") or given.get("dialogue_turns") or []
    said = " ".join(str(turn.get("text", "")) for turn in turns if isinstance(turn, dict))
    return said or str(given.get("text") or "") or UNSAID


async def save_tune(words: str, seconds: float, path: Path) -> None:
    """A tune that depends on the words."""
    seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big")
    step = f"mod(floor(t*3)*{seed % 7 + 2}+{seed % 5}\\,{NOTES})"
    pitch = f"{180 + seed % 120}*pow(2\\,({step})*2.4/12)"
    tune = f"aevalsrc=0.2*sin(2*PI*t*{pitch})*exp(-3*mod(t*3\\,1)/2):s=22050:d={seconds:g}"
    await _encode(["-f", "lavfi", "-i", tune], [], path)


async def save_filtered(source: Path, name: str, path: Path) -> None:
    """A lent recording, or the sound of a lent clip, through a filter."""
    await _encode([*LENT, "-i", f"file:{source}"], ["-vn", "-af", FILTERS[name]], path)


async def _encode(given: list[str], filters: list[str], path: Path) -> None:
    """By the end of the name: WAV or MP3. Raises ProgramFault."""
    part = path.with_suffix(f".part{path.suffix}")
    codec = ["-c:a", "pcm_s16le"] if path.suffix == ".wav" else ["-c:a", "libmp3lame", "-b:a", "96k"]
    try:
        await run([*QUIET, *given, *filters, *codec, f"file:{part}"])
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
