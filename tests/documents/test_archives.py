"""Archives that were made to do harm."""

import io
import stat
import zipfile

import pytest

from tests.documents import files
from tests.documents.office import zipped


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "word/../../x", "/etc/passwd", "..\\..\\x.exe", "C:\\Windows\\x", "word/..", "\\\\server\\x"]
)
def test_names_that_lead_out_of_the_archive_are_refused(refusal, name):
    assert refusal(files.docx_of(files.paragraph("a"), members=[(name, "x")])) == "unsafe"


@pytest.mark.parametrize("name", ["word/media/a..b.png", "[trash]/0000.dat", "word/...", "Отчёт: итог.xml"])
def test_odd_names_are_no_harm(read, name):
    assert read(files.docx_of(files.paragraph("a"), members=[(name, "x")]))["pages"][0]["text"] == "a"


def test_links_are_refused(refusal):
    sink = io.BytesIO(files.docx_of(files.paragraph("a")))
    with zipfile.ZipFile(sink, "a") as archive:
        link = zipfile.ZipInfo("word/media/image1.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(sink.getvalue()) == "unsafe"


def test_archives_of_archives_are_not_opened(refusal):
    data = b"x" * 1000
    for _ in range(5):
        data = zipped({"inner.zip": data})
    assert refusal(data) == "archive"


def test_a_document_inside_an_archive_is_not_looked_for(refusal):
    assert refusal(zipped({"letter.docx": files.letter()})) == "archive"


def test_a_word_file_with_macros_is_read_and_they_are_noted(read):
    document = read(files.docx_of(files.paragraph("text"), members=[("word/vbaProject.bin", b"\xcc\x61" * 100)]))
    assert (document["pages"][0]["text"], document["notes"]) == ("text", ["macros"])


def test_a_renamed_program_is_called_one(refusal):
    assert refusal(b"MZ\x90\x00\x03" + bytes(100)) == "program"
    assert refusal(b"\x7fELF\x02\x01\x01" + bytes(100)) == "program"


def test_a_member_whose_bytes_are_damaged_is_called_broken(refusal):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    data = bytearray(sink.getvalue())
    begin = zipfile.sizeFileHeader + len("mimetype")
    data[begin : begin + 8] = b"\xff" * 8
    assert refusal(bytes(data)) == "broken"


def test_a_member_packed_in_an_unknown_way_is_called_broken(refusal):
    data = bytearray(zipped({"mimetype": "application/vnd.oasis.opendocument.text"}))
    implode = (6).to_bytes(2, "little")
    directory = data.index(b"PK\x01\x02")
    assert data[8:10] == data[directory + 10 : directory + 12]  # the method, told twice
    data[8:10] = data[directory + 10 : directory + 12] = implode
    assert refusal(bytes(data)) == "broken"
