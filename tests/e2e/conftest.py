"""One studio for the tests that break nothing, a fresh one for those that kill processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.studio import Person, Studio


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """Bot and worker run; tests bring their own people."""
    studio = Studio(tmp_path_factory.mktemp("studio"))
    await studio.start()
    await studio.run("bot")
    await studio.run("worker")
    yield studio
    await studio.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def studio(shared: Studio) -> AsyncIterator[Studio]:
    """The shared studio with no misbehaviour left from an earlier test."""
    shared.behaviour.rules.clear()
    yield shared
    shared.behaviour.rules.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio of one's own, in which nothing runs yet."""
    studio = Studio(tmp_path)
    await studio.start()
    yield studio
    await studio.stop()


@pytest.fixture
def ann(studio: Studio) -> Person:
    return studio.person("Ann")
