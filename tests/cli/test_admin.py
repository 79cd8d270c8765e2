"""kiebot-admin: what the commands say, in words and as JSON, and with which exit code they end."""

import json
import re
import subprocess
import sys

import pytest

from kiebot.store import db

ALL_MIGRATIONS = sorted(path.stem for path in db.MIGRATIONS.glob("0*.py"))


def test_jobs_are_listed_newest_first(filled):
    listed = filled.json("jobs", "list")
    assert [(job["id"], job["state"], job["user"]) for job in listed] == [(2, "failed", 77), (1, "done", 77)]
    assert [job["id"] for job in filled.json("jobs", "list", "--state", "done")] == [1]
    assert [job["id"] for job in filled.json("jobs", "list", "--limit", "1")] == [2]


def test_a_job_is_shown_with_its_events_and_without_the_persons_words(filled):
    shown = filled.json("jobs", "show", "1")
    assert [event["state"] for event in shown["events"]] == ["queued", "done"]
    assert "secret wish" not in json.dumps(shown)
    assert (shown["claims"], "attempt" in shown) == (0, False), "a job is claimed more than once though nothing is tried again"
    assert filled.json("jobs", "show", "2")["fail_message"] == "no"


def test_tables_are_for_people(filled):
    lines = filled("jobs", "list").stdout.splitlines()
    assert lines[0].split()[:4] == ["id", "state", "kind", "model"]
    assert lines[1].split()[:4] == ["2", "failed", "generation", "m"]
    assert "done" in filled("jobs", "show", "1").stdout
    assert filled("jobs", "list", "--state", "running").stdout == "no jobs\n"


def test_the_outbox_is_listed_without_what_the_messages_say(filled):
    listed = filled.json("outbox", "list")
    assert [(row["state"], row["lane"], row["job"]) for row in listed] == [("sent", "result", 1), ("queued", "answer", None)]
    assert "private words" not in json.dumps(listed)
    assert [row["id"] for row in filled.json("outbox", "list", "--state", "queued")] == [1]


def test_stats_count_what_happened_in_the_span(filled):
    found = filled.json("stats", "--since", "1h")
    assert found["people"] == {
        "all": 1, "new": 1, "active": 1, "active_1d": 1, "active_7d": 1, "active_30d": 1, "blocked_the_bot": 0,
    }  # fmt: skip
    assert found["jobs"] == {"done": 1, "failed": 1}
    assert found["outbox"] == {"queued": 1, "sent": 1, "failed": 0}
    assert found["work"]["models"][0]["success"] == 0.5
    assert found["queue"]["messages"] == 1


def test_stats_are_tables_and_charts_for_people(filled):
    shown = filled("stats").stdout
    assert "done 1, failed 1" in shown
    assert re.search(r"^jobs +▁*█ +2 +2 +\d{4}-\d\d-\d\d$", shown, re.MULTILINE)
    assert re.search(r"^m +1 +1 +0 +0 +50 % ", shown, re.MULTILINE)
    assert "secret wish" not in shown


@pytest.mark.parametrize("span", ["7", "d", "-1d", "1y"])
def test_a_span_that_makes_no_sense_is_wrong_use(filled, span):
    assert filled("stats", "--since", span).exit_code == 2


def test_times_are_shown_in_the_operators_zone(filled):
    before = filled.json("jobs", "show", "1")["ordered"]
    filled.file.write_text(filled.file.read_text() + 'timezone = "Asia/Tokyo"\n')
    assert filled.json("jobs", "show", "1")["ordered"] != before


def test_what_is_not_there_fails_and_wrong_use_is_told_apart(filled):
    absent = filled("jobs", "show", "99")
    assert (absent.exit_code, absent.stderr) == (1, "kiebot-admin: there is no job 99\n")
    assert filled("jobs", "list", "--state", "lost").exit_code == 2
    assert filled("nonsense").exit_code == 2


def test_a_typing_error_in_the_data_directory_does_not_make_an_empty_one(run_admin):
    done = run_admin("stats")
    assert done.exit_code == 1
    assert "kiebot.db is not there" in done.stderr
    assert not run_admin.data_dir.exists()


def test_a_file_that_is_no_database_is_said_to_be_none(run_admin):
    run_admin.data_dir.mkdir()
    (run_admin.data_dir / "kiebot.db").write_bytes(b"not a database at all" * 500)
    done = run_admin("db", "check")
    assert done.exit_code == 1
    assert "cannot be opened" in done.stderr


def test_db_check_finds_a_sound_file_sound(filled):
    report = filled.json("db", "check")
    assert (report["ok"], report["damage"], report["pending"]) == (True, [], [])
    assert report["applied"] == ALL_MIGRATIONS


