"""Reading log files: from the end, on and on, page by page; no line twice and none left out, whatever happens to the files."""

import json
import os
import threading
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from kiebot.logs import records
from kiebot.logs.file_source import BLOCK_BYTES, FileSource
from kiebot.logs.records import Wanted


class Writer:
    """Writes lines as a process does, numbered from 1, a second apart."""

    def __init__(self, data_dir, process="bot"):
        self.path = data_dir / "logs" / f"{process}.log"
        self.path.parent.mkdir(exist_ok=True)
        self.process = process
        self.number = 0

    def __call__(self, count=1, padding=0, **more):
        with self.path.open("a") as file:
            for _ in range(count):
                self.number += 1
                at = datetime.fromtimestamp(1_700_000_000 + self.number, UTC).isoformat()
                event = {"process": self.process, "at": at, "level": "info", "event": "x", "n": self.number, "pad": "é" * padding}
                file.write(json.dumps(event | more, ensure_ascii=False) + "\n")

    def rotate(self, kept=3):
        names = [self.path, *(self.path.with_name(f"{self.path.name}.{number}") for number in range(1, kept + 1))]
        for newer, older in reversed(list(pairwise(names))):
            if newer.exists():
                newer.replace(older)


@pytest.fixture
def write(tmp_path):
    return Writer(tmp_path)


@pytest.fixture
def source(tmp_path):
    """Open sources; all are closed afterwards."""
    opened = []

    def open_source(process="bot"):
        opened.append(FileSource(tmp_path, process))
        return opened[-1]

    yield open_source
    for one in opened:
        one.close()


def numbers(found):
    return [record.event["n"] for record in found]


def test_it_reads_backwards_over_blocks_and_files(write, source):
    write(300, padding=1000)
    write.rotate()
    write(300, padding=1000)
    assert write.path.stat().st_size > 4 * BLOCK_BYTES
    assert numbers(source().backwards(None)) == list(range(600, 0, -1))


def test_a_line_longer_than_a_block_is_one_line(write, source):
    write(padding=BLOCK_BYTES)
    write(2)
    write(padding=3 * BLOCK_BYTES)
    assert numbers(source().backwards(None)) == [4, 3, 2, 1]
    assert numbers(source().forwards(0)) == [1, 2, 3, 4]


def test_pages_follow_each_other_without_a_gap(write, source):
    write(25)
    write.rotate()
    write(20)
    before, seen = {}, []
    while before is not None:
        page = records.last([source()], Wanted(), 10, since=0, before=before)
        seen = numbers(page.records) + seen
        before = page.before
        write(3)  # what comes meanwhile belongs to no older page
        write.rotate(kept=10)
    assert seen == list(range(1, 46))


def test_a_page_whose_file_is_gone_is_empty(write, source):
    write(20)
    page = records.last([source()], Wanted(), 10, since=0, before={})
    write.path.unlink()
    write(5)
    assert records.last([source()], Wanted(), 10, since=0, before=page.before).records == []


def test_what_comes_after_opening_is_ahead_and_only_that(write, source):
    write(3)
    opened = source()
    write(2)
    assert numbers(opened.backwards(None)) == [3, 2, 1]
    assert numbers(opened.ahead()) == [4, 5]
    assert opened.ahead() == []


def test_a_line_that_is_being_written_waits_until_it_is_whole(write, source):
    write()
    line = write.path.read_text().replace('"n": 1', '"n": 2')
    opened = source()
    with write.path.open("a") as file:
        file.write(line[:20])
        file.flush()
        assert opened.ahead() == []
        file.write(line[20:])
    assert numbers(opened.ahead()) == [2]


def test_it_follows_over_several_rotations_at_once(write, source):
    write(2)
    opened = source()
    for _ in range(3):
        write(2)
        write.rotate()
    write(1)
    assert numbers(opened.ahead()) == [3, 4, 5, 6, 7, 8, 9]
    assert opened.ahead() == []


def test_it_goes_on_with_the_oldest_when_its_file_was_dropped(write, source):
    write(2)
    opened = source()
    write(1)
    for _ in range(5):
        write.rotate()
        write(1)
    assert numbers(opened.ahead())[0] == 3, "the open file is read to its end although it has no name any more"
    assert numbers(opened.ahead()) == []


def test_a_file_that_was_emptied_is_read_from_its_beginning(write, source):
    write(5)
    opened = source()
    os.truncate(write.path, 0)
    write(2)
    assert numbers(opened.ahead()) == [6, 7]


def test_a_file_that_was_emptied_and_grew_beyond_our_place_is_noticed(write, source):
    write(2)
    opened = source()
    os.truncate(write.path, 0)
    write(10)
    assert numbers(opened.ahead()) == list(range(3, 13))


def test_a_process_that_begins_to_write_later_is_followed_from_its_first_line(tmp_path, source):
    opened = source("web")
    assert opened.ahead() == []
    write = Writer(tmp_path, "web")
    write(3)
    assert numbers(opened.ahead()) == [1, 2, 3]


def test_nothing_is_lost_or_doubled_while_a_process_writes_and_rotates(write, source):
    opened, seen = source(), []

    def work():
        for number in range(400):
            write(5)
            if number % 40 == 0:
                write.rotate(kept=20)

    writing = threading.Thread(target=work)
    writing.start()
    while writing.is_alive():
        seen += numbers(opened.ahead())
    writing.join()
    seen += numbers(opened.ahead())
    assert seen == list(range(1, 2001))


def test_a_line_that_is_no_event_is_shown_beside_its_neighbours(write, source):
    write()
    with write.path.open("a") as file:
        file.write("Segmentation fault\n\n")
    write()
    found = [record.event.get("n", record.event["event"]) for record in source().forwards(0)]
    assert found == [1, "Segmentation fault", 2]


def test_several_processes_are_one_stream_in_the_order_of_time(tmp_path, source):
    bot, worker = Writer(tmp_path), Writer(tmp_path, "worker")
    bot(2)
    worker(3)
    bot(1)
    merged = list(records.every([source(), source("worker")], Wanted(), since=0))
    assert numbers(merged) == [1, 1, 2, 2, 3, 3]
    newest = records.last([source(), source("worker")], Wanted(services=frozenset({"worker"})), 2, since=0, before={})
    assert [(record.service, record.event["n"]) for record in newest.records] == [("worker", 2), ("worker", 3)]


def test_a_range_ends_where_it_was_said(write, source):
    write(10)
    since = 1_700_000_000 + 8
    assert numbers(records.every([source()], Wanted(), since=since)) == [8, 9, 10]
    page = records.last([source()], Wanted(), 50, since=since, before={})
    assert (numbers(page.records), page.before) == ([8, 9, 10], None)
