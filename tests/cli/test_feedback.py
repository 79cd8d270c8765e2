"""kiebot-admin feedback: words and votes, listed and exported."""

from __future__ import annotations

import csv
import io
import json
import stat

import pytest

from kiebot.store import accounts, db, feedback, jobs, votes
from kiebot.store.db import utc_now
from kiebot.store.feedback_models import Feedback


@pytest.fixture
def said(filled):
    """Ann said something about her first job and something on its own, and voted for one job and against the other."""
    db.open_store(filled.data_dir)
    with db.transaction():
        ann = accounts.of_user(77).id
        feedback.add(ann, 77, "the mast, it is\nbent", job_id=1)
        feedback.add(ann, 77, "=HYPERLINK(1)")
        Feedback.update(created_at=utc_now() - 3 * 86_400).where(Feedback.id == 2).execute()
        votes.save(1, ann, 1)
        votes.save(2, ann, -1)
        assert jobs.get(1).prompt == "a secret wish"
    db.close_store()
    return filled


def test_words_and_votes_are_listed_with_the_model_and_without_what_was_ordered(said):
    listed = said.json("feedback", "list")
    assert {(row["kind"], row["user"], row["job"], row["model"], row["vote"], row["text"]) for row in listed} == {
        ("text", 77, 1, "m", None, "the mast, it is\nbent"), ("text", 77, None, None, None, "=HYPERLINK(1)"),
        ("vote", 77, 1, "m", 1, None), ("vote", 77, 2, "m", -1, None),
    }  # fmt: skip
    assert "secret wish" not in json.dumps(listed)
    assert listed[-1]["text"] == "=HYPERLINK(1)"
    table = said("feedback", "list").stdout
    assert "👍" in table
    assert "👎" in table


def test_a_span_a_kind_and_a_number_narrow_the_list(said):
    assert [row["text"] for row in said.json("feedback", "list", "--kind", "text", "--since", "1d")] == ["the mast, it is\nbent"]
    assert [row["kind"] for row in said.json("feedback", "list", "--kind", "vote")] == ["vote", "vote"]
    assert len(said.json("feedback", "list", "--limit", "1")) == 1
    assert said("feedback", "list", "--since", "0s").stdout == "no feedback\n"


def test_what_somebody_wrote_does_not_steer_the_terminal(said):
    db.open_store(said.data_dir)
    feedback.add(accounts.of_user(77).id, 77, "\x1b[2Jgone")
    db.close_store()
    assert "\x1b" not in said("feedback", "list").stdout


def test_a_spreadsheet_gets_every_word_and_runs_none_of_them(said):
    rows = list(csv.DictReader(io.StringIO(said("feedback", "export", "--kind", "text").stdout)))
    assert [row["text"] for row in rows] == ["'=HYPERLINK(1)", "the mast, it is\nbent"]
    lines = said("feedback", "export", "--format", "jsonl").stdout.splitlines()
    assert json.loads(lines[0])["text"] == "=HYPERLINK(1)"
    assert len(lines) == 4


def test_an_exported_file_is_for_its_owner_only(said, tmp_path):
    file = tmp_path / "feedback.csv"
    assert said("feedback", "export", "--output", str(file)).stdout == f"{file}: 4 rows\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said.json("feedback", "export", "--output", str(file)) == {"file": str(file), "rows": 4}
    assert file.read_text().startswith("at,kind,user,name,job,model,vote,text\n")