def test_migrate_has_nothing_to_do_on_a_store_of_this_release(filled):
    assert filled("db", "migrate").stdout == "nothing to do: the schema is of this release\n"
    assert filled.json("db", "migrate") == {"pending": [], "applied": []}


def test_migrate_applies_what_is_pending_after_a_question(run_admin):
    db.connect(run_admin.data_dir)
    db.close_store()
    assert run_admin("db", "check").exit_code == 1
    assert run_admin.json("db", "migrate", "--dry-run")["applied"] == []
    refused = run_admin("db", "migrate", given="n\n")
    assert refused.exit_code == 1
    assert run_admin.json("db", "migrate", "--yes")["applied"] == ALL_MIGRATIONS
    assert run_admin("db", "check").exit_code == 0


def test_config_check_tells_all_problems_and_what_a_bot_lacks(run_admin):
    done = run_admin("config", "check", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["ok"], report["file"]) == (1, False, str(run_admin.file))
    assert "telegram.bot_token" in [problem["key"] for problem in report["problems"]]
    assert "valid, but not enough to start the bot" in run_admin("config", "check").stdout

    run_admin.file.write_text("[telegramm]\n")
    run_admin.file.write_text('[text]\nmodle = "x"\n')
    assert "text.modle: unknown key, did you mean text.model?" in run_admin("config", "check").stdout


def test_config_check_is_content_with_a_whole_configuration(run_admin):
    run_admin.file.write_text(
        '[telegram]\napi_id = 1\napi_hash = "0123456789abcdef0123456789abcdef"\nbot_token = "1:b"\n[text]\nbase_url = "http://127.0.0.1:1/v1"\n'
    )
    done = run_admin("config", "check")
    assert (done.exit_code, done.stdout) == (0, f"{run_admin.file}: valid\n")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('telegram.bot_token = " 1:canary"', "telegram.bot_token"),
        ('telegram.api_hash = "canary"', "telegram.api_hash"),
        ('text.base_url = "https://"', "text.base_url"),
        ('web.host = "a b"', "web.host"),
        ('data_dir = "config.toml"', "data_dir"),
        ('telegram = {server = "127.0.0.1:9", server_public_key_file = "none.pem"}', "telegram.server_public_key_file"),
    ],
)
def test_config_check_calls_nothing_valid_that_the_bot_refuses(run_admin, line, key):
    run_admin.file.write_text(line)
    done = run_admin("config", "check", "--json")
    assert (done.exit_code, json.loads(done.stdout)["problems"][0]["key"]) == (1, key)
    shown = run_admin("config", "check").output
    assert shown.endswith(f"{run_admin.file}: not valid\n")
    assert "canary" not in shown


def test_a_data_directory_that_is_a_file_is_no_place_for_a_first_start(run_admin):
    run_admin.data_dir.touch()
    done = run_admin("stats")
    assert (done.exit_code, "is not a folder" in done.stderr, "at first start" in done.stderr) == (1, True, False)


@pytest.mark.parametrize(
    ("command", "option"), [("stats", "--config x"), ("jobs show 1", "--config=x"), ("config check", "--config x")]
)
def test_where_the_option_of_all_commands_goes_is_told_with_the_command(filled, command, option):
    done = filled(*command.split(), *option.split())
    name = command.removesuffix(" 1")
    assert done.exit_code == 2
    assert done.stderr.endswith(f"Error: --config goes before the command: kiebot-admin --config FILE {name}\n")
    assert "No such option" in filled(*command.split(), "--conifg").stderr


def test_config_show_hides_secrets(run_admin):
    run_admin.file.write_text('[kie]\napi_key = "canary"\n')
    shown = run_admin("config", "show")
    assert "canary" not in shown.output
    assert run_admin.json("config", "show")["kie"]["api_key"] == "**********"


def test_an_invalid_configuration_fails_every_command_in_words(run_admin):
    run_admin.file.write_text("[web]\nport = -1\n")
    done = run_admin("stats")
    assert done.exit_code == 1
    assert "web.port: must be at least 0" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["main", "admin"])
def test_help_is_light(module):
    name = {"main": "kiebot", "admin": "admin"}[module]
    code = (
        f"import sys; from kiebot.cli.{module} import {name}; {name}(['--help'], standalone_mode=False);"
        "print([m for m in ('rich', 'pydantic', 'structlog', 'peewee', 'pyrogram', 'kiebot.sandbox') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_bot_loads_neither_tables_nor_the_sandbox():
    code = "import sys, kiebot.cli.bot; print([m for m in ('rich', 'kiebot.sandbox', 'starlette', 'httpx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
