"""What the routes of the web process are given."""

from __future__ import annotations

import pytest

from kiebot.jobqueue import JobQueue


@pytest.fixture
def queue(data_dir):
    queue = JobQueue(data_dir)
    yield queue
    queue.close()
