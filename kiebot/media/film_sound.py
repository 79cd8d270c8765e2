"""The child's operations on a film's sound: the words of one scene, and all of them with music."""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.media import film_sound_commands
from kiebot.media.adts import packets
from kiebot.media.ffmpeg import sound_input
from kiebot.media.film_commands import FRAME_SAMPLES, RATE
from kiebot.media.film_sound_commands import BED_LUFS, SPEECH_LUFS
from kiebot.media.film_tracks import read_track, write_track
from kiebot.media.loudness import HOP_S, SILENCE, is_silent, levels
from kiebot.media.tool import run_tool

MOST_VOICE_S = 300.0  # of one scene
MOST_GAIN_DB = 30.0
SILENT_LUFS = -69.0  # what the filter says of silence and of less than it can measure
QUIET_PART = 300  # of the loudest moment: what is so much softer is no word
LEAD_HOPS, REST_HOPS = 1, 2  # of quiet stay before and after the words
LEAD_IN_S = 0.3  # a scene begins to speak so late when it has time
SPARE_SAMPLES = RATE // 100  # a tempo is not exact
MUSIC_HEARD_S = 60.0  # to know how loud it is
_LOUDNESS = re.compile(rb"lavfi\.r128\.I=(-?[0-9.]+|-?inf|nan)")


@dataclass(frozen=True, slots=True)
class Speech:
    """Where in its track a scene's words are, and how much faster they are than they were spoken."""

    samples: int
    start_s: float
    speech_s: float
    tempo: float


def track_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """One scene's words and {"samples", "max_tempo"} → Speech and a WAV file of it, longer than asked for when they need it."""
    wanted, raw, target = args["samples"], folder / "raw.pcm", folder / "track.wav"
    run_tool(film_sound_commands.samples_command(files[0], raw, most_s=MOST_VOICE_S))
    said = _words(_samples(raw))
    if not said:
        write_track(target, b"", 0, wanted)
        return Answer(asdict(Speech(wanted, 0.0, 0.0, 1.0)), [target])
    raw.write_bytes(_little_endian(said))
    tempo = min(max(1.0, len(said) / max(1, wanted - SPARE_SAMPLES)), args["max_tempo"])
    spoken = _spoken(raw, folder / "spoken.pcm", tempo)
    count = len(spoken) // 2
    samples = max(wanted, -(-count // FRAME_SAMPLES) * FRAME_SAMPLES)
    lead = min(int(LEAD_IN_S * RATE), (samples - count) // 2)
    write_track(target, spoken, lead, samples)
    return Answer(asdict(Speech(samples, lead / RATE, count / RATE, tempo)), [target])


def mix_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """Tracks in order and perhaps (`music`) music as the last file → packets of the film's sound.

    {"skip", "count"}: the samples of the tracks that are heard, which begin at `start` of `total` in the film;
    {"drop", "keep"}: the packets; {"alone"}: nobody speaks in the whole film.
    """
    tracks, music = (files[:-1], files[-1]) if args["music"] else (files, None)
    voices, raw, target = folder / "voices.pcm", folder / "raw.aac", folder / "sound.aac"
    together = b"".join(read_track(track) for track in tracks)
    voices.write_bytes(together[2 * args["skip"] : 2 * (args["skip"] + args["count"])])
    if music is None:
        run_tool(film_sound_commands.voice_mix_command(voices, raw))
    else:
        loudness = _loudness(["-t", str(MUSIC_HEARD_S), *sound_input(music)])
        gain_db = _gain_db(SPEECH_LUFS if args["alone"] else BED_LUFS, loudness)
        where = {"start": args["start"], "total": args["total"]}
        run_tool(film_sound_commands.music_mix_command(voices, music, raw, gain_db=gain_db, **where))
    kept = list(packets(raw.read_bytes()))[args["drop"] : args["drop"] + args["keep"]]
    target.write_bytes(b"".join(kept))
    return Answer({}, [target])


def _words(samples: array[int]) -> array[int]:
    """Without the quiet before and after; nothing when nobody speaks."""
    found = levels(samples, RATE)
    if is_silent(found):
        return array("h")
    threshold = min(SILENCE, max(found) / QUIET_PART)
    heard = [hop for hop, level in enumerate(found) if level >= threshold]
    hop = int(RATE * HOP_S)
    return samples[max(0, heard[0] - LEAD_HOPS) * hop : (heard[-1] + 1 + REST_HOPS) * hop]


def _spoken(raw: Path, target: Path, tempo: float) -> bytes:
    loudness = _loudness(film_sound_commands.bare_input(raw))
    gain_db = _gain_db(SPEECH_LUFS, loudness)
    run_tool(film_sound_commands.speech_command(raw, target, gain_db=gain_db, tempo=tempo))
    return target.read_bytes()


def _loudness(given: list[str]) -> float:
    printed = _LOUDNESS.findall(run_tool(film_sound_commands.loudness_command(given)))
    return float(printed[-1]) if printed else SILENT_LUFS


def _gain_db(wanted: float, loudness: float) -> float:
    if not loudness > SILENT_LUFS:
        return 0.0
    return max(-MOST_GAIN_DB, min(MOST_GAIN_DB, wanted - loudness))


def _samples(path: Path) -> array[int]:
    samples = array("h", path.read_bytes())
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _little_endian(samples: array[int]) -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
