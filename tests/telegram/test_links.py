"""Links at the intake: bare ones are fetched, those inside a sentence are talk."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiebot.services import links
from kiebot.store import jobs
from kiebot.store.db import transaction
from kiebot.store.models import Job, Turn
from kiebot.telegram.handlers.desk import Desk
from tests.telegram.phone import Phone


@pytest.mark.parametrize("words", ["https://example.org/a.mp4", "/ref https://youtu.be/abc", "  http://example.org/x  "])
def test_a_bare_link_is_fetched(ann: Phone, words: str) -> None:
    assert ann.say(words).key == "link-accepted"
    assert Job.get().input["url"].startswith("http")


@pytest.mark.parametrize("words", ["what is https://example.org/a.mp4 about?", "https://a.org https://b.org", "ftp://a.org/x"])
def test_a_link_in_a_sentence_is_talk(ann: Phone, words: str) -> None:
    ann.say(words)
    assert Turn.select().count() == 1
    assert Job.select().count() == 0


def test_ref_without_a_link_explains_itself(ann: Phone) -> None:
    assert ann.say("/ref").key == "link-usage"


def test_a_link_right_after_a_picture_is_no_question_about_it(ann: Phone) -> None:
    ann.file("photo")
    assert ann.say("https://example.org/a.mp4").key == "link-accepted"


def test_what_came_is_asked_about_or_worked_on_in_the_same_message(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    ann.say("https://example.org/a.png")
    job_id = Job.get().id
    with transaction(durable=True):
        job = jobs.claim(job_id, "queued", "storing", "life")
    (tmp_path / "a").write_bytes(b"\x89PNG\r\n\x1a\n")
    links.arrived(job, tmp_path / "a", mime="image/png", data_dir=desk.data_dir)
    ann.deliver()
    ready = ann.last()
    assert ready.key == "link-ready"
    assert "a picture" in ready.text
    offered = ann.press("What can be made", ready)
    assert (offered.key, offered.row) == ("offer", ready.row)
    ann.say("what is this?")
    assert Turn.select().count() == 1
    assert "picture" in str(Turn.get().content)
