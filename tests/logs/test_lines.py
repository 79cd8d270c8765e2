"""Logs: one line a record, and no secret in any of them."""

import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import kiebot
from kiebot import config, logs
from kiebot.logs import HIDDEN, redaction

TOKEN = "7342037359:AAEdWnPZz3hR5VJqXmB0cTfkL9sYgUoQiWx"
CANARIES = {
    "KIEBOT_TELEGRAM__BOT_TOKEN": TOKEN,
    "KIEBOT_TELEGRAM__API_HASH": "canary5hash",
    "KIEBOT_TEXT__API_KEY": "canary7text",
    "KIEBOT_KIE__API_KEY": "canary9kie",
}


@pytest.fixture
def lines():
    """Start logging as a process does and give back what it writes; afterwards the root logger is as it was."""
    root, own, hooks = logging.getLogger(), logging.getLogger("kiebot"), (sys.excepthook, threading.excepthook)
    before, levels = root.handlers[:], (root.level, own.level)
    stream = io.StringIO()

    def start(console=False, level="INFO"):
        logs.start("bot", level, console=console, stream=stream)
        return stream

    yield start
    root.handlers[:] = before
    root.setLevel(levels[0])
    own.setLevel(levels[1])
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = hooks


@pytest.mark.parametrize(
    ("level", "console", "shown"),
    [("auto", True, ["debug", "info"]), ("auto", False, ["info"]), ("DEBUG", False, ["debug", "info"]), ("ERROR", True, [])],
)
def test_people_at_a_terminal_see_more_than_machines_keep(lines, level, console, shown):
    stream = lines(console=console, level=level)
    for name in ("kiebot.x", "some.library"):
        logging.getLogger(name).debug("said of=%s", name)
    logging.getLogger("kiebot.x").info("said of=%s", "kiebot.x")
    written = stream.getvalue().lower()
    assert [word for word in ("debug", "info") if word in written] == shown
    assert "some.library" not in written


def test_an_event_with_values_becomes_fields_for_machines(lines):
    stream = lines()
    logging.getLogger("kiebot.worker").info("job done job=%d kind=%s took=%.1fs", 41, "image", 3.26)
    line = json.loads(stream.getvalue())
    assert line["at"].endswith("Z")
    assert {key: line[key] for key in ("process", "level", "event", "job", "kind", "took")} == {
        "process": "bot",
        "level": "info",
        "event": "job done",
        "job": 41,
        "kind": "image",
        "took": "3.3s",
    }


def test_no_call_names_a_value_like_a_field_that_every_line_has():
    """An incident's `at=` took the place of its time."""
    taken = re.compile(r"log\.\w+\(\s*\"[^\"]*\b(?:at|process|level|event|exception)=%")
    files = Path(kiebot.__file__).parent.rglob("*.py")
    assert [str(file) for file in files if taken.search(file.read_text(encoding="utf-8"))] == []


def test_people_read_the_same_event_on_one_short_line(lines):
    stream = lines(console=True)
    logging.getLogger("kiebot.worker").info("job done job=%d kind=%s", 41, "two words")
    assert stream.getvalue()[8:] == ' INFO    job done job=41 kind="two words"\n'


@pytest.mark.parametrize("template", ["%d of %d done", "left=%d of them", "100%% done=%d"])
def test_a_sentence_stays_a_sentence(lines, template):
    stream = lines()
    logging.getLogger("x").info(template, *([1] * (template.count("%d"))))
    assert json.loads(stream.getvalue())["event"] == template % tuple([1] * template.count("%d"))


@pytest.mark.parametrize("console", [True, False])
def test_text_from_outside_cannot_make_a_second_line_or_an_alarm(lines, console):
    stream = lines(console=console)
    logging.getLogger("x").info("named name=%s", "a\n<0>forged\r\x1b[2J\u2028b\x9b")
    logging.getLogger("x").info("plain a\n<0>forged\x1b[2J")
    written = stream.getvalue()
    assert len(written.splitlines()) == 2
    assert not any(line.startswith("<") for line in written.splitlines())
    assert not set(written) & set("\r\x1b\x9b\u2028")


def test_a_traceback_is_indented_for_people_and_inside_the_line_for_machines(lines):
    for console in (True, False):
        stream = lines(console=console)
        stream.truncate(0)
        try:
            raise ValueError("<0>wrong\n<1>really")
        except ValueError:
            logging.getLogger("x").exception("failed job=%d", 4)
        written = stream.getvalue().lstrip("\0").splitlines()
        if console:
            assert all(line.startswith("    ") for line in written[1:])
        else:
            assert "ValueError" in json.loads(written[0])["exception"]


