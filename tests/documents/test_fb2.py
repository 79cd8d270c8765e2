import io
import zipfile

import pytest

from tests.documents.office import zipped

NAMESPACES = 'xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink"'
INFO = (
    "<genre>prose</genre><author><first-name>Лев</first-name><last-name>Толстой</last-name></author>"
    "<book-title>Кот и маяк</book-title><annotation><p>О коте.</p></annotation>"
)
CHAPTERS = (
    "<title><p>Часть первая</p></title>"
    "<section><title><p>Глава 1</p><p>Кот</p></title><p>Жил-был <strong>кот</strong><a l:href='#n1'>[1]</a>.</p></section>"
    "<section><title><p>Глава 2</p></title><p>Он ушёл.</p><poem><stanza><v>Мяу,</v><v>мяу.</v></stanza></poem></section>"
)
NOTES = "<body name='notes'><title><p>Примечания</p></title><section><title><p>1</p></title><p>Домашний.</p></section></body>"


def book(body=CHAPTERS, *, info=INFO, notes=NOTES, encoding="utf-8", declared="", doctype="", rest=""):
    head = f'<?xml version="1.0" encoding="{declared or encoding}"?>\n' if declared != "none" else ""
    description = (
        f"<description><title-info>{info}</title-info><document-info><author><nickname>scanner</nickname></author>"
        f"<history><p>версия 1.1</p></history></document-info></description>"
    )
    inside = f"{description}<body><section>{body}</section></body>{notes}{rest}"
    return f"{head}{doctype}<FictionBook {NAMESPACES}>{inside}</FictionBook>".encode(encoding)


def test_chapters_are_pages_with_their_titles_and_notes_come_last(read):
    document = read(book())
    assert (document["kind"], document["title"]) == ("fb2", "Кот и маяк")
    assert [page["text"] for page in document["pages"]] == [
        "Лев Толстой\n# Кот и маяк\nО коте.",
        "# Часть первая\n## Глава 1 Кот\nЖил-был кот[1].",
        "## Глава 2\nОн ушёл.\nМяу,\nмяу.",
        "# Примечания\n[1] Домашний.",
    ]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("cp1251", "windows-1251"), ("koi8-r", "koi8-r"), ("utf-16", "utf-16"), ("cp1251", "utf-8"), ("utf-8", "windows-1251"),
     ("cp1251", "none"), ("utf-8-sig", "utf-8")],
)  # fmt: skip
def test_the_encoding_is_that_of_the_bytes_whatever_the_book_declares(read, encoding, declared):
    assert "Жил-был кот" in read(book(encoding=encoding, declared=declared))["pages"][1]["text"]


def test_a_book_in_a_zip_of_its_own_is_read_and_any_other_zip_is_an_archive(read, refusal):
    assert read(zipped({"tolstoy.fb2": book(encoding="cp1251", declared="windows-1251")}))["title"] == "Кот и маяк"
    assert refusal(zipped({"tolstoy.fb2": book(), "other.txt": "words"})) == "archive"
    assert refusal(zipped({"words.txt": "<p>FictionBook</p>"})) == "archive"


def test_mistakes_in_its_xml_do_not_end_a_book(read):
    pages = read(book("<p>Кот & пёс&nbsp;спят</p><p>до <br> утра</p><p>Проснулись.</p>"))["pages"]
    text = "\n".join(page["text"] for page in pages)
    assert "спят" in text
    assert "Проснулись." in text


def test_pictures_in_a_book_are_passed_over(read):
    document = read(book(rest=f'<binary id="cover.jpg" content-type="image/jpeg">{"QUJD" * 3_000_000}</binary>'))
    assert document["pages"][-1]["text"].endswith("Домашний.")


def test_tables_keep_their_rows(read):
    table = "<table><tr><th>Имя</th><th>Цена</th></tr><tr><td>Чай</td><td>30</td></tr></table>"
    assert "Имя | Цена\nЧай | 30" in read(book(table))["pages"][1]["text"]


def test_a_book_of_entities_and_a_packed_bomb_are_refused(refusal):
    laughs = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    assert refusal(book("<p>&l9;</p>", doctype=f'<!DOCTYPE d [<!ENTITY l0 "lol">{laughs}]>')) == "bomb"
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.fb2", book("<p>" + "а" * 60_000_000 + "</p>"))
    assert refusal(sink.getvalue()) == "bomb"


def test_a_long_book_is_cut_and_says_so(read):
    document = read(book("<section><p>слово</p></section>" * 500), max_chars=1000)
    assert document["truncated"]
    assert sum(len(page["text"]) for page in document["pages"]) <= 1000
