"""The two kinds of other side: a child process of ours, or a unix socket behind which systemd starts one.

Peer: `sink` and `source` to speak through, `stop()` to end it from another thread, `close()` to clean up, and `cause()`
to say why no answer came.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from kiebot.errors import ConfinedError

_COMPLAINT_BYTES = 4000


class Peer(Protocol):
    """Whoever answers one request."""

    sink: BinaryIO
    source: BinaryIO

    def stop(self) -> None: ...

    def close(self) -> None: ...

    def cause(self) -> ConfinedError: ...


class ChildPeer:
    """A child in a session of its own, so that one signal reaches it and all it started."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        # A file and not a pipe: nobody reads along, and a child that floods a pipe would wait for a reader.
        self._complaints = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed in close()
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints,
                env=dict(environment), cwd=folder, start_new_session=True,
            )  # fmt: skip
        except OSError as exc:
            self._complaints.close()
            raise ConfinedError("missing", f"cannot start: {exc.strerror}") from exc
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.sink: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self.source: BinaryIO = self._process.stdout  # type: ignore[assignment]

    def stop(self) -> None:
        """Kill the whole group. The process is reaped only in `close`, so its number cannot belong to a stranger."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Leave nothing running: a child that has answered needs nothing more."""
        self.stop()
        self._process.wait()
        for stream in (self.sink, self.source):
            with contextlib.suppress(OSError):  # flushing into a pipe whose reader is gone
                stream.close()
        self._complaints.close()

    def cause(self) -> ConfinedError:
        """Why the child ended without an answer, from its exit code and its last words."""
        code = self._exit_code()
        signal_number = -code if code < 0 else code - 128  # bubblewrap hands a signal on as 128 + number
        complaint = self._complaint()
        if signal_number == signal.SIGXCPU:
            return ConfinedError("timeout", "processor time used up")
        if signal_number in (signal.SIGABRT, signal.SIGTRAP) or "MemoryError" in complaint:  # how pdfium ends then
            return ConfinedError("memory")
        if "No module named" in complaint:
            return ConfinedError("missing", complaint.strip().rpartition("\n")[2])
        return ConfinedError("killed", f"exit code {code}")

    def _exit_code(self) -> int:
        """Read it without reaping; a child that closed its output and lives on is ended."""
        deadline = time.monotonic() + 2
        while (state := os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)) is None:
            if time.monotonic() > deadline:
                self.stop()
            time.sleep(0.01)
        return state.si_status if state.si_code == os.CLD_EXITED else -state.si_status

    def _complaint(self) -> str:
        size = self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, size - _COMPLAINT_BYTES))
        return self._complaints.read(_COMPLAINT_BYTES).decode(errors="replace")


class SocketPeer:
    """A connection to the socket-activated unit of production."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError as exc:
            self._socket.close()
            raise ConfinedError("missing", f"socket: {exc.strerror}") from exc
        self.sink: BinaryIO = self._socket.makefile("wb")
        self.source: BinaryIO = self._socket.makefile("rb")

    def stop(self) -> None:
        """End the connection under the feet of a blocked read or write; the unit then ends by itself."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for stream in (self.sink, self.source, self._socket):
            with contextlib.suppress(OSError):
                stream.close()

    def cause(self) -> ConfinedError:
        """The unit's exit code is systemd's: its memory limit is the usual reason."""
        return ConfinedError("killed", "the unit closed the connection")
