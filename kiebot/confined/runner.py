"""The parent's side: start the confined child, speak the protocol with it, and turn its end into a value or a reason."""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import kiebot
from kiebot.confined import bubblewrap
from kiebot.confined.limits import Limits
from kiebot.confined.peers import ChildPeer, Peer, SocketPeer
from kiebot.confined.protocol import MAX_ANSWER_LINE, REASONS, Answer, EndedEarly, read_files, read_message, write_message
from kiebot.errors import ConfinedError

log = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 4 << 30
_PACKAGE = Path(kiebot.__file__).resolve().parent
_SCRATCH_PREFIX = "kiebot-confined-"
_MARGIN_BYTES = 1 << 20


class Confined:
    """Runs operations on strangers' files in a child that holds no secret. Thread-safe; `call` blocks its thread.

    With `socket` the child is a unit behind that socket, else a process of `module`, in bubblewrap when that works here
    (`bubblewrap=True` insists on it, `False` goes without). At most `concurrency` calls run at once, others wait.
    """

    def __init__(
        self,
        python: str = sys.executable,
        module: str = "kiebot.documents.child",
        *,
        socket: Path | None = None,
        bubblewrap: bool | None = None,
        limits: Limits | None = None,
        concurrency: int = 2,
        scratch: Path | None = None,
    ) -> None:
        self._python, self._module, self._socket = python, module, socket
        self._bubblewrap, self._limits = bubblewrap, limits or Limits()
        self._scratch = scratch or Path(tempfile.gettempdir())
        self._slots = threading.BoundedSemaphore(concurrency)
        self._probing = threading.Lock()
        _remove_leftovers(self._scratch)

    def call(self, op: str, args: dict[str, Any], files: Sequence[Path], *, out_dir: Path, timeout_s: float = 120) -> Answer:
        """Run `op` on `files`; its result files land in `out_dir` under random names. Raises ConfinedError."""
        with self._slots, self._peer(files, timeout_s) as peer:
            expired = threading.Event()
            timer = threading.Timer(timeout_s, _expire, (peer, expired))
            timer.start()
            try:
                return _exchange(peer, {"op": op, "args": args}, files, out_dir)
            except (ConnectionError, EndedEarly) as exc:
                cause = ConfinedError("timeout") if expired.is_set() else peer.cause()
                log.warning("confined call failed op=%s cause=%s", op, cause)
                raise cause from exc
            finally:
                timer.cancel()
                timer.join()

    @property
    def wrapped(self) -> bool:
        """Whether children run inside bubblewrap. The first question starts one to see."""
        with self._probing:
            if self._bubblewrap is None:
                self._bubblewrap = self._socket is None and self._bubblewrap_works()
            return self._bubblewrap

    @contextmanager
    def _peer(self, files: Sequence[Path], timeout_s: float) -> Iterator[Peer]:
        if self._socket is not None:
            with closing(SocketPeer(self._socket)) as peer:
                yield peer
            return
        folder = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH_PREFIX}{os.getpid()}-", dir=self._scratch))
        try:
            limits = self._limits_for(files, timeout_s)
            with closing(ChildPeer(self._command(limits, folder), self._environment(folder), folder)) as child:
                yield child
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _limits_for(self, files: Sequence[Path], timeout_s: float) -> Limits:
        together = sum(path.stat().st_size for path in files)  # what they are joined into is as large
        return replace(
            self._limits,
            file_bytes=max(self._limits.file_bytes, together + _MARGIN_BYTES),
            cpu_s=min(self._limits.cpu_s, math.ceil(timeout_s)),
        )

    def _command(self, limits: Limits, folder: Path) -> list[str]:
        # -P: the working directory, where a stranger's files lie, is never a place to import from.
        python = [self._python, "-P", "-s", "-B", "-m", "kiebot.confined.launch", self._module]
        if not self.wrapped:
            return [*python, str(os.getpid()), json.dumps(asdict(limits))]
        return self._wrap([*python, "0", json.dumps(asdict(limits))], folder)  # other process numbers in there

    def _wrap(self, command: Sequence[str], folder: Path) -> list[str]:
        environment = self._environment(Path(bubblewrap.JOB_FOLDER))
        visible = [*bubblewrap.interpreter_folders(self._python), _PACKAGE]
        return bubblewrap.wrap(command, scratch=folder, environment=environment, visible=visible)

    def _bubblewrap_works(self) -> bool:
        with tempfile.TemporaryDirectory(prefix=f"{_SCRATCH_PREFIX}{os.getpid()}-", dir=self._scratch) as folder:
            return bubblewrap.works(self._wrap([self._python, "-P", "-c", "import kiebot"], Path(folder)))

    def _environment(self, folder: Path) -> dict[str, str]:
        """Nothing of ours: a secret in the environment would be readable by whoever takes the child over."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "OMP_THREAD_LIMIT": "1",  # tesseract on several threads is five times slower on a busy machine
            "PYTHONPATH": str(_PACKAGE.parent),
            "TMPDIR": str(folder),
        }


def _exchange(peer: Peer, request: dict[str, Any], files: Sequence[Path], out_dir: Path) -> Answer:
    try:
        write_message(peer.sink, request, files)
    except (BrokenPipeError, ConnectionResetError):
        log.debug("the child answered before it had read everything")
    message = read_message(peer.source, MAX_ANSWER_LINE)
    if "error" in message:
        raise _refusal(message["error"])
    data = message.get("data")
    if not isinstance(data, dict):
        raise ConfinedError("protocol", "answer without data")
    out_dir.mkdir(parents=True, exist_ok=True)
    return Answer(data, read_files(peer.source, message.get("files"), out_dir, MAX_ANSWER_BYTES))


def _refusal(error: object) -> ConfinedError:
    """The child may have been taken over: only known reasons and short messages pass."""
    reason, message = (error.get("reason"), error.get("message")) if isinstance(error, dict) else (None, None)
    if not isinstance(reason, str) or reason not in REASONS or not isinstance(message, str):
        return ConfinedError("protocol", "bad error")
    return ConfinedError(reason, message[:200])


def _expire(peer: Peer, expired: threading.Event) -> None:
    expired.set()
    peer.stop()


def _remove_leftovers(scratch: Path) -> None:
    """Remove the folders of processes that were killed in the middle of a call."""
    for folder in scratch.glob(f"{_SCRATCH_PREFIX}*-*"):
        owner = folder.name.removeprefix(_SCRATCH_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)
