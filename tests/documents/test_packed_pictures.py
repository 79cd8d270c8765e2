import io

import docx
import pytest

from tests.documents import files, office


def photographed(*pictures):
    document = docx.Document()
    for picture in pictures:
        document.add_picture(io.BytesIO(files.saved(picture, "PNG")))
    return files.written(document)


def test_a_document_of_photographed_pages_is_read_like_a_scan(read):
    document = read(photographed(files.picture("Договор аренды", "Lease agreement"), files.picture("Страница вторая")))
    assert (document["kind"], document["page_count"], document["next_page"]) == ("docx", 2, 0)
    assert [page["method"] for page in document["pages"]] == ["ocr"] * 2
    assert [page["text"].split()[0] for page in document["pages"]] == ["Договор", "Страница"]


def test_pictures_come_in_the_order_of_their_numbers(read):
    members = {f"ppt/media/image{number}.png": files.saved(files.picture(f"Number {number}"), "PNG") for number in (10, 9)}
    document = read(office.pptx(office.shape(), members=members))
    assert [page["text"] for page in document["pages"]] == ["Number 9", "Number 10"]


def test_words_are_enough_and_pictures_beside_them_are_left_alone(read):
    document = docx.Document(io.BytesIO(photographed(files.picture("Договор"))))
    document.add_paragraph("Аренда 900 евро.")
    assert [(page["text"], page["method"]) for page in read(files.written(document))["pages"]] == [("Аренда 900 евро.", "text")]


@pytest.mark.parametrize(
    "picture", [b"\x01\x00\x00\x00 a drawing of Windows", files.saved(files.noise().resize((200, 150)), "JPEG")]
)
def test_drawings_and_photographs_without_words_are_pages_without_text(read, picture):
    document = read(office.pptx(office.shape(), members={"ppt/media/image1.emf": picture}))
    assert [page["text"] for page in document["pages"]] == [""]


def test_without_ocr_they_are_not_looked_at(read):
    assert read(photographed(files.picture("Договор")), ocr="never")["pages"][0]["method"] == "none"


def test_a_packed_bomb_of_pixels_is_refused(refusal):
    picture = files.saved(files.Image.new("1", (20_000, 20_000)), "PNG")
    assert refusal(office.pptx(office.shape(), members={"ppt/media/image1.png": picture})) == "bomb"
