"""What a file is, by its bytes. Names and extensions are a stranger's words and are not asked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from kiebot.documents.encodings import looks_like_text
from kiebot.errors import ConfinedError

MAX_MEMBERS = 5_000
_MAX_DIRECTORY_BYTES = 1 << 20  # 5,000 members with names of 160 letters
_TAIL_BYTES = 22 + 0xFFFF  # the end record with the longest comment
_HEAD_BYTES = 64 << 10
_PDF_HEADER_WITHIN = 1024  # Adobe's readers accept junk of this length before %PDF-

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "zip"), (b"PK\x05\x06", 0, "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "doc"), (b"{\\rtf", 0, "rtf"),
    (b"\x7fELF", 0, "program"), (b"MZ", 0, "program"), (b"\xcf\xfa\xed\xfe", 0, "program"), (b"\xca\xfe\xba\xbe", 0, "program"),
    (b"Rar!\x1a", 0, "archive"), (b"7z\xbc\xaf\x27\x1c", 0, "archive"), (b"\x1f\x8b", 0, "archive"), (b"BZh", 0, "archive"),
    (b"\xfd7zXZ\x00", 0, "archive"), (b"\x28\xb5\x2f\xfd", 0, "archive"), (b"ustar", 257, "archive"),
    (b"\x89PNG\r\n", 0, "image"), (b"\xff\xd8\xff", 0, "image"), (b"GIF8", 0, "image"), (b"WEBP", 8, "image"),
    (b"II*\x00", 0, "image"), (b"MM\x00*", 0, "image"), (b"ftypheic", 4, "image"), (b"ftypavif", 4, "image"),
    (b"ftyp", 4, "media"), (b"\x1a\x45\xdf\xa3", 0, "media"), (b"OggS", 0, "media"), (b"ID3", 0, "media"), (b"fLaC", 0, "media"),
    (b"WAVE", 8, "media"), (b"AVI ", 8, "media"),
)  # fmt: skip

_OFFICE_MEMBERS = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsx",
    "ppt/presentation.xml": "pptx",
}
_MIMETYPES = {b"application/vnd.oasis.opendocument": "odt", b"application/epub+zip": "epub"}


def kind_of(path: Path) -> str:
    """One of pdf, docx, text, or the word for a kind that is not read."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        return "empty"
    if b"%PDF-" in head[:_PDF_HEADER_WITHIN]:
        return "pdf"
    for signature, offset, kind in _SIGNATURES:
        if head.startswith(signature, offset) and not _is_prose(kind, head):
            return _kind_of_zip(path) if kind == "zip" else kind
    return "text" if looks_like_text(head) else "unknown"


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive whose list of members is of sane length."""
    if _directory_bytes(path) > _MAX_DIRECTORY_BYTES:
        raise ConfinedError("refused", "bomb")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise ConfinedError("refused", "broken") from exc
    if len(archive.infolist()) > MAX_MEMBERS:
        raise ConfinedError("refused", "bomb")
    return archive


def _directory_bytes(path: Path) -> int:
    """How long the list says it is; zipfile reads no more than that, but would build all of it in memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0


def _is_prose(kind: str, head: bytes) -> bool:
    """A letter may begin with "MZ" or "BZh": a signature of letters alone proves nothing about a readable text."""
    return kind in {"program", "archive", "media"} and head.isascii() and looks_like_text(head)


def _kind_of_zip(path: Path) -> str:
    with open_zip(path) as archive:
        names = set(archive.namelist())
        for member, kind in _OFFICE_MEMBERS.items():
            if member in names:
                return kind
        if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
            return "docx"
        if "mimetype" not in names or archive.getinfo("mimetype").file_size > 200:
            return "archive"
        try:
            mimetype = archive.read("mimetype")
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
            return "archive"
    return next((kind for start, kind in _MIMETYPES.items() if mimetype.startswith(start)), "archive")
