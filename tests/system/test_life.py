"""A kiebot on a machine of its own, from the installation to the purge, under a real systemd. In the order of a life."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.system.box import Box, until
from tests.system.conftest import SOURCE, FarSide, Person, install_arguments, put_secrets, release

pytestmark = pytest.mark.system

BOT, WORKER = "kiebot-bot@main.service", "kiebot-worker@main.service"
BACK_S = 20.0
MIGRATION = "def up(migrator, db):\n    db.execute_sql('CREATE TABLE of_tomorrow (id)')\n"
EXPOSURE = {"bot": 1.5, "worker": 1.5, "web": 1.5, "check": 1.5, "backup": 0.5}  # of 10, as systemd-analyze counts


def test_a_clean_debian_gets_a_running_bot_by_one_command(box: Box, far_side: FarSide) -> None:
    said = box.call(f"{SOURCE}/scripts/install", *install_arguments(far_side), timeout_s=900)
    assert "kiebot runs." in said.stderr, said.stderr[-3000:]
    assert said.returncode == 0
    assert "sandbox-key" not in box.output("sh", "-c", "cat /proc/*/cmdline /proc/*/environ | tr '\\0' '\\n'")


def test_people_are_answered(box: Box, far_side: FarSide) -> None:
    person = Person(far_side, "Ann")
    person.say("Hello")
    person.hears("text", "sandbox speaking")
    person.say("/img a red boat")
    person.hears("photo", "a red boat")


def test_the_operator_reads_what_the_services_wrote_to_the_journal(box: Box) -> None:
    assert "strangers' files are opened by the unit behind" in box.output("kiebot-admin", "doctor")
    said = box.call("kiebot-admin", "logs", "--since", "1h")
    assert (said.returncode, said.stderr) == (0, "")
    assert "bot ready" in said.stdout
    assert "worker ready" in said.stdout


def test_nothing_of_it_is_open_to_other_users(box: Box) -> None:
    assert box.output("find", "/var/lib/kiebot/main", "(", "-perm", "/077", "-o", "!", "-user", "kiebot-main", ")") == ""
    assert box.output("find", "/etc/kiebot/main/credentials", "(", "-perm", "/077", "-o", "!", "-user", "root", ")") == ""
    assert box.output("find", "/opt/kiebot", "-perm", "/022", "!", "-type", "l") == ""
    assert box.call("setpriv", "--reuid", "nobody", "--clear-groups", "cat", "/etc/kiebot/main/config.toml").returncode != 0


@pytest.mark.parametrize("name", EXPOSURE)
def test_the_units_are_walled_in(box: Box, name: str) -> None:
    unit = f"/etc/systemd/system/kiebot-{name}@.service"
    threshold = str(round(EXPOSURE[name] * 10))
    box.must("systemd-analyze", "security", "--offline=true", f"--threshold={threshold}", unit)


def test_what_opens_strangers_files_is_walled_in_further(box: Box) -> None:
    unit = "/etc/systemd/system/kiebot-media-main@.service"
    box.must("systemd-analyze", "security", "--offline=true", "--threshold=5", unit)


def test_systemd_finds_no_fault_with_the_units(box: Box) -> None:
    services = [f"kiebot-{name}@main.service" for name in EXPOSURE]
    others = ["kiebot@main.target", "kiebot-backup@main.timer", "kiebot-check@main.timer", "kiebot-media-main.socket"]
    said = box.call("systemd-analyze", "verify", *services, *others, "kiebot-media-main@1.service")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_services_cannot_run_what_they_can_write(box: Box) -> None:
    for folder in ("/usr", "/opt", "/etc"):
        flags = box.output("sh", "-c", f"grep -m1 ' {folder} ' /proc/{box.main_pid(BOT)}/mountinfo || echo / ro,below-root")
        assert "ro," in flags, f"{folder}: {flags}"
    mounted = box.output("cat", f"/proc/{box.main_pid(BOT)}/mountinfo")
    state = next(line for line in mounted.splitlines() if " /var/lib/kiebot" in line)
    assert "noexec" in state


@pytest.mark.parametrize("unit", [BOT, WORKER])
def test_a_killed_process_is_back_within_seconds(box: Box, far_side: FarSide, unit: str) -> None:
    before = box.main_pid(unit)
    box.must("kill", "-KILL", str(before))
    until(lambda: _runs_anew(box, unit, before), BACK_S, f"{unit} did not come back")
    person = Person(far_side, f"After the kill of {unit}")
    person.say("/img a blue boat")
    person.hears("photo", "a blue boat")


def _runs_anew(box: Box, unit: str, before: int) -> bool:
    return box.main_pid(unit) not in (0, before) and box.output("systemctl", "is-active", unit) == "active"


def test_a_process_that_hangs_is_replaced(box: Box) -> None:
    before = box.main_pid(WORKER)
    box.must("kill", "-STOP", str(before))
    until(lambda: _runs_anew(box, WORKER, before), 75, "the watchdog did not bite")


def test_a_crash_of_the_whole_machine_is_survived(box: Box, far_side: FarSide) -> None:
    box.crash()
    person = Person(far_side, "While it was dark")
    person.say("Hello in the dark")
    box.boot()
    person.hears("text", "Hello in the dark")


def test_an_orderly_stop_is_one(box: Box, far_side: FarSide) -> None:
    begun = time.monotonic()
    box.must("systemctl", "stop", "kiebot@main.target")
    assert time.monotonic() - begun < 60
    for unit in (BOT, WORKER):
        assert box.output("systemctl", "show", "-P", "Result", unit) == "success"
    box.must("systemctl", "start", "kiebot@main.target")
    until(lambda: box.output("systemctl", "is-active", BOT) == "active", BACK_S, "it does not start again")
    person = Person(far_side, "After the stop")
    person.say("/img a boat at rest")
    person.hears("photo", "a boat at rest")  # what looks at files is there again: without it a picture is sent as a file


def test_the_installation_can_be_repeated(box: Box, far_side: FarSide) -> None:
    before = box.must("cat", "/etc/kiebot/main/config.toml")
    box.must(f"{SOURCE}/scripts/install")
    assert box.must("cat", "/etc/kiebot/main/config.toml") == before


def append(box: Box, name: str, words: str) -> None:
    """Change a file of the source in the box."""
    with (box.root / f"root/kiebot/{name}").open("a") as file:
        file.write(words)


@contextmanager
def broken_source(box: Box) -> Iterator[None]:
    """The source in the box is of a release that migrates the data and does not start."""
    module, migration = (
        box.root / f"root/kiebot/kiebot/{name}" for name in ("worker/app.py", "store/migrations/9999_tomorrow.py")
    )
    sound = module.read_text()
    module.write_text(sound + "\nraise RuntimeError('broken on purpose')\n")
    migration.write_text(MIGRATION)
    yield
    module.write_text(sound)
    migration.unlink()


def test_an_upgrade_goes_on_with_all_data(box: Box, far_side: FarSide) -> None:
    before = release(box)
    append(box, "docs/install.md", "A newer release.\n")
    said = box.call(f"{SOURCE}/scripts/upgrade", "--yes", timeout_s=900)
    assert said.returncode == 0, said.stderr[-3000:]
    assert release(box) != before
    person = Person(far_side, "After the upgrade")
    person.say("Hello, newer one")
    person.hears("text", "Hello, newer one")


def test_a_release_that_does_not_start_is_taken_back_with_its_migration(box: Box, far_side: FarSide) -> None:
    before = release(box)
    person = Person(far_side, "During the upgrade")
    said: list[Any] = []
    upgrade = threading.Thread(target=lambda: said.append(box.call(f"{SOURCE}/scripts/upgrade", "--yes", timeout_s=900)))
    with broken_source(box):
        upgrade.start()
        until(lambda: box.output("systemctl", "is-active", BOT) != "active", 400, "the upgrade does not stop the bot")
        person.say("Hello while you are away")
        upgrade.join()
    assert said[0].returncode == 1
    assert f"{before} goes on, with all data" in said[0].stderr
    assert release(box) == before
    person.hears("text", "Hello while you are away")
    assert box.call("kiebot-admin", "db", "check").returncode == 0


def test_the_release_before_can_be_had_back(box: Box, far_side: FarSide) -> None:
    now = release(box)
    box.must(f"{SOURCE}/scripts/rollback", "--yes", timeout_s=300)
    assert release(box) != now
    person = Person(far_side, "After the rollback")
    person.say("Hello, older one")
    person.hears("text", "Hello, older one")


def test_what_runs_as_staging_is_promoted_to_main(box: Box, far_side: FarSide, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = release(box)
    apart = FarSide(tmp_path_factory.mktemp("apart"))
    try:
        put_secrets(box, apart, "staging")
        box.must(f"{SOURCE}/scripts/install", *install_arguments(apart, "staging"), timeout_s=900)
        assert release(box, "staging") != before == release(box)
        tester = Person(apart, "Tester")
        tester.say("Hello, staging")
        tester.hears("text", "Hello, staging")
        assert "Tester" not in box.must("kiebot-admin", "users", "list", "--json")

        box.must("systemctl", "stop", "kiebot-worker@staging.service")
        said = box.call(f"{SOURCE}/scripts/promote", "--yes", timeout_s=300)
        assert (said.returncode, release(box)) == (1, before)
        assert "staging does not run" in said.stderr

        box.must("systemctl", "start", "kiebot-worker@staging.service")
        box.must(f"{SOURCE}/scripts/promote", "--yes", timeout_s=300)
        assert release(box) == release(box, "staging")
        person = Person(far_side, "After the promotion")
        person.say("Hello, promoted one")
        person.hears("text", "Hello, promoted one")
        box.must(f"{SOURCE}/scripts/uninstall", "--instance", "staging", "--yes", "--purge")
    finally:
        apart.close()
    assert box.output("systemctl", "is-active", BOT, WORKER).split() == ["active", "active"]
    assert box.output("find", "/opt/kiebot/staging", "/etc/kiebot/staging", "/var/lib/kiebot/staging") == ""


def test_a_backup_brings_everything_back(box: Box, far_side: FarSide) -> None:
    box.must("systemctl", "start", "kiebot-backup@main.service")
    [archive, *_] = box.must("sh", "-c", "ls -1t /var/lib/kiebot/main/backups/*.tar.gz").splitlines()
    people = box.must("kiebot-admin", "users", "list", "--json")
    assert "After the rollback" in people
    box.must("systemctl", "stop", "kiebot@main.target")
    box.must(
        "sh", "-c", f"cp {archive} /var/tmp/backup.tar.gz && chmod 644 /var/tmp/backup.tar.gz && rm -rf /var/lib/kiebot/main/*"
    )
    box.must("kiebot-admin", "restore", "/var/tmp/backup.tar.gz", "--yes")
    box.must("systemctl", "start", "kiebot@main.target")
    assert box.must("kiebot-admin", "users", "list", "--json") == people
    person = Person(far_side, "After the restore")
    person.say("Hello again")
    person.hears("text", "Hello again")


def test_uninstalling_keeps_the_data_and_a_purge_leaves_nothing(box: Box) -> None:
    box.must(f"{SOURCE}/scripts/uninstall", "--yes")
    assert box.output("ls", "/var/lib/kiebot/main/kiebot.db") != ""
    box.must(f"{SOURCE}/scripts/uninstall", "--yes", "--purge")
    left = box.output(
        "find", "/", "-xdev", "-name", "*kiebot*", "-not", "-path", "/root/*", "-not", "-path", "/var/log/journal/*"
    )
    assert left == ""
    assert "kiebot" not in box.output("cat", "/etc/passwd")
