"""Event streams: numbered, resumed from the ring, alive while nothing happens, cut off when nobody reads."""

from __future__ import annotations

import asyncio
import json
import time

from kiebot.sandbox.page.events import EventHub


class Line:
    """One open stream of a hub, read event by event."""

    def __init__(self, hub, last_event_id=""):
        self._stream = hub.stream(last_event_id)

    async def chunk(self):
        return (await asyncio.wait_for(anext(self._stream), 5)).decode()

    async def event(self):
        """The next event as (id, data)."""
        while True:
            fields = dict(line.partition(": ")[::2] for line in (await self.chunk()).strip().split("\n"))
            if "data" in fields:
                return fields["id"], json.loads(fields["data"])

    async def close(self):
        await self._stream.aclose()


async def test_a_stream_begins_with_hello_and_then_tells_what_happens():
    hub = EventHub()
    line = Line(hub)
    _, hello = await line.event()
    hub.publish({"type": "message", "text": "a\nb"})
    _, event = await line.event()

    assert hello == {"type": "hello", "resumed": False}
    assert event == {"type": "message", "text": "a\nb"}


async def test_a_page_that_comes_back_gets_what_it_missed():
    hub = EventHub()
    line = Line(hub)
    await line.event()
    hub.publish({"type": "message", "n": 1})
    seen, _ = await line.event()
    await line.close()
    for n in (2, 3):
        hub.publish({"type": "message", "n": n})

    again = Line(hub, seen)

    assert (await again.event())[1] == {"type": "hello", "resumed": True}
    assert [(await again.event())[1]["n"] for _ in range(2)] == [2, 3]


async def test_the_number_of_hello_is_where_to_resume_from():
    hub = EventHub()
    hub.publish({"type": "message", "n": 1})
    line = Line(hub)
    number, _ = await line.event()
    await line.close()
    hub.publish({"type": "message", "n": 2})

    again = Line(hub, number)
    await again.event()

    assert (await again.event())[1]["n"] == 2


async def test_after_a_gap_that_the_ring_cannot_fill_everything_must_be_read_again():
    hub = EventHub(ring_size=3)
    line = Line(hub)
    seen, _ = await line.event()
    await line.close()
    for n in range(5):
        hub.publish({"type": "message", "n": n})

    assert (await Line(hub, seen).event())[1]["resumed"] is False
    assert (await Line(EventHub(), seen).event())[1]["resumed"] is False  # a number of another run
    assert (await Line(hub, "nonsense").event())[1]["resumed"] is False


async def test_a_page_that_does_not_read_is_cut_off_and_keeps_nothing():
    hub = EventHub(queue_size=10)
    slow, quick = Line(hub), Line(hub)
    await slow.event()
    await quick.event()
    for n in range(12):
        hub.publish({"type": "message", "n": n})
        await quick.event()

    assert hub.subscriber_count == 1
    try:
        await slow.event()
        raise AssertionError("the stream should have ended")
    except StopAsyncIteration:
        pass


async def test_a_silent_line_is_kept_alive():
    hub = EventHub(heartbeat_s=0.02)
    line = Line(hub)
    await line.event()

    assert (await line.chunk()).startswith(":")


async def test_a_closed_stream_is_forgotten():
    hub = EventHub()
    line = Line(hub)
    await line.event()
    await line.close()

    assert hub.subscriber_count == 0


async def test_events_come_over_the_socket_and_the_server_stops_with_pages_open(sandbox, api, you):
    async with api.stream("GET", "/events") as stream:
        lines = stream.aiter_lines()
        await api.post(f"/chats/{you['chat']}/messages", json={"text": "hello"})
        async for line in lines:
            if line.startswith("data:") and json.loads(line[5:])["type"] == "message":
                break
        event = json.loads(line[5:])
        started = time.monotonic()
        await sandbox.close_page()

    assert (event["chat"], event["message"]["text"]) == (you["chat"], "hello")
    assert time.monotonic() - started < 1.5
