"""Log files: private, bounded, and whole lines whatever happens to them."""

import json
import logging
import os
import subprocess
import sys

import pytest

from kiebot.logs.files import LogFile, path_of


@pytest.fixture
def log(tmp_path):
    """Write lines into a small log file: `log("words")`. `log.path` is where."""

    class Log:
        path = path_of(tmp_path / "data", "bot")
        handler = LogFile(path, most_bytes=100, kept=2)

        def __call__(self, words):
            self.handler.handle(logging.makeLogRecord({"msg": words}))

        def texts(self):
            return {path.name: path.read_text().splitlines() for path in self.path.parent.iterdir()}

    log = Log()
    yield log
    log.handler.close()


def test_nobody_else_can_read_it(log):
    log("one")
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert log.path.parent.stat().st_mode & 0o777 == 0o700
    assert log.path.parent.parent.stat().st_mode & 0o777 == 0o700


def test_a_full_file_is_moved_and_the_oldest_goes(log):
    for number in range(5):
        log(f"{number}" * 60)
    assert log.texts() == {"bot.log": ["4" * 60], "bot.log.1": ["3" * 60], "bot.log.2": ["2" * 60]}


def test_a_line_longer_than_a_file_is_kept(log):
    log("x" * 500)
    log("short")
    assert log.texts() == {"bot.log": ["short"], "bot.log.1": ["x" * 500]}


def test_it_begins_a_new_file_when_somebody_moved_it(log):
    log("before")
    log.path.rename(log.path.parent / "moved")
    log("after")
    assert log.texts() == {"bot.log": ["after"], "moved": ["before"]}


def test_a_line_that_was_cut_off_costs_no_other(log):
    log("whole")
    with log.path.open("a") as file:
        file.write('{"cut')
    log.handler.close()
    log("next")
    assert log.path.read_text().splitlines() == ["whole", '{"cut', "next"]


def test_a_disk_that_takes_nothing_stops_nobody(log):
    log("one")
    log.path.unlink()
    log.path.mkdir()
    log("two")
    log.path.rmdir()
    log("three")
    assert log.path.read_text() == "three\n"


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_process_writes_json_there_beside_what_it_shows(tmp_path, form):
    code = (
        "import logging\nfrom kiebot import config, logs\nlogs.set_up('worker', config.load())\n"
        "logging.getLogger('kiebot.x').info('job done job=%d', 4)"
    )
    environ = {"KIEBOT_DATA_DIR": str(tmp_path / "data"), "KIEBOT_LOGGING__FORMAT": form}
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environ}
    )
    line = json.loads((tmp_path / "data/logs/worker.log").read_text())
    assert (line["process"], line["event"], line["job"]) == ("worker", "job done", 4)
    assert shown.stderr.startswith("{") == (form == "json")


def test_a_file_belongs_to_nobody_before_the_first_line(tmp_path):
    LogFile(path_of(tmp_path, "bot")).close()
    assert list(tmp_path.iterdir()) == []
