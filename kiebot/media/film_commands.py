"""Argument lists of ffmpeg for films: pieces that can be joined by copying, sound, the join. Pure.

Pieces join by copying only when the decoder needs the same settings for all of them. So everything that ends up in an H.264
header is fixed here whatever the source was: size, square pixels, colours, level, and `stitchable`, without which x264 writes
how it was told to control the rate into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiebot.media.ffmpeg import MAX_PIXELS, ffmpeg, file_name, input_arguments

FPS = 30
RATE = 48_000
FRAME_SAMPLES = RATE // FPS
FADE_FRAMES = 15
CRF = 21
NEARLY_SAME_SHAPE = 1.2  # a picture whose shape differs less (3:2 for 16:9) is cropped, another one gets a blurred ground
ZOOM = 1.12
THREADS = "2"  # x264 gains nothing from more at 720p, and each costs memory

_X264 = [
    "-c:v", "libx264", "-profile:v", "high", "-level:v", "4.0", "-pix_fmt", "yuv420p", "-g", str(2 * FPS),
    "-threads", THREADS, "-fps_mode", "cfr", "-r", str(FPS),
]  # fmt: skip
_STITCHABLE = "stitchable=1"
_MP4 = ["-video_track_timescale", str(1000 * FPS), "-f", "mp4"]
_COLOURS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
_FINISH = f"setsar=1,format=yuv420p,{_COLOURS}"
_TO_COLOURS = ":out_color_matrix=bt709:out_range=tv"
_ON_THE_GRID = f"setts=pts=round(PTS*TB*{FPS})/TB/{FPS}:dts=round(DTS*TB*{FPS})/TB/{FPS}"


@dataclass(frozen=True)
class Size:
    """Of a picture in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Cut:
    """Which frames of the prepared picture go into a piece. `between`: only until a junction is made of it."""

    target: Path
    first: int
    frames: int
    between: bool = False


def film_input(source: Path, *, most_s: float) -> list[str]:
    """A clip, at most so much of it."""
    return ["-t", f"{most_s:.3f}", *input_arguments(source, threads=2)]


def bare_picture(source: Path, size: Size) -> list[str]:
    """Bare RGB bytes as an input of one frame."""
    return [
        "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{size.width}x{size.height}", "-framerate", str(FPS),
        "-max_pixels", str(MAX_PIXELS), "-i", file_name(source),
    ]  # fmt: skip


def clip_chain(shown: Size, size: Size, frames: int, captions: Path | None, *, converted: bool = True) -> str:
    """The filters of a clip: exactly `frames`, the last one held where the clip is too short.

    `converted`: its colours are not the film's, which costs half as much again as all else here.
    """
    held = f"tpad=stop={frames}:stop_mode=clone,trim=end_frame={frames}"
    square = "scale=w='trunc(iw*sar/2)*2':h=ih"
    fitted = f"{square},{_fitted(shown, size, converted=converted)},{_FINISH}"
    return f"setpts=PTS-STARTPTS,fps={FPS},{fitted},{held}{_burnt(captions)},{_FINISH}"


def still_chain(shown: Size, size: Size, frames: int, captions: Path | None, motion: int) -> str:
    """The filters of a picture that is slowly zoomed or panned; `motion` chooses how."""
    repeated = f"loop=loop={frames - 1}:size=1,setpts=N/({FPS}*TB)"
    moved = _moved(motion, frames)
    return (
        f"{_fitted(shown, size, converted=True)},{_FINISH},{repeated},{moved},trim=end_frame={frames}{_burnt(captions)},{_FINISH}"
    )


def part_command(source: Sequence[str], chain: str, cuts: Sequence[Cut]) -> list[str]:
    """One reading of the source, one file a cut."""
    outputs = "".join(f"[o{number}]" for number in range(len(cuts)))
    trimmed = ";".join(
        f"[o{number}]trim=start_frame={cut.first}:end_frame={cut.first + cut.frames},setpts=PTS-STARTPTS[v{number}]"
        for number, cut in enumerate(cuts)
    )
    words = [*ffmpeg(), *source, "-filter_complex", f"[0:v:0]{chain},split={len(cuts)}{outputs};{trimmed}"]
    for number, cut in enumerate(cuts):
        words += ["-map", f"[v{number}]", *_output(cut)]
    return words


def copy_command(source: Path, target: Path) -> list[str]:
    """The source's own video as a piece; its times are put on the exact grid."""
    return [
        *ffmpeg(), *input_arguments(source), "-map", "0:v:0", "-an", "-sn", "-dn", "-map_metadata", "-1",
        "-c:v", "copy", "-bsf:v", _ON_THE_GRID, *_MP4, file_name(target),
    ]  # fmt: skip


def junction_command(tail: Path, head: Path, target: Path) -> list[str]:
    """The end of one piece fades into the beginning of the next."""
    faded = f"xfade=transition=fade:duration={FADE_FRAMES / FPS}:offset=0,trim=end_frame={FADE_FRAMES},{_FINISH}"
    graph = f"[0:v]settb=AVTB,setpts=PTS-STARTPTS[x];[1:v]settb=AVTB,setpts=PTS-STARTPTS[y];[x][y]{faded}[v]"
    return [
        *ffmpeg(), *input_arguments(tail), *input_arguments(head), "-filter_complex", graph, "-map", "[v]",
        *_output(Cut(target, 0, FADE_FRAMES)),
    ]  # fmt: skip