@pytest.mark.parametrize("console", [True, False])
def test_no_secret_reaches_a_log(lines, console):
    logs.set_up("bot", config.load(None, {**CANARIES, "KIEBOT_LOGGING__FORMAT": "json"}))
    stream = lines(console=console, level="DEBUG")
    log = logging.getLogger("x")
    for secret in CANARIES.values():
        log.info("in a sentence: %s!", secret)
        log.info("value seen=%s", {"deep": [secret]})
        log.info("address https://api.example/bot%s/send?x=1", secret)
        try:
            raise RuntimeError(f"GET https://user:{secret}@host/path?key={secret}")
        except RuntimeError:
            log.exception("failed")
    written = stream.getvalue()
    assert [secret for secret in CANARIES.values() if secret in written] == []


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"token {TOKEN} of another bot", TOKEN),
        ("key sk-proj-abcdefghijklmnopqrstuvwx used", "sk-proj-abcdefghijklmnopqrstuvwx"),
        ("Authorization: Bearer abcdefghijkl", "abcdefghijkl"),
        ('{"authorization": "Key 1234567890"}', "1234567890"),
        ("https://files.example/a.mp4?Signature=abc&Expires=5", "Signature=abc"),
        ("postgresql://kiebot:hunter2@db/kiebot", "hunter2"),
        ("api_key='hunter22' given", "hunter22"),
        ("access_token=hunter22&x", "hunter22"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text, hidden):
    assert hidden not in logs.redact(text)
    assert logs.HIDDEN in logs.redact(text)


@pytest.mark.parametrize("text", ["prompt_tokens=12345", "at 12:30:45 job 123456", "https://kie.ai/docs", "task-forces of 2026"])
def test_ordinary_words_stay(text):
    assert logs.redact(text) == text


def test_a_value_called_secret_is_hidden_whatever_it_is(lines):
    stream = lines()
    logging.getLogger("x").info("set bot_token=%s api_key=%s", "abc", "d")
    assert "abc" not in stream.getvalue()


def test_libraries_that_print_whole_addresses_are_quiet_even_at_debug(lines):
    stream = lines(level="DEBUG")
    for name in ("httpx", "httpcore.http11", "httpx2", "openai", "pyrogram.session", "peewee"):
        logging.getLogger(name).info("GET https://secret")
    logging.getLogger("httpx").warning("told")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["told"]


def test_a_broken_log_call_does_not_print_its_arguments(lines):
    stream = lines()
    logging.getLogger("kiebot.x").info("count=%d", "canary")
    assert "canary" not in stream.getvalue()
    assert stream.getvalue().startswith("a log line of kiebot.x")


def run_code(code, **environ):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environ})


def test_an_error_nobody_caught_is_a_log_line(tmp_path):
    code = "from kiebot import config, logs; logs.set_up('bot', config.load()); raise ValueError('api_key=hunter22')"
    line = json.loads(run_code(code, KIEBOT_DATA_DIR=str(tmp_path)).stderr)
    assert line["level"] == "critical"
    assert "ValueError" in line["exception"]
    assert "hunter22" not in line["exception"]


def test_a_value_without_end_loses_its_middle(lines):
    stream = lines()
    logging.getLogger("x").info("got answer=%s", "a" * 500_000 + "z")
    answer = json.loads(stream.getvalue())["answer"]
    assert len(answer) < 40_000
    assert answer.startswith("aaa")
    assert answer.endswith("z")


def test_no_daemon_loads_rich():
    code = "import sys, kiebot.logs; print(sorted(m for m in sys.modules if m.startswith('rich')), 'rich' in sys.modules)"
    assert run_code(code).stdout == "[] False\n"


def test_an_ordinary_word_as_a_key_does_not_blot_out_the_lines_about_it(lines):
    redaction.know(["sandbox", "a-key-of-12x"])
    try:
        assert redaction.redact("kiebot sandbox is ready, key a-key-of-12x") == f"kiebot sandbox is ready, key {HIDDEN}"
        assert redaction.redact("api_key=sandbox") == f"api_key={HIDDEN}", "named as a secret it is hidden all the same"
    finally:
        redaction.know([])
