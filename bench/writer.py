"""Outbox rows from another process than the bot: this one, in a thread of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from bench.crowd import Seat
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store.db import close_store, open_store, transaction
from kiebot.store.wake import Bell, socket_path

T = TypeVar("T")


class Writer:
    """Writes for the running bot of a data directory, and rings its bell."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bench-store")

    async def __aenter__(self) -> Writer:
        await self._run(lambda: open_store(self._data_dir))
        delivery.bind_bell(Bell(socket_path(self._data_dir, "bot")).ring)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._run(close_store)
        self._thread.shutdown()

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def say(self, seat: Seat, words: str) -> float:
        """Write a message. Returns the moment after the commit."""
        return await self._run(lambda: self._say(seat, words))

    def _say(self, seat: Seat, words: str) -> float:
        with transaction(durable=True):
            delivery.say_markdown(Place(seat.chat, "en"), words)
        return time.monotonic()

    async def send_file(self, seat: Seat, path: Path) -> None:
        """Write a document with a caption."""
        await self._run(lambda: self._send_file(seat, path))

    def _send_file(self, seat: Seat, path: Path) -> None:
        file = {"path": str(path), "name": path.name, "mime": "application/octet-stream"}
        with transaction(durable=True):
            delivery.send_file(
                Place(seat.chat, "en"), "document", file, "document-accepted", {"name": path.name}, dedup_key=str(path)
            )
