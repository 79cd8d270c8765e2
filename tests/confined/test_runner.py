import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from kiebot.confined.limits import Limits
from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from tests.confined.conftest import MISBEHAVING


def reason_of(call, *args, **kwargs):
    with pytest.raises(ConfinedError) as caught:
        call(*args, **kwargs)
    assert psutil.Process().children(recursive=True) == []
    return caught.value.reason


def gone(pid, within_s=5):
    deadline = time.monotonic() + within_s
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def wait_for_number(path, within_s=10):
    deadline = time.monotonic() + within_s
    while not (path.exists() and path.read_text().strip()):
        assert time.monotonic() < deadline, f"nothing wrote {path.name}"
        time.sleep(0.02)
    return int(path.read_text())


def test_data_and_files_go_in_and_come_back(call, tmp_path, scratch):
    document = tmp_path / "Отчёт за год.pdf"
    document.write_bytes(os.urandom(3_000_000))
    answer = call("echo", document, page=7)
    assert answer.data["args"] == {"page": 7}
    assert [file.read_bytes() for file in answer.files] == [document.read_bytes()]
    assert answer.files[0].parent == tmp_path / "out"
    assert document.stem not in answer.data["names"][0]
    assert list(scratch.iterdir()) == []


def test_the_child_has_limits_and_a_session_of_its_own(call):
    seen = call("surroundings", timeout_s=11.5).data
    assert seen["limits"] == {
        "RLIMIT_AS": [1 << 30, 1 << 30], "RLIMIT_CPU": [12, 17], "RLIMIT_CORE": [0, 0],
        "RLIMIT_FSIZE": [64 << 20, 64 << 20], "RLIMIT_NOFILE": [64, 64],
    }  # fmt: skip
    assert seen["session"]
    assert seen["nice"] >= 10
    assert seen["oom_score_adj"] >= 800
    assert len(seen["descriptors"]) < 10


def test_the_child_sees_no_secret_and_imports_nothing_from_where_files_lie(call, monkeypatch):
    monkeypatch.setenv("KIEBOT_TELEGRAM__BOT_TOKEN", "1:canary")
    seen = call("surroundings").data
    assert set(seen["environment"]) <= {"PATH", "LANG", "OMP_THREAD_LIMIT", "PYTHONPATH", "TMPDIR", "LC_CTYPE"}
    assert "" not in seen["path"]
    assert not any(seen["folder"].startswith(entry) for entry in seen["path"])


def test_a_refusal_keeps_its_word(call):
    with pytest.raises(ConfinedError) as caught:
        call("refuse")
    assert (caught.value.reason, caught.value.message) == ("refused", "encrypted")


def test_a_bug_in_an_operation_is_told_by_place_and_without_the_words_of_the_file(call):
    with pytest.raises(ConfinedError) as caught:
        call("break_down")
    assert caught.value.reason == "killed"
    assert caught.value.message.startswith("KeyError at operations.py:")
    assert "person" not in str(caught.value)


@pytest.mark.parametrize(
    ("op", "args", "reason"),
    [
        ("hog", {}, "memory"),
        ("sleep", {"timeout_s": 1}, "timeout"),
        ("signal_itself", {"signal": "SIGKILL"}, "killed"),
        ("signal_itself", {"signal": "SIGSEGV"}, "killed"),
        ("signal_itself", {"signal": "SIGABRT"}, "memory"),
        ("signal_itself", {"signal": "SIGXCPU"}, "timeout"),
        ("signal_itself", {"signal": "SIGSTOP", "timeout_s": 1}, "timeout"),
        ("leave", {}, "killed"),
        ("write_much", {"size": 65 << 20}, "killed"),
        ("long_line", {}, "protocol"),
        ("no_such_operation", {}, "protocol"),
        ("forge", {"bytes": "garbage\n"}, "protocol"),
        ("forge", {"bytes": '{"data": 7, "files": []}\n'}, "protocol"),
        ("forge", {"bytes": '{"error": {"reason": "invented", "message": "x"}}\n'}, "protocol"),
        ("forge", {"bytes": '{"error": 3}\n'}, "protocol"),
        ("forge", {"bytes": '{"data": {}, "files": [{"name": "a", "size": 99999999999999}]}\n'}, "refused"),
        ("forge", {"bytes": '{"data": {}, "files": [{"name": "a", "size": 5}]}\nabc'}, "killed"),
    ],
)
def test_every_bad_end_has_its_reason_and_leaves_nothing(call, tmp_path, scratch, op, args, reason):
    assert reason_of(call, op, **args) == reason
    assert list(scratch.iterdir()) == []
    assert list(tmp_path.glob("out/*")) == []


