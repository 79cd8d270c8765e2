"""Server-sent events, as far as chat completions use them: the data of each event, until [DONE]."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

DONE = b"[DONE]"
DRAIN_S = 0.2
LONGEST_LINE = 4 * 1024 * 1024


async def event_data(body: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The data of the events in `body`. Comments and other fields are passed over; an event that is cut off is dropped.

    Raises ValueError when a line does not end.
    """
    data: list[bytes] = []
    rest = b""
    async for piece in body:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise ValueError("a line of the stream does not end")
        for ended in lines:
            line = ended.removesuffix(b"\r")
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                whole = b"\n".join(data)
                data.clear()
                if whole == DONE:
                    await _drain(body)
                    return
                yield whole


async def _drain(body: AsyncIterator[bytes]) -> None:
    """Read to the end, which comes at once: only a connection that was read out can be used again."""
    try:
        async with asyncio.timeout(DRAIN_S):
            async for _ in body:
                continue
    except TimeoutError:
        return
