"""Multipart requests that are large, broken or hostile."""

from __future__ import annotations

import asyncio
import json
from functools import partial

import pytest
from starlette.requests import Request

from kiebot.sandbox.page.faults import RequestFault
from kiebot.sandbox.page.uploads import receive_upload
from tests.sandbox.page.waiting import until

BOUNDARY = "frontier"


def request_of(body: bytes, chunk: int = 7) -> Request:
    """A request whose body arrives in small pieces."""
    pieces = [body[at : at + chunk] for at in range(0, len(body), chunk)]

    async def receive():
        piece = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    headers = [(b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    file = f'; filename="{filename}"\r\nContent-Type: text/plain' if filename is not None else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


async def test_fields_and_a_file_are_read_from_any_pieces(tmp_path):
    entities = json.dumps([{"type": "bold", "offset": 0, "length": 1}]).encode()
    body = part("text", "Привет".encode()) + part("entities", entities) + part("file", b"a\r\nb" * 100, "../../etc/x.txt") + END

    upload = await receive_upload(request_of(body), tmp_path)

    assert upload.fields == {"text": "Привет", "entities": [{"type": "bold", "offset": 0, "length": 1}]}
    assert (upload.name, upload.mime) == ("x.txt", "text/plain")
    assert upload.path.parent == tmp_path
    assert upload.path.read_bytes() == b"a\r\nb" * 100


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (part("file", b"x" * 101, "x"), "larger"),
        (part("file", b"x", "x"), "ends in the middle"),
        (part("file", b"x", "x") + part("file", b"y", "y") + END, "one file"),
        (part("extra", b"{") + END, "not JSON"),
        (b"nonsense" + END, "broken"),
        (b"".join(part(f"f{n}", b"") for n in range(70)) + END, "too many"),
    ],
)
async def test_a_bad_upload_is_refused_and_leaves_nothing(tmp_path, body, message):
    with pytest.raises(RequestFault, match=message):
        await receive_upload(request_of(body), tmp_path, max_bytes=100)

    assert list(tmp_path.iterdir()) == []


async def files_in(folder):
    return len(list(folder.glob("*")))


async def test_an_upload_that_breaks_off_leaves_nothing(sandbox, api, you):
    head = part("kind", b"document") + part("file", b"x" * 500_000, "x.bin")
    _, writer = await asyncio.open_connection("127.0.0.1", sandbox.port)
    writer.write(
        f"POST /api/chats/{you['chat']}/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode()
        + head
    )
    await writer.drain()
    await until(partial(files_in, sandbox.uploads), 1)
    writer.close()

    await until(partial(files_in, sandbox.uploads), 0)
