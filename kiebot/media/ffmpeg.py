"""Argument lists for ffmpeg and ffprobe, safe for a stranger's file.

Why each guard is there (all tried against ffmpeg 5.1): a playlist that calls itself .mp4 opens its neighbours by relative
name, which the list of protocols does not stop and the list of formats does; `concat:a|b.mp4` is a protocol unless the
name begins with `file:`; the Magic YUV decoder of Debian's ffmpeg can be made to write where it should not, so only
decoders that people's files need are allowed.
"""

from __future__ import annotations

from pathlib import Path

MAX_PIXELS = 50_000_000
THUMBNAIL_SIDE = 320
FORMATS = ("mov", "matroska", "webm", "mp3", "ogg", "wav", "flac", "aac")
CODECS = (
    "h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "libaom-av1", "mpeg4", "h263", "mjpeg", "png",
    "aac", "mp3", "mp3float", "opus", "libopus", "vorbis", "flac", "alac", "amrnb", "amr_nb", "amrwb", "amr_wb",
    "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_s16be", "pcm_alaw", "pcm_mulaw",
)  # fmt: skip

_INPUT_GUARDS = [
    "-protocol_whitelist", "file",
    "-format_whitelist", ",".join(FORMATS),
    "-codec_whitelist", ",".join(CODECS),
    "-max_pixels", str(MAX_PIXELS),
]  # fmt: skip


def probe_command(source: Path) -> list[str]:
    """Describe `source` as JSON on standard output."""
    return [
        "ffprobe", "-hide_banner", "-loglevel", "error", *_INPUT_GUARDS, "-threads", "1",
        "-print_format", "json", "-show_format", "-show_streams", "-i", _file(source),
    ]  # fmt: skip


def thumbnail_command(source: Path, target: Path, *, at_s: float, quality: int) -> list[str]:
    """One frame as JPEG, at most THUMBNAIL_SIDE on each side; `quality` is ffmpeg's 2 (best) to 31."""
    fit = f"scale=w={THUMBNAIL_SIDE}:h={THUMBNAIL_SIDE}:force_original_aspect_ratio=decrease:force_divisible_by=2"
    return [
        *_ffmpeg(), "-ss", f"{at_s:.3f}", *input_arguments(source),
        "-map", "0:v:0", "-frames:v", "1", "-an", "-sn", "-dn", "-map_metadata", "-1",
        "-vf", f"scale=w=iw*sar:h=ih,setsar=1,{fit},format=yuvj420p",  # players stretch non-square pixels, a JPEG does not
        "-c:v", "mjpeg", "-q:v", str(quality), "-threads", "1", "-f", "image2", "-update", "1", _file(target),
    ]  # fmt: skip


def input_arguments(source: Path) -> list[str]:
    """`source` as an input of ffmpeg. The guards hold for the input that follows them, so each input has its own."""
    return [*_INPUT_GUARDS, "-threads", "1", "-i", _file(source)]


def _ffmpeg() -> list[str]:
    return ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-filter_threads", "1"]


def _file(path: Path) -> str:
    return f"file:{path.absolute()}"
