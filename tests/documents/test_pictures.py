import pytest
from PIL import ImageOps

from tests.documents import files

LINES = ("Список покупок", "Молоко, хлеб и сыр", "Total 450 rubles")


def words(document):
    return document["pages"][0]["text"].split()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "AVIF"])
def test_pictures_of_text_are_read(read, kind):
    document = read(files.saved(files.picture(*LINES), kind))
    assert (document["kind"], document["pages"][0]["method"]) == ("image", "ocr")
    assert words(document) == " ".join(LINES).split()


def test_a_picture_taken_sideways_is_turned_by_its_mark_or_by_its_letters(read):
    lines = LINES * 3
    turned = files.picture(*lines).rotate(90, expand=True)
    exif = files.Image.Exif()
    exif[0x0112] = 6
    assert words(read(files.saved(turned, "JPEG", exif=exif))) == " ".join(lines).split()
    assert words(read(files.saved(turned, "PNG"))) == " ".join(lines).split()


def test_letters_on_nothing_are_black_on_white(read):
    clear = files.picture(*LINES).convert("RGBA")
    clear.putalpha(ImageOps.invert(clear.convert("L")))
    assert words(read(files.saved(clear, "PNG"))) == " ".join(LINES).split()


def test_each_frame_of_a_tiff_is_a_page(read):
    data = files.saved(files.picture("Первая"), "TIFF", save_all=True, append_images=[files.picture("Вторая")])
    assert [page["text"] for page in read(data)["pages"]] == ["Первая", "Вторая"]
    assert [page["number"] for page in read(data, first=2)["pages"]] == [2]


def test_a_picture_of_nothing_has_no_text_and_without_ocr_none_is_read(read):
    assert read(files.saved(files.picture(), "PNG"))["pages"] == [{"number": 1, "text": "", "method": "ocr"}]
    assert read(files.saved(files.picture(*LINES), "PNG"), ocr="never")["pages"][0]["method"] == "none"


def test_bombs_ruins_and_unknown_kinds_are_refused(refusal):
    assert refusal(files.saved(files.Image.new("1", (20_000, 20_000)), "PNG")) == "bomb"
    assert refusal(files.saved(files.picture(*LINES), "PNG")[:3000]) == "broken"
    assert refusal(b"\x00\x00\x00\x18ftypheic" + bytes(100)) == "heic"
    small, large = files.Image.new("1", (10, 10)), files.Image.new("1", (8_000, 8_000))
    assert refusal(files.saved(small, "TIFF", save_all=True, append_images=[large], compression="group4")) == "bomb"
