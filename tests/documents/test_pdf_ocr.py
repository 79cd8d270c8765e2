"""Pages of a PDF that are pictures, or whose text layer is garbage."""

import pytest

from tests.documents import files

LINES = ("Договор аренды квартиры", "Lease agreement of flat", "Оплата до пятого числа")


def pages(document):
    return [(page["text"], page["method"]) for page in document["pages"]]


def words(document, page=0):
    return document["pages"][page]["text"].split()


@pytest.fixture(scope="module")
def scanned():
    return files.scan(*LINES)


def test_a_scan_is_read_by_ocr_in_both_languages(read, scanned):
    document = read(scanned)
    assert document["pages"][0]["method"] == "ocr"
    assert words(document) == " ".join(LINES).split()


def test_each_page_is_decided_for_itself(read, scanned):
    document = read(files.joined(files.pdf("a page of text"), scanned, files.pdf("")))
    assert [page["method"] for page in document["pages"]] == ["text", "ocr", "text"]
    assert document["pages"][2]["text"] == ""


def test_ocr_can_be_forbidden_and_forced(read, scanned):
    assert pages(read(scanned, ocr="never")) == [("", "none")]
    document = read(files.pdf("plain words of text"), ocr="always")
    assert document["pages"][0]["method"] == "ocr"


def test_a_stamp_on_a_scan_does_not_pass_for_its_text(read):
    stamped = files.scan_with_layer("Scanned by Some App", *LINES)
    document = read(stamped)
    assert (document["pages"][0]["method"], words(document)) == ("ocr", " ".join(LINES).split())


def test_a_layer_of_garbage_gives_way_to_what_the_page_shows(read):
    garbage = "7KLV LV D WHVW RI WKH EURNHQ IRQW WDEOH WKDW PDQ GRFXPHQWV KDYH " * 4
    document = read(files.scan_with_layer(garbage, *LINES))
    assert (document["pages"][0]["method"], words(document)) == ("ocr", " ".join(LINES).split())


def test_a_searchable_scan_keeps_its_good_layer(read):
    layer = "Договор аренды квартиры между Ивановым и Петровым заключён о нижеследующем " * 4
    assert read(files.scan_with_layer(layer, "something else"))["pages"][0]["method"] == "text"


def test_a_picture_without_words_is_no_text(read):
    assert pages(read(files.saved(files.noise(), "PDF"))) == [("", "ocr")]


def test_cyrillic_that_its_font_calls_western_is_mended_without_ocr(read):
    shown = "Съешь ещё этих мягких французских булок".encode("cp1251").decode("cp1252")
    assert pages(read(files.pdf(shown))) == [("Съешь ещё этих мягких французских булок", "text")]


def test_what_was_filled_into_a_form_is_read_too(read):
    assert read(files.form("Фамилия", "Иванов"))["pages"][0]["text"] == "Фамилия\nИванов"


def test_scripts_and_launch_actions_are_noted_and_not_run(read, tmp_path):
    witness = tmp_path / "witness"
    document = read(files.pdf_with_actions("harmless words", f"touch {witness}"))
    assert (document["pages"][0]["text"], document["notes"]) == ("harmless words", ["scripts"])
    assert not witness.exists()
