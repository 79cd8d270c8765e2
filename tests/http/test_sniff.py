import pytest

from kiebot.http.sniff import sniff

KINDS = {
    "image/png": b"\x89PNG\r\n\x1a\n" + b"0" * 50,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"0" * 50,
    "image/gif": b"GIF89a" + b"0" * 50,
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "audio/wav": b"RIFF\x10\0\0\0WAVEfmt ",
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\x02\0",
    "audio/mp4": b"\0\0\0\x20ftypM4A \0\0\x02\0",
    "video/webm": b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webmB\x87",
    "audio/ogg": b"OggS\0\x02" + b"0" * 50,
    "application/pdf": b"%PDF-1.7\n",
}


@pytest.mark.parametrize("mime", KINDS)
def test_a_file_is_what_its_first_bytes_say(mime):
    assert sniff(KINDS[mime]) == mime


@pytest.mark.parametrize("head", [b"ID3\x04\0", b"\xff\xfb\x90\x64" + b"\0" * 30, b"\xff\xf3\x84\xc4" + b"\0" * 30])
def test_mp3_is_known_with_and_without_a_tag(head):
    assert sniff(head) == "audio/mpeg"


@pytest.mark.parametrize("head", [b"", b"<html>", b"\xff\xff\xff\xff", b"MZ\x90\0", b"RIFF\x10\0\0\0AVI "])
def test_what_is_not_known_stays_unknown(head):
    assert sniff(head) == "application/octet-stream"
