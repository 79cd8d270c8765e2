"""Voice messages, the words of files, and /voice, at the intake of the bot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiebot.services import aloud, voices
from kiebot.store import inputs, jobs, threads
from kiebot.store import voices as rows
from kiebot.store.models import OutboxRow, Turn
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.rendering import speakable
from tests.telegram.phone import GROUP, Phone

MB = 2**20


@pytest.fixture
def hearing(desk: Desk) -> Intake:
    desk.shelf.hears = True
    return Intake(replace(desk, speaks=True))


@pytest.fixture
def ann(hearing: Intake) -> Phone:
    return Phone(hearing)


def heard(phone: Phone, words: str) -> Any:
    """The worker has written down the newest recording; the bot acts on it."""
    voice = rows.of_job(jobs.listed(kind="voice", limit=1)[0].id)
    assert voice is not None
    jobs.move(voice.job_id, ("queued",), "done")
    rows.change(voice.id, ("hearing",), state="heard" if voice.talk else "handled", text=words)
    phone.effects = phone.intake.heard(voice.id)
    phone.deliver()
    return rows.get(voice.id)


def test_a_voice_is_taken_in_and_its_words_count_as_typed(ann: Phone) -> None:
    shown = ann.file("voice", duration_s=3)
    assert (shown.key, ann.effects.fetch) == ("voice-listening", [jobs.listed(kind="voice")[0].id])
    assert OutboxRow.get_by_id(shown.row).reply_to == ann.message_id
    assert heard(ann, "why is the sky blue").state == "handled"
    turn = Turn.get()
    assert (turn.message_id, turn.content[0]["text"]) == (ann.message_id, "why is the sky blue")
    assert [taken.turn_id for taken in ann.effects.turns] == [turn.id]


@pytest.mark.parametrize(("duration_s", "words"), [(20, "🎙 Listening…"), (5400, "🎙 Listening to 90 min…")])
def test_who_listens_for_long_says_how_long_it_is(hearing: Intake, duration_s: int, words: str) -> None:
    assert Phone(hearing).file("voice", mime="audio/ogg", duration_s=duration_s).text == words


def test_words_are_acted_on_once(ann: Phone) -> None:
    ann.file("voice")
    voice = heard(ann, "hello there")
    for state in ("handled", "heard"):  # the second as if the bot had died between its two transactions
        rows.change(voice.id, ("handled",), state=state)
        assert ann.intake.heard(voice.id).turns == []
    assert (Turn.select().count(), rows.heard()) == (1, [])


def test_plain_words_order_by_voice_too(ann: Phone) -> None:
    ann.file("voice")
    heard(ann, "draw a cat in boots")
    assert [job.prompt for job in jobs.listed(kind="generation")] == ["draw a cat in boots"]


def test_a_form_that_waits_for_a_sound_takes_the_voice_itself(ann: Phone) -> None:
    ann.say("/menu")
    ann.press("g:video")
    ann.press("t:lip_sync")
    ann.press("m:")
    ann.press("Continue")
    ann.file("photo")
    ann.file("voice")
    assert jobs.listed(kind="voice") == []
    assert [file.kind for file in inputs.many([1, 2])] == ["image", "audio"]


def test_a_form_takes_words_by_voice(ann: Phone) -> None:
    ann.say("/menu")
    ann.press("g:sound")
    ann.press("t:text_to_music")
    ann.press("m:")
    ann.press("Continue")
    ann.file("voice")
    heard(ann, "a slow waltz")
    assert "a slow waltz" in ann.last().text


def test_a_caption_comes_before_what_is_said(ann: Phone) -> None:
    ann.file("voice", "Please answer:")
    heard(ann, "how are you")
    assert Turn.get().content[0]["text"] == "Please answer:\n\nhow are you"


def test_in_a_group_the_model_sees_who_spoke(hearing: Intake) -> None:
    ann = Phone(hearing, chat=GROUP)
    ann.file("voice")
    heard(ann, "how are you")
    assert Turn.get().content[0]["text"] == "Ann: how are you"


@pytest.mark.parametrize(
    ("kind", "size_mb", "key"),
    [("voice", 21, "voice-too-big"), ("video_note", 21, "voice-too-big"), ("audio", 2001, "voice-file-too-big")],
)
def test_what_is_too_large_is_refused_before_it_is_fetched(ann: Phone, kind: str, size_mb: int, key: str) -> None:
    assert ann.file(kind, mime="audio/ogg", size_bytes=size_mb * MB).key == key
    assert (ann.effects.fetch, ann.effects.fetch_inputs, jobs.listed()) == ([], [], [])


def test_without_a_server_a_voice_gets_a_sentence_and_files_get_no_button(desk: Desk) -> None:
    ann = Phone(Intake(desk))
    assert ann.file("voice").key == "voice-off"
    assert not any("h:file" in data for _, data in ann.file("audio", mime="audio/mpeg").buttons)
    assert ann.say("/voice").key == "aloud-none"


@pytest.mark.parametrize(("kind", "mime"), [("audio", "audio/mpeg"), ("video", "video/mp4"), ("document", "audio/wav")])
def test_the_words_of_a_file_are_written_down_when_asked_for(ann: Phone, kind: str, mime: str) -> None:
    offer = ann.file(kind, mime=mime)
    ann.press("h:file:", offer)
    (job,) = jobs.listed(kind="voice")
    assert (ann.notice, ann.effects.fetch) == ("voice-asked", [job.id])
    ann.press("h:file:", offer)
    assert len(jobs.listed(kind="voice")) == 1
    voice = heard(ann, "words of a talk")
    assert (voice.talk, Turn.select().count()) == (False, 0)
    ann.press_data(f"h:answer:{voice.id}", offer)
    assert Turn.get().content[0]["text"] == "words of a talk"


def test_a_file_that_is_here_is_not_fetched_twice(ann: Phone, tmp_path: Path) -> None:
    offer = ann.file("audio", mime="audio/mpeg")
    path = tmp_path / "1"
    path.write_bytes(b"ID3 a song")
    inputs.change(1, ("fetching",), state="ready", path=str(path), kind="file")
    ann.press("h:file:", offer)
    (job,) = jobs.listed(kind="voice")
    assert (ann.effects.fetch, job.next_poll_at) == ([], None)
    assert voices.waiting_for_file() == []
    assert Path(job.input["path"]).read_bytes() == b"ID3 a song"


@pytest.mark.parametrize(("kind", "mime"), [("video", "video/mp4"), ("document", "video/x-matroska")])
def test_a_file_that_is_too_large_for_the_models_is_still_written_down(ann: Phone, kind: str, mime: str) -> None:
    offer = ann.file(kind, mime=mime, size_bytes=1900 * MB)
    assert (offer.key, ann.effects.fetch_inputs) == ("voice-offer", [])
    ann.press("h:file:", offer)
    assert len(ann.effects.fetch) == 1


def test_another_persons_recording_is_theirs(hearing: Intake) -> None:
    ann, bob = Phone(hearing, chat=GROUP), Phone(hearing, user_id=8, chat=GROUP)
    offer = ann.file("audio", mime="audio/mpeg")
    bob.press("h:file:", offer)
    assert (bob.notice, jobs.listed(kind="voice")) == ("button-not-yours", [])


@pytest.mark.parametrize("data", ["h:file:99", "h:again:99", "h:answer:99", "h:nothing", "h", "h:file:x"])
def test_old_and_forged_buttons_say_so(ann: Phone, data: str) -> None:
    shown = ann.say("/help")
    ann.press_data(data, shown)
    assert ann.notice == "button-old"


def test_whoever_rather_types_is_told_to(ann: Phone) -> None:
    shown = ann.file("voice")
    job = jobs.listed(kind="voice")[0]
    voices.file_lost(job.id)
    ann.deliver()
    assert [data for _, data in ann.last().buttons] == [f"h:again:{job.id}", f"h:type:{job.id}"]
    assert ann.press("h:type", ann.last()).key == "voice-typed"
    ann.press_data(f"h:again:{job.id}", shown)
    assert len(ann.effects.fetch) == 1


@pytest.mark.parametrize("model_type", ["speech_to_text", "audio_to_text"])
def test_the_menu_leads_to_the_server_that_listens(ann: Phone, desk: Desk, model_type: str) -> None:
    ann.say("/menu")
    tools = ann.press("g:tools")
    assert ann.press(f"t:{model_type}", tools).key == "heard-here"
    desk.shelf.hears = False
    assert ann.press_data(f"t:{model_type}", ann.last()).key == "heard-off"


def test_voice_switches_the_voice(ann: Phone) -> None:
    assert [ann.say(words).key for words in ("/voice", "/voice on", "/voice", "/voice off", "/voice вкл")] == [
        "aloud-on", "aloud-on", "aloud-off", "aloud-off", "aloud-on",
    ]  # fmt: skip
    assert aloud.wanted(ann.chat)
    assert threads.active(ann.chat, 0)


def test_code_and_marks_are_not_read_aloud() -> None:
    spoken = speakable("**Look** at [this](https://example.org):\n\n```py\nprint(1)\n```\n\n- one\n- two")
    assert spoken.split() == ["Look", "at", "this:", "•", "one", "•", "two"]


def test_long_texts_are_spoken_in_pieces_that_end_where_sentences_do() -> None:
    words = " ".join(f"Sentence number {number}." for number in range(300))
    pieces = aloud.pieces_of(words, 1000)
    assert all(len(piece) <= 1000 and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == words
    assert aloud.pieces_of("x" * 2500, 1000) == ["x" * 1000, "x" * 1000, "x" * 500]
    assert aloud.pieces_of(" … ") == []
