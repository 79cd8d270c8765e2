"""What tests of many rooms begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kiebot.http.client import HttpClient
from kiebot.services import delivery
from kiebot.store.db import close_store
from tests.stores import open_new_store


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder with a real store, open, and nobody to be rung."""
    open_new_store(tmp_path)
    delivery.bind_bell(lambda: None)
    yield tmp_path
    close_store()


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    """A client that waits no longer than a second."""
    http = HttpClient(timeout_s=1)
    yield http
    await http.aclose()
