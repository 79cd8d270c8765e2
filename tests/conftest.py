"""What tests of many rooms begin with."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from kiebot.http.client import HttpClient
from kiebot.services import delivery
from kiebot.store.db import close_store
from tests.stores import open_new_store

WORKER_BYTES = 700 * 2**20  # one process of tests, with the bots, browsers and ffmpegs that it starts

# A script starts so what it leaves in the background, and nohup what it runs: the processes of tests would be deaf as well
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """Tests wait more than they compute, so two for each core; fewer where memory is short."""
    return max(1, min(8, 2 * len(os.sched_getaffinity(0)), _memory_bytes() // WORKER_BYTES))


class _FailuresAtOnce:
    """Names what failed when it fails: a run that is cut off later has said so."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if report.failed and reporter is not None:
            crash = getattr(report.longrepr, "reprcrash", None)
            reporter.write_line(f"\nFAILED {report.nodeid} ({report.when}): {crash.message[:500] if crash else ''}")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_FailuresAtOnce(config))


def _memory_bytes() -> int:
    """What is free, or what a container may take where that is less."""
    free = int(psutil.virtual_memory().available)
    limit = Path("/sys/fs/cgroup/memory.max")
    allowed = limit.read_text().strip() if limit.exists() else "max"
    return free if allowed == "max" else min(free, int(allowed))


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
