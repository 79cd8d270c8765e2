"""Server-sent events, as far as chat completions use them: the data of each event, until [DONE]."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

DONE = "[DONE]"
DRAIN_S = 0.2


async def event_data(lines: AsyncIterator[str]) -> AsyncGenerator[str, None]:
    """The data of the events in `lines`. Comments and other fields are passed over; an event that is cut off is dropped."""
    data: list[str] = []
    async for line in lines:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            whole = "\n".join(data)
            data.clear()
            if whole == DONE:
                await _drain(lines)
                return
            yield whole


async def _drain(lines: AsyncIterator[str]) -> None:
    """Read to the end of the body, which comes at once: only a connection that was read out can be used again."""
    try:
        async with asyncio.timeout(DRAIN_S):
            async for _ in lines:
                continue
    except TimeoutError:
        return
