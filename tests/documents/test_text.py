from kiebot.documents.text import clean


def test_a_text_is_one_page(read):
    document = read("Первая строка\r\nвторая\r\n\r\n\r\n\r\nконец  ".encode("cp1251"))
    assert document == {
        "kind": "text",
        "title": "",
        "pages": [{"number": 1, "text": "Первая строка\nвторая\n\nконец", "method": "text"}],
        "page_count": 1,
        "truncated": False,
        "next_page": 0,
        "notes": [],
    }


def test_form_feeds_begin_pages(read):
    assert [page["text"] for page in read(b"one\ftwo\f\fthree")["pages"]] == ["one", "two", "three"]


def test_a_long_text_is_cut_and_says_so(read):
    document = read("абв".encode() * 1000, max_chars=10)
    assert (document["pages"][0]["text"], document["truncated"]) == ("абвабвабва", True)


def test_pages_beyond_the_limits_are_counted_but_not_read(read):
    document = read(b"a\fb\fc\fd", max_pages=2)
    assert (len(document["pages"]), document["page_count"], document["truncated"]) == (2, 4, True)
    document = read(b"aaa\fbbb\fccc", max_chars=5)
    assert [page["text"] for page in document["pages"]] == ["aaa", "bb"]
    assert document["truncated"]


def test_a_file_over_the_byte_limit_is_refused(refusal):
    assert refusal(b"x" * 100, max_bytes=99) == "too-large"


def test_invisible_characters_are_dropped():
    assert clean("a\x00b\u202ec\ud800d\x07\tе") == "abcd\tе"
