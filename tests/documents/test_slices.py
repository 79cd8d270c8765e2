"""Long documents are read in parts that follow each other."""

import time

from kiebot.documents import ReadingLimits, ReadingOrder, slices
from tests.documents import files


def sliced(reader, count=50, *, first=1, **limits):
    return slices.read_pages("pdf", "", count, ReadingOrder(ReadingLimits(**limits), first), reader)


def test_a_slice_ends_after_twenty_pages_of_ocr_and_says_where_to_go_on():
    part = sliced(lambda number: (f"page {number}", "ocr"))
    assert ([page["number"] for page in part["pages"]], part["next_page"]) == (list(range(1, 21)), 21)
    assert not part["truncated"]
    part = sliced(lambda number: (f"page {number}", "ocr"), first=41)
    assert (len(part["pages"]), part["next_page"], part["truncated"]) == (10, 0, False)


def test_pages_of_text_do_not_count_as_ocr():
    assert sliced(lambda number: ("x", "text"), 500)["next_page"] == 0


def test_a_slow_page_ends_the_slice_and_is_kept():
    def reader(number):
        time.sleep(0.2 if number == 1 else 0)
        return "x", "text"

    part = slices.read_pages("pdf", "", 3, ReadingOrder(), reader, slice_s=0.1)
    assert (len(part["pages"]), part["next_page"]) == (1, 2)


def test_the_limits_end_the_reading_and_not_only_the_slice():
    part = sliced(lambda number: ("12345", "text"), max_chars=12)
    assert ([page["text"] for page in part["pages"]], part["next_page"], part["truncated"]) == (["12345", "12345", "12"], 0, True)
    part = sliced(lambda number: ("x", "text"), max_pages=7)
    assert (len(part["pages"]), part["next_page"], part["truncated"], part["page_count"]) == (7, 0, True, 50)


def test_a_slice_can_begin_anywhere(read):
    part = read(files.pdf("one", "two", "three", "four"), first=3)
    assert [(page["number"], page["text"]) for page in part["pages"]] == [(3, "three"), (4, "four")]
