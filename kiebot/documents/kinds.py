"""What a file is, by its bytes. Names and extensions are a stranger's words and are not asked."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path

from kiebot.documents.archives import only_member, open_zip, opened
from kiebot.documents.encodings import encoding_of, looks_like_text

_HEAD_BYTES = 64 << 10
_PDF_HEADER_WITHIN = 1024  # Adobe's readers accept junk of this length before %PDF-

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "zip"), (b"PK\x05\x06", 0, "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "ole"), (b"{\\rtf", 0, "rtf"),
    (b"\x7fELF", 0, "program"), (b"MZ", 0, "program"), (b"\xcf\xfa\xed\xfe", 0, "program"), (b"\xca\xfe\xba\xbe", 0, "program"),
    (b"Rar!\x1a", 0, "archive"), (b"7z\xbc\xaf\x27\x1c", 0, "archive"), (b"\x1f\x8b", 0, "archive"), (b"BZh", 0, "archive"),
    (b"\xfd7zXZ\x00", 0, "archive"), (b"\x28\xb5\x2f\xfd", 0, "archive"), (b"ustar", 257, "archive"),
    (b"\x89PNG\r\n", 0, "image"), (b"\xff\xd8\xff", 0, "image"), (b"GIF8", 0, "image"), (b"WEBP", 8, "image"),
    (b"II*\x00", 0, "image"), (b"MM\x00*", 0, "image"), (b"ftypavif", 4, "image"), (b"BM", 0, "bitmap"),
    (b"AT&TFORM", 0, "djvu"), (b"ftyphei", 4, "heic"), (b"ftypmif1", 4, "heic"),
    (b"ftyp", 4, "media"), (b"\x1a\x45\xdf\xa3", 0, "media"), (b"OggS", 0, "media"), (b"ID3", 0, "media"), (b"fLaC", 0, "media"),
    (b"WAVE", 8, "media"), (b"AVI ", 8, "media"),
)  # fmt: skip

_OFFICE_MEMBERS = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xls",
    "ppt/presentation.xml": "pptx",
}
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument": "odt",
    b"application/epub+zip": "epub",
}
# Streams of the old Office's container; what is in it stands in its table of contents, in UTF-16.
_OLE_STREAMS = {
    "EncryptedPackage": "encrypted",
    "WordDocument": "doc",
    "PowerPoint Document": "ppt",
    "Workbook": "xls",
    "Book": "xls",
}
_DOCTYPE = r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>"
_BOOK = re.compile(rf"(?:\ufeff|\s|<\?[^>]*>|<!--.*?-->|{_DOCTYPE})*<(?:\w+:)?FictionBook\b", re.DOTALL)
_HTML = re.compile(r"(?:\ufeff|\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def kind_of(path: Path) -> str:
    """A kind that has a reader, or the word for one that is not read."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        return "empty"
    if b"%PDF-" in head[:_PDF_HEADER_WITHIN]:
        return "pdf"
    for signature, offset, kind in _SIGNATURES:
        if head.startswith(signature, offset) and not _is_prose(kind, head):
            return _closer(kind, path, head)
    if not looks_like_text(head):
        return "unknown"
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    beginning = head.decode(encoding_of(head), errors="replace")
    return "fb2" if _BOOK.match(beginning) else "html" if _HTML.match(beginning) else "text"


def _closer(kind: str, path: Path, head: bytes) -> str:
    """The kind behind a signature that several share."""
    if kind == "zip":
        return _kind_of_zip(path)
    if kind == "ole":
        return _kind_of_ole(path)
    if kind == "bitmap":
        return "image" if head[6:10] == bytes(4) else "unknown"
    return kind


def _is_prose(kind: str, head: bytes) -> bool:
    """A letter may begin with "MZ" or "BZh": a signature of letters alone proves nothing about a readable text."""
    return kind in {"program", "archive", "media", "bitmap"} and head.isascii() and looks_like_text(head)


def _kind_of_ole(path: Path) -> str:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for name, kind in _OLE_STREAMS.items():
            if data.find(name.encode("utf-16-le") + b"\x00\x00") >= 0:
                return kind
    return "unknown"


def _kind_of_zip(path: Path) -> str:
    with open_zip(path) as archive:
        names = set(archive.namelist())
        for member, kind in _OFFICE_MEMBERS.items():
            if member in names:
                return kind
        if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
            return "docx"
        if "mimetype" in names:
            return _kind_by_mimetype(archive)
        if "META-INF/container.xml" in names:
            return "epub"
        return "fb2" if _holds_a_book(archive) else "archive"


def _holds_a_book(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is what libraries pack around one FB2."""
    name = only_member(archive)
    if not name or archive.getinfo(name).flag_bits & 1:
        return False
    with opened(archive, name) as stream:
        return _kind_of_text(stream.read(_HEAD_BYTES)) == "fb2"


def _kind_by_mimetype(archive: zipfile.ZipFile) -> str:
    if archive.getinfo("mimetype").file_size > 200:
        return "archive"
    with opened(archive, "mimetype") as stream:
        mimetype = stream.read().strip()
    return next((kind for start, kind in _MIMETYPES.items() if mimetype.startswith(start)), "archive")
