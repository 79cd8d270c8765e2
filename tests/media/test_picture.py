import io
import os
import struct
import time
import zlib

import psutil
import pytest
from PIL import Image

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from kiebot.i18n import LANGUAGES, text
from kiebot.media import calls
from tests.documents.files import zeros


@pytest.fixture
def check(tmp_path):
    confined = Confined(bubblewrap=False, scratch=tmp_path)

    def check(data, *, photo=True):
        path = tmp_path / "picture"
        path.write_bytes(data)
        return calls.picture(confined, path, out_dir=tmp_path / "out", photo=photo)

    return check


@pytest.fixture
def refusal(check):
    def refusal(data):
        with pytest.raises(ConfinedError) as caught:
            check(data)
        assert caught.value.reason == "refused"
        return caught.value.message

    return refusal


def saved(image, kind, **options):
    sink = io.BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


def png_of(width, height, data):
    """A one-bit PNG whose pixels need not be there."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_small_one_comes_with_the_photo_or_alone(tmp_path):
    confined = Confined(bubblewrap=False, scratch=tmp_path)
    (tmp_path / "picture").write_bytes(saved(Image.new("RGB", (3000, 2000), "red"), "PNG"))
    for number, photo in enumerate((True, False)):
        report = calls.picture(confined, tmp_path / "picture", out_dir=tmp_path / str(number), photo=photo, small=320)
        with Image.open(report.small) as image:
            assert (image.format, image.size) == ("JPEG", (320, 213))
        assert (report.photo is not None) == photo


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_usual_format_becomes_a_photo(check, kind):
    report = check(saved(Image.new("RGB", (300, 200), "red"), kind))
    assert (report.format, report.width, report.height, report.animated) == (kind, 300, 200, False)
    with Image.open(report.photo) as photo:
        assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", (300, 200))


def test_only_checking_makes_no_file(check, tmp_path):
    assert check(saved(Image.new("L", (5, 5)), "PNG"), photo=False).photo is None
    assert list((tmp_path / "out").iterdir()) == []


def test_the_walls_do_not_hinder_it(confined, tmp_path):
    (tmp_path / "a").write_bytes(saved(Image.new("RGB", (300, 200), "red"), "PNG"))
    assert calls.picture(confined, tmp_path / "a", out_dir=tmp_path / "out", photo=True).photo_width == 300


def test_a_huge_photo_is_scaled_to_what_telegram_takes(check):
    report = check(saved(Image.new("RGB", (8000, 6000), "red"), "JPEG"))
    assert report.photo_width + report.photo_height <= 10_000
    assert report.photo_width / report.photo_height == pytest.approx(4 / 3, abs=0.01)


def test_noise_stays_under_ten_megabytes(check):
    noise = Image.frombytes("RGB", (4000, 3000), os.urandom(4000 * 3000 * 3))
    assert check(saved(noise, "BMP")).photo.stat().st_size <= 10_000_000


def test_what_shines_through_becomes_white(check):
    with Image.open(check(saved(Image.new("RGBA", (10, 10), (255, 0, 0, 0)), "PNG")).photo) as photo:
        assert photo.getpixel((5, 5)) == (255, 255, 255)


def test_a_turned_photo_is_set_upright_and_loses_its_metadata(check):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "where I live"
    report = check(saved(Image.new("RGB", (300, 200)), "JPEG", exif=exif))
    assert (report.width, report.height, report.photo_width, report.photo_height) == (200, 300, 200, 300)
    assert b"where I live" not in report.photo.read_bytes()


def test_an_animation_is_told(check):
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    assert check(saved(frames[0], "GIF", save_all=True, append_images=frames[1:])).animated


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (png_of(20_000, 20_000, zeros(50 << 20)), "bomb"),
        (png_of(100_000, 100_000, b""), "bomb"),
        (png_of(8_000, 7_000, b""), "bomb"),
        (png_of(100, 100, b""), "broken"),
        (saved(Image.new("RGB", (300, 200)), "JPEG")[:-300], "broken"),
        (b"GIF89a nothing", "broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "broken"),
        (saved(Image.new("RGB", (10, 10)), "TIFF"), "broken"),
        (saved(Image.new("1", (3000, 10)), "PNG"), "ratio"),
    ],
    ids=["400 Mpx", "10 Gpx", "56 Mpx", "no pixels", "cut", "only a head", "svg", "tiff", "ribbon"],
)
def test_bombs_and_damage_are_refused_at_once(refusal, data, word):
    before, started = psutil.Process().memory_info().rss, time.monotonic()
    assert refusal(data) == word
    assert time.monotonic() - started < 5
    assert psutil.Process().memory_info().rss - before < 4 << 20


def test_every_refusal_has_its_sentence():
    for language in LANGUAGES:
        assert all(text(language, calls.refusal_key(ConfinedError("refused", word))) for word in (*calls.REFUSALS, "invented"))
        assert text(language, calls.refusal_key(ConfinedError("timeout")))
