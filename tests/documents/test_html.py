import pytest

PAGE = """<!DOCTYPE html><html><head><title>Новости
дня</title><style>p {color: red}</style><script>alert("нет")</script></head><body>
<h1>Заголовок</h1><p>Первый <b>абзац</b>
с переносом.<br>Строка</p><ul><li>раз</li><li>два</li></ul>
<table><tr><th>Имя</th><th>Цена</th></tr><tr><td>Чай</td><td><p>30</p></td></tr></table>
<noscript>спрятано</noscript><pre>a
  b</pre>конец</body></html>"""


def texts(document):
    return [page["text"] for page in document["pages"]]


def test_a_page_reads_as_people_see_it(read):
    document = read(PAGE.encode())
    assert (document["kind"], document["title"]) == ("html", "Новости дня")
    assert texts(document) == [
        "# Заголовок\nПервый абзац с переносом.\nСтрока\n\n- раз\n- два\n\nИмя | Цена\nЧай | 30\n\na\n  b\nконец"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_its_letters_are_right_in_every_encoding_even_undeclared(read, encoding):
    assert texts(read(PAGE.encode(encoding)))[0].startswith("# Заголовок")


def test_a_declared_encoding_is_believed_where_the_bytes_could_be_any(read):
    page = '<html><meta charset="iso-8859-2"><p>Zażółć gęślą jaźń'
    assert texts(read(page.encode("iso-8859-2"))) == ["Zażółć gęślą jaźń"]
    assert texts(read('<html><meta charset="no-such"><p>просто текст'.encode("cp1251"))) == ["просто текст"]


def test_broken_nesting_and_endless_depth_do_no_harm(read):
    assert texts(read(b"<html><table><td>a</p><tr><td>b</table></div></div>c")) == ["a\nb\n\nc"]
    assert len(texts(read(b"<html><p>a</p>" + b"<div>" * 100_000 + b"deep"))) == 1


def test_a_long_page_is_cut_and_says_so(read):
    document = read(b"<html>" + b"<p>word</p>" * 10_000, max_chars=100)
    assert document["truncated"]
    assert len(texts(document)[0]) <= 100
