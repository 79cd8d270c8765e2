"""What happens in the chats, as server-sent events for every open page.

Events are numbered. A page that lost its line says the last number it saw and gets what it missed from a bounded ring;
when that is gone (or the sandbox was started anew) the `hello` that opens every stream says so, and the page reads
everything again. A page that does not read fast enough is cut off and comes back the same way.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

RING_SIZE = 5000
QUEUE_SIZE = 1000
HEARTBEAT_S = 15.0
RETRY_MS = 500

Event = dict[str, Any]
Frame = tuple[int, Event]


class EventHub:
    """Numbers events, keeps the last ones and hands them to all subscribers."""

    def __init__(self, *, ring_size: int = RING_SIZE, queue_size: int = QUEUE_SIZE, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._run = secrets.token_hex(4)  # numbers of an earlier run of the sandbox must not be taken for ours
        self._ring: deque[Frame] = deque(maxlen=ring_size)
        self._last = 0
        self._queue_size = queue_size
        self._heartbeat_s = heartbeat_s
        self._subscribers: set[asyncio.Queue[Frame | None]] = set()
        self._closed = False

    @property
    def subscriber_count(self) -> int:
        """How many pages are listening."""
        return len(self._subscribers)

    async def pump(self, source: asyncio.Queue[Event]) -> None:
        """Publish what the data centre reports, for the life of the server."""
        while True:
            self.publish(await source.get())

    def publish(self, event: Event) -> None:
        """Number one event and give it to everybody who listens."""
        self._last += 1
        frame = (self._last, event)
        self._ring.append(frame)
        for queue in list(self._subscribers):
            if queue.qsize() >= self._queue_size:
                self._drop(queue)
            else:
                queue.put_nowait(frame)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._closed = True
        for queue in list(self._subscribers):
            self._drop(queue)

    async def stream(self, last_event_id: str = "") -> AsyncIterator[bytes]:
        """The bytes of one event stream, from where the page left off when that is still known."""
        missed = self._since(last_event_id)
        queue: asyncio.Queue[Frame | None] = asyncio.Queue()
        if not self._closed:
            self._subscribers.add(queue)
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            start = missed[0][0] - 1 if missed else self._last
            yield self._encode(start, {"type": "hello", "resumed": missed is not None})
            for frame in missed or ():
                yield self._encode(*frame)
            async for chunk in self._live(queue):
                yield chunk
        finally:
            self._subscribers.discard(queue)

    async def _live(self, queue: asyncio.Queue[Frame | None]) -> AsyncIterator[bytes]:
        while not self._closed:
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    frame = await queue.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if frame is None:
                return
            yield self._encode(*frame)

    def _drop(self, queue: asyncio.Queue[Frame | None]) -> None:
        """Cut one subscriber off. What it has not read yet is in the ring when it comes back."""
        self._subscribers.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def _since(self, last_event_id: str) -> list[Frame] | None:
        """The frames after `last_event_id`, or None when some of them are gone."""
        run, _, digits = last_event_id.partition("-")
        if run != self._run or not digits.isdigit():
            return None
        seen = int(digits)
        oldest = self._ring[0][0] if self._ring else self._last + 1
        if not oldest - 1 <= seen <= self._last:
            return None
        return [frame for frame in self._ring if frame[0] > seen]

    def _encode(self, number: int, event: Event) -> bytes:
        data = json.dumps(event, separators=(",", ":"))
        return f"id: {self._run}-{number}\nevent: {event['type']}\ndata: {data}\n\n".encode()
