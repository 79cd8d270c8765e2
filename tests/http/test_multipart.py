import tracemalloc
from email import message_from_bytes

import pytest

from kiebot.http.client import HttpClient
from kiebot.http.multipart import PIECE_BYTES, FileForm
from tests.fakes.wire import wire


@pytest.fixture
async def http():
    http = HttpClient(timeout_s=5)
    yield http
    await http.aclose()


def parts_of(exchange):
    """What a reader of MIME, who knows nothing of us, finds in the form."""
    message = message_from_bytes(f"content-type: {exchange.headers['content-type']}\r\n\r\n".encode() + exchange.body)
    return [(part.get_param("name", header="content-disposition"), part) for part in message.get_payload()]


async def sent(http, form):
    async with wire(lambda exchange: exchange.answer(b"{}")) as server:
        assert (await http.send("POST", server.url, form=form)).status == 200
        return server.requests[0]


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, 3 * PIECE_BYTES + 7])
async def test_fields_and_file_arrive_whole(http, tmp_path, size):
    path = tmp_path / "f"
    path.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    exchange = await sent(http, FileForm(path, name="a.png", mime="image/png", fields={"uploadPath": "кот"}))
    (field, text), (name, file) = parts_of(exchange)
    assert (field, text.get_payload(decode=True).decode()) == ("uploadPath", "кот")
    assert (name, file.get_filename(), file.get_content_type()) == ("file", "a.png", "image/png")
    assert file.get_payload(decode=True) == path.read_bytes()
    assert int(exchange.headers["content-length"]) == len(exchange.body)


async def test_a_name_cannot_leave_its_quotes_or_its_line(http, tmp_path):
    (tmp_path / "f").write_bytes(b"data")
    form = FileForm(tmp_path / "f", name='a"\r\nX-Evil: 1\r\n\r\n.png', mime="image/png\r\nX-Evil: 2", fields={})
    ((_, file),) = parts_of(await sent(http, form))
    assert "x-evil" not in file
    assert file.get_payload(decode=True) == b"data"


async def test_a_large_file_is_never_in_memory_as_a_whole(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    form = FileForm(path, name="a.mp4", mime="video/mp4", fields={})
    tracemalloc.start()
    total = 0
    async for piece in form:
        total += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == int(form.headers["content-length"])
    assert peak < 8 * PIECE_BYTES


def test_a_missing_file_is_noticed_before_anything_is_sent(tmp_path):
    with pytest.raises(FileNotFoundError):
        FileForm(tmp_path / "none", name="a", mime="a/b", fields={})
