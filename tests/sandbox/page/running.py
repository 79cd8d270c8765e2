"""One running sandbox without its AI services: the data centre, the page over it, and what the page was told to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.page.app import create_app
from kiebot.sandbox.server import LocalServer
from kiebot.sandbox.telegram.centre import DataCentre

PROCESSES = [{"name": "bot", "pid": 4321, "memory_mb": 90, "restarts": 0}]
ADDRESSES = {"Telegram": "127.0.0.1:4000", "AI": "http://127.0.0.1:4001/"}


class Sandbox:
    """Its parts; `behaviours` holds what was asked of the AI services."""

    def __init__(self, folder: Path) -> None:
        self.centre = DataCentre(folder)
        self.humans = self.centre.humans
        self.uploads = folder.with_name("uploads")
        self.behaviours: list[dict[str, Any]] = []
        app = create_app(
            self.humans,
            processes=lambda: PROCESSES,
            addresses=ADDRESSES,
            ai_behaviour=self._behave,
            upload_dir=self.uploads,
        )
        self._events = app.state.events
        self._page = LocalServer(app)

    @property
    def url(self) -> str:
        return f"{self._page.url}/"

    @property
    def port(self) -> int:
        return self._page.port

    async def start(self) -> None:
        await self.centre.start()
        await self._page.start()

    async def close_page(self) -> None:
        """As the sandbox does it: open streams end first, they would hold the server."""
        self._events.close()
        await self._page.stop()

    async def stop(self) -> None:
        await self.close_page()
        await self.centre.stop()

    async def _behave(self, body: dict[str, Any]) -> None:
        await Behaviour().apply(body)  # the services' own judgement of what they can be asked
        self.behaviours.append(body)


@asynccontextmanager
async def running_sandbox(folder: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(folder)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()
