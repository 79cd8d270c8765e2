"""Sounds that the sandbox makes: speech, small tunes, and other people's recordings filtered."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.clips import LENT, QUIET
from kiebot.sandbox.ai.programs import run
from kiebot.sandbox.ai.sizes import SECONDS
from kiebot.sandbox.ai.voices import speak

NOTES = 5  # of a pentatonic scale
KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SAMPLES_A_SECOND = 22_050
LOWEST_C = 130.8
BEATS_A_MINUTE = 180.0
LONGEST_TEXT = 2000
FILTERS = {  # the parts of a song are its heights and depths
    "vocals": "highpass=f=300", "instrumental": "lowpass=f=300", "drums": "lowpass=f=150", "bass": "bandpass=f=200",
    "voice": "highpass=f=120,lowpass=f=6000", "wave": "anull",
}  # fmt: skip
STEMS = ("vocals", "instrumental", "drums", "bass")
UNSAID = "The sandbox speaks: no text was given."


async def save_speech(given: dict[str, Any], path: Path) -> None:
    """Read out the text, or every turn of a dialogue."""
    sound, _ = await speak(spoken(given)[:LONGEST_TEXT], "mp3")
    speed = float(given.get("speed") or 1)
    if speed == 1:
        await asyncio.to_thread(path.write_bytes, sound)
        return
    usual = path.with_suffix(f".usual{path.suffix}")
    try:
        await asyncio.to_thread(usual.write_bytes, sound)
        await _encode([*LENT, "-i", f"file:{usual}"], ["-af", f"atempo={speed:g}"], path)
    finally:
        usual.unlink(missing_ok=True)


def spoken(given: dict[str, Any]) -> str:
    """The words that an input wants to be said."""
    turns = given.get("dialogue") or given.get("dialogue_turns") or []
    said = " ".join(str(turn.get("text", "")) for turn in turns if isinstance(turn, dict))
    return said or str(given.get("text") or "") or UNSAID


async def save_tune(words: str, seconds: float, path: Path, given: dict[str, Any]) -> None:
    """A tune that depends on the words, in the tempo and the key that are asked for."""
    await _encode(["-f", "lavfi", "-i", tune(words, seconds, given)], [], path)


async def save_extension(source: Path, words: str, seconds: float, path: Path, given: dict[str, Any]) -> None:
    """A lent recording up to where it is to be gone on from, and a tune after that."""
    begins_s = max(0.0, seconds - SECONDS["extension"])
    form = f"aformat=sample_rates={SAMPLES_A_SECOND}:channel_layouts=mono"
    parts = f"[0:a]{form},atrim=0:{begins_s:g},apad=whole_dur={begins_s:g}[before];[1:a]{form}[after]"
    graph = f"{parts};[before][after]concat=n=2:v=0:a=1"
    after = ["-f", "lavfi", "-i", tune(words, SECONDS["extension"], given)]
    await _encode([*LENT, "-i", f"file:{source}", *after], ["-filter_complex", graph], path)


def tune(words: str, seconds: float, given: dict[str, Any]) -> str:
    """ffmpeg's source of a tune."""
    seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big")
    rate = float(given.get("sound_tempo") or BEATS_A_MINUTE) / 60
    key = str(given.get("sound_key", "")).removesuffix("m")
    lowest = LOWEST_C * 2 ** (KEYS.index(key) / 12) if key in KEYS else 180.0 + seed % 120
    step = f"mod(floor(t*{rate:g})*{seed % 7 + 2}+{seed % 5}\\,{NOTES})"
    pitch = f"{lowest:g}*pow(2\\,({step})*2.4/12)"
    samples = round(SAMPLES_A_SECOND * NOTES / rate)  # the tune begins anew after its last note: computed once, then repeated
    once = f"aevalsrc=0.2*sin(2*PI*t*{pitch})*exp(-3*mod(t*{rate:g}\\,1)/2):s={SAMPLES_A_SECOND}:d={NOTES / rate:g}"
    return f"{once},aloop=loop=-1:size={samples},atrim=0:{seconds:g}"


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