def test_processor_time_is_limited_even_when_nobody_waits(scratch, tmp_path):
    confined = Confined(module=MISBEHAVING, bubblewrap=False, scratch=scratch, limits=Limits(cpu_s=1))
    assert reason_of(confined.call, "spin", {}, [], out_dir=tmp_path, timeout_s=60) == "timeout"


def test_what_libraries_print_does_not_disturb_the_answer(call):
    assert call("chatter").data == {"said": True}


def test_a_large_input_may_be_stored_although_files_are_limited(call, tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(70 << 20)
    assert call("surroundings", large).data["limits"]["RLIMIT_FSIZE"] == [71 << 20, 71 << 20]


def test_a_big_file_passes_through_without_staying_in_memory(tmp_path, scratch):
    confined = Confined(module=MISBEHAVING, bubblewrap=False, scratch=scratch, limits=Limits(file_bytes=1 << 30))
    confined.call("echo", {}, [], out_dir=tmp_path)
    before = psutil.Process().memory_info().rss
    answer = confined.call("write_much", {"size": 300 << 20}, [], out_dir=tmp_path / "out")
    assert answer.files[0].stat().st_size == 300 << 20
    assert psutil.Process().memory_info().rss - before < 10 << 20


def test_a_refused_request_is_answered_although_it_was_not_read_to_the_end(call, tmp_path):
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(ConfinedError, match="too-large"):
        call("echo", sparse)


def test_a_timeout_takes_the_tools_of_the_child_along(call, tmp_path):
    pid_file, tool_pid_file = tmp_path / "pid", tmp_path / "tool"
    assert reason_of(call, "sleep_in_a_tool", pid_file=str(pid_file), tool_pid_file=str(tool_pid_file), timeout_s=2) == "timeout"
    assert gone(int(pid_file.read_text()))
    assert gone(int(tool_pid_file.read_text()))


PARENT = """
import sys
from pathlib import Path
from kiebot.confined.runner import Confined
folder = Path(sys.argv[1])
files = {"pid_file": str(folder / "pid"), "tool_pid_file": str(folder / "tool")}
Confined(module="tests.confined.operations", bubblewrap=False, scratch=folder).call("sleep_in_a_tool", files, [], out_dir=folder)
"""


def test_a_killed_parent_takes_child_and_tool_along_and_the_next_start_cleans_up(scratch):
    with subprocess.Popen([sys.executable, "-c", PARENT, str(scratch)]) as parent:
        pids = [wait_for_number(scratch / "pid"), wait_for_number(scratch / "tool")]
        parent.send_signal(signal.SIGKILL)
    assert all(gone(pid) for pid in pids)
    left = [path for path in scratch.iterdir() if path.is_dir()]
    assert len(left) == 1
    Confined(scratch=scratch)
    assert not left[0].exists()


def test_folders_of_a_living_process_are_not_cleaned_up(scratch):
    mine = scratch / f"kiebot-confined-{os.getpid()}-abc"
    mine.mkdir()
    Confined(scratch=scratch)
    assert mine.exists()


def test_no_more_than_two_children_run_at_once(call):
    most, done = 0, threading.Event()
    threads = [threading.Thread(target=reason_of_sleep, args=(call,)) for _ in range(4)]

    def watch():
        nonlocal most
        while not done.wait(0.05):
            most = max(most, len(psutil.Process().children()))

    watcher = threading.Thread(target=watch)
    for thread in (*threads, watcher):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()
    assert most == 2


def reason_of_sleep(call):
    with pytest.raises(ConfinedError, match="timeout"):
        call("sleep", timeout_s=0.7)


def test_calls_leave_no_thread_and_no_descriptor(call):
    call("echo")
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    for _ in range(3):
        call("echo")
    reason_of(call, "leave")
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before


@pytest.mark.parametrize(
    "options", [{"python": "/nonexistent/python"}, {"module": "kiebot.no_such_module"}, {"socket": Path("/nonexistent/socket")}]
)
def test_what_is_not_installed_is_missing(tmp_path, scratch, options):
    confined = Confined(bubblewrap=False, scratch=scratch, **options)
    assert reason_of(confined.call, "echo", {}, [], out_dir=tmp_path) == "missing"
