import pytest

from kiebot.http.sniff import SUFFIXES, sniff

KINDS = {
    "image/png": b"\x89PNG\r\n\x1a\n" + b"0" * 50,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"0" * 50,
    "image/gif": b"GIF89a" + b"0" * 50,
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "audio/wav": b"RIFF\x10\0\0\0WAVEfmt ",
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\x02\0",
    "audio/mp4": b"\0\0\0\x20ftypM4A \0\0\x02\0",
    "video/webm": b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webmB\x87",
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\0\0",
    "video/x-matroska": b"\x1a\x45\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroskaB\x87",
    "video/x-msvideo": b"RIFF\x10\0\0\0AVI LIST",
    "image/avif": b"\0\0\0\x20ftypavif\0\0\0\0",
    "image/heic": b"\0\0\0\x20ftypheic\0\0\0\0",
    "audio/flac": b"fLaC\0\0\0\x22",
    "audio/midi": b"MThd\0\0\0\x06\0\x01",
    "audio/aac": b"\xff\xf1\x50\x80\x2e\x7f\xfc",
    "application/zip": b"PK\x03\x04\x14\0\0\0",
    "application/json": b' \n{"text": "\xd0\xba"}',
    "text/html": b"\n<!DOCTYPE html><html>",
    "text/plain": "\ufeff1\n00:00,000 --> 00:01,000\nКот".encode(),
    "audio/ogg": b"OggS\0\x02" + b"0" * 50,
    "application/pdf": b"%PDF-1.7\n",
}


@pytest.mark.parametrize("mime", KINDS)
def test_a_file_is_what_its_first_bytes_say(mime):
    assert sniff(KINDS[mime]) == mime


@pytest.mark.parametrize("head", [b"ID3\x04\0", b"\xff\xfb\x90\x64" + b"\0" * 30, b"\xff\xf3\x84\xc4" + b"\0" * 30])
def test_mp3_is_known_with_and_without_a_tag(head):
    assert sniff(head) == "audio/mpeg"


@pytest.mark.parametrize(
    "head",
    [b"", b"  \n", b"\xff\xff\xff\xff", b"MZ\x90\0", b"RIFF\x10\0\0\0ACON", b"\xff\xf1\xff\xff", b"text\0", b"\xff\xfet\0"],
)
def test_what_is_not_known_stays_unknown(head):
    assert sniff(head) == "application/octet-stream"


def test_text_that_is_cut_inside_a_character_is_still_text():
    assert sniff("котёнок".encode() * 10) == sniff(("x" + "котёнок" * 10).encode()[:64]) == "text/plain"


def test_an_upper_case_page_is_a_page():
    assert sniff(b"<HTML><body>404") == "text/html"


def test_every_kind_that_is_kept_has_an_ending_of_its_own():
    assert set(KINDS) - {"text/html"} <= set(SUFFIXES)
    assert len(set(SUFFIXES.values())) == len(SUFFIXES)
