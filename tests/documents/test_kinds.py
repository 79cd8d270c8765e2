import io
import zipfile

import pytest

from kiebot.documents.kinds import kind_of
from tests.documents import files


def zipped(**members):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return sink.getvalue()


KINDS = {
    "pdf": files.pdf("a"),
    "docx": files.docx_of(files.paragraph("a")),
    "text": "просто текст".encode("cp866"),
    "xlsx": zipped(xl__workbook_dot_xml="<x/>"),
    "pptx": zipped(ppt__presentation_dot_xml="<x/>"),
    "odt": zipped(mimetype="application/vnd.oasis.opendocument.text"),
    "ods": zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "odp": zipped(mimetype="application/vnd.oasis.opendocument.presentation-template"),
    "epub": zipped(mimetype="application/epub+zip"),
    "fb2": b'\xef\xbb\xbf<?xml version="1.0"?>\n<?xml-stylesheet href="a.css"?>\n<!-- old --><FictionBook xmlns="x"/>',
    "archive": zipped(a="b"),
    "doc": files.ole("WordDocument"),
    "xls": files.ole("Workbook"),
    "ppt": files.ole("PowerPoint Document"),
    "encrypted": files.ole("EncryptedPackage"),
    "djvu": b"AT&TFORM\x00\x00\x12\x34DJVM" + bytes(50),
    "rtf": rb"{\rtf1\ansi hello}",
    "html": b"<!-- saved --><!DOCTYPE html><p>hello",
    "program": b"MZ\x90\x00\x03" + bytes(200),
    "image": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "media": b"\x00\x00\x00\x20ftypisom" + bytes(20),
    "empty": b" \r\n ",
    "unknown": bytes(range(256)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_told_by_content_whatever_the_name(stored, kind):
    assert kind_of(stored(KINDS[kind], "invoice.pdf")) == kind


def test_junk_before_a_pdf_is_tolerated_as_by_other_readers(stored):
    assert kind_of(stored(b"\r\nHTTP junk\r\n" + KINDS["pdf"])) == "pdf"


@pytest.mark.parametrize("text", ["MZ is how old programs begin", "BZh, he said", "ID3 is a tag", "Rar! is a word"])
def test_a_letter_may_begin_like_a_program(stored, text):
    assert kind_of(stored(text.encode())) == "text"
