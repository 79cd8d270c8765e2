"""What the journal is sent, on a real socket, and how its entries are read."""

import json
import logging
import os
import socket
import subprocess
import sys

import pytest

from kiebot.logs import journal
from kiebot.logs.journal import JournalHandler, encoded


@pytest.fixture
def listener(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "socket"))
        listening.settimeout(5)
        yield listening


@pytest.fixture
def handler(tmp_path, listener):
    made = JournalHandler("bot", tmp_path, address=str(tmp_path / "socket"))
    yield made
    made.close()


def decoded(datagram):
    """What the journal makes of a datagram."""
    fields = {}
    while datagram:
        head, _, rest = datagram.partition(b"\n")
        name, equals, value = head.partition(b"=")
        if not equals:
            size = int.from_bytes(rest[:8], "little")
            value, rest = rest[8 : 8 + size], rest[9 + size :]
        fields[name.decode()] = value.decode()
        datagram = rest
    return fields


def send(handler, message):
    handler.handle(logging.makeLogRecord({"msg": message}))


def test_values_become_fields_and_the_line_stays_json(handler, listener, tmp_path):
    line = json.dumps({"process": "bot", "at": "2026", "level": "warning", "event": "job done", "job": 41, "kind": "image"})
    send(handler, line)
    fields = decoded(listener.recv(10_000))
    assert fields == {
        "SYSLOG_IDENTIFIER": "kiebot-bot",
        "KIEBOT_PROCESS": "bot",
        "KIEBOT_DATA": str(tmp_path),
        "KIEBOT_EVENT": "job done",
        "KIEBOT_JOB": "41",
        "KIEBOT_KIND": "image",
        "MESSAGE": line,
        "PRIORITY": "4",
    }


def test_a_value_cannot_forge_a_field():
    forged = "hi\nPRIORITY=0\nFORGED=yes"
    assert decoded(encoded({"KIEBOT_NAME": forged, "PRIORITY": "6"})) == {"KIEBOT_NAME": forged, "PRIORITY": "6"}


def test_a_name_that_is_no_field_stays_in_the_line(handler, listener):
    send(handler, json.dumps({"event": "x", "A B=1\nPRIORITY": 0, "deep": {"a": 1}}))
    assert set(decoded(listener.recv(10_000))) == {
        *("SYSLOG_IDENTIFIER", "KIEBOT_PROCESS", "KIEBOT_DATA", "KIEBOT_EVENT", "MESSAGE", "PRIORITY")
    }


def test_what_the_journal_does_not_take_goes_to_standard_error(tmp_path, capsys):
    handler = JournalHandler("bot", tmp_path, address=str(tmp_path / "nobody"))
    send(handler, "a line")
    handler.close()
    assert capsys.readouterr().err == "a line\n"


def test_a_journal_that_reads_nothing_does_not_hold_the_process(handler, listener, capsys):
    for _ in range(2000):
        send(handler, "x" * 1000)
    assert "xxx" in capsys.readouterr().err


@pytest.mark.parametrize(("told", "is_journal"), [("{dev}:{ino}", True), ("1:2", False), ("", False)])
def test_only_the_stream_that_is_named_is_the_journal(tmp_path, told, is_journal):
    """Every child inherits the variable, whatever its standard error is."""
    code = "from kiebot.logs import journal; print(journal.is_stderr())"
    with (tmp_path / "stream").open("w") as stream:
        found = os.fstat(stream.fileno())
        environ = {**os.environ, journal.STREAM_VARIABLE: told.format(dev=found.st_dev, ino=found.st_ino)}
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=stream, text=True, env=environ)
    assert done.stdout == f"{is_journal}\n"
