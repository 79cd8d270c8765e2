"""The page's web server, inside the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

STOP_TIMEOUT_S = 2


class QuietServer(uvicorn.Server):
    """A server that leaves the signals to the process that runs the whole sandbox."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class PageServer:
    """Listens on 127.0.0.1. Port 0 takes a free one; `port` then says which."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        return f"http://127.0.0.1:{self.port}/"

    async def start(self, port: int = 0) -> None:
        """Take the port at once (a taken one is an OSError here, not a log line later) and answer requests."""
        listener = socket.create_server(("127.0.0.1", port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=STOP_TIMEOUT_S
        )
        self._server = QuietServer(config)
        self._task = asyncio.create_task(self._server.serve([listener]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise OSError("the chat page's server ended while it was starting")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """End the event streams, then the server."""
        if self._server is None or self._task is None:
            return
        self._app.state.events.close()
        self._server.should_exit = True
        await self._task
        self._server = self._task = None
