"""The child's operations on a film's pictures: pieces of exact length, crossfades between them, pieces made smaller."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.errors import ConfinedError
from kiebot.media import film_commands
from kiebot.media.ffmpeg import probe_command
from kiebot.media.film_commands import FADE_FRAMES, FPS, Cut, Size
from kiebot.media.mp4 import read_mp4
from kiebot.media.probe import parse_probe
from kiebot.media.tool import run_tool

MORE_S = 1.0  # of a clip is read than is needed: its frames need not lie where the film's do
HD_HEIGHT = 720
TRIES = 4
LEAST_BITRATE = 1000  # to ask ffmpeg for less is an error
INDEX_BYTES = 2000  # of a piece, and so many more a frame
INDEX_FRAME_BYTES = 16


def part_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """A clip or (`still`) a picture, and perhaps captions → {"copied"}, the piece, and its head and tail where asked for."""
    source, captions = files[0], files[1] if args["captions"] else None
    size, frames = Size(args["width"], args["height"]), args["frames"]
    cuts = _cuts(folder, frames, fade_in=args["fade_in"], fade_out=args["fade_out"])
    total = frames + FADE_FRAMES * args["fade_out"]
    if args["still"]:
        bare, shown = _bare(source, folder / "picture.rgb", size)
        given = film_commands.bare_picture(bare, shown)
        chain = film_commands.still_chain(shown, size, total, captions, args["motion"])
    else:
        stream = _video_stream(source)
        if args["copy"] and len(cuts) == 1 and captions is None and _copied(source, stream, size, cuts[0]):
            return Answer({"copied": True}, [cuts[0].target])
        given = film_commands.film_input(source, most_s=total / FPS + MORE_S)
        chain = film_commands.clip_chain(_square(stream), size, total, captions, converted=_other_colours(stream))
    run_tool(film_commands.part_command(given, chain, cuts))
    return Answer({"copied": False}, [_whole(cut.target, cut.frames) for cut in cuts])


def copies_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """Clips and {"width", "height", "frames": of each} → {"copied": of each} and those that are pieces already."""
    size, made = Size(args["width"], args["height"]), list[Path | None]()
    for number, (source, frames) in enumerate(zip(files, args["frames"], strict=True)):
        cut = Cut(folder / f"{number}.mp4", 0, frames)
        made.append(cut.target if _is_copied(source, size, cut) else None)
        source.unlink()  # there may be little room
    return Answer({"copied": [path is not None for path in made]}, [path for path in made if path is not None])


def junction_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """The tail of one piece and the head of the next → their crossfade."""
    tail, head = files
    target = folder / "junction.mp4"
    run_tool(film_commands.junction_command(tail, head, target))
    return Answer({}, [_whole(target, FADE_FRAMES)])


def compress_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """A piece and {"width", "height", "most_bytes"} → the same within so many bytes."""
    source, size, most_bytes = files[0], Size(args["width"], args["height"]), args["most_bytes"]
    frames, target, log = read_mp4(source).video.samples, folder / "small.mp4", folder / "passes"
    bits = max(1, most_bytes - INDEX_BYTES - INDEX_FRAME_BYTES * frames) * 8
    bitrate = max(LEAST_BITRATE, bits * FPS // frames)
    run_tool(film_commands.compress_command(source, target, size=size, bitrate=bitrate, log=log, turn=1))
    for _ in range(TRIES):
        command = film_commands.compress_command(source, target, size=size, bitrate=bitrate, log=log, turn=2)
        try:
            run_tool(command)
        except ConfinedError as error:  # the encoder read it in the first pass: it cannot write so little in the second
            if error.reason != "refused":
                raise
            raise ConfinedError("refused", "too-large") from error
        if target.stat().st_size <= most_bytes:
            return Answer({}, [_whole(target, frames)])
        bitrate = max(LEAST_BITRATE, int(bitrate * most_bytes / target.stat().st_size * 0.95))
    raise ConfinedError("refused", "too-large")


def _cuts(folder: Path, frames: int, *, fade_in: bool, fade_out: bool) -> list[Cut]:
    skipped = FADE_FRAMES if fade_in else 0
    if frames <= skipped:
        raise ConfinedError("protocol", "nothing left between the fades")
    cuts = [Cut(folder / "body.mp4", skipped, frames - skipped)]
    if fade_in:
        cuts.append(Cut(folder / "head.mp4", 0, FADE_FRAMES, between=True))
    if fade_out:
        cuts.append(Cut(folder / "tail.mp4", frames, FADE_FRAMES, between=True))
    return cuts


def _bare(source: Path, target: Path, size: Size) -> tuple[Path, Size]:
    """The picture as bare bytes: Pillow reads more formats than ffmpeg is allowed to, and knows which side is up."""
    picture = importlib.import_module("kiebot.media.picture")  # Pillow only for those calls that need it
    with picture.opened(source, picture.SCANS) as image:
        upright = picture.upright(image)
        upright.thumbnail((2 * size.width, 2 * size.height))  # more would not be seen
        target.write_bytes(upright.tobytes())
        return target, Size(*upright.size)


def _video_stream(source: Path) -> dict[str, Any]:
    """What ffprobe says of the first picture track of a clip that is allowed here."""
    printed = run_tool(probe_command(source))
    if not parse_probe(printed).has_video:
        raise ConfinedError("refused", "no-video")
    streams: list[dict[str, Any]] = json.loads(printed)["streams"]
    return next(stream for stream in streams if stream.get("codec_type") == "video")


def _square(stream: dict[str, Any]) -> Size:
    """As shown: with square pixels, upright."""
    across, _, down = str(stream.get("sample_aspect_ratio", "1:1")).partition(":")
    ratio = int(across) / int(down) if across.isdigit() and down.isdigit() and int(across) and int(down) else 1.0
    width, height = max(1, round(stream["width"] * ratio)), stream["height"]
    return Size(height, width) if _quarter_turned(stream) else Size(width, height)


def _other_colours(stream: dict[str, Any]) -> bool:
    """Whether players would read its colours otherwise than the film's; where it says nothing they go by its size."""
    if stream.get("color_range", "tv") != "tv":
        return True
    return str(stream.get("color_space", "bt709" if stream["height"] >= HD_HEIGHT else "")) != "bt709"


