"""Waiting for what a bot does in its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def until(ask: Callable[[], Awaitable[Any]], wanted: Any, timeout_s: float = 10) -> Any:
    """Ask again and again until the answer is the wanted one."""
    answer = None
    for _ in range(int(timeout_s / 0.02)):
        answer = await ask()
        if answer == wanted:
            return answer
        await asyncio.sleep(0.02)
    raise AssertionError(f"still {answer!r}, wanted {wanted!r}")
