"""The same protocol over a unix socket, behind which systemd (here: a small accept loop) starts one child a connection."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

import kiebot
from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError

ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(kiebot.__file__).parent.parent)}


@contextlib.contextmanager
def unit(path, module, started):
    """What a socket unit with Accept=yes and StandardInput=socket does."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        stopped = threading.Event()

        def accept():
            while not stopped.is_set():
                connection, _ = listener.accept()
                if not stopped.is_set():
                    command = [sys.executable, "-P", "-m", module]
                    started.append(subprocess.Popen(command, stdin=connection, stdout=connection, env=ENVIRONMENT))
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(str(path))
            thread.join()
            for child in started:
                child.kill()
                child.wait()


@pytest.fixture
def children():
    return []


@pytest.fixture
def call(tmp_path, children):
    path = tmp_path / "media.socket"
    with unit(path, "tests.confined.operations", children):
        confined = Confined(socket=path)

        def call(op, *files, timeout_s=20, **args):
            return confined.call(op, args, list(files), out_dir=tmp_path / "out", timeout_s=timeout_s)

        yield call


def test_files_go_through_a_socket_and_come_back(call, tmp_path):
    file = tmp_path / "a.mp4"
    file.write_bytes(os.urandom(2_000_000))
    answer = call("echo", file, note="да")
    assert answer.data["args"] == {"note": "да"}
    assert answer.files[0].read_bytes() == file.read_bytes()


def test_without_a_launcher_the_child_limits_itself(call):
    limits = call("surroundings").data["limits"]
    assert limits["RLIMIT_CORE"] == [0, 0]
    assert 0 < limits["RLIMIT_AS"][0] <= 2 << 30
    assert 0 < limits["RLIMIT_CPU"][0] <= 300


@pytest.mark.parametrize(
    ("op", "args", "reason"),
    [("refuse", {}, "refused"), ("hog", {}, "memory"), ("leave", {}, "killed"),
     ("signal_itself", {"signal": "SIGKILL"}, "killed"), ("sleep", {"timeout_s": 1}, "timeout"), ("long_line", {}, "protocol")],
)  # fmt: skip
def test_every_bad_end_has_its_reason(call, op, args, reason):
    with pytest.raises(ConfinedError) as caught:
        call(op, **args)
    assert caught.value.reason == reason


def test_a_request_too_large_is_answered_while_it_is_still_being_sent(call, tmp_path):
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(ConfinedError, match="too-large"):
        call("echo", sparse)


def test_calls_leave_no_descriptor(call, children):
    call("echo")
    before = psutil.Process().num_fds()
    for _ in range(3):
        call("echo")
    assert psutil.Process().num_fds() == before
    assert len(children) == 4
