import subprocess

import pytest
from PIL import Image

from kiebot.confined.runner import Confined


def made_by_ffmpeg(path, *arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Three seconds of picture and tone, the same turned and as a stream, a song with a cover, a clip of a forbidden codec."""
    folder = tmp_path_factory.mktemp("clips")
    picture, tone = ["-f", "lavfi", "-i", "testsrc=s=640x360:d=3:r=25"], ["-f", "lavfi", "-i", "sine=d=3"]
    video = made_by_ffmpeg(folder / "clip.mp4", *picture, *tone, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    cover = made_by_ffmpeg(folder / "cover.png", "-f", "lavfi", "-i", "color=red:s=90x90", "-frames:v", "1")
    quick_vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"]
    with_cover = ["-i", str(cover), "-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic"]
    return {
        "video": video,
        "turned": made_by_ffmpeg(folder / "turned.mp4", "-i", str(video), "-c", "copy", "-metadata:s:v", "rotate=90"),
        "stream": made_by_ffmpeg(folder / "clip.ts", "-i", str(video), "-c", "copy", "-f", "mpegts"),
        "silent": made_by_ffmpeg(folder / "silent.mp4", "-i", str(video), "-c", "copy", "-an"),
        "webm": made_by_ffmpeg(folder / "a.webm", *picture, *quick_vp8),
        "song": made_by_ffmpeg(folder / "song.mp3", *tone, *with_cover, "-c:a", "libmp3lame"),
        "voice": made_by_ffmpeg(folder / "voice.ogg", *tone, "-c:a", "libopus"),
        "magicyuv": made_by_ffmpeg(folder / "magic.mkv", *picture, "-c:v", "magicyuv"),
    }


@pytest.fixture(params=[False, True], ids=["rlimits", "bubblewrap"])
def confined(request, tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return Confined(bubblewrap=request.param, scratch=folder)


@pytest.fixture(scope="session")
def walled(tmp_path_factory):
    """Where the way in does not matter."""
    return Confined(bubblewrap=True, scratch=tmp_path_factory.mktemp("walled"))


def frames_of(path, *filters):
    """Every frame as a picture of PIL, after some filters of ffmpeg."""
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(path), "-vf", ",".join([*filters, "format=rgb24"])]
    streams = subprocess.run([*command, "-f", "image2pipe", "-c:v", "ppm", "-"], check=True, capture_output=True).stdout
    width, height = map(int, streams.split(b"\n", 2)[1].split())
    head, length = len(f"P6\n{width} {height}\n255\n"), width * height * 3
    starts = range(head, len(streams), head + length)
    return [Image.frombytes("RGB", (width, height), streams[start : start + length]) for start in starts]


def complaints_about(path):
    """What ffmpeg says while it decodes the whole file."""
    command = ["ffmpeg", "-nostdin", "-loglevel", "warning", "-i", str(path), "-f", "null", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr
