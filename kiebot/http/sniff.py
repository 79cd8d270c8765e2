"""What a file is by its first bytes. Names and Content-Type headers of strangers are not evidence."""

from __future__ import annotations

import codecs

HEAD_BYTES = 64
UNKNOWN = "application/octet-stream"

PREFIXES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"MThd", "audio/midi"),
    (b"PK\x03\x04", "application/zip"),
)
# The ending of a file's name by its type. Not the system's list: that is another one on every machine.
SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "audio/flac": ".flac",
    "audio/aac": ".aac",
    "audio/midi": ".mid",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "text/plain": ".txt",
}
RIFF_KINDS = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}


def sniff(head: bytes) -> str:
    """The media type of a file that begins with `head` (HEAD_BYTES are enough)."""
    for prefix, mime in PREFIXES:
        if head.startswith(prefix):
            return mime
    if head[:4] == b"RIFF":
        return RIFF_KINDS.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":  # EBML: WebM names itself in the header, Matroska does too
        return "video/webm" if b"webm" in head else "video/x-matroska"
    if _is_mp3_frame(head):
        return "audio/mpeg"
    return "audio/aac" if _is_adts_frame(head) else _text(head)


def _iso_media(brand: bytes) -> str:
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if brand == b"qt  ":
        return "video/quicktime"
    if brand in (b"avif", b"avis", b"heic", b"heix", b"mif1"):
        return "image/avif" if brand[:2] == b"av" else "image/heic"
    return "video/mp4"


def _is_mp3_frame(head: bytes) -> bool:
    """An MPEG audio frame: eleven sync bits, layer III, a real bit rate and sample rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer == 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _is_adts_frame(head: bytes) -> bool:
    """A frame of bare AAC: twelve sync bits, layer 0, a real sample rate."""
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 15 < 13


def _text(head: bytes) -> str:
    """UTF-8 without control characters; the last character may be cut in two."""
    try:
        words = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return UNKNOWN
    if not words.strip() or any(character < " " and character not in "\t\r\n" for character in words):
        return UNKNOWN
    begin = words.lstrip().lower()
    if begin.startswith(("<!doctype html", "<html")):
        return "text/html"
    return "application/json" if begin[0] in "{[" else "text/plain"
