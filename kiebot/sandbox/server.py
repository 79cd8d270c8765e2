"""A web server on 127.0.0.1 inside the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

STOP_TIMEOUT_S = 2


class _QuietServer(uvicorn.Server):
    """Leaves the signals to the process that runs the whole sandbox."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class LocalServer:
    """Serves one ASGI application. Port 0 takes a free one; `port` then says which."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The address, without a final slash."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Take the port at once (a taken one is an OSError here, not a log line later) and answer requests."""
        listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app, log_config=None, access_log=False, lifespan="auto", timeout_graceful_shutdown=STOP_TIMEOUT_S
        )
        self._server = _QuietServer(config)
        self._task = asyncio.create_task(self._server.serve([listener]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise OSError("the web server ended while it was starting")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Finish what is being answered, at most STOP_TIMEOUT_S."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._server = self._task = None
