"""Child processes: started with a clock, watched through /proc, ended by their own pid."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from kiebot.supervisor import PARENT_VARIABLE

READY = "ready"
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 40
ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 2**20


class ProcessFailed(Exception):
    """A process under measurement ended or never became ready; the text holds its last lines."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident and proportional set size, MiB."""

    rss: float
    pss: float


class Process:
    """A Python module as a child process."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path, started: float) -> None:
        self.name = name
        self.pid = process.pid
        self.started = started
        self.ready_s = 0.0
        self.ready_line = ""
        self._process = process
        self._log = log
        self._ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, name: str, arguments: Sequence[str], environ: Mapping[str, str], log: Path) -> Process:
        """Start `python -m ARGUMENTS` and wait for a line with the word "ready"."""
        started = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            env={**environ, PARENT_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        child = cls(name, process, log, started)
        await child._wait_ready()
        return child

    async def _wait_ready(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_TIMEOUT_S):
                await self._ready.wait()
        if not self.ready_line:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            raise ProcessFailed(f"{self.name} did not start:\n{self._log.read_text(errors='replace')[-3000:]}")

    async def _read(self) -> None:
        """Keep the log, and the moment of the first line that says ready."""
        assert self._process.stdout is not None
        with self._log.open("ab", buffering=0) as log:
            async for line in self._process.stdout:
                if not self.ready_line and READY.encode() in line:
                    self.ready_s = time.monotonic() - self.started
                    self.ready_line = line.decode(errors="replace").strip()
                    self._ready.set()
                log.write(line)
        self._ready.set()

    async def stop(self) -> int:
        """SIGTERM; SIGKILL when that is not enough. Returns the exit code."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
        code = await self._process.wait()
        await self._reading
        return code

    def cpu_s(self) -> float:
        """Processor seconds used so far by all its threads."""
        return cpu_s(self.pid)

    def memory(self) -> Memory:
        """What it holds now."""
        found = dict(line.split(":", 1) for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:])
        return Memory(*(int(found[key].split()[0]) / 1024 for key in ("Rss", "Pss")))

    def rss(self) -> float:
        """Resident MiB; cheap enough to be asked twenty times a second."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE / MIB


def cpu_s(pid: int | str = "self") -> float:
    """Processor seconds of a process, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Peak:
    """The most that a process held while it was looked at."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.before = process.rss()
        self.most = self.before

    @property
    def growth(self) -> float:
        return self.most - self.before

    async def look(self, every_s: float) -> None:
        """Look for ever."""
        while True:
            self.most = max(self.most, self._process.rss())
            await asyncio.sleep(every_s)


@asynccontextmanager
async def peak_of(process: Process, every_s: float = 0.05) -> AsyncIterator[Peak]:
    """Watch the memory of a process."""
    peak = Peak(process)
    looking = asyncio.create_task(peak.look(every_s))
    try:
        yield peak
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        peak.most = max(peak.most, process.rss())
