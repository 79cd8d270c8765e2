from tests.documents.office import xlsx


def texts(document):
    return [page["text"] for page in document["pages"]]


def row(*cells):
    return f"<row>{''.join(cells)}</row>"


def cell(place, value, kind="n", style=""):
    return f'<c r="{place}" t="{kind}" s="{style}"><v>{value}</v></c>'


def test_each_sheet_is_a_page_with_its_name(read):
    data = xlsx({"Доходы": row(cell("A1", 0, "s"), cell("B1", 12.5)), "Расходы": row(cell("A1", 1, "s"))},
                texts=["<t>Итого</t>", "<r><t>Арен</t></r><r><t>да</t></r><rPh><t>hint</t></rPh>"])  # fmt: skip
    assert texts(read(data)) == ["# Доходы\nИтого | 12.5", "# Расходы\nАренда"]


def test_cells_stay_under_their_columns(read):
    data = xlsx({"A": row(cell("A1", 1), cell("D1", 4)) + row(cell("B2", 2), cell("C2", ""))})
    assert texts(read(data)) == ["# A\n1 |  |  | 4\n | 2"]


def test_numbers_that_are_shown_as_dates_are_dates(read):
    formats = '<numFmt numFmtId="170" formatCode="d\\ mmmm"/><numFmt numFmtId="171" formatCode="0.0&quot;day&quot;"/>'
    styles = formats + '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    values = [("A", 45000, 0), ("B", 45000, 1), ("C", 45000.5, 2), ("D", 45000, 3), ("E", "1e99", 1), ("F", 0.25, 1)]
    cells = [cell(f"{letter}1", value, style=style) for letter, value, style in values]
    assert texts(read(xlsx({"A": row(*cells)}, styles=styles))) == [
        "# A\n45000 | 2023-03-15 | 2023-03-15 12:00:00 | 45000 | 1e99 | 06:00:00"
    ]
    old = xlsx({"A": row(cell("A1", 45000, style=1))}, styles=styles, book='<workbookPr date1904="1"/>')
    assert texts(read(old)) == ["# A\n2027-03-16"]


def test_texts_inside_cells_formulas_truths_and_errors(read):
    inline = '<c r="A1" t="inlineStr"><is><t>прямо</t></is></c>'
    formula = '<c r="B1" t="str"><f>A1&amp;"!"</f><v>прямо!</v></c>'
    assert texts(read(xlsx({"A": row(inline, formula, cell("C1", 1, "b"), cell("D1", "#N/A", "e"), cell("E1", 9, "s"))}))) == [
        "# A\nпрямо | прямо! | TRUE | #N/A"
    ]


def test_macros_are_noted_and_the_text_is_read(read):
    document = read(xlsx({"A": row(cell("A1", 1))}, members={"xl/vbaProject.bin": b"\xcc\x61"}))
    assert (texts(document), document["notes"]) == (["# A\n1"], ["macros"])


def test_a_thousand_million_cells_end_at_the_limits(read, refusal):
    document = read(xlsx({"A": row(cell("A1", 1)) * 100_000}), max_chars=1000)
    assert document["truncated"]
    assert len(document["pages"][0]["text"]) <= 1000
    assert refusal(xlsx({"A": row(cell("A1", 1)) * 3_000_000})) == "bomb"
    assert texts(read(xlsx({"A": row(cell("XFD1", 1))})))[0].count("|") <= 500
