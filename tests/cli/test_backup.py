"""kiebot-admin backup and restore: from a store to an archive, and from the archive to a machine that has nothing."""

import json
import os
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiebot.cli.admin import admin
from kiebot.process import only_one
from kiebot.store import accounts, backup, db

SECRETS = 'telegram = {api_id = 1, api_hash = "canaryhash", bot_token = "1:canarytoken", admins = [5]}\n'


@pytest.fixture
def kept(filled):
    """A store whose configuration has secrets."""
    filled.file.write_text(filled.file.read_text() + SECRETS + 'kie.api_key = "canarykey"\nlimits = {voice_mb = 7}\n')
    return filled


def on_a_fresh_machine(folder, *arguments, **environ):
    """Run a command where there is nothing: no configuration, no data."""
    folder.mkdir(exist_ok=True)
    here, known = Path.cwd(), {name: None for name in os.environ if name.startswith("KIEBOT_")}
    os.chdir(folder)
    try:
        return CliRunner().invoke(admin, [*arguments], env=known | environ, prog_name="kiebot-admin")
    finally:
        os.chdir(here)


def config_of(archive, folder):
    backup.read(Path(archive), folder)
    return (folder / "config.toml").read_text()


def test_a_backup_is_made_and_told(kept):
    report = kept.json("backup")
    assert Path(report["file"]).parent == kept.data_dir / "backups"
    assert report["bytes"] == Path(report["file"]).stat().st_size
    assert "verified" in kept("backup").stdout
    assert len(backup.listed(kept.data_dir / "backups")) == 2


def test_secrets_are_in_it_only_when_they_are_asked_for(kept, tmp_path):
    bare = config_of(kept.json("backup")["file"], tmp_path / "bare")
    assert "canary" not in bare
    assert tomllib.loads(bare)["limits"] == {"voice_mb": 7}
    assert "# bot_token = a secret that was left out" in bare
    whole = tomllib.loads(config_of(kept.json("backup", "--with-secrets")["file"], tmp_path / "whole"))
    assert (whole["telegram"]["bot_token"], whole["kie"]["api_key"]) == ("1:canarytoken", "canarykey")


def test_dry_run_writes_nothing(kept):
    report = kept.json("backup", "--dry-run")
    assert (report["file"], report["removed"]) == (None, [])
    assert not (kept.data_dir / "backups").exists()


def test_as_many_stay_as_was_said(kept, tmp_path):
    first = Path(kept.json("backup", "--output", str(tmp_path / "elsewhere"))["file"])
    second = kept.json("backup", "--output", str(tmp_path / "elsewhere"), "--keep", "1")
    assert second["removed"] == [first.name]
    kept.file.write_text(kept.file.read_text() + f'backup = {{folder = "{tmp_path / "third"}", keep = 2}}\n')
    names = [Path(kept.json("backup")["file"]).name for _ in range(3)]
    assert sorted(path.name for path in backup.listed(tmp_path / "third")) == sorted(names[1:])


def test_backups_are_listed_the_newest_first(kept):
    assert kept.json("backup", "list") == []
    first, second = kept.json("backup")["file"], kept.json("backup", "--with-secrets")["file"]
    listed = kept.json("backup", "list")
    assert [(row["file"], row["secrets"]) for row in listed] == [(second, True), (first, False)]
    Path(first).write_bytes(b"broken")
    assert "not readable" in kept.json("backup", "list")[1]["release"]
    assert kept("backup", "list").stdout.splitlines()[0].split() == ["file", "made", "release", "bytes", "secrets"]


def test_without_a_store_there_is_nothing_to_back_up(run_admin):
    done = run_admin("backup")
    assert (done.exit_code, "kiebot.db is not there" in done.stderr) == (1, True)


def test_one_command_restores_on_a_machine_that_has_nothing(kept, tmp_path):
    archive = kept.json("backup")["file"]
    fresh = tmp_path / "fresh"
    done = on_a_fresh_machine(fresh, "restore", archive, "--yes", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["restored"], report["kept"], report["migrated"]) == (True, None, [])
    assert sorted(report["set_again"]) == ["kie.api_key", "telegram.api_hash", "telegram.bot_token"]
    assert (fresh / "config.toml").stat().st_mode & 0o777 == 0o600
    listed = on_a_fresh_machine(fresh, "jobs", "list", "--json")
    assert [job["id"] for job in json.loads(listed.stdout)] == [2, 1]
    assert json.loads(on_a_fresh_machine(fresh, "config", "show", "--json").stdout)["limits"]["voice_mb"] == 7


def test_the_configuration_is_written_where_it_was_said(kept, tmp_path):
    archive = kept.json("backup", "--with-secrets")["file"]
    config = tmp_path / "etc.toml"
    done = on_a_fresh_machine(
        tmp_path / "fresh", "--config", str(config), "restore", archive, "--yes", KIEBOT_DATA_DIR=str(tmp_path / "d")
    )
    assert done.exit_code == 0, done.output
    assert tomllib.loads(config.read_text())["telegram"]["bot_token"] == "1:canarytoken"
    assert (tmp_path / "d/kiebot.db").is_file()


def test_what_is_there_stays_beside_and_the_configuration_as_it_is(kept):
    archive = kept.json("backup")["file"]
    db.open_store(kept.data_dir)
    with db.transaction():
        accounts.of_user(78, name="Bob")
    db.close_store()
    before = kept.file.read_text()
    report = kept.json("restore", archive, "--yes")
    assert kept.file.read_text() == before
    assert (report["set_again"], Path(report["kept"]).is_dir()) == ([], True)
    assert kept.json("stats")["people"]["all"] == 1
    assert kept.json("restore", kept.json("backup")["file"], "--yes")["restored"] is True, "and again"


def test_it_asks_first_and_dry_run_only_looks(kept):
    archive = kept.json("backup")["file"]
    inode = (kept.data_dir / "kiebot.db").stat().st_ino
    assert kept("restore", archive, given="n\n").exit_code == 1
    assert kept.json("restore", archive, "--dry-run")["restored"] is False
    assert (kept.data_dir / "kiebot.db").stat().st_ino == inode


@pytest.mark.parametrize("process", ["bot", "worker", "web"])
def test_nothing_is_restored_under_a_running_process(kept, process):
    archive = kept.json("backup")["file"]
    with only_one(process, kept.data_dir):
        done = kept("restore", archive, "--yes")
    assert (done.exit_code, f"the {process} of this data directory runs already" in done.stderr) == (1, True)


def test_an_archive_that_is_none_fails_in_words(kept, tmp_path):
    (tmp_path / "x.tar.gz").write_bytes(b"no archive")
    done = kept("restore", str(tmp_path / "x.tar.gz"), "--yes")
    assert (done.exit_code, "is no whole backup" in done.stderr, "Traceback" in done.output) == (1, True, False)


def test_doctor_tells_how_old_the_newest_backup_is(kept):
    def found():
        return next(check for check in json.loads(kept("doctor", "--json").stdout)["checks"] if check["name"] == "backup")

    assert (found()["status"], found()["fix"]) == ("warn", "kiebot-admin backup")
    made = Path(kept.json("backup")["file"])
    assert (found()["status"], "0 hours old" in found()["detail"]) == ("ok", True)
    made.rename(made.with_name("kiebot-20260101T000000Z.tar.gz"))
    assert found()["status"] == "warn"
