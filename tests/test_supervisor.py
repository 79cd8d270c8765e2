"""The supervisor with real children: small Python programs."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiebot.supervisor import Child, Supervisor

LIVES = "import time; print('lives', flush=True); time.sleep(60)"


class Kept:
    """A running supervisor over children made of `code`, and the lines they printed."""

    def __init__(self, codes, **options):
        self.lines = []
        children = [Child(name, (sys.executable, "-c", code), dict(os.environ)) for name, code in codes.items()]
        self.supervisor = Supervisor(children, write=self.lines.append, **options)
        self.task = asyncio.create_task(self.supervisor.run())

    async def until(self, condition, timeout_s=10):
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.01)

    async def stop(self):
        self.supervisor.stop()
        async with asyncio.timeout(10):
            return await self.task


async def test_lines_of_children_carry_their_name_and_json_stays_json():
    code = "print('hello'); print('{\"event\": 1}'); print('no newline', end=''); raise SystemExit(78)"
    kept = Kept({"bot": code, "worker": LIVES})
    assert await kept.task == 78
    assert "bot    | hello\n" in kept.lines
    assert '{"event": 1}\n' in kept.lines
    assert "bot    | no newline\n" in kept.lines


async def test_a_child_that_dies_is_started_again_and_the_others_go_on():
    kept = Kept({"bot": LIVES, "worker": LIVES})
    await kept.until(lambda: len(kept.lines) == 2)
    bot, worker = kept.supervisor.processes()
    os.kill(bot["pid"], signal.SIGKILL)
    await kept.until(lambda: len(kept.lines) == 3)
    again, same = kept.supervisor.processes()
    assert (again["restarts"], same["restarts"]) == (1, 0)
    assert again["pid"] != bot["pid"]
    assert same["pid"] == worker["pid"]
    assert same["memory_mb"] > 1
    assert await kept.stop() == 0


@pytest.mark.parametrize("code", [0, 78])
async def test_a_child_that_ends_for_good_ends_the_run_with_its_code(code):
    kept = Kept({"bot": f"raise SystemExit({code})", "worker": LIVES})
    assert await kept.task == code
    assert [process["pid"] for process in kept.supervisor.processes()] == [None, None]


async def test_a_grandchild_that_holds_the_output_does_not_keep_a_dead_child_from_being_started_again():
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)']); sys.exit(3)"
    kept = Kept({"bot": code})
    await kept.until(lambda: kept.supervisor.processes()[0]["restarts"] == 1, timeout_s=4)
    await kept.stop()


async def test_children_are_stopped_in_order_and_the_next_waits_for_the_one_before(tmp_path):
    log = tmp_path / "log"
    code = """
import signal, sys, time
def stop(*_):
    time.sleep(0.2)
    open({log!r}, 'a').write({name!r} + ' ')
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print('lives', flush=True)
while True: time.sleep(1)
"""
    kept = Kept({name: code.format(log=str(log), name=name) for name in ("bot", "worker", "web")})
    await kept.until(lambda: len(kept.lines) == 3)
    await kept.stop()
    assert log.read_text().split() == ["bot", "worker", "web"]


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('lives', flush=True); time.sleep(60)"


async def test_a_child_that_does_not_stop_is_killed():
    kept = Kept({"bot": STUBBORN}, stop_timeout_s=0.3)
    await kept.until(lambda: kept.lines)
    started = time.monotonic()
    await kept.stop()
    assert 0.3 <= time.monotonic() - started < 5


async def test_a_second_request_to_stop_waits_for_nobody():
    kept = Kept({"bot": STUBBORN}, stop_timeout_s=60)
    await kept.until(lambda: kept.lines)
    kept.supervisor.stop()
    await asyncio.sleep(0.1)
    await kept.stop()


async def test_who_waits_for_a_stop_is_told_once_for_what_and_how_not_to_wait(caplog):
    caplog.set_level("INFO", "kiebot")
    kept = Kept({"bot": STUBBORN, "worker": STUBBORN}, stop_timeout_s=0.6, tell_after_s=0.2)
    await kept.until(lambda: len(kept.lines) == 2)
    await kept.stop()
    told = [line for line in caplog.messages if "Ctrl-C" in line]
    assert told == ["waiting until its work under way is done, Ctrl-C again stops at once child=bot at_most=0.6s"]


async def test_a_quick_stop_says_nothing(caplog):
    caplog.set_level("INFO", "kiebot")
    kept = Kept({"bot": LIVES, "worker": LIVES})
    await kept.until(lambda: len(kept.lines) == 2)
    await kept.stop()
    assert caplog.messages == []


CHILD = """
import os, time
from kiebot.supervisor import end_with_parent
end_with_parent()
print(os.getpid(), flush=True)
time.sleep(60)
"""
PARENT = f"""
import asyncio, os, sys
from kiebot.supervisor import Child, Supervisor
asyncio.run(Supervisor([Child("bot", (sys.executable, "-c", {CHILD!r}), dict(os.environ))]).run())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_the_supervisor(number):
    with subprocess.Popen([sys.executable, "-c", PARENT], stderr=subprocess.PIPE, text=True) as parent:
        child = int(parent.stderr.readline().split("|")[1])
        assert os.getsid(child) != os.getsid(parent.pid)
        parent.send_signal(number)
        parent.wait(10)
        deadline = time.monotonic() + 5
        while alive(child) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not alive(child)


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
