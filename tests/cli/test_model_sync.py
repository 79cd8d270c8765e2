"""kiebot-admin models check and sync against the KIE of the sandbox, whose listing differs on purpose when it is told to."""

import json
import shutil
from pathlib import Path

import pytest

from kiebot.catalog.loading import MODELS, load
from kiebot.store import accounts, db
from kiebot.store.models import Incident, OutboxRow


@pytest.fixture
def copied(tmp_path):
    """A copy of the catalogue's files that may be written."""
    return Path(shutil.copytree(MODELS, tmp_path / "models"))


@pytest.fixture
def video():
    return load().default_for("text_to_video")


def check(run_admin, *options):
    return run_admin("models", "check", "--per-second", "1000", *options)


def sync(run_admin, folder, *options, given=""):
    return run_admin("models", "sync", "--per-second", "1000", "--folder", str(folder), *options, given=given)


def test_a_catalogue_that_says_what_kie_lists_is_right(run_admin, kie):
    done = check(run_admin, "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["ok"]) == (0, True), [each for each in report["differences"] if each["grave"]]
    assert report["listed"] == sum(model.status == "current" for model in load().models.values())


def test_a_listing_that_differs_ends_with_1_and_the_admins_are_told(run_admin, kie, video):
    old = next(model for model in load().models.values() if model.status == "current" and model.id != video.id)
    kie.behave(service="listing", action="add", model="acme/film", like=video.id)
    kie.behave(service="listing", action="remove", model=old.id)
    kie.behave(service="listing", action="change", model=video.id, input={"prompt": None, "mood": {"type": "string"}})
    db.open_store(run_admin.data_dir)
    with db.transaction():
        accounts.set_role(accounts.of_user(5, name="Ann").id, "admin")
    db.close_store()
    done = check(run_admin, "--alert")
    assert done.exit_code == 1
    assert set(done.stdout.splitlines()) == {
        "acme/film: new model",
        f"{old.id}: gone model",
        f"{video.id}: gone parameter prompt",
        f"{video.id}: new parameter mood",
    }
    db.open_store(run_admin.data_dir)
    assert [(row.kind, row.location) for row in Incident.select()] == [("catalogue-drift", "4 differences")]
    assert [row.chat_id for row in OutboxRow.select()] == [5]
    db.close_store()


def test_sync_shows_a_patch_and_writes_it_only_when_agreed(run_admin, kie, copied, video):
    kie.behave(service="listing", action="change", model=video.id, input={"mood": {"type": "string", "enum": ["calm", "wild"]}})
    shown = sync(run_admin, copied, "--dry-run")
    assert shown.exit_code == 0
    assert "+    mood: {type: enum, values: [calm, wild]}" in shown.stdout.splitlines()
    assert load(copied).get(video.id).input.get("mood") is None
    assert sync(run_admin, copied, given="n\n").exit_code == 1
    assert load(copied).get(video.id).input.get("mood") is None
    report = json.loads(sync(run_admin, copied, "--yes", "--json").stdout)
    assert report["written"] == [next(path.name for path in copied.iterdir() if f"- id: {video.id}\n" in path.read_text())]
    assert load(copied).get(video.id).input["mood"].values == ("calm", "wild")


def test_sync_reads_the_pages_where_the_listing_has_no_schema(run_admin, kie, copied, video, pages):
    kie.behave(service="listing", action="add", model="acme/film", like=video.id)
    kie.behave(service="listing", action="no_schema", model="acme/film")
    pages.publish("acme/film", {"prompt": {"type": "string", "maxLength": 800}})
    without = json.loads(sync(run_admin, copied, "--dry-run", "--json").stdout)
    assert any("acme/film: new model" in line and "try --from docs" in line for line in without["by_hand"])
    done = sync(run_admin, copied, "--from", "docs", "--docs-url", pages.url, "--yes")
    assert done.exit_code == 0
    assert "- acme/film: new model in " in done.stdout
    model = load(copied).get("acme/film")
    assert (model.status, model.input["prompt"].max_length) == ("disabled", 800)


def test_pages_that_cannot_be_read_are_told(run_admin, kie, copied, video):
    kie.behave(service="listing", action="no_schema", model=video.id)
    done = sync(run_admin, copied, "--from", "docs", "--docs-url", kie.url)
    assert done.exit_code == 1
    assert "llms.txt: status: 404" in done.stderr


def test_a_kie_that_refuses_or_a_missing_key_is_told_in_words(run_admin, kie):
    kie.behave(service="kie_list", action="401")
    done = check(run_admin)
    assert done.exit_code == 1
    assert "KIE was not asked to the end: kie: auth" in done.stderr
    run_admin.file.write_text("")
    assert "kie.api_key is missing" in check(run_admin).stderr
