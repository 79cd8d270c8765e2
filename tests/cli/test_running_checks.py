"""doctor beside a kiebot at work: what waits, what broke, and what systemd says."""

import sys
from types import SimpleNamespace

import pytest

from kiebot.cli import running_checks
from kiebot.config import load
from kiebot.services import incidents
from kiebot.store import db
from kiebot.store.models import Job, OutboxRow

SYSTEMCTL = """
import sys
states = {states!r}
for name, value in states.get(sys.argv[2].partition("@")[0], {{"LoadState": "not-found"}}).items():
    print(f"{{name}}={{value}}")
"""
ACTIVE = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "Result": "success", "NRestarts": "0"}
STOPPED = ACTIVE | {"ActiveState": "inactive", "SubState": "dead"}


def work(filled):
    return {check.name: (check.status, check.detail) for check in running_checks.work(filled.file, load(filled.file))}


def change(filled, call):
    db.open_store(filled.data_dir)
    with db.transaction():
        call()
    db.close_store()


def test_nothing_waits_and_nothing_broke(filled):
    assert work(filled) == {
        "jobs waiting": ("ok", "none too long"),
        "messages waiting": ("ok", "none too long"),
        "errors": ("ok", "none in the last 24 hours"),
    }


def test_what_waits_too_long_is_told_with_who_should_have_done_it(filled):
    change(filled, lambda: Job.update(state="queued", created_at=db.utc_now() - 500).where(Job.id == 1).execute())
    change(filled, lambda: OutboxRow.update(created_at=db.utc_now() - 500, not_before=0).execute())
    found = work(filled)
    assert found["jobs waiting"][0] == found["messages waiting"][0] == "warn"
    assert "the worker is down" in found["jobs waiting"][1]
    assert "the bot is down" in found["messages waiting"][1]


def test_errors_of_the_last_day_are_counted(filled):
    change(filled, lambda: incidents.alarm("provider-auth", "kie", process="worker"))
    assert work(filled)["errors"] == ("warn", "kinds seen in the last 24 hours: 1")


def test_without_a_store_there_is_nothing_to_say(run_admin):
    assert running_checks.work(run_admin.file, load(run_admin.file)) == []


@pytest.fixture
def units(tmp_path):
    """What doctor says when systemd says this."""

    def units(**states):
        script = tmp_path / "systemctl.py"
        script.write_text(SYSTEMCTL.format(states={f"kiebot-{name}": state for name, state in states.items()}))
        config = SimpleNamespace(data_dir=tmp_path / "main")
        found = running_checks.units(config, booted=tmp_path, systemctl=(sys.executable, str(script)))
        return {check.name: (check.status, check.detail) for check in found}

    return units


def test_units_that_are_not_installed_are_not_missed(units):
    assert units() == {}


def test_units_are_told_with_their_state(units):
    failed = ACTIVE | {"ActiveState": "failed", "SubState": "failed", "Result": "watchdog"}
    assert units(bot=ACTIVE | {"NRestarts": "3"}, worker=failed, web=STOPPED, backup=STOPPED) == {
        "kiebot-bot@main.service": ("ok", "active (running), restarted 3 times"),
        "kiebot-worker@main.service": ("fail", "failed (failed): watchdog"),
        "kiebot-backup@main.timer": ("warn", "stopped"),
    }


def test_a_unit_that_is_being_started_again_and_again_is_a_failure(units):
    looping = ACTIVE | {"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code", "NRestarts": "41"}
    assert units(bot=looping)["kiebot-bot@main.service"][0] == "fail"


def test_a_machine_without_systemd_has_no_units(tmp_path):
    assert running_checks.units(SimpleNamespace(data_dir=tmp_path), booted=tmp_path / "not there") == []
