"""One process per data directory and per bot, and what systemd hears."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from kiebot.process import AlreadyRunning, is_running, only_bot, only_one, sd_notify, watchdog_every_s

HOLD = """
import sys, time
from pathlib import Path
from kiebot.process import only_bot, only_one
with only_one("worker", Path(sys.argv[1])), only_bot(int(sys.argv[2]), Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def bot_id():
    return 9_000_000_000 + os.getpid()


@pytest.fixture
def holder(tmp_path, bot_id):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "first"), str(bot_id)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_on_the_same_data_directory_learns_who_holds_it(tmp_path, holder):
    with (
        pytest.raises(AlreadyRunning, match=f"pid {holder.pid}, data directory {tmp_path}/first") as caught,
        only_one("worker", tmp_path / "first"),
    ):
        pass
    assert caught.value.exit_code == 0


def test_the_same_bot_from_another_data_directory_learns_who_holds_it(tmp_path, holder, bot_id):
    with (
        pytest.raises(AlreadyRunning, match=f"pid {holder.pid}, data directory {tmp_path}/first"),
        only_bot(bot_id, tmp_path / "second"),
    ):
        pass


def test_another_kind_of_process_another_bot_and_another_server_are_free(tmp_path, holder, bot_id):
    with only_one("bot", tmp_path / "first"), only_bot(bot_id + 1, tmp_path), only_bot(bot_id, tmp_path, "127.0.0.1:443"):
        pass


def test_a_killed_holder_leaves_nothing_behind(tmp_path, holder, bot_id):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with only_one("worker", tmp_path / "first"), only_bot(bot_id, tmp_path / "second"):
        pass


def test_whether_a_process_lives_is_seen_by_its_lock(tmp_path, holder):
    assert is_running("worker", tmp_path / "first")
    assert not is_running("bot", tmp_path / "first")
    holder.kill()
    holder.wait()
    assert not is_running("worker", tmp_path / "first")


def test_a_lock_given_back_can_be_taken_again_by_the_same_process(tmp_path, bot_id):
    for _ in range(200):
        with only_one("worker", tmp_path), only_bot(bot_id, tmp_path):
            pass


def test_under_systemd_the_second_start_asks_to_be_tried_again(tmp_path, holder, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with pytest.raises(AlreadyRunning) as caught, only_one("worker", tmp_path / "first"):
        pass
    assert caught.value.exit_code == 75


def test_systemd_hears_what_is_said_on_a_path_and_on_an_abstract_socket(tmp_path, monkeypatch):
    for address, shown in (
        (str(tmp_path / "notify"), str(tmp_path / "notify")),
        (f"\0kiebot-test-{os.getpid()}", f"@kiebot-test-{os.getpid()}"),
    ):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(address)
            monkeypatch.setenv("NOTIFY_SOCKET", shown)
            sd_notify("READY=1", "STATUS=at work")
            assert systemd.recv(100) == b"READY=1\nSTATUS=at work"


def test_saying_something_without_systemd_is_harmless(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    sd_notify("READY=1")


def test_the_watchdog_is_fed_twice_as_often_as_asked_and_only_by_the_process_it_means(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert watchdog_every_s() == 10
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog_every_s() is None


def test_a_release_on_trial_is_ready_and_alive_but_touches_nothing(tmp_path):
    hold, done, address = tmp_path / "hold", tmp_path / "done", str(tmp_path / "notify")
    hold.touch()
    code = "import pathlib, sys, kiebot.process; kiebot.process.wait_while_held(); pathlib.Path(sys.argv[1]).touch()"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(20)
        environ = {**os.environ, "KIEBOT_HOLD": str(hold), "NOTIFY_SOCKET": address}
        process = subprocess.Popen([sys.executable, "-c", code, str(done)], env=environ)
        assert systemd.recv(100) == b"READY=1\nSTATUS=held by an upgrade"
        assert systemd.recv(100) == b"WATCHDOG=1"
        assert not done.exists()
        hold.unlink()
        assert process.wait(20) == 0
    assert done.exists()
