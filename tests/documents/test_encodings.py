import pytest

from kiebot.documents.encodings import encoding_of, looks_like_text

TEXTS = [
    "Съешь ещё этих мягких французских булок, да выпей чаю",
    "ПРИКАЗ О ПРИЕМЕ НА РАБОТУ",
    "Да",
    "щука",
    "Договор № 5 от 12.03.2024",
    "Имя;Телефон;Адрес\r\nИван;123;Москва",
    "Hello, мир",
    "def f(x):\n    # счётчик строк\n    return x + 1\n" * 3,
    "Код товара: A-17, цена 300 руб.",
    "plain ascii",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866", "mac-cyrillic"]
)
def test_russian_text_is_read_in_every_encoding_that_people_send(text, encoding):
    data = text.encode(encoding, errors="ignore")
    assert data.decode(encoding_of(data)).removeprefix("\ufeff") == text.encode(encoding, errors="ignore").decode(encoding)
    assert looks_like_text(data)


@pytest.mark.parametrize("text", ["café à la crème, déjà vu", "Größe und Maß", "naïve", "El niño comió mañana"])
def test_western_accents_do_not_become_cyrillic(text):
    data = text.encode("cp1252")
    assert data.decode(encoding_of(data)) == text


def test_a_letter_cut_at_the_end_of_a_sample_is_still_utf_8():
    assert encoding_of("Привет".encode()[:-1]) == "utf-8"


@pytest.mark.parametrize("data", [bytes(range(32)) * 40, b"\x00" * 100, b"text with a \x00 zero", b"\x01\x02\x03\x04" * 100])
def test_binary_data_is_no_text(data):
    assert not looks_like_text(data)


@pytest.mark.parametrize("text", ["Чтобы перейти", "Затем вам будет предложено несколько"])
def test_capitals_of_cp1251_that_are_quotation_marks_of_the_mac_stay_capitals(text):
    assert encoding_of(text.encode("cp1251")) == "cp1251"
