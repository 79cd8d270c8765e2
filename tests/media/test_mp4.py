from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiebot.errors import ConfinedError
from kiebot.media.mp4 import Mp4, read_mp4
from tests.media.conftest import made_by_ffmpeg

PATTERN = ["-f", "lavfi", "-i", "testsrc2=s=64x36:d=0.5:r=30", "-f", "lavfi", "-i", "sine=d=0.5"]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return made_by_ffmpeg(
        tmp_path_factory.mktemp("film") / "a.mp4", *PATTERN, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"
    )


def test_tracks_are_read_from_the_index(film, tmp_path):
    found = read_mp4(film)
    assert ([track.kind for track in found.tracks], found.streamable) == (["vide", "soun"], False)
    video, sound = found.tracks
    assert (video.format, video.samples, video.seconds, video.width, video.height) == ("avc1", 15, 0.5, 64, 36)
    assert (video.header[:2], sound.format, sound.seconds) == ("01", "mp4a", pytest.approx(0.5, abs=0.05))
    first = made_by_ffmpeg(tmp_path / "first.mp4", "-i", str(film), "-c", "copy", "-movflags", "+faststart")
    assert (read_mp4(first).streamable, read_mp4(first).video) == (True, video)


def test_a_file_that_is_none_is_noticed(tmp_path):
    path = tmp_path / "a.mp4"
    for content in (
        b"",
        b"ftyp",
        b"\0\0\0\x08ftyp" * 3,
        b"\0\0\0\x01moov" + b"\xff" * 8,
        b"\0\0\0\x08moov",
        b"\0\0\0\x10moov\0\0\0\x08trak",
    ):
        path.write_bytes(content)
        with pytest.raises(ConfinedError, match="protocol"):
            read_mp4(path)
    within = b""
    for _ in range(2000):
        within = (len(within) + 8).to_bytes(4) + b"trak" + within
    path.write_bytes((len(within) + 8).to_bytes(4) + b"moov" + within)
    with pytest.raises(ConfinedError, match="protocol"):
        read_mp4(path)
    with pytest.raises(ConfinedError, match="no video track"):
        _ = Mp4([], streamable=True).video


@settings(max_examples=200)
@given(place=st.integers(0, 10_000), put=st.binary(min_size=1, max_size=8), cut=st.integers(0, 10_000))
def test_a_spoilt_file_is_read_or_refused(film, tmp_path_factory, place, put, cut):
    content = bytearray(film.read_bytes())
    at = content.rindex(b"moov") - 4 + place % 1500
    content[at : at + len(put)] = put
    path = tmp_path_factory.getbasetemp() / "spoilt.mp4"
    path.write_bytes(bytes(content[: len(content) - cut % 500]))
    with suppress(ConfinedError):
        read_mp4(path)