def compress_command(source: Path, target: Path, *, size: Size, bitrate: int, log: Path, turn: int) -> list[str]:
    """The first or the second pass over a piece."""
    scaled = f"scale={size.width}:{size.height},{_FINISH}"
    output = ["-f", "null", "-"] if turn == 1 else [*_MP4, file_name(target)]
    return [
        *ffmpeg(), *input_arguments(source, threads=2), "-map", "0:v:0", "-an", "-map_metadata", "-1", "-vf", scaled,
        *_X264, "-preset", "veryfast", "-x264-params", _STITCHABLE, "-b:v", str(bitrate),
        "-pass", str(turn), "-passlogfile", str(log), *output,
    ]  # fmt: skip


def join_list(parts: Sequence[Path]) -> str:
    """What ffmpeg's concat demuxer reads."""
    names = (file_name(part).replace("'", "'\\''") for part in parts)
    return "ffconcat version 1.0\n" + "".join(f"file '{name}'\n" for name in names)


def join_command(listed: Path, sound: Path, srt: Path | None, target: Path, *, title: str, language: str) -> list[str]:
    """Pieces and sound copied into one file that can be watched while it loads."""
    guards = ["-protocol_whitelist", "file", "-format_whitelist", "concat,mov", "-codec_whitelist", "h264"]
    words = [*ffmpeg(), *guards, "-f", "concat", "-safe", "0", "-i", file_name(listed)]
    words += [*input_arguments(sound)]
    if srt is not None:
        words += ["-protocol_whitelist", "file", "-f", "srt", "-i", file_name(srt)]
    words += ["-map", "0:v:0", "-map", "1:a:0", "-map_metadata", "-1", "-c", "copy", "-bsf:v", _ON_THE_GRID]
    words += ["-bsf:a", "aac_adtstoasc"]
    if srt is not None:
        words += ["-map", "2:s:0", "-c:s", "mov_text", "-metadata:s:s:0", f"language={language}"]
    named = ["-metadata", f"title={title}"] if title else []
    return [*words, *named, "-movflags", "+faststart", *_MP4, file_name(target)]


def _output(cut: Cut) -> list[str]:
    quality = ["-preset", "ultrafast", "-qp", "6"] if cut.between else ["-preset", "veryfast", "-crf", str(CRF)]
    return [
        "-frames:v", str(cut.frames), "-an", "-sn", "-dn", "-map_metadata", "-1", *_X264, *quality,
        "-x264-params", _STITCHABLE, *_MP4, file_name(cut.target),
    ]  # fmt: skip


def _fitted(shown: Size, size: Size, *, converted: bool) -> str:
    """Filling `size`: cropped when that takes little away, else whole on a dark and blurred ground of itself."""
    width, height, colours = size.width, size.height, _TO_COLOURS if converted else ""
    shape = (shown.width * height) / (shown.height * width)
    if 1 / NEARLY_SAME_SHAPE <= shape <= NEARLY_SAME_SHAPE:
        return f"scale={width}:{height}:force_original_aspect_ratio=increase{colours},crop={width}:{height}"
    small = f"{max(2, width // 16 * 2)}:{max(2, height // 16 * 2)}"
    dark = "gblur=sigma=4,lutyuv=y='16+(val-16)*0.6':u='128+(val-128)*0.6':v='128+(val-128)*0.6'"
    ground = f"scale={small}:force_original_aspect_ratio=increase{colours},crop={small},{dark},scale={width}:{height}"
    whole = f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2{colours}"
    return (
        f"format=yuv420p,split[a][b];[a]{ground},setsar=1[ground];[b]{whole},setsar=1[whole];"
        "[ground][whole]overlay=x='trunc((W-w)/4)*2':y='trunc((H-h)/4)*2'"
    )


def _moved(motion: int, frames: int) -> str:
    """A window into the picture that grows, shrinks or wanders, with parts of pixels: whole ones would make it tremble."""
    done = f"(on/{max(1, frames - 1)})"
    lost = 1 - 1 / ZOOM
    left, right, upper, lower = {
        0: (f"{lost / 2}*{done}",) * 4,
        1: (f"{lost}*{done}", f"{lost}*(1-{done})", f"{lost / 2}", f"{lost / 2}"),
        2: (f"{lost / 2}*(1-{done})",) * 4,
        3: (f"{lost}*(1-{done})", f"{lost}*{done}", f"{lost / 2}", f"{lost / 2}"),
    }[motion % 4]
    x0, x1, y0, y1 = f"W*{left}", f"W-W*{right}", f"H*{upper}", f"H-H*{lower}"
    corners = f"x0={x0}:y0={y0}:x1={x1}:y1={y0}:x2={x0}:y2={y1}:x3={x1}:y3={y1}"
    return f"perspective={corners}:interpolation=linear:sense=source:eval=frame"


def _burnt(captions: Path | None) -> str:
    return "" if captions is None else f",ass=filename={_escaped(str(captions))}"


def _escaped(value: str) -> str:
    """As the value of a filter's option, and that once more within a graph of filters."""
    for special in ("\\':", "\\'[],;"):
        value = "".join(f"\\{letter}" if letter in special else letter for letter in value)
    return value
