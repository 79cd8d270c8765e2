from tests.documents import files


def test_text_is_read_page_by_page_with_its_title(read):
    document = read(files.pdf("Первая страница\nвторая строка", "Second page", title="Отчёт за 2024"))
    assert document == {
        "kind": "pdf",
        "title": "Отчёт за 2024",
        "pages": [
            {"number": 1, "text": "Первая страница\nвторая строка", "method": "text"},
            {"number": 2, "text": "Second page", "method": "text"},
        ],
        "page_count": 2,
        "truncated": False,
        "next_page": 0,
        "notes": [],
    }


def test_a_password_is_asked_for_and_told_from_damage(read, refusal):
    locked = files.encrypted(files.pdf("secret"), "пароль")
    assert refusal(locked) == "password"
    assert refusal(locked, password="wrong") == "wrong-password"
    assert read(locked, password="пароль")["pages"][0]["text"] == "secret"
    assert refusal(b"%PDF-1.7\nnothing more") == "broken"
    assert read(files.encrypted(files.pdf("only printing is forbidden"), ""))["pages"][0]["text"] == "only printing is forbidden"


def test_pages_and_characters_beyond_the_limits_are_left_out(read):
    data = files.pdf("one", "two", "three")
    document = read(data, max_pages=2)
    assert ([page["text"] for page in document["pages"]], document["page_count"], document["truncated"]) == (
        ["one", "two"],
        3,
        True,
    )
    document = read(data, max_chars=4)
    assert ([page["text"] for page in document["pages"]], document["page_count"], document["truncated"]) == (
        ["one", "t"],
        3,
        True,
    )
    assert not read(data, max_chars=11)["truncated"]


def test_a_page_named_a_hundred_thousand_times_is_read_up_to_the_limit(read):
    document = read(files.pdf("again", kids=100_000), max_pages=50)
    assert (len(document["pages"]), document["page_count"], document["truncated"]) == (50, 100_000, True)


def test_a_page_as_large_as_a_town_is_read_like_any_other(read):
    assert read(files.pdf("tiny words", media_box="0 0 200000 200000"))["pages"][0]["text"] == "tiny words"
