"""What breaks inside the web process is on record, as in the other processes."""

import contextlib
import sqlite3
import time
import urllib.error
import urllib.request

from tests.web.test_app import address_of, start


def incidents(data_dir):
    with contextlib.closing(sqlite3.connect(data_dir / "kiebot.db", timeout=10)) as opened:
        return opened.execute("SELECT process, count, traceback FROM incident").fetchall()


def test_an_answer_that_breaks_is_an_incident(tmp_path):
    process = start({"data_dir": str(tmp_path), "web": {"port": 0}})
    address = address_of(process)
    with contextlib.closing(sqlite3.connect(tmp_path / "kiebot.db", timeout=10)) as opened:
        opened.execute("ALTER TABLE outbox_row RENAME TO lost")
    codes = []
    for _ in range(2):
        try:
            urllib.request.urlopen(f"{address}/metrics", timeout=10)
        except urllib.error.HTTPError as error:
            codes.append(error.code)
    assert codes == [500, 500]
    deadline = time.monotonic() + 10
    while (found := incidents(tmp_path)) == [] or found[0][1] < 2:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    assert [row[0] for row in found] == ["web"]
    assert "no such table" in found[0][2]
    process.terminate()
    assert process.wait(20) == 0
    process.stderr.close()
