import json

import pytest

from kiebot.errors import ConfinedError
from kiebot.media import calls
from kiebot.media.probe import parse_probe


def printed(**video):
    stream = {"codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, **video}
    return json.dumps({"streams": [stream], "format": {"duration": "2.5", "format_name": "mov"}}).encode()


def test_a_video_is_measured(confined, clips, tmp_path):
    probe = calls.probe(confined, clips["video"], out_dir=tmp_path / "out")
    assert (probe.width, probe.height, probe.fps, probe.codec, probe.audio_codec) == (640, 360, 25.0, "h264", "aac")
    assert probe.duration_s == pytest.approx(3, abs=0.1)
    assert probe.has_video
    assert probe.has_audio


@pytest.mark.parametrize(
    ("clip", "has_video", "has_audio", "codecs"),
    [("silent", True, False, ("h264", "")), ("webm", True, False, ("vp8", "")), ("song", False, True, ("", "mp3")),
     ("voice", False, True, ("", "opus"))],
)  # fmt: skip
def test_tracks_are_told_apart_and_a_cover_is_no_video(confined, clips, tmp_path, clip, has_video, has_audio, codecs):
    probe = calls.probe(confined, clips[clip], out_dir=tmp_path / "out")
    assert (probe.has_video, probe.has_audio, (probe.codec, probe.audio_codec)) == (has_video, has_audio, codecs)
    assert probe.duration_s == pytest.approx(3, abs=0.2)


def test_a_turned_clip_is_measured_as_it_is_shown(confined, clips, tmp_path):
    probe = calls.probe(confined, clips["turned"], out_dir=tmp_path / "out")
    assert (probe.width, probe.height) == (360, 640)


@pytest.mark.parametrize(
    ("output", "word"),
    [(b"", "broken"), (b"[]", "broken"), (b"{}", "broken"), (b'{"streams": [], "format": {}}', "broken"),
     (printed(codec_name="magicyuv"), "codec"), (printed(width=20_000, height=20_000), "bomb")],
)  # fmt: skip
def test_what_is_no_ordinary_media_is_refused(output, word):
    with pytest.raises(ConfinedError) as caught:
        parse_probe(output)
    assert (caught.value.reason, caught.value.message) == ("refused", word)


@pytest.mark.parametrize("rate", ["0/0", "N/A", "", "1e400/1", "nan/1"])
def test_nonsense_numbers_become_zero(rate):
    assert parse_probe(printed(avg_frame_rate=rate)).fps == 0
