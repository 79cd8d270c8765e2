"""One running sandbox without its AI services: the data centre, the page over it, and what the page was told to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.page.app import create_app
from kiebot.sandbox.page.server import PageServer
from kiebot.sandbox.telegram.centre import DataCentre

PROCESSES = [{"name": "bot", "pid": 4321, "memory_bytes": 90 * 1024 * 1024}]
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
        self.page = PageServer(app)

    async def _behave(self, body: dict[str, Any]) -> None:
        await Behaviour().apply(body)  # the services' own judgement of what they can be asked
        self.behaviours.append(body)


@asynccontextmanager
async def running_sandbox(folder: Path) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(folder)
    await sandbox.centre.start()
    await sandbox.page.start()
    yield sandbox
    await sandbox.page.stop()
    await sandbox.centre.stop()
