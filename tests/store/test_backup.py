"""Backups: whole while others write, verified, nothing half in sight after a crash, and put back as they were."""

import gzip
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing

import pytest

from kiebot.errors import OperatorFault
from kiebot.store import accounts, backup, db, snapshots
from kiebot.store.backup import Settings

SETTINGS = Settings('text = {model = "m"}\n', False, ["text.api_key"])
MAKE = """
import sys
from pathlib import Path
from kiebot.store import backup
from kiebot.store.backup import Settings
print(backup.make(Path(sys.argv[1]), Path(sys.argv[2]), Settings("", False, [])))
"""
RESTORE = (
    "import sys\nfrom pathlib import Path\nfrom kiebot.store import backup\nbackup.restore(Path(sys.argv[1]), Path(sys.argv[2]))"
)
WRITE_PAIRS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
number = 0
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO setting (key, value, changed_at) VALUES (?, '1', 0)", (f"a{number}",))
    connection.execute("INSERT INTO setting (key, value, changed_at) VALUES (?, '1', 0)", (f"b{number}",))
    connection.execute("COMMIT")
    if number == 50:
        print("begun", flush=True)
"""


def fill(data_dir, name="Ann"):
    """A store with a person, a queue and a session, as processes leave them."""
    db.open_store(data_dir)
    with db.transaction():
        accounts.of_user(7, name=name)
    db.close_store()
    (data_dir / "session").mkdir(exist_ok=True)
    for file in (data_dir / "queue.db", data_dir / "session/bot.session"):
        with closing(sqlite3.connect(file)) as made, made:
            made.execute("CREATE TABLE IF NOT EXISTS what (name)")
            made.execute("DELETE FROM what")
            made.execute("INSERT INTO what VALUES (?)", (name,))
    (data_dir / "media/41").mkdir(parents=True, exist_ok=True)
    (data_dir / "media/41/1.png").write_bytes(b"png")


def names(data_dir):
    """Who is in each of the files."""
    found = {}
    for name, query in (
        ("kiebot.db", "SELECT name FROM account"),
        ("queue.db", "SELECT name FROM what"),
        ("session/bot.session", "SELECT name FROM what"),
    ):
        with closing(sqlite3.connect(data_dir / name)) as opened:
            found[name] = opened.execute(query).fetchone()[0]
    return set(found.values())


@pytest.fixture
def data(tmp_path):
    fill(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


def in_process(code, *arguments, failpoint=""):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "KIEBOT_FAILPOINT": failpoint})


def test_a_backup_has_everything_and_is_private(data, folder):
    made = backup.make(data, folder, SETTINGS)
    manifest = backup.read(made)
    assert manifest.names == ["config.toml", "kiebot.db", "media.jsonl", "queue.db", "session/bot.session"]
    assert (manifest.with_secrets, manifest.secrets_left_out) == (False, ["text.api_key"])
    assert made.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in folder.iterdir()) == [".lock", made.name]
    assert backup.listed(folder) == [made]
    assert abs(backup.made_at(made) - time.time()) < 5


def test_what_is_unpacked_is_what_was_there(data, folder, tmp_path):
    manifest = backup.read(backup.make(data, folder, SETTINGS), tmp_path / "unpacked")
    assert names(tmp_path / "unpacked") == {"Ann"}
    media = [json.loads(line) for line in (tmp_path / "unpacked/media.jsonl").read_text().splitlines()]
    assert [(row["path"], row["size"]) for row in media] == [("media/41/1.png", 3)]
    assert (tmp_path / "unpacked/config.toml").read_text() == SETTINGS.toml
    assert all((tmp_path / "unpacked" / name).stat().st_mode & 0o077 == 0 for name in manifest.names)


def test_the_session_can_stay_out(data, folder):
    assert "session/bot.session" not in backup.read(backup.make(data, folder, SETTINGS, with_session=False)).names


def test_a_backup_of_a_store_that_is_written_to_is_of_one_moment(data, folder, tmp_path):
    command = [sys.executable, "-c", WRITE_PAIRS, str(data / "kiebot.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "begun\n"
        archives = [backup.make(data, folder, SETTINGS) for _ in range(3)]
        writer.kill()
    counts = []
    for number, archive in enumerate(archives):
        into = tmp_path / str(number)
        backup.read(archive, into)
        with closing(sqlite3.connect(into / "kiebot.db")) as opened:
            rows = opened.execute("SELECT substr(key, 1, 1), COUNT(*) FROM setting GROUP BY 1").fetchall()
        assert len({count for _, count in rows}) == 1, "both halves of every transaction or none"
        counts.append(rows[0][1])
    assert counts == sorted(set(counts))
    assert counts[0] >= 50


def test_the_oldest_go(data, folder):
    made = [backup.make(data, folder, SETTINGS) for _ in range(4)]
    other = folder / "notes.tar.gz"
    other.touch()
    assert backup.listed(folder) == made[::-1]
    assert backup.rotate(folder, 2) == made[1::-1]
    assert backup.listed(folder) == made[:1:-1]
    assert other.exists()


@pytest.mark.parametrize("point", ["backup-copied", "backup-written", "backup-verified"])
def test_a_kill_leaves_nothing_that_looks_whole(data, folder, point):
    died = in_process(MAKE, data, folder, failpoint=point)
    assert died.returncode == -signal.SIGKILL
    assert backup.listed(folder) == []
    assert any(folder.glob("*.partial"))
    assert in_process(MAKE, data, folder).returncode == 0
    assert len(backup.listed(folder)) == 1
    assert not any(folder.glob("*.partial"))


def test_a_damaged_store_is_told_and_not_kept(data, folder):
    good = backup.make(data, folder, SETTINGS)
    with closing(sqlite3.connect(data / "kiebot.db")) as opened:
        opened.execute("PRAGMA journal_mode=DELETE")
        pages = opened.execute("PRAGMA page_count").fetchone()[0]
    with (data / "kiebot.db").open("r+b") as file:
        file.seek(4096 * (pages // 2))
        file.write(b"\xff" * 4096 * (pages // 4))
    with pytest.raises(OperatorFault, match=r"damaged|malformed"):
        backup.make(data, folder, SETTINGS)
    assert backup.listed(folder) == [good]


def test_two_backups_at_once_are_one(data, folder):
    folder.mkdir()
    with backup._alone_in(folder), pytest.raises(OperatorFault, match="another backup"):
        backup.make(data, folder, SETTINGS)


def test_a_folder_that_cannot_be_written_is_told(data, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises((OperatorFault, FileExistsError, NotADirectoryError)):
        backup.make(data, tmp_path / "file", SETTINGS)


# -- archives that are not what they seem -----------------------------------------------------------------------------------


def change_inside(archive, name, content):
    """Put other bytes under the same name, in a whole and readable archive."""
    out = io.BytesIO()
    with tarfile.open(archive, "r:gz") as old, tarfile.open(fileobj=out, mode="w:gz") as new:
        for member in old:
            data = old.extractfile(member).read()
            if member.name == name:
                data = content
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    archive.write_bytes(out.getvalue())


def test_an_archive_that_was_cut_is_not_whole(data, folder):
    made = backup.make(data, folder, SETTINGS)
    whole = made.read_bytes()
    for end in (0, 10, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        made.write_bytes(whole[:end])
        with pytest.raises(OperatorFault, match=r"no whole backup|is damaged"):
            backup.read(made)


def test_a_changed_file_inside_is_found(data, folder):
    made = backup.make(data, folder, SETTINGS)
    change_inside(made, "config.toml", b"[telegram]\nadmins = [666]\n")
    with pytest.raises(OperatorFault, match="is damaged"):
        backup.read(made)


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "session/../../evil.session", "other.db"])
def test_a_name_that_leads_elsewhere_is_refused(data, folder, tmp_path, name):
    made = backup.make(data, folder, SETTINGS)
    plain = tmp_path / "plain.tar"
    plain.write_bytes(gzip.decompress(made.read_bytes()))
    member = tarfile.TarInfo(name)
    with tarfile.open(plain, "a") as archive:
        archive.addfile(member, io.BytesIO(b""))
    made.write_bytes(gzip.compress(plain.read_bytes()))
    with pytest.raises(OperatorFault, match="does not belong"):
        backup.read(made, tmp_path / "into")


def test_a_link_inside_is_refused(data, folder, tmp_path):
    made = tmp_path / "kiebot-20260101T000000Z.tar.gz"
    with tarfile.open(made, "w:gz") as archive:
        manifest = json.dumps({
            "created_at": 1, "version": "1", "with_secrets": False, "secrets_left_out": [], "parts": [], "format": 1,
        }).encode()  # fmt: skip
        head = tarfile.TarInfo("manifest.json")
        head.size = len(manifest)
        archive.addfile(head, io.BytesIO(manifest))
        link = tarfile.TarInfo("kiebot.db")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(OperatorFault, match="does not belong"):
        backup.read(made, tmp_path / "into")


# -- putting back -----------------------------------------------------------------------------------------------------------


def test_a_machine_that_has_nothing_gets_everything(data, folder, tmp_path):
    archive = backup.make(data, folder, SETTINGS)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    restored = backup.restore(archive, fresh)
    assert names(fresh) == {"Ann"}
    assert (restored.migrated, restored.config, restored.before.exists()) == ([], SETTINGS.toml, False)
    assert sorted(path.name for path in fresh.iterdir()) == ["kiebot.db", "queue.db", "session"]
    db.open_store(fresh)
    assert accounts.of_user(7).name == "Ann"
    db.close_store()


def test_what_was_there_is_kept(data, folder):
    archive = backup.make(data, folder, SETTINGS)
    fill(data, "Bob")
    with closing(sqlite3.connect(data / "kiebot.db")) as opened, opened:
        opened.execute("UPDATE account SET name = 'Bob'")
    restored = backup.restore(archive, data)
    assert names(data) == {"Ann"}
    assert names(restored.before) == {"Bob"}
    assert snapshots.damage(data / "kiebot.db") == []


def test_words_that_were_not_yet_in_the_main_file_do_not_get_into_the_restored_one(data, folder):
    """A crash leaves commits beside the database; SQLite would write them into whatever file stands there."""
    archive = backup.make(data, folder, SETTINGS)
    code = (
        "import os, sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('PRAGMA wal_autocheckpoint=0')\n"
        "c.execute(\"UPDATE account SET name = 'Bob'\")\nc.commit()\nos.kill(os.getpid(), 9)"
    )
    in_process(code, data / "kiebot.db")
    assert (data / "kiebot.db-wal").stat().st_size > 0
    restored = backup.restore(archive, data)
    assert names(data) == {"Ann"}
    with closing(sqlite3.connect(restored.before / "kiebot.db")) as kept:
        assert kept.execute("SELECT name FROM account").fetchone() == ("Bob",)


def test_a_broken_database_is_replaced_too(data, folder):
    archive = backup.make(data, folder, SETTINGS)
    (data / "kiebot.db").write_bytes(b"broken " * 1000)
    (data / "kiebot.db-wal").write_bytes(b"also broken")
    restored = backup.restore(archive, data)
    assert names(data) == {"Ann"}
    assert (restored.before / "kiebot.db").read_bytes() == b"broken " * 1000
    assert not (data / "kiebot.db-wal").exists()


@pytest.mark.parametrize("point", ["restored-session", "restored-queue.db", "restored-kiebot.db"])
def test_a_killed_restore_leaves_whole_files_and_is_done_again(data, folder, point):
    archive = backup.make(data, folder, SETTINGS)
    fill(data, "Bob")
    with closing(sqlite3.connect(data / "kiebot.db")) as opened, opened:
        opened.execute("UPDATE account SET name = 'Bob'")
    assert in_process(RESTORE, archive, data, failpoint=point).returncode == -signal.SIGKILL
    assert names(data) <= {"Ann", "Bob"}
    assert [snapshots.damage(data / name) for name in ("kiebot.db", "queue.db", "session/bot.session")] == [[], [], []]
    assert in_process(RESTORE, archive, data).returncode == 0
    assert names(data) == {"Ann"}


def test_nothing_is_touched_by_an_archive_that_is_not_whole(data, folder):
    archive = backup.make(data, folder, SETTINGS)
    archive.write_bytes(archive.read_bytes()[:-100])
    fill(data, "Bob")
    before = sorted((path.name, path.stat().st_ino) for path in data.iterdir())
    with pytest.raises(OperatorFault, match="no whole backup"):
        backup.restore(archive, data)
    assert sorted((path.name, path.stat().st_ino) for path in data.iterdir()) == before


def test_a_database_that_is_in_use_is_not_replaced(data, folder):
    archive = backup.make(data, folder, SETTINGS)
    with closing(sqlite3.connect(data / "kiebot.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperatorFault, match="is in use"):
            backup.restore(archive, data, patience_s=0.05)
    assert names(data) == {"Ann"}


def test_a_backup_of_a_newer_release_is_refused_before_anything_changes(data, folder, tmp_path):
    newer = tmp_path / "newer"
    fill(newer, "Zoe")
    with closing(sqlite3.connect(newer / "kiebot.db")) as opened, opened:
        table = next(name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migration%'"))
        columns = [row[1] for row in opened.execute(f"PRAGMA table_info({table})")]
        row = list(opened.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone())
        row[columns.index("name")] = "9999_future"
        if "id" in columns:
            row[columns.index("id")] = 9999
        opened.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    archive = backup.make(newer, folder, SETTINGS)
    with pytest.raises(OperatorFault, match="newer kiebot"):
        backup.restore(archive, data)
    assert names(data) == {"Ann"}


def test_no_byte_of_an_archive_can_change_what_it_holds(data, folder):
    made = backup.make(data, folder, SETTINGS)
    whole, told, noticed = made.read_bytes(), backup.read(made), 0
    places = range(10, len(whole), max(1, len(whole) // 60))
    for place in places:
        made.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        try:
            assert backup.read(made) == told  # zeros copied from other zeros: the same bytes packed in another way
        except OperatorFault:
            noticed += 1
    assert noticed >= len(places) - 5
