import pytest

from kiebot.providers import sse
from kiebot.providers.sse import event_data


class Body:
    """A body that comes in pieces, and what of it was not read."""

    def __init__(self, *pieces):
        self.left = [piece.encode() for piece in pieces]

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        return self.left.pop(0)


async def events(*pieces):
    body = Body(*pieces)
    return [data.decode() async for data in event_data(body)], body.left


async def test_events_are_told_apart_and_lines_of_one_are_joined():
    assert (await events("data: a\n\ndata:b\ndata:  c\n\n"))[0] == ["a", "b\n c"]


async def test_pieces_may_end_anywhere():
    whole = "data: Привет\r\n\r\ndata: b\n\n"
    assert (await events(*whole))[0] == ["Привет", "b"]


async def test_comments_other_fields_and_empty_lines_are_passed_over():
    assert (await events(": hello\n\n\nevent: x\nid: 5\ndata: a\nretry: 1\n\n"))[0] == ["a"]


async def test_an_event_that_is_cut_off_is_dropped():
    assert (await events('data: a\n\ndata: {"half'))[0] == ["a"]


async def test_done_ends_the_stream_and_the_rest_is_read_out():
    assert await events("data: a\n\ndata: [DONE]\n\ndata: late\n\n", "later") == (["a"], [])


async def test_a_line_without_an_end_is_an_error():
    with pytest.raises(ValueError, match="does not end"):
        await events("x" * (sse.LONGEST_LINE + 1))
