"""kiebot-admin logs: what is shown, in words and as JSON, and how the pages go back."""

import json
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest


@pytest.fixture
def logged(run_admin):
    """Write lines as the processes do: `logged("bot", seconds_ago, level="error", event="x")`."""

    def write(process, ago_s, level="info", event="said", **fields):
        folder = run_admin.data_dir / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        at = datetime.fromtimestamp(time.time() - ago_s, UTC).isoformat(timespec="milliseconds")
        line = {"process": process, "at": at, "level": level, "event": event, **fields}
        with (folder / f"{process}.log").open("a") as file:
            file.write(json.dumps(line) + "\n")

    return write


@pytest.fixture
def busy(logged, run_admin):
    """A hundred lines of two processes, one of them an error with a traceback."""
    for number in range(98):
        logged("bot" if number % 2 else "worker", 200 - number, event="turn ended", n=number)
    logged("worker", 100, "error", "job broke", job=41, exception="Traceback (most recent call last):\n  boom\nKeyError: 'x'")
    logged("bot", 99, "warning", "slow")
    return run_admin


def events(done):
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_newest_fifty_are_shown_as_lines_for_people(busy):
    lines = busy("logs").stdout.splitlines()
    assert len([line for line in lines if not line.startswith("    ")]) == 50
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d bot    WARNING slow", lines[-1])
    assert lines[-5].endswith("worker ERROR   job broke job=41")
    assert lines[-3:-1] == ["      boom", "    KeyError: 'x'"]


@pytest.mark.parametrize("form", [("--json",), ()])
def test_pages_lead_back_to_the_first_line(busy, form):
    seen, before = [], ()
    for _ in range(4):
        done = busy("logs", "--lines", "30", *before, *form)
        seen = [line for line in done.stdout.splitlines() if "turn ended" in line] + seen
        cursor = re.search(r"older lines: (--before) (\S+)", done.stderr)
        before = cursor.groups() if cursor else None
    assert before is None
    numbers = [int(re.search(r'n"?[=:] ?(\d+)', line)[1]) for line in seen]
    assert numbers == list(range(98))


def test_what_is_wanted_is_found_however_far_back(busy):
    assert [event["n"] for event in events(busy("logs", "--grep", r"n=3\b", "--json"))] == [3]
    assert [event["event"] for event in events(busy("logs", "--grep", "ERROR|Traceback", "--json"))] == ["job broke"]
    assert [event["event"] for event in events(busy("logs", "--level", "warning", "--json"))] == ["job broke", "slow"]
    assert {event["process"] for event in events(busy("logs", "--service", "worker", "--json"))} == {"worker"}
    assert len(events(busy("logs", "--lines", "3", "--json"))) == 3


def test_a_range_is_shown_whole(busy):
    assert len(events(busy("logs", "--since", "1h", "--json"))) == 100
    assert [event["event"] for event in events(busy("logs", "--since", "101s", "--json"))] == ["job broke", "slow"]
    assert len(events(busy("logs", "--since", "1h", "--lines", "7", "--json"))) == 7
    assert events(busy("logs", "--since", "10s", "--json")) == []


@pytest.mark.parametrize(
    "wrong", [("--grep", "("), ("--level", "LOUD"), ("--service", "x"), ("--before", "x"), ("--since", "1y")]
)
def test_wrong_use_is_told_apart(busy, wrong):
    assert busy("logs", *wrong).exit_code == 2


def test_no_logs_are_no_error(run_admin):
    done = run_admin("logs")
    assert (done.exit_code, done.stdout) == (0, "")
    assert not run_admin.data_dir.exists()


def test_a_line_cannot_steer_the_terminal(logged, run_admin):
    logged("bot", 1, event="named", name="\x1b[2J\nforged")
    for form in ((), ("--json",)):
        shown = run_admin("logs", *form).stdout
        assert "\x1b" not in shown
        assert len(shown.splitlines()) == 1


def test_tail_shows_what_is_there_and_goes_on_until_it_is_interrupted(busy, logged):
    command = [sys.executable, "-c", "from kiebot.cli.admin import admin; admin()"]
    command += ["--config", str(busy.file), "logs", "--tail", "--lines", "2", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
        assert [json.loads(tail.stdout.readline())["event"] for _ in range(2)] == ["job broke", "slow"]
        logged("web", 0, event="of a process that was not there")
        (busy.data_dir / "logs/bot.log").rename(busy.data_dir / "logs/bot.log.1")
        logged("bot", 0, event="after a rotation")
        assert {json.loads(tail.stdout.readline())["event"] for _ in range(2)} == {
            *("of a process that was not there", "after a rotation"),
        }
        tail.send_signal(signal.SIGINT)
        rest, errors = tail.communicate(timeout=10)
    assert (tail.returncode, rest, errors) == (0, "", "")
