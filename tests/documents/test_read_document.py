"""The whole way: parent, child, reader; and the parent unharmed by whatever the file is."""

import subprocess
import sys
import time
import zlib

import psutil
import pytest
from PIL import Image

from kiebot.confined.protocol import Answer
from kiebot.confined.runner import Confined
from kiebot.documents import REFUSALS, ReadingLimits, ReadingOrder, read_document, read_slice, refusal_key, unlock
from kiebot.errors import ConfinedError
from kiebot.i18n import LANGUAGES, text
from tests.documents import files


@pytest.fixture(params=[False, True], ids=["rlimits", "bubblewrap"])
def confined(request, tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return Confined(bubblewrap=request.param, scratch=folder)


@pytest.mark.parametrize(
    ("data", "words"),
    [(files.pdf("Первая страница"), "Первая страница"), (files.letter(), "# Первая глава"), ("слово".encode("koi8-r"), "слово")],
    ids=["pdf", "docx", "text"],
)
def test_documents_are_read_in_the_child(confined, stored, tmp_path, data, words):
    document = read_document(confined, stored(data), out_dir=tmp_path / "out")
    assert document.pages[0].text.startswith(words)
    assert document.has_text
    assert (document.page_count, document.truncated) == (len(document.pages), False)


def test_a_scan_is_read_in_the_child_too(confined, stored, tmp_path):
    document = read_document(confined, stored(files.scan("Договор аренды", "Lease agreement")), out_dir=tmp_path / "out")
    assert [(page.text.split(), page.method) for page in document.pages] == [(["Договор", "аренды", "Lease", "agreement"], "ocr")]


BOMBS = {
    "nested flate": (files.nested_flate_pdf, {"memory"}),
    "flat flate": (files.flat_flate_pdf, {"memory"}),
    "2 GB of paragraphs": (lambda: files.huge_docx(2 << 30, 2 << 30), {"refused"}),
    "2 GB of paragraphs that lie": (lambda: files.huge_docx(2 << 30, 2 << 20), {"refused"}),
    "200,000 members": (lambda: files.crowded_zip(200_000), {"refused"}),
    "billion laughs": (files.laughs, {"refused"}),
    "10,000,000 objects": (lambda: files.crowded_pdf(10_000_000), {"refused", "memory"}),
    "400 million pixels": (lambda: files.saved(Image.new("1", (20_000, 20_000)), "PNG"), {"refused"}),
    "10 GB sheet": (
        lambda: files.zip_of([("xl/workbook.xml", zlib.compress(b"x"), 100), ("xl/sharedStrings.xml", b"", 3 << 30)]),
        {"refused"},
    ),
    "RTF without end": (lambda: b"{\\rtf1" + b"{" * 1_000_000, {"refused"}),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_hurts_only_its_own_child(confined, stored, tmp_path, bomb):
    make, reasons = BOMBS[bomb]
    path = stored(make())
    read_document(confined, stored(b"warm up", "first"), out_dir=tmp_path / "out")
    before, started = psutil.Process().memory_info().rss, time.monotonic()
    with pytest.raises(ConfinedError) as caught:
        read_document(confined, path, out_dir=tmp_path / "out", timeout_s=30)
    assert caught.value.reason in reasons
    assert time.monotonic() - started < 31
    assert psutil.Process().memory_info().rss - before < 4 << 20
    assert psutil.Process().children(recursive=True) == []
    assert read_document(confined, stored(b"next", "next"), out_dir=tmp_path / "out").pages[0].text == "next"


def test_a_page_of_ten_thousand_million_pixels_is_one_that_cannot_be_read(confined, stored, tmp_path):
    path = stored(files.pdf_of_picture(100_000, 100_000))
    assert not read_document(confined, path, out_dir=tmp_path / "out", timeout_s=60).has_text


def test_slices_of_a_long_scan_make_one_document(confined, stored, tmp_path):
    seen = []
    path = stored(files.joined(files.pdf(*["word"] * 30), *[files.saved(files.picture(), "PDF")] * 22, files.pdf("last")))
    document = read_document(confined, path, out_dir=tmp_path / "out", progress=lambda done, count: seen.append((done, count)))
    assert [page.number for page in document.pages] == list(range(1, 54))
    assert (document.page_count, document.next_page, document.truncated) == (53, 0, False)
    assert (50, 53) in seen


@pytest.mark.parametrize(
    "pages",
    [
        {"pages": [{"number": 2, "text": "", "method": "text"}]},
        {"pages": [{"number": 1, "text": "", "method": "magic"}]},
        {"pages": [{"number": 1, "text": "x" * 3_000_000, "method": "text"}]},
        {"pages": [], "next_page": 1},
        {"pages": "none"},
        {"page_count": None},
    ],
)
def test_a_child_that_was_taken_over_cannot_invent_pages(stored, tmp_path, pages):
    answer = {"kind": "pdf", "title": "", "pages": [], "page_count": 1, "truncated": False, "next_page": 0, "notes": []} | pages
    with pytest.raises(ConfinedError, match="protocol"):
        read_slice(_Lying(answer), stored(b"x"), out_dir=tmp_path)


class _Lying:
    """A confined child that answers whatever it likes."""

    def __init__(self, data):
        self.data = data

    def call(self, *args, **more):
        return Answer(self.data)


def test_a_copy_without_protection_needs_no_password(confined, stored, tmp_path):
    locked = stored(files.encrypted(files.pdf("secret words"), "пароль"))
    copy = unlock(confined, locked, "пароль", out_dir=tmp_path / "out")
    assert read_document(confined, copy, out_dir=tmp_path / "out").pages[0].text == "secret words"
    with pytest.raises(ConfinedError, match="wrong-password"):
        unlock(confined, locked, "other", out_dir=tmp_path / "out")


def test_a_file_over_the_limit_does_not_even_start_a_child(stored, tmp_path):
    confined = Confined(python="/nonexistent", bubblewrap=False)
    with pytest.raises(ConfinedError, match="too-large"):
        read_document(confined, stored(b"x" * 100), out_dir=tmp_path, order=ReadingOrder(ReadingLimits(max_bytes=10)))


def test_every_refusal_has_its_sentence():
    errors = [ConfinedError("refused", word) for word in (*REFUSALS, "invented")]
    errors += [ConfinedError(reason) for reason in ("timeout", "memory", "killed", "protocol", "missing")]
    for language in LANGUAGES:
        assert all(text(language, refusal_key(error)) for error in errors)
    assert len({refusal_key(error) for error in errors}) == len(errors) - 1


def test_the_parent_loads_no_reader():
    code = (
        "import sys, kiebot.documents, kiebot.media.calls; print([m for m in ('pypdfium2', 'lxml', 'PIL') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
