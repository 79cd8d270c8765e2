"""The sandbox's AI services in a process of their own: `python -m bench.ai FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer
from kiebot.supervisor import end_with_parent


async def serve(folder: Path) -> None:
    """Answer until the process is ended."""
    server = LocalServer(create_app(folder, Behaviour(), Scripted()))
    await server.start()
    print("ready", server.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    end_with_parent()
    asyncio.run(serve(Path(sys.argv[1])))
