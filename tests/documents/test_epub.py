from tests.documents.office import epub


def test_chapters_are_pages_in_the_order_of_the_spine(read):
    document = read(epub({"b.xhtml": "<h1>Первая</h1><p>Жил-был кот.</p>", "a%20.xhtml": "<p>Вторая</p>"}, title="Кот"))
    assert document["title"] == "Кот"
    assert [page["text"] for page in document["pages"]][:1] == ["# Первая\nЖил-был кот."]


def test_a_book_that_only_hides_its_fonts_is_read_and_a_locked_one_is_told(read, refusal):
    fonts = {"META-INF/encryption.xml": "<encryption/>"}
    assert read(epub({"a.xhtml": "<p>слово</p>"}, members=fonts))["pages"][0]["text"] == "слово"
    assert refusal(epub({"a.xhtml": "<p>слово</p>"}, members=fonts | {"META-INF/rights.xml": "<r/>"})) == "encrypted"


def test_a_long_book_is_cut_and_says_so(read):
    document = read(epub({f"{number:03}.xhtml": "<p>слово</p>" * 100 for number in range(50)}), max_chars=2000)
    assert document["truncated"]
    assert sum(len(page["text"]) for page in document["pages"]) <= 2000
