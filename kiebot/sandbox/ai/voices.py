"""Speaking and listening without a model: espeak-ng and pocketsphinx where they are installed, otherwise an honest substitute."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import math
import wave
from array import array

from kiebot.sandbox.ai.programs import ProgramFault, installed, run
from kiebot.sandbox.ai.question import RUSSIAN

RATE = 22_050
TONE_S_PER_WORD = 0.25
LONGEST_TONE_S = 20.0
UNHEARD = "The sandbox cannot hear: it has no words for this recording and pocketsphinx is not installed."

# format of OpenAI's API → (arguments for ffmpeg, media type)
FORMATS = {
    "mp3": (["-f", "mp3", "-b:a", "64k"], "audio/mpeg"),
    "opus": (["-f", "ogg", "-c:a", "libopus", "-b:a", "32k"], "audio/ogg"),
    "aac": (["-f", "adts", "-c:a", "aac"], "audio/aac"),
    "flac": (["-f", "flac"], "audio/flac"),
    "pcm": (["-f", "s16le", "-ar", "24000", "-ac", "1"], "audio/pcm"),
}


async def speak(text: str, sound_format: str) -> tuple[bytes, str]:
    """Sound and its media type. Without ffmpeg it is a WAV whatever was asked for. Raises ProgramFault."""
    sound = await _espeak(text) if installed("espeak-ng") else await asyncio.to_thread(tone, text)
    if sound_format not in FORMATS or not installed("ffmpeg"):
        return sound, "audio/wav"
    arguments, mime = FORMATS[sound_format]
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-i", "pipe:0", *arguments, "pipe:1"]
    return await run(command, given=sound), mime


async def _espeak(text: str) -> bytes:
    voice = "ru" if RUSSIAN.search(text) else "en"
    return await run(["espeak-ng", "-v", voice, "-s", "150", "--stdin", "--stdout"], given=text.encode())


def tone(text: str) -> bytes:
    """A WAV with one short hum a word: it is heard that something speaks, and for how long."""
    frames = array("h")
    for number in range(int(min(LONGEST_TONE_S, TONE_S_PER_WORD * max(1, len(text.split()))) / TONE_S_PER_WORD)):
        pitch, count = 180 + 40 * (number % 4), int(RATE * TONE_S_PER_WORD)
        swell = (math.sin(math.pi * step / count) * math.sin(2 * math.pi * pitch * step / RATE) for step in range(count))
        frames.extend(int(8000 * value) for value in swell)
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames.tobytes())
    return sound.getvalue()


async def listen(sound: bytes) -> str:
    """What is said in a recording (English only), as well as pocketsphinx hears it."""
    if importlib.util.find_spec("pocketsphinx") is None:
        return UNHEARD
    command = [
        "ffmpeg",
        "-hide_banner",
        "-loglevel",
        "error",
        "-i",
        "pipe:0",
        "-f",
        "s16le",
        "-ar",
        "16000",
        "-ac",
        "1",
        "pipe:1",
    ]
    try:
        samples = await run(command, given=sound)
    except ProgramFault as exc:
        return f"The sandbox cannot hear this recording: {exc}"
    return await asyncio.to_thread(_recognise, samples) or "(The sandbox heard no words.)"


def _recognise(samples: bytes) -> str:
    import pocketsphinx

    decoder = pocketsphinx.Decoder(samprate=16000)
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return str(heard.hypstr) if heard is not None else ""
