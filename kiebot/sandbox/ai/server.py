"""The AI services' web server, inside the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette


class QuietServer(uvicorn.Server):
    """A server that leaves the signals to the process that runs the whole sandbox."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class AiServer:
    """Listens on 127.0.0.1. Port 0 takes a free one; `port` then says which."""

    def __init__(self, app: Starlette) -> None:
        # Cut answers are told to uvicorn by not finishing them, which it would call an error each time.
        self._config = uvicorn.Config(app, log_config=None, log_level="critical", access_log=False, lifespan="on")
        self._config.timeout_graceful_shutdown = 1
        self._server = QuietServer(self._config)
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where the services are, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Take the port (a taken one is an OSError) and begin to answer."""
        listener = socket.create_server(("127.0.0.1", port))
        self.port = listener.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve([listener]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
                raise OSError("the AI services ended while they were starting")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Answer what is being answered for a second, then end."""
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._serving = None
