import pytest

from kiebot.documents.quality import is_garbage, mended, words

GOOD = [
    "Договор аренды квартиры заключён между Ивановым и Петровым о нижеследующем",
    "The quick brown fox jumps over the lazy dog and runs away from the hunters",
    "ПРИКАЗ О ПРИЕМЕ НА РАБОТУ ИВАНОВА ИВАНА ИВАНОВИЧА",
    "1 | 2 | 3\n45,6 | 78,9 | -12\n2024-01-02 | 300 | 5 %",
    "Глава 1 . . . . . . . . . . . . . 5\nГлава 2 ........................ 17",
    "int main(void) { return printf(\"%d\\n\", argc == 2 ? atoi(argv[1]) : 0); }",
    "日本語の文書もそのまま読まれます。これはごみではありません。",
    "パーティション sda5 swap vfat ext3 mkfs fdisk ntfs xfs lvm raid lvmcfg rsvd hrdwr を設定します。次の画面で確認してください。"
    "詳しくはこの文書の付録をご覧ください。ここではすべてを説明しません。",
    "ISBN 978-5-17-118366-6, ГОСТ Р 7.0.5-2008, HTTP, SMTP, ФСБ, МВД",
    "x",
    "",
]  # fmt: skip
BAD = [
    "7KLV LV D WHVW RI WKH EURNHQ IRQW WDEOH WKDW PDQ\\ GRFXPHQWV KDYH",
    "\ue000\ue001\ue002 \ue003\ue004 hello",
    "����� ���� ���",
    "%&'# $#%! @&*^ !!~` %^&$ #@!$ '\"&^ ~`!@ $%^&",
    "Дoгoвop apeнды квapтиpы зaключён мeжду Ивaнoвым и Пeтpoвым".replace("apeнды", "aрeнды"),
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_what_people_write_is_no_garbage(text):
    assert not is_garbage(text)
    assert mended(text) == text


@pytest.mark.parametrize("text", BAD)
def test_what_broken_fonts_give_is_garbage(text):
    assert is_garbage(text)


def test_russian_shown_as_western_letters_is_mended():
    right = "Съешь ещё этих мягких французских булок № 5"
    assert mended(right.encode("cp1251").decode("cp1252", errors="replace")).replace("\ufffd", "") == right
    assert mended("Größe und Maß, déjà vu, naïve café") == "Größe und Maß, déjà vu, naïve café"


def test_words_and_numbers_are_counted_and_stains_are_not():
    assert words("Договор bcdfg 12345 on the way |~ bKdfg") == 4
