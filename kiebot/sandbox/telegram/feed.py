"""What happens in the chats, as a stream of JSON-ready events for the people's side."""

from __future__ import annotations

import asyncio
from typing import Any

Event = dict[str, Any]


class Feed:
    """Fans events out to whoever subscribed. Nothing is built when nobody listens."""

    def __init__(self) -> None:
        self._queues: list[asyncio.Queue[Event]] = []

    @property
    def heard(self) -> bool:
        return bool(self._queues)

    def subscribe(self) -> asyncio.Queue[Event]:
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._queues.append(queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Event]) -> None:
        self._queues.remove(queue)

    def emit(self, kind: str, **fields: Any) -> None:
        for queue in self._queues:
            queue.put_nowait({"type": kind, **fields})
