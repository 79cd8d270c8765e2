import pytest
from PIL import Image

from kiebot.errors import ConfinedError
from kiebot.media import calls
from tests.media.conftest import made_by_ffmpeg


@pytest.mark.parametrize(("clip", "size"), [("video", (320, 180)), ("turned", (180, 320)), ("webm", (320, 180))])
def test_a_thumbnail_is_small_and_keeps_the_shape(confined, clips, tmp_path, clip, size):
    probe, thumbnail = calls.thumbnail(confined, clips[clip], out_dir=tmp_path / "out", at_s=1)
    with Image.open(thumbnail) as image:
        assert (image.format, image.size) == ("JPEG", size)
    assert thumbnail.stat().st_size <= 200_000
    assert probe.has_video


def test_noise_stays_under_the_limit_too(confined, tmp_path):
    source = ["-f", "lavfi", "-i", "nullsrc=s=640x640:d=1,geq=random(1)*255:128:128", "-frames:v", "3"]
    noise = made_by_ffmpeg(tmp_path / "noise.mp4", *source, "-c:v", "libx264", "-pix_fmt", "yuv420p")
    assert calls.thumbnail(confined, noise, out_dir=tmp_path / "out")[1].stat().st_size <= 200_000


@pytest.mark.parametrize("at_s", [2.999, 50, -1, 1e18])
def test_a_moment_outside_the_clip_falls_back_to_its_beginning(confined, clips, tmp_path, at_s):
    assert calls.thumbnail(confined, clips["video"], out_dir=tmp_path / "out", at_s=at_s)[1].stat().st_size > 0


def test_a_song_has_no_thumbnail(confined, clips, tmp_path):
    with pytest.raises(ConfinedError, match="no-video"):
        calls.thumbnail(confined, clips["song"], out_dir=tmp_path / "out")
