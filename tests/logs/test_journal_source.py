"""Reading the journal: its own lines and systemd's, by cursor, and on although the reading process dies."""

import json
import sys
import time
from pathlib import Path

import pytest

from kiebot.logs import records
from kiebot.logs.journal_source import JournalFault, JournalSource, matches
from kiebot.logs.records import Wanted
from tests.fakes import journalctl


class Journal:
    """Entries as systemd keeps them."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "journal.jsonl"
        self.begin = 1_700_000_000
        self.count = 0

    def write(self, message, **fields):
        self.count += 1
        entry = {"__CURSOR": f"s=1;i={self.count}", "__REALTIME_TIMESTAMP": f"{self.begin + self.count}000000"}
        with self.file.open("a") as file:
            file.write(json.dumps({**entry, "MESSAGE": message, "PRIORITY": "6", **fields}) + "\n")

    def say(self, count=1):
        for _ in range(count):
            self.write(json.dumps({"process": "bot", "level": "info", "event": "x", "n": self.count + 1}))

    def open(self):
        return JournalSource(self.folder, command=[sys.executable, str(Path(journalctl.__file__)), str(self.file)])


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path)


@pytest.fixture
def source(journal):
    """A source over three entries."""
    journal.say(3)
    opened = journal.open()
    yield opened
    opened.close()


def numbers(found):
    return [record.event["n"] for record in found]


def ahead(source, count):
    """What comes, until it is so much."""
    found, ends_at = [], time.monotonic() + 15
    while len(found) < count and time.monotonic() < ends_at:
        found += numbers(source.ahead())
        time.sleep(0.02)
    return found


def test_it_asks_for_our_own_lines_and_for_what_systemd_says_of_the_units(tmp_path):
    asked = matches(Path("/var/lib/kiebot/main"))
    assert asked[:2] == ["KIEBOT_DATA=/var/lib/kiebot/main", "+"]
    assert {"_SYSTEMD_UNIT=kiebot-bot@main.service", "UNIT=kiebot-worker@main.service"} <= set(asked)


def test_what_was_there_is_behind_and_what_comes_is_ahead(journal, source):
    journal.say(2)
    assert numbers(source.backwards(None)) == [3, 2, 1]
    assert numbers(source.forwards(0)) == [1, 2, 3]
    assert numbers(source.forwards(1_700_000_002)) == [2, 3]
    assert ahead(source, 2) == [4, 5]


def test_a_page_ends_where_the_next_one_begins(journal):
    journal.say(25)
    seen, before = [], {}
    while before is not None:
        source = journal.open()
        page = records.last([source], Wanted(), 10, since=0, before=before)
        seen, before = numbers(page.records) + seen, page.before
    assert seen == list(range(1, 26))


def test_an_empty_journal_is_followed_from_its_first_entry(journal):
    source = journal.open()
    assert list(source.backwards(None)) == list(source.forwards(0)) == []
    journal.begin = int(time.time())
    journal.say(2)
    assert ahead(source, 2) == [1, 2]
    source.close()


def test_the_reading_process_may_die(journal, source):
    journal.say()
    assert ahead(source, 1) == [4]
    journal.file.with_suffix(".dead").touch()
    assert ahead(source, 0) == []
    time.sleep(0.2)
    source.ahead()
    journal.say(2)
    journal.file.with_suffix(".dead").unlink()
    assert ahead(source, 2) == [5, 6]


@pytest.mark.parametrize(
    ("message", "fields", "expected"),
    [
        (
            "Main process exited",
            {"UNIT": "kiebot-worker@main.service", "PRIORITY": "3"},
            ("worker", "error", "Main process exited"),
        ),
        ("fatal", {"_SYSTEMD_UNIT": "kiebot-bot@main.service", "PRIORITY": "x"}, ("bot", "info", "fatal")),
        ([104, 105, 255], {"SYSLOG_IDENTIFIER": "kiebot-web"}, ("web", "info", "hi\ufffd")),
        (None, {}, ("systemd", "info", "")),
        ('{"no": "event"}', {"PRIORITY": "0"}, ("systemd", "critical", '{"no": "event"}')),
    ],
)
def test_lines_that_are_not_ours_become_events(journal, message, fields, expected):
    journal.write(message, **fields)
    source = journal.open()
    (record,) = source.backwards(None)
    assert (record.service, record.event["level"], record.event["event"]) == expected


def test_a_journal_that_may_not_be_read_is_a_fault_in_its_words(journal):
    journal.file.with_suffix(".forbidden").touch()
    with pytest.raises(JournalFault, match="insufficient permissions"):
        journal.open()
