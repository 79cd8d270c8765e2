"""Web servers in threads of their own: for tests that have no event loop, or whose commands bring another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer
from kiebot.worker.loop import LoopThread


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An application on a port of its own: its address."""
    loop, server = LoopThread(), LocalServer(app)
    loop.start()
    try:
        loop.run(server.start())
        yield server.url
    finally:
        loop.run(server.stop())
        loop.stop()


class Services:
    """The sandbox's AI services, and how they behave. `url` is there as long as they are served."""

    def __init__(self, folder: Path, **how: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.behaviour, self.url = Behaviour(), ""
        self._served = served(create_app(folder, self.behaviour, Scripted(), **how))

    def __enter__(self) -> Services:
        self.url = self._served.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._served.__exit__(*error)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def behave(self, **wish: Any) -> None:
        asyncio.run(self.behaviour.apply(wish))