def _turn(stream: dict[str, Any]) -> int:
    return next((round(float(side["rotation"])) for side in stream.get("side_data_list", []) if "rotation" in side), 0)


def _quarter_turned(stream: dict[str, Any]) -> bool:
    return _turn(stream) % 180 != 0


def _is_copied(source: Path, size: Size, cut: Cut) -> bool:
    """The same for one of many: what is wrong with it is said when it is made alone."""
    if not _is_whole(source, cut.frames):  # seen at once, without ffprobe
        return False
    try:
        return _copied(source, _video_stream(source), size, cut)
    except ConfinedError as error:
        if error.reason != "refused":
            raise
        return False


def _copied(source: Path, stream: dict[str, Any], size: Size, cut: Cut) -> bool:
    """Whether the clip is a piece already; then it has become one."""
    if not _matches(stream, size):
        return False
    run_tool(film_commands.copy_command(source, cut.target))
    return _is_whole(cut.target, cut.frames)


def _matches(stream: dict[str, Any], size: Size) -> bool:
    return (
        (stream.get("codec_name"), stream.get("pix_fmt")) == ("h264", "yuv420p")
        and (stream["width"], stream["height"]) == (size.width, size.height)
        and stream.get("sample_aspect_ratio", "1:1") in ("1:1", "0:1")
        and stream.get("r_frame_rate") == stream.get("avg_frame_rate") == f"{FPS}/1"
        and stream.get("field_order", "progressive") in ("progressive", "unknown")
        and stream.get("color_range", "tv") == "tv"
        and abs(float(stream.get("start_time", 0))) < 0.5 / FPS
        and _turn(stream) == 0
    )


def _is_whole(path: Path, frames: int) -> bool:
    try:
        video = read_mp4(path).video
    except ConfinedError:  # ffmpeg found nothing to write
        return False
    return video.samples == frames and abs(video.seconds - frames / FPS) < 0.5 / FPS


def _whole(path: Path, frames: int) -> Path:
    if not _is_whole(path, frames):
        raise ConfinedError("refused", "broken")
    return path
