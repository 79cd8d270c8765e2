"""Argument lists for ffmpeg and ffprobe, safe for a stranger's file.

Why each guard is there (all tried against ffmpeg 5.1): a playlist that calls itself .mp4 opens its neighbours by relative
name, which the list of protocols does not stop and the list of formats does; `concat:a|b.mp4` is a protocol unless the
name begins with `file:`; the Magic YUV decoder of Debian's ffmpeg can be made to write where it should not, so only
decoders that people's files need are allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

MAX_PIXELS = 50_000_000
THUMBNAIL_SIDE = 320
FORMATS = ("mov", "matroska", "webm", "mp3", "ogg", "wav", "flac", "aac")
CODECS = (
    "h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "libaom-av1", "mpeg4", "h263", "mjpeg", "png",
    "aac", "mp3", "mp3float", "opus", "libopus", "vorbis", "flac", "alac", "amrnb", "amr_nb", "amrwb", "amr_wb",
    "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_s16be", "pcm_alaw", "pcm_mulaw",
)  # fmt: skip

# Where only the sound is wanted, nothing of a picture is decoded; people's old cameras and recorders wrote these too.
SOUND_FORMATS = (*FORMATS, "avi", "mpegts", "amr", "aiff", "caf")
SOUND_CODECS = (*CODECS, "mp2", "mp2float", "ac3", "eac3")
SPEECH_RATE = 16_000  # what models that listen work with

_INPUT_GUARDS = [
    "-protocol_whitelist", "file",
    "-format_whitelist", ",".join(FORMATS),
    "-codec_whitelist", ",".join(CODECS),
    "-max_pixels", str(MAX_PIXELS),
]  # fmt: skip
_SOUND_GUARDS = [
    "-protocol_whitelist", "file",
    "-format_whitelist", ",".join(SOUND_FORMATS),
    "-codec_whitelist", ",".join(SOUND_CODECS),
    "-max_pixels", str(MAX_PIXELS),
]  # fmt: skip


def probe_command(source: Path, *, sound: bool = False) -> list[str]:
    """Describe `source` as JSON on standard output. `sound`: only that, whatever the codec of the picture is."""
    guards = [*_SOUND_GUARDS, "-select_streams", "a"] if sound else _INPUT_GUARDS
    return [
        "ffprobe", "-hide_banner", "-loglevel", "error", *guards, "-threads", "1",
        "-print_format", "json", "-show_format", "-show_streams", "-i", file_name(source),
    ]  # fmt: skip


def thumbnail_command(source: Path, target: Path, *, at_s: float, quality: int) -> list[str]:
    """One frame as JPEG, at most THUMBNAIL_SIDE on each side; `quality` is ffmpeg's 2 (best) to 31."""
    return frame_command(source, target, at_s=at_s, side=THUMBNAIL_SIDE, quality=quality)


def frame_command(source: Path, target: Path, *, at_s: float, side: int, quality: int = 4) -> list[str]:
    """One frame as JPEG, at most `side` on each side."""
    fit = f"scale=w='min(iw,{side})':h='min(ih,{side})':force_original_aspect_ratio=decrease:force_divisible_by=2"
    return [
        *ffmpeg(), "-ss", f"{at_s:.3f}", *input_arguments(source),
        "-map", "0:v:0", "-frames:v", "1", "-an", "-sn", "-dn", "-map_metadata", "-1",
        "-vf", f"scale=w=iw*sar:h=ih,setsar=1,{fit},format=yuvj420p",  # players stretch non-square pixels, a JPEG does not
        "-c:v", "mjpeg", "-q:v", str(quality), "-threads", "1", "-f", "image2", "-update", "1", file_name(target),
    ]  # fmt: skip


def samples_command(source: Path, target: Path, *, start_s: float, length_s: float) -> list[str]:
    """Bare 16-bit samples of some seconds of the first sound track, at SPEECH_RATE in one channel."""
    skipped = ["-ss", f"{start_s:.3f}"] if start_s else []  # looking for the very beginning, ffmpeg misses it in some AVI files
    return [
        *ffmpeg(), *skipped, "-t", f"{length_s:.3f}", *sound_input(source),
        "-map", "0:a:0", "-map_metadata", "-1", *_bare(SPEECH_RATE), file_name(target),
    ]  # fmt: skip


def speech_command(samples: Path, target: Path) -> list[str]:
    """Samples as Ogg with Opus: ten minutes of speech in under 2 MB. Opus's usual effort (10) would take three times as long."""
    return [
        *ffmpeg(), *_bare(SPEECH_RATE), "-i", file_name(samples), "-c:a", "libopus", "-compression_level", "2",
        "-b:a", "24k", "-application", "voip", "-threads", "1", "-f", "ogg", file_name(target),
    ]  # fmt: skip


def voice_command(sources: Sequence[Path], target: Path) -> list[str]:
    """Sounds one after another as the Ogg with Opus that Telegram takes for a voice message."""
    inputs = [word for source in sources for word in sound_input(source)]
    same = "aresample=48000,aformat=sample_fmts=s16:channel_layouts=mono"
    each = ";".join(f"[{number}:a:0]{same}[a{number}]" for number in range(len(sources)))
    joined = "".join(f"[a{number}]" for number in range(len(sources)))
    return [
        *ffmpeg(), *inputs, "-filter_complex", f"{each};{joined}concat=n={len(sources)}:v=0:a=1[all]",
        "-map", "[all]", "-map_metadata", "-1", "-c:a", "libopus", "-b:a", "32k", "-application", "voip",
        "-threads", "1", "-f", "ogg", file_name(target),
    ]  # fmt: skip


def _bare(rate: int) -> list[str]:
    return ["-f", "s16le", "-ar", str(rate), "-ac", "1"]


def input_arguments(source: Path, *, threads: int = 1) -> list[str]:
    """`source` as an input of ffmpeg. The guards hold for the input that follows them, so each input has its own."""
    return [*_INPUT_GUARDS, "-threads", str(threads), "-i", file_name(source)]


def sound_input(source: Path) -> list[str]:
    """The sound of `source` as an input of ffmpeg."""
    return [*_SOUND_GUARDS, "-threads", "1", "-vn", "-i", file_name(source)]


def ffmpeg() -> list[str]:
    """How every call begins."""
    return ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-filter_threads", "1"]


def file_name(path: Path) -> str:
    """A path that no name can make anything else of."""
    return f"file:{path.absolute()}"
