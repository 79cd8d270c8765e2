"""kiebot-admin given what cannot be: numbers, times and files, a machine that refuses, a damaged database. A sentence each."""

import sqlite3
from contextlib import closing

import pytest

from kiebot.cli.state import opened
from kiebot.errors import OperatorFault
from kiebot.store import db

HUGE = "9" * 30
LONG_AGO = ("stats", "feedback list", "errors list", "users requests 77", "logs")
NUMBERED = (
    "jobs show", "jobs retry", "jobs cancel", "films show", "films resume", "outbox retry", "payments refund",
    "payments list --user", "broadcast status", "broadcast pause", "broadcast resume", "broadcast cancel",
)  # fmt: skip


@pytest.mark.parametrize("command", LONG_AGO)
def test_since_before_there_were_computers_is_since_ever(filled, command):
    done = filled(*command.split(), "--since", "999999w")
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize("command", NUMBERED)
def test_a_number_that_no_row_can_have_is_wrong_use(filled, command):
    done = filled(*command.split(), HUGE)
    assert (done.exit_code, f"'{HUGE}' is no number" in done.stderr) == (2, True)


@pytest.mark.parametrize("moment", ["999999w", "9999-12-31", "yesterday"])
@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
def test_a_broadcast_at_a_time_that_does_not_come_is_refused_before_it_is_written(filled, moment, option):
    done = filled("broadcast", "send", "News", "--at", moment, option)
    assert (done.exit_code, "is no moment" in done.stderr) == (2, True)
    assert filled.json("broadcast", "status") == []


@pytest.mark.parametrize("command", ["feedback export", "users export 77"])
def test_a_file_in_a_folder_that_is_not_there_is_named(filled, command, tmp_path):
    place = tmp_path / "nowhere/file"
    done = filled(*command.split(), "--output", str(place))
    assert (done.exit_code, done.stderr) == (1, f"kiebot-admin: {place}: No such file or directory\n")


def test_an_export_that_could_not_be_written_is_not_recorded_as_one(filled, stored, tmp_path):
    filled("users", "export", "77", "--output", str(tmp_path / "nowhere/file"))
    assert stored(lambda: db.database.execute_sql("SELECT COUNT(*) FROM operator_action").fetchone()) == (0,)


def test_a_folder_that_cannot_be_made_is_named(filled, tmp_path):
    (tmp_path / "file").touch()
    done = filled("backup", "--output", str(tmp_path / "file/folder"))
    assert (done.exit_code, done.stderr) == (1, f"kiebot-admin: {tmp_path / 'file/folder'}: Not a directory\n")


@pytest.fixture
def damaged(filled, stored):
    """The people's page of the file is overwritten; the schema is readable."""
    (page,) = stored(lambda: db.database.execute_sql("SELECT rootpage FROM sqlite_master WHERE name = 'account'").fetchone())
    file = filled.data_dir / "kiebot.db"
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = opened.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as content:
        content.seek((page - 1) * size)
        content.write(b"\xff" * size)
    return filled


def test_doctor_and_check_say_of_a_damaged_database_that_it_is(damaged):
    done = damaged("doctor", "--json")
    assert '"detail": "damaged: ' in done.stdout
    assert '"fix": "stop kiebot and restore a copy"' in done.stdout
    assert damaged("db", "check").exit_code == 1
    assert "malformed" in damaged("db", "check").stdout


@pytest.mark.parametrize(
    "command", ["users list", "users show 77", "jobs list", "ledger verify", "broadcast send News --dry-run"]
)
def test_a_command_that_meets_the_damage_says_what_to_do(damaged, command):
    done = damaged(*command.split())
    assert (done.exit_code, done.stderr) == (
        1,
        f"kiebot-admin: {damaged.data_dir / 'kiebot.db'} is damaged: database disk image is malformed."
        " Stop kiebot and bring a backup back: `kiebot-admin restore ARCHIVE`\n",
    )


def ask(admin, *statements):
    """Within a command."""
    with opened(admin.file):
        for statement in statements:
            db.database.execute_sql(statement)


def test_a_database_that_another_holds_is_told_and_a_mistake_of_ours_stays_one(filled):
    with closing(sqlite3.connect(filled.data_dir / "kiebot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperatorFault, match=r"kiebot\.db cannot be used now: database is locked"):
            ask(filled, "PRAGMA busy_timeout = 0", "BEGIN IMMEDIATE")
    with pytest.raises(db.StoreError, match="no such table"):
        ask(filled, "SELECT * FROM nowhere")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_post_that_cannot_be_read_is_named(filled, tmp_path, content):
    if content:
        (tmp_path / "post.md").write_bytes(content)
    done = filled("broadcast", "send", f"@{tmp_path / 'post.md'}", "--yes")
    assert (done.exit_code, "post.md cannot be read" in done.stderr) == (2, True)
