from tests.documents.office import open_document


def texts(document):
    return [page["text"] for page in document["pages"]]


def test_a_text_is_read_in_order_with_headings_lists_tables_and_notes(read):
    body = (
        '<office:text><text:h text:outline-level="2">Глава</text:h>'
        '<text:p>Слово<text:s text:c="2"/>и<text:tab/><text:span>дело</text:span>'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>сноска</text:p></text:note-body></text:note>."
        "</text:p><text:list><text:list-item><text:p>пункт</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>Чай</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="2"><text:p>30</text:p></table:table-cell>'
        "</table:table-row></table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>рамка</text:p></draw:text-box></draw:frame>вокруг</text:p></office:text>"
    )
    assert texts(read(open_document(body))) == [
        "## Глава\nСлово  и\tдело[1].\n- пункт\nЧай | 30 | 30\n\nрамка\nвокруг\n[1] сноска"
    ]


def test_deleted_words_and_comments_are_left_out_and_page_marks_turn_pages(read):
    body = (
        "<office:text><text:tracked-changes><text:p>было</text:p></text:tracked-changes>"
        "<text:p>один<office:annotation><text:p>замечание</text:p></office:annotation></text:p>"
        "<text:soft-page-break/><text:p>два</text:p></office:text>"
    )
    assert texts(read(open_document(body))) == ["один", "два"]


def test_headers_and_footers_are_said_once(read):
    styles = "".join(
        f"<style:header><text:p>шапка</text:p></style:header><style:footer><text:p>подвал {number}</text:p></style:footer>"
        for number in (1, 2)
    )
    assert texts(read(open_document("<text:p>тело</text:p>", styles=styles))) == ["шапка\nтело\nподвал 1\nподвал 2"]


def test_sheets_and_slides_are_pages(read):
    row = "<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>"
    sheet = '<table:table table:name="{}">' + row + "</table:table>"
    document = read(open_document(sheet.format("Один") + sheet.format("Два"), kind="spreadsheet"))
    assert (document["kind"], texts(document)) == ("ods", ["# Один\n1", "# Два\n1"])
    slides = "".join(f"<draw:page><draw:frame><text:p>{word}</text:p></draw:frame></draw:page>" for word in ("a", "b"))
    document = read(open_document(slides, kind="presentation"))
    assert (document["kind"], texts(document)) == ("odp", ["a", "b"])


def test_a_cell_repeated_to_the_end_of_the_sheet_does_not_fill_the_memory(read):
    cell = '<table:table-cell table:number-columns-repeated="1000000000"><text:p>x</text:p></table:table-cell>'
    document = read(open_document(f"<table:table><table:table-row>{cell}</table:table-row></table:table>"))
    assert len(texts(document)[0]) < 500


def test_encrypted_ones_are_told_and_macros_noted(read, refusal):
    assert (
        refusal(open_document("", manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"))
        == "encrypted"
    )
    library = {"Basic/script-lc.xml": "<a/>", "Basic/Standard/script-lb.xml": "<a/>"}
    assert read(open_document("<text:p>a</text:p>", members=library))["notes"] == []
    assert read(open_document("<text:p>a</text:p>", members=library | {"Basic/Standard/Module1.xml": "<a/>"}))["notes"] == [
        "macros"
    ]
