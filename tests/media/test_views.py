import pytest
from PIL import Image

from kiebot.errors import ConfinedError
from kiebot.media.view_calls import FRAMES, PICTURE_SIDE, view
from kiebot.media.views import moments


def test_a_large_picture_is_scaled_and_a_small_one_is_not_blown_up(confined, tmp_path):
    for size, seen in (((4000, 1000), (PICTURE_SIDE, 392)), ((200, 100), (200, 100))):
        Image.new("RGBA", size, (255, 0, 0, 128)).save(tmp_path / "a.png")
        (made,) = view(confined, tmp_path / "a.png", kind="image", out_dir=tmp_path / "out")
        with Image.open(made) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", seen)


def test_a_view_stands_upright_and_says_nothing_of_the_camera(confined, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    Image.new("RGB", (80, 40)).save(tmp_path / "a.jpg", exif=exif)
    (made,) = view(confined, tmp_path / "a.jpg", kind="image", out_dir=tmp_path / "out")
    with Image.open(made) as image:
        assert image.size == (40, 80)
        assert not image.getexif()


@pytest.mark.parametrize("clip", ["video", "turned", "webm"])
def test_a_clip_is_shown_in_moments_from_begin_to_end(confined, clips, tmp_path, clip):
    made = view(confined, clips[clip], kind="video", out_dir=tmp_path / "out")
    assert len(made) == FRAMES
    assert len({path.read_bytes() for path in made}) == FRAMES, "each is another moment"


def test_what_cannot_be_seen_is_refused(confined, clips, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    (tmp_path / "a.heic").write_bytes(b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + bytes(100))
    song, png, heic = clips["song"], tmp_path / "a.png", tmp_path / "a.heic"
    for path, kind, word in ((png, "image", "broken"), (heic, "image", "heic"), (song, "video", "no-video")):
        with pytest.raises(ConfinedError, match=word):
            view(confined, path, kind=kind, out_dir=tmp_path / "out")


@pytest.mark.parametrize("args", [{}, {"side": 0}, {"side": 10**6}, {"side": True}, {"side": 100, "frames": 99}])
def test_the_child_takes_only_what_it_can_do(confined, clips, tmp_path, args):
    with pytest.raises(ConfinedError, match="protocol"):
        confined.call("view", args, [clips["video"]], out_dir=tmp_path / "out")


def test_moments_are_even_and_within_the_clip():
    assert moments(10.2, 3) == [0, 5, 10]
    assert moments(0.1, 8) == [0]
    assert moments(0, 8) == [0]
