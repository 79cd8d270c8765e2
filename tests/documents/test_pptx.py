from tests.documents.office import pptx, shape


def test_slides_are_pages_in_the_order_of_the_show(read):
    document = read(pptx(shape("Итоги", role="ctrTitle") + shape("Выросли", "на треть"), "", shape("Конец")))
    assert [page["text"] for page in document["pages"]] == ["# Итоги\nВыросли\nна треть", "", "Конец"]


def test_tables_notes_and_small_print(read):
    cells = "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{word}</a:t></a:r></a:p></a:txBody></a:tc>" for word in ("Чай", "30"))
    table = f"<p:graphicFrame><a:graphic><a:tbl><a:tr>{cells}</a:tr></a:tbl></a:graphic></p:graphicFrame>"
    notes = {0: shape("Не забыть про скидку", role="body") + shape("7", role="sldNum")}
    document = read(pptx(table + shape("12", role="sldNum"), shape("two"), notes=notes))
    assert [page["text"] for page in document["pages"]] == ["Чай | 30\nНе забыть про скидку", "two"]


def test_macros_are_noted(read):
    assert read(pptx(shape("a"), members={"ppt/vbaProject.bin": b"x"}))["notes"] == ["macros"]
