"""Argument lists of ffmpeg for the sound of films: levels, tempo, music under a voice. Pure."""

from __future__ import annotations

from pathlib import Path

from kiebot.media.ffmpeg import ffmpeg, file_name, sound_input
from kiebot.media.film_commands import RATE

SPEECH_LUFS = -16.0
BED_LUFS = -23.0  # of music where a voice is to be heard; under the words it is ducked further
SOUND_BITRATE = 128_000
FADE_IN_S = 1.0
FADE_OUT_S = 3.0
_LIMIT = "alimiter=limit=0.84:level=disabled"  # 1.5 dB below the top: encoding adds to peaks
_STEREO = f"aresample={RATE},aformat=sample_fmts=fltp:channel_layouts=stereo"  # several filters fail on mono
_DUCK = "sidechaincompress=threshold=0.03:ratio=8:attack=20:release=400"


def samples_command(source: Path, target: Path, *, most_s: float) -> list[str]:
    """Bare 16-bit samples at RATE in one channel, of any sound."""
    return [
        *ffmpeg(), "-t", f"{most_s:.3f}", *sound_input(source), "-map", "0:a:0", "-map_metadata", "-1",
        *_bare(), file_name(target),
    ]  # fmt: skip


def loudness_command(given: list[str]) -> list[str]:
    """Prints the loudness so far (LUFS) again and again; the last number is that of the whole."""
    measured = f"{_STEREO},ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-"
    return [*ffmpeg(), *given, "-map", "0:a:0", "-af", measured, "-f", "null", "-"]


def speech_command(samples: Path, target: Path, *, gain_db: float, tempo: float) -> list[str]:
    """Bare samples louder or softer, and faster."""
    faster = [f"atempo={tempo:.5f}"] if tempo > 1 else []
    filters = ",".join([*faster, f"volume={gain_db:.2f}dB", _LIMIT])
    return [*ffmpeg(), *bare_input(samples), "-af", filters, *_bare(), file_name(target)]


def voice_mix_command(samples: Path, target: Path) -> list[str]:
    """Bare samples as the sound of a film."""
    return [*ffmpeg(), *bare_input(samples), "-af", f"{_STEREO},{_LIMIT}", *_encoded(target)]


def music_mix_command(samples: Path, music: Path, target: Path, *, start: int, total: int, gain_db: float) -> list[str]:
    """Bare samples over music that is looped, steps back while somebody speaks, and ends softly with the film.

    They are those from `start` on, of `total` in the whole film.
    """
    length_s = total / RATE
    fade_s = min(FADE_OUT_S, length_s / 4)
    fades = f"afade=t=in:d={min(FADE_IN_S, fade_s):.3f},afade=t=out:st={length_s - fade_s:.3f}:d={fade_s:.3f}"
    graph = (
        f"[0:a]{_STEREO},asplit[voice][guide];"
        f"[1:a]{_STEREO},volume={gain_db:.2f}dB,apad,{fades},atrim=start_sample={start}:end_sample={total},asetpts=N/SR/TB[music];"
        f"[music][guide]{_DUCK}[bed];[voice][bed]amix=inputs=2:duration=first:normalize=0,{_LIMIT}[all]"
    )
    looped = ["-stream_loop", "-1", *sound_input(music)]
    return [*ffmpeg(), *bare_input(samples), *looped, "-filter_complex", graph, "-map", "[all]", *_encoded(target)]


def bare_input(samples: Path) -> list[str]:
    """Bare samples as an input of ffmpeg."""
    return [*_bare(), "-i", file_name(samples)]


def _bare() -> list[str]:
    return ["-f", "s16le", "-ar", str(RATE), "-ac", "1"]


def _encoded(target: Path) -> list[str]:
    coder = ["-c:a", "aac", "-aac_coder", "fast", "-b:a", str(SOUND_BITRATE)]  # the usual one takes half as long again
    return ["-map_metadata", "-1", *coder, "-f", "adts", file_name(target)]
