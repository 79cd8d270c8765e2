"""Pictures, clips and documents, from the order to the chat."""

from __future__ import annotations

import asyncio
from pathlib import Path

import docx
import pytest

from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")


def media(person: Person, kind: str, after: int) -> list[dict]:
    return [message for message in person.messages(after=after) if message["kind"] == kind]


async def test_a_picture_is_accepted_made_and_delivered_once(studio: Studio, ann: Person) -> None:
    sent = ann.say("/img a red boat at dawn")
    status = await ann.reply(sent, "Accepted")
    assert button(status, "job:cancel:")
    await studio.until(lambda: media(ann, "photo", sent), 30, "the picture")
    picture = media(ann, "photo", sent)[0]
    path, mime, _ = studio.humans.file(picture["media"]["id"])
    assert path.stat().st_size > 1000
    assert mime.startswith("image/")
    await studio.until(lambda: "Ready" in str(ann.texts(after=sent)), what="the status says that it is ready")
    await asyncio.sleep(1)
    assert len(media(ann, "photo", sent)) == 1
    assert len(ann.messages(after=sent)) == 2, "one status message and one picture"
    states = [
        row[0]
        for row in studio.rows(
            "SELECT e.state FROM job_event e JOIN job j ON j.id = e.job_id WHERE j.chat_id = ? ORDER BY e.id", ann.chat
        )
    ]
    assert states == ["queued", "submitting", "running", "storing", "done"]


async def test_a_clip_is_delivered_as_a_video_with_its_length(studio: Studio, ann: Person) -> None:
    sent = ann.say("/video waves on a beach")
    await studio.until(lambda: media(ann, "video", sent), 40, "the clip")
    clip = media(ann, "video", sent)[0]["media"]
    assert clip["duration"] >= 1
    assert clip["width"] > 0


async def test_history_sends_a_result_again(studio: Studio, ann: Person) -> None:
    sent = ann.say("/img a teal house")
    await studio.until(lambda: media(ann, "photo", sent), 30)
    history = await ann.ask("/history", "a teal house")
    await ann.press(history, button(history, "history:"))
    await studio.until(lambda: media(ann, "photo", history["id"]), what="the picture again")


async def test_history_finds_a_file_whose_reference_expired(studio: Studio, ann: Person) -> None:
    sent = ann.say("/img an old house")
    await studio.until(lambda: media(ann, "photo", sent), 30)
    history = await ann.ask("/history", "an old house")
    studio.humans.fault("messages.SendMedia", "expire")
    await ann.press(history, button(history, "history:"))
    await studio.until(lambda: media(ann, "photo", history["id"]), what="the picture again")


async def test_a_prompt_is_asked_for_when_it_is_missing(studio: Studio, ann: Person) -> None:
    await ann.ask("/img", "for example")
    await ann.ask("/video", "for example")


async def test_a_failed_job_says_so_and_can_be_ordered_again(studio: Studio, ann: Person) -> None:
    await studio.behave("kie", "fail", fail_code="501", fail_msg="words of the provider")
    sent = ann.say("/img a broken thing")
    failed = await ann.reply(sent, "did not work out", timeout_s=30)
    await studio.until(lambda: len(ann.messages(after=sent)) == 1, what="one message says it all")
    assert "did not manage it" in failed["text"]
    assert "words of the provider" not in str(ann.texts(after=sent))
    await ann.press(failed, button(failed, "job:retry:"))
    await studio.until(lambda: media(ann, "photo", sent), 30, "the picture of the second try")


async def test_cancel_before_and_after_it_was_sent(studio: Studio, ann: Person) -> None:
    await studio.behave("kie", "slow", seconds=6)
    sent = ann.say("/img a slow picture")
    accepted = await ann.reply(sent, "Accepted")
    status = await ann.reply(sent, "is at work", timeout_s=20)
    assert button(status, "job:mute:"), "there is nothing to cancel any more"
    await ann.press(status, button(accepted, "job:cancel:"))
    paid = await ann.reply(sent, "already at the provider")
    await ann.press(paid, button(paid, "job:mute:"))
    await studio.until(lambda: studio.rows("SELECT 1 FROM job WHERE chat_id = ? AND state = 'done'", ann.chat), 30)
    await asyncio.sleep(0.5)
    assert media(ann, "photo", sent) == [], "muted: stored and kept in /history, not sent"
    history = await ann.ask("/history", "a slow picture")
    await ann.press(history, button(history, "history:"))
    await studio.until(lambda: media(ann, "photo", history["id"]), what="the picture that was not sent before")


async def test_no_more_than_the_allowed_jobs_at_once(studio: Studio, ann: Person) -> None:
    await studio.behave("kie", "slow", seconds=5, times=2)
    for number in range(3):
        last = ann.say(f"/img picture {number}")
    await ann.reply(last - 2, "at work already", timeout_s=20)
    listed = await ann.ask("/jobs", "2 jobs at work")
    assert "picture 1" in listed["text"]
    await studio.until(lambda: len(media(ann, "photo", last - 2)) == 2, 40)


async def test_a_document_is_read_and_asked_about(studio: Studio, ann: Person, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("The lighthouse keeper is called Ottokar Brandt.")
    document.save(str(tmp_path / "keeper.docx"))
    sent = ann.say("who keeps the lighthouse", kind="document", file=tmp_path / "keeper.docx", name="keeper.docx")
    await ann.reply(sent, '"keeper.docx": 1 page read', timeout_s=30)
    answer = await ann.reply(sent, "Ottokar Brandt", timeout_s=20)
    assert "keeper.docx, p. 1" in answer["text"]
    asked = studio.rows("SELECT prompt_tokens FROM turn WHERE chat_id = ?", ann.chat)
    assert asked[0][0] > 60, "the document's text was shown to the model"


async def test_an_unreadable_file_is_refused_in_words(studio: Studio, ann: Person, tmp_path: Path) -> None:
    file = tmp_path / "tool.exe"
    file.write_bytes(b"MZ" + b"\0" * 3000)
    sent = ann.say("", kind="document", file=file, name="tool.pdf", mime="application/pdf")
    await ann.reply(sent, "program", timeout_s=30)
