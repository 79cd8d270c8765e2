"""What a process of kiebot is to the machine: one per data directory, one bot per token, and what systemd hears of it.

A lock lives as long as the process: the kernel drops it with the process, so a crash leaves nothing to clean up. Exit codes: 0
done (also "somebody else runs already"), 75 try again later (the same under systemd), 78 a restart will not cure it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiebot.errors import OperatorFault
from kiebot.store import folder

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_TRY_AGAIN = 75
EXIT_CONFIG = 78
LONGEST_HOLDER_BYTES = 4096
ASK_HOLDER_S = 2.0
LOOK_AT_HOLD_S = 0.5


class AlreadyRunning(OperatorFault):
    """Another process holds the lock. Under systemd the start is tried again until it is free."""

    def __init__(self, what: str, holder: str) -> None:
        super().__init__(
            f"{what} runs already: {holder or 'its owner does not say which'}",
            exit_code=EXIT_TRY_AGAIN if under_systemd() else EXIT_DONE,
        )


def _self_description(data_dir: Path) -> str:
    return f"pid {os.getpid()}, data directory {data_dir.resolve()}"


@contextmanager
def only_one(process: str, data_dir: Path) -> Iterator[None]:
    """Be the only `process` ("bot", "worker", "web") of this data directory. Raises AlreadyRunning or another OperatorFault."""
    folder.make(data_dir)
    descriptor = folder.open_lock(data_dir / f"{process}.lock")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, LONGEST_HOLDER_BYTES, 0).decode(errors="replace").strip()
            raise AlreadyRunning(f"the {process} of this data directory", holder) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, (_self_description(data_dir) + "\n").encode(), 0)
        yield
    finally:
        os.close(descriptor)


def is_running(process: str, data_dir: Path) -> bool:
    """Whether the `process` of this data directory lives."""
    try:
        with (data_dir / f"{process}.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def only_bot(bot_id: int, data_dir: Path, server: str = "") -> Iterator[None]:
    """Be the only process of this machine that runs this bot, whichever user and data directory. Raises AlreadyRunning.

    The lock is an abstract unix socket: it needs no folder that all users and hardened units can write, and tells who holds it.
    `server` keeps bots of a sandbox apart from Telegram's.
    """
    name = f"\0kiebot-bot-{bot_id}-{server}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as lock:
        try:
            lock.bind(name)
        except OSError:
            raise AlreadyRunning(f"bot {bot_id}", _ask_holder(name)) from None
        lock.listen()
        answering = threading.Thread(target=_answer, args=(lock, _self_description(data_dir)), name="bot-lock", daemon=True)
        answering.start()
        try:
            yield
        finally:
            lock.shutdown(socket.SHUT_RDWR)  # a mere close would leave the waiting accept() holding it
            answering.join(ASK_HOLDER_S)  # on a busy machine accept() ends later, and holds the name until then


def _answer(lock: socket.socket, description: str) -> None:
    with contextlib.suppress(OSError):  # the lock was given back
        while True:
            asker, _ = lock.accept()
            with asker, contextlib.suppress(OSError):
                asker.sendall(description.encode())


def _ask_holder(name: str) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker, contextlib.suppress(OSError):
        asker.settimeout(ASK_HOLDER_S)
        asker.connect(name)
        return asker.recv(LONGEST_HOLDER_BYTES).decode(errors="replace")
    return ""


def under_systemd() -> bool:
    """Whether a unit of type notify started this process: then it is production, with an admin who migrates after a backup."""
    return "NOTIFY_SOCKET" in os.environ


def sd_notify(*lines: str) -> None:
    """Tell systemd ("READY=1", "WATCHDOG=1", "STATUS=..."). Does nothing outside of it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.sendto("\n".join(lines).encode(), address)


def wait_while_held() -> None:
    """Wait while the file that $KIEBOT_HOLD names is there: an upgrade tries a release before that may touch anything.

    To systemd the process is ready meanwhile. Call it once all is open that can fail, before anything is read or sent.
    """
    file = Path(os.environ.get("KIEBOT_HOLD") or os.devnull)
    if not file.is_file():  # the usual start
        return
    sd_notify("READY=1", "STATUS=held by an upgrade")
    while file.is_file():
        sd_notify("WATCHDOG=1")
        time.sleep(LOOK_AT_HOLD_S)
    sd_notify("STATUS=")


def watchdog_every_s() -> float | None:
    """How often systemd wants to hear WATCHDOG=1 (half of its patience), or None when it does not."""
    for_us = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 2_000_000 if for_us and microseconds.isdecimal() else None
