"""Runs processes of kiebot as children of this one: starts, watches, restarts and stops them, and passes on what they print.

Every child leads a session of its own, so that Ctrl-C at a terminal reaches only this process, which then stops them in order. A
child that dies is started again after a pause that grows; one that ends with 0 ("somebody else runs already") or 78 ("a restart
will not cure this") ends the whole run. Should this process be killed, the kernel kills the children (`end_with_parent`).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kiebot.process import EXIT_CONFIG, EXIT_DONE

log = logging.getLogger(__name__)

PARENT_VARIABLE = "KIEBOT_PARENT"
PR_SET_PDEATHSIG = 1
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0  # a child that lived this long starts again with the first pause
STOP_TIMEOUT_S = 30.0
TELL_AFTER_S = 1.5  # of stopping: from then on it looks as if something hangs
LAST_LINES_S = 0.5  # after the end; a grandchild may hold the pipe open for as long as it likes
READ_BYTES = 64 * 1024
FINAL_CODES = (EXIT_DONE, EXIT_CONFIG)

Write = Callable[[str], None]


def end_with_parent(environ: dict[str, str] | os._Environ[str] = os.environ) -> None:
    """In a child of a supervisor: die when it dies, by whatever signal. Call before anything else."""
    parent = environ.pop(PARENT_VARIABLE, "")
    if not parent:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before the line above
        os.kill(os.getpid(), signal.SIGKILL)


def to_stderr(line: str) -> None:
    """The usual place of the children's lines. A reader that went away is no reason to stop."""
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(line)
        sys.stderr.flush()


@dataclass(slots=True)
class Child:
    """One process to keep."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0

    @classmethod
    def of_kiebot(cls, name: str, environ: Mapping[str, str]) -> Child:
        """`kiebot NAME`, in the same Python as this process."""
        return cls(name, (sys.executable, "-m", "kiebot", name), environ)

    def describe(self) -> dict[str, Any]:
        """What the chat page shows of a process."""
        pid = self.process.pid if self.process is not None and self.process.returncode is None else None
        return {"name": self.name, "pid": pid, "memory_mb": memory_mb(pid) if pid else None, "restarts": self.restarts}


class Supervisor:
    """Keeps `children` running until `stop()` or until one of them ends for good. They are stopped in the order given."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        write: Write = to_stderr,
        stop_timeout_s: float = STOP_TIMEOUT_S,
        tell_after_s: float = TELL_AFTER_S,
    ) -> None:
        self._children = list(children)
        self._write = write
        self._stop_timeout_s = stop_timeout_s
        self._tell_after_s = tell_after_s
        self._stopping = asyncio.Event()
        self._width = max(len(child.name) for child in self._children)
        self._exit_code = EXIT_DONE

    def processes(self) -> list[dict[str, Any]]:
        """Name, pid, memory and restarts of every child."""
        return [child.describe() for child in self._children]

    def stop(self) -> None:
        """Stop everything in order; asked a second time, at once."""
        if self._stopping.is_set():
            for child in self._children:
                _signal(child, signal.SIGKILL)
        self._stopping.set()

    async def run(self) -> int:
        """Start the children and keep them. Returns the exit code for this process."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        keepers = [asyncio.create_task(self._keep(child)) for child in self._children]
        await self._stopping.wait()
        telling = loop.call_later(self._tell_after_s, self._tell_who_is_waited_for)
        for child, keeper in zip(self._children, keepers, strict=True):
            await self._end(child, keeper)
        telling.cancel()
        return self._exit_code

    async def _keep(self, child: Child) -> None:
        """Run one child again and again."""
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._once(child)
            if self._stopping.is_set():
                return
            if code in FINAL_CODES:
                log.info("process ended for good child=%s code=%d", child.name, code)
                self._exit_code = code
                self._stopping.set()
                return
            if time.monotonic() - started > HEALTHY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            log.warning("process died child=%s by=%s again_in=%.1fs", child.name, _ending(code), pause_s)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._stopping.wait()
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            child.restarts += 1

    async def _once(self, child: Child) -> int:
        """Run one life of a child. The pipe is our own: asyncio's wait() would last until every grandchild closed it."""
        readable, writable = os.pipe()
        try:
            child.process = await asyncio.create_subprocess_exec(
                *child.command,
                env={**child.environ, PARENT_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writable,
                stderr=writable,
                start_new_session=True,
            )
        finally:
            os.close(writable)
        lines = asyncio.create_task(self._pass_on(child.name, os.fdopen(readable, "rb", 0)))
        code = await child.process.wait()
        await asyncio.wait([lines], timeout=LAST_LINES_S)
        lines.cancel()
        return code

    async def _pass_on(self, name: str, pipe: IO[bytes]) -> None:
        """Print the child's lines behind its name; JSON lines, which have the name inside, as they are."""
        output, rest = asyncio.StreamReader(), b""
        protocol = asyncio.StreamReaderProtocol(output)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
        with contextlib.closing(transport):
            while piece := await output.read(READ_BYTES):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._print(name, line)
            if rest:
                self._print(name, rest)

    def _print(self, name: str, line: bytes) -> None:
        text = line.decode(errors="replace")
        self._write(f"{text}\n" if text.startswith("{") else f"{name:<{self._width}} | {text}\n")

    def _tell_who_is_waited_for(self) -> None:
        for child in self._children:
            if child.process is not None and child.process.returncode is None:
                log.info(
                    "waiting until its work under way is done, Ctrl-C again stops at once child=%s at_most=%.1fs",
                    child.name,
                    self._stop_timeout_s,
                )
                return

    async def _end(self, child: Child, keeper: asyncio.Task[None]) -> None:
        _signal(child, signal.SIGTERM)
        done, _ = await asyncio.wait([keeper], timeout=self._stop_timeout_s)
        if not done:
            log.warning("process did not stop in time, killing it child=%s", child.name)
            _signal(child, signal.SIGKILL)
        await keeper


def memory_mb(pid: int) -> float | None:
    """The resident memory of a process in MiB, or None when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return round(int(found[0]) / 1024, 1) if found else None


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None and child.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.process.send_signal(number)


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
