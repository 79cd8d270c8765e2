"""A studio whose answers take a while, so that kills meet them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from kiebot.sandbox.ai.scripted import Scripted
from tests.e2e.studio import Studio


@pytest_asyncio.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio of one's own, in which nothing runs yet."""
    studio = Studio(tmp_path, text=Scripted(pause_s=0.1))
    await studio.start()
    yield studio
    await studio.stop()
