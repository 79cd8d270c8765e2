import docx
import pytest

from tests.documents import files
from tests.documents.files import docx_of, paragraph


def texts(document):
    return [page["text"] for page in document["pages"]]


def test_a_letter_is_read_in_order_with_headings_lists_tables_and_pages(read):
    document = read(files.letter())
    assert document["title"] == "Отчёт"
    assert texts(document) == [
        "# Первая глава\nДо таблицы.\nИмя | Цена\nЧай | 30\n\nПосле таблицы.\n- Молоко",
        "## Вторая глава\nКонец.",
    ]


def test_headings_are_known_by_the_style_and_not_by_its_localised_id(read):
    document = docx.Document()
    document.styles["Heading 1"].element.set(f"{{{files.WORD}}}styleId", "1")
    document.add_paragraph("Глава").style = document.styles["Heading 1"]
    assert texts(read(files.written(document))) == ["# Глава"]


def test_a_table_inside_a_table_stays_in_its_cell(read):
    document = docx.Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "left"
    outer.cell(0, 1).add_table(1, 2).cell(0, 0).text = "inner"
    assert texts(read(files.written(document))) == ["left | inner |"]


def test_words_of_a_text_box_come_once(read):
    box = (
        '<w:p><w:r><w:t>around</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice><w:txbxContent>{paragraph('inside')}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{paragraph('inside')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert texts(read(docx_of(box))) == ["inside\naround"]


def test_tabs_breaks_and_deleted_words(read):
    body = (
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    )
    assert texts(read(docx_of(body))) == ["a\tb\nc-d"]


def test_pages_follow_the_marks_of_the_program_that_saved_it(read):
    body = paragraph("one") + "<w:p><w:r><w:lastRenderedPageBreak/><w:t>two</w:t></w:r></w:p>"
    body += "<w:p><w:r><w:t>still two</w:t><w:br w:type='page'/></w:r></w:p>"
    body += "<w:p><w:r><w:lastRenderedPageBreak/><w:t>three</w:t></w:r></w:p>"
    assert texts(read(docx_of(body))) == ["one", "two\nstill two", "three"]


def test_footnotes_follow_the_body(read):
    notes = f'<w:footnotes xmlns:w="{files.WORD}"><w:footnote>{paragraph("a note")}</w:footnote></w:footnotes>'
    assert texts(read(docx_of(paragraph("body"), members=[("word/footnotes.xml", notes)]))) == ["body\na note"]


def test_a_long_document_is_cut_and_says_so(read):
    document = read(docx_of(paragraph("word") * 10_000), max_chars=100)
    assert len(document["pages"][0]["text"]) <= 105
    assert document["truncated"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (files.laughs(), "bomb"),
        (docx_of(paragraph("&x;"), declarations='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "bomb"),
        (docx_of("<w:r>" * 100_000), "broken"),
        (docx_of(paragraph("x" * (20 << 20))), "bomb"),
        (docx_of(paragraph("a"))[:-30], "broken"),
        (b"PK\x03\x04 and nothing more", "broken"),
        (files.crowded_zip(5_001), "bomb"),
        (files.huge_docx(200 << 20, declared_bytes=200 << 20), "bomb"),
        (files.huge_docx(200 << 20, declared_bytes=1 << 20), "broken"),
    ],
    ids=["laughs", "outside entity", "deep", "one long word", "cut", "only a head", "crowded", "huge", "huge and lying"],
)
def test_bombs_and_damage_are_refused(refusal, data, word):
    assert refusal(data) == word


RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="a" Type="x/header" Target="header1.xml"/><Relationship Id="b" Type="x/header" Target="header2.xml"/>'
    '<Relationship Id="c" Type="x/footer" Target="footer1.xml"/></Relationships>'
)


def test_headers_and_footers_are_said_once_around_the_body(read):
    members = [("word/_rels/document.xml.rels", RELATIONS)]
    for name, words in (("header1", "ООО Ромашка"), ("header2", "ООО Ромашка"), ("footer1", "Конфиденциально")):
        members.append((f"word/{name}.xml", f'<w:hdr xmlns:w="{files.WORD}">{paragraph(words)}</w:hdr>'))
    assert texts(read(docx_of(paragraph("Тело"), members=members))) == ["ООО Ромашка\nТело\nКонфиденциально"]


def test_notes_have_the_numbers_of_their_marks(read):
    mark = '<w:p><w:r><w:t>a</w:t></w:r><w:r><w:{}Reference w:id="{}"/></w:r><w:r><w:t>b</w:t></w:r></w:p>'
    note = '<w:{0}s xmlns:w="{1}"><w:{0} w:id="{2}">{3}</w:{0}></w:{0}s>'
    members = [
        ("word/footnotes.xml", note.format("footnote", files.WORD, 7, paragraph("at the foot"))),
        ("word/endnotes.xml", note.format("endnote", files.WORD, 7, paragraph("at the end"))),
    ]
    document = read(docx_of(mark.format("footnote", 7) + mark.format("endnote", 7), members=members))
    assert texts(document) == ["a[1]b\na[2]b\n[1] at the foot\n[2] at the end"]
