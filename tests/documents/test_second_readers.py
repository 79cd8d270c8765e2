"""Files that the fast readers cannot open."""

import io
import zipfile

import pytest

from kiebot.errors import ConfinedError
from tests.documents import files


def with_main_part_named(data: bytes, name: str) -> bytes:
    """The same Word file as a program writes it that names its main part otherwise."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = old.read(entry).replace(b"document.xml", name.encode()) if not entry.filename.startswith("word/doc") else None
            renamed = entry.filename.replace("document.xml", name)
            new.writestr(renamed, body if body is not None else old.read(entry))
    return sink.getvalue()


def test_a_pdf_whose_trailer_names_no_root_is_mended(read):
    broken = files.pdf("The keeper is Ottokar Brandt", title="Moss Bay").replace(b"/Root", b"/Rxxt")
    document = read(broken)
    assert document["pages"] == [{"number": 1, "text": "The keeper is Ottokar Brandt", "method": "text"}]
    assert document["page_count"] == 1


def test_a_pdf_with_nothing_to_mend_stays_refused(read):
    with pytest.raises(ConfinedError, match="broken"):
        read(b"%PDF-1.7\nnothing of a document")


def test_a_word_file_with_another_name_of_its_main_part_is_read_in_order(read):
    document = read(with_main_part_named(files.letter(), "document2.xml"))
    text = document["pages"][0]["text"]
    assert text.index("Первая глава") < text.index("Чай | 30") < text.index("Конец.")


def test_a_word_file_without_any_main_part_is_refused(read):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/nothing.xml", "<x/>")
    with pytest.raises(ConfinedError, match="broken"):
        read(sink.getvalue())
