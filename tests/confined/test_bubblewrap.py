"""The walls themselves: code that tries to look around runs in the same wrapping as the readers."""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

import kiebot
from kiebot.confined import bubblewrap
from kiebot.confined.runner import Confined
from kiebot.documents import read_document
from tests.confined.test_runner import gone

PACKAGE = Path(kiebot.__file__).parent


def command(scratch, code, *arguments):
    visible = [*bubblewrap.interpreter_folders(sys.executable), PACKAGE]
    environment = {"PATH": os.environ["PATH"], "TMPDIR": bubblewrap.JOB_FOLDER}
    return bubblewrap.wrap([sys.executable, "-c", code, *arguments], scratch=scratch, environment=environment, visible=visible)


def look(scratch, code, *arguments):
    done = subprocess.run(command(scratch, code, *arguments), capture_output=True, text=True, timeout=30, check=True)
    return json.loads(done.stdout)


def test_bubblewrap_works_here_and_is_found_by_itself(scratch):
    assert Confined(scratch=scratch).wrapped
    assert not Confined(scratch=scratch, bubblewrap=False).wrapped
    assert not bubblewrap.works(["bwrap", "--no-such-option"])


def test_a_document_is_read_behind_the_walls(scratch, tmp_path):
    (tmp_path / "a").write_text("Привет, мир", encoding="utf-8")
    document = read_document(Confined(scratch=scratch, bubblewrap=True), tmp_path / "a", out_dir=tmp_path / "out")
    assert document.pages[0].text == "Привет, мир"
    assert list(scratch.iterdir()) == []


READ = """
import json, os, sys
def reads(path):
    try:
        return bool(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
    except OSError:
        return False
print(json.dumps([path for path in sys.argv[1:] if reads(path)]))
"""


def test_nothing_of_the_machine_can_be_read(scratch, tmp_path):
    (tmp_path / "canary").write_text("secret")
    forbidden = ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/home", "/var", "/run", "/proc/1/environ",
                 str(tmp_path / "canary"), str(PACKAGE.parent / "setup.cfg"), str(PACKAGE.parent / "tests"),
                 str(scratch)]  # fmt: skip
    assert look(scratch, READ, *forbidden, str(PACKAGE / "errors.py")) in (
        [str(PACKAGE / "errors.py")],
        ["/proc/1/environ", str(PACKAGE / "errors.py")],  # its own first process: only what it was given
    )


WRITE = """
import json, sys
def writes(folder):
    try:
        open(folder + "/probe", "w").close()
        return True
    except OSError:
        return False
print(json.dumps([folder for folder in sys.argv[1:] if writes(folder)]))
"""


def test_only_its_own_folder_can_be_written(scratch):
    places = [
        "/",
        "/tmp",
        "/usr",
        "/usr/bin",
        "/etc",
        "/dev",
        "/dev/shm",
        "/proc",
        str(PACKAGE),
        sys.prefix,
        bubblewrap.JOB_FOLDER,
    ]
    assert look(scratch, WRITE, *places) == [bubblewrap.JOB_FOLDER]


def test_other_processes_and_the_environment_are_out_of_sight(scratch, monkeypatch):
    monkeypatch.setenv("KIEBOT_KIE__API_KEY", "canary")
    seen = look(
        scratch, "import json, os; print(json.dumps([sorted(os.environ), [p for p in os.listdir('/proc') if p.isdigit()]]))"
    )
    assert set(seen[0]) <= {"PATH", "TMPDIR", "PWD", "LC_CTYPE"}
    assert len(seen[1]) <= 2


CONNECT = """
import json, socket, sys
def connects(host):
    try:
        socket.create_connection((host, int(sys.argv[1])), timeout=2).close()
        return True
    except OSError:
        return False
print(json.dumps([connects("127.0.0.1"), connects("localhost")]))
"""


def test_no_network_not_even_this_machine(scratch):
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        assert look(scratch, CONNECT, str(server.server_port)) == [False, False]


def test_no_rights_are_left(scratch):
    status = look(scratch, "import json; print(json.dumps(open('/proc/self/status').read()))")
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


PARENT = "import subprocess, sys; subprocess.run(sys.argv[1:])"


def test_a_killed_parent_takes_everything_inside_along(scratch):
    sleeper = command(scratch, "import time; print('up', flush=True); time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", PARENT, *sleeper], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"up\n"
        inside = psutil.Process(parent.pid).children(recursive=True)
        assert len(inside) >= 2
        parent.send_signal(signal.SIGKILL)
    assert all(gone(process.pid) for process in inside)


@pytest.mark.parametrize("wrapped", [False, True])
def test_many_threads_may_call_at_once(scratch, tmp_path, wrapped):
    confined = Confined(scratch=scratch, bubblewrap=wrapped)
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(f"text {number}")
    read = {}

    def work(number):
        document = read_document(confined, tmp_path / f"{number}.txt", out_dir=tmp_path / "out")
        read[number] = document.pages[0].text

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == {number: f"text {number}" for number in range(6)}
