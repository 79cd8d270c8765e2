"""A small fast KIE: it only answers recordInfo, and notes how long after a task's end it is first asked about it.

    python -m bench.kie TASKS ENDING WARM_S WINDOW_S

Task "t<number>" runs for ever, except the first ENDING ones: each ends at a random moment of the window, which begins WARM_S
after the first question. GET /stats tells what was seen.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from typing import Any

RUNNING = b'{"code":200,"data":{"state":"generating"}}'
ENDED = json.dumps(
    {"code": 200, "data": {"state": "success", "creditsConsumed": 4, "resultJson": json.dumps({"resultObject": "done"})}}
).encode()


class Tasks:
    """What runs, and what was asked."""

    def __init__(self, count: int, ending: int, warm_s: float, window_s: float) -> None:
        self._asked_at = [0.0] * count
        self._ends_in = [warm_s + random.random() * window_s for _ in range(ending)]
        self._window = warm_s, warm_s + window_s
        self._began = 0.0
        self.late_s: list[float] = []
        self.gaps_s: list[float] = []
        self.asked = 0

    def record(self, number: int) -> bytes:
        """The state of a task now."""
        now = time.monotonic()
        self._began = self._began or now
        since_s = now - self._began
        if self._window[0] <= since_s <= self._window[1]:
            self.asked += 1
            if self._asked_at[number]:
                self.gaps_s.append(now - self._asked_at[number])
        self._asked_at[number] = now
        if number >= len(self._ends_in) or since_s < self._ends_in[number]:
            return RUNNING
        self.late_s.append(since_s - self._ends_in[number])
        return ENDED

    def stats(self) -> bytes:
        """What was seen."""
        return json.dumps({"late_s": self.late_s, "gaps_s": self.gaps_s, "asked": self.asked}).encode()


class Connection(asyncio.Protocol):
    """HTTP/1.1 with kept connections, as far as GET needs it."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._received = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            body = self._answer(head.split(b" ", 2)[1])
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body
            )

    def _answer(self, path: bytes) -> bytes:
        if path == b"/stats":
            return self._tasks.stats()
        return self._tasks.record(int(path.rpartition(b"taskId=t")[2]))


async def main() -> None:
    """Serve until killed."""
    count, ending = (int(word) for word in sys.argv[1:3])
    tasks = Tasks(count, ending, *(float(word) for word in sys.argv[3:5]))
    server = await asyncio.get_running_loop().create_server(lambda: Connection(tasks), "127.0.0.1", 0)
    print(f"kie ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
