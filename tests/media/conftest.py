import subprocess

import pytest

from kiebot.confined.runner import Confined


def made_by_ffmpeg(path, *arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Three seconds of picture and tone, the same turned on its side, a song with a cover, and a clip of a forbidden codec."""
    folder = tmp_path_factory.mktemp("clips")
    picture, tone = ["-f", "lavfi", "-i", "testsrc=s=640x360:d=3:r=25"], ["-f", "lavfi", "-i", "sine=d=3"]
    video = made_by_ffmpeg(folder / "clip.mp4", *picture, *tone, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    cover = made_by_ffmpeg(folder / "cover.png", "-f", "lavfi", "-i", "color=red:s=90x90", "-frames:v", "1")
    with_cover = ["-i", str(cover), "-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic"]
    return {
        "video": video,
        "turned": made_by_ffmpeg(folder / "turned.mp4", "-i", str(video), "-c", "copy", "-metadata:s:v", "rotate=90"),
        "silent": made_by_ffmpeg(folder / "silent.mp4", "-i", str(video), "-c", "copy", "-an"),
        "webm": made_by_ffmpeg(folder / "a.webm", *picture, "-c:v", "libvpx", "-deadline", "realtime"),
        "song": made_by_ffmpeg(folder / "song.mp3", *tone, *with_cover, "-c:a", "libmp3lame"),
        "voice": made_by_ffmpeg(folder / "voice.ogg", *tone, "-c:a", "libopus"),
        "magicyuv": made_by_ffmpeg(folder / "magic.mkv", *picture, "-c:v", "magicyuv"),
    }


@pytest.fixture(params=[False, True], ids=["rlimits", "bubblewrap"])
def confined(request, tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return Confined(bubblewrap=request.param, scratch=folder)
