"""A fresh store."""

from __future__ import annotations

import pytest

from kiebot.store import accounts
from kiebot.store.db import close_store, open_store


@pytest.fixture
def data_dir(tmp_path):
    open_store(tmp_path)
    yield tmp_path
    close_store()


@pytest.fixture
def account(data_dir):
    return accounts.of_user(7)
