"""The real processes, without waiting until each has imported everything anew: a process that has done so forks them.

Each is a process of its own, with its own environment, output, signals and exit code. How they begin when nothing is imported
yet is seen in tests/cli/test_run.py, in the tests that read what a command prints, and on the machine of tests/system.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class Process:
    """What tests need of `subprocess.Popen`."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = int(process.pid or 0)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    poll = returncode.fget

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()


def born(main: Callable[..., Any], *arguments: Any, environ: Mapping[str, str], output: Path) -> Process:
    """A process that ends with what `main` returns or exits with; what it prints is added to a file."""
    output.touch(mode=0o600)
    process = _nursery().Process(target=_live, args=(main, arguments, dict(environ), str(output)))
    process.start()
    return Process(process)


@cache
def _nursery() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.preloaded"])
    return context


def _live(main: Callable[..., Any], arguments: tuple[Any, ...], environ: dict[str, str], output: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    file = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(file, sys.stdout.fileno())
    os.dup2(file, sys.stderr.fileno())
    sys.exit(main(*arguments))


def kiebot(name: str) -> None:
    """`kiebot NAME`."""
    from kiebot.cli.main import kiebot as command

    command([name], prog_name="kiebot")


def worker(config: dict[str, Any]) -> int:
    """A worker with this configuration alone."""
    from kiebot.config.keys import Config
    from kiebot.worker.app import main

    return int(main(Config(**config)))
