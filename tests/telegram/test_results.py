"""Buttons under results, /history, plain words that order, /jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiebot.catalog.forms import complete
from kiebot.services import generation
from kiebot.store import inputs, jobs, votes
from kiebot.store.db import transaction
from kiebot.store.models import Account, Job, OutboxRow, Turn
from kiebot.store.order_models import InputFile
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.spoken import ordered_type
from tests.telegram.conftest import PAID
from tests.telegram.phone import GROUP, Phone, Shown
from tests.telegram.test_intake import text


def made(phone: Phone, folder: Path, words: str = "a red boat", mime: str = "image/png") -> Shown:
    """An order that is made and delivered; the message with the result."""
    phone.say(f"/img {words}")
    job = Job.select().order_by(Job.id.desc()).get()
    path = folder / f"{job.id}.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    with transaction(durable=True):
        Job.update(state="storing", attempt=1).where(Job.id == job.id).execute()
    small = folder / f"{job.id}.small.jpg"
    small.write_bytes(b"\xff\xd8\xff" + bytes(100))
    result = {"path": str(path), "mime": mime, "name": path.name, "size": 1008, "width": 64, "height": 64, "thumb": str(small)}
    assert generation.finish(jobs.get(job.id), [result])
    phone.deliver()
    return next(shown for shown in reversed(phone.all()) if shown.key == "job-result")


def test_a_result_names_the_model_and_the_words_and_has_its_buttons(ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    assert result.kind == "photo"
    assert "a red boat" in result.text
    assert [data.split(":")[1] for _, data in result.buttons] == ["again", "vary", "use", "file", "up", "down", "delete"]


def test_again_makes_the_same_once_more_and_an_impatient_finger_not_twice(ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    ann.press("again", result)
    assert ann.notice == "result-ordered"
    ann.press("again", result)
    assert ann.notice == "result-again-running"
    first, second = Job.select().order_by(Job.id)
    assert (first.input, first.prompt) == (second.input, second.prompt)
    assert second.state == "queued"


def test_again_of_a_seed_that_nobody_chose_takes_another_one(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    model = next(model for model in desk.shelf.of_type("text_to_image") if "seed" in model.input and model.input["seed"].advanced)
    given = {"prompt": "a red boat", "seed": 7}
    Job.update(model=model.id, input=complete(model, given)).execute()
    ann.press("again", result)
    ann.press("again", result)
    assert ann.notice == "result-again-running"
    first, second = Job.select().order_by(Job.id)
    assert first.input["seed"] == 7 != second.input["seed"]
    assert {**first.input, "seed": 0} == {**second.input, "seed": 0}


def test_vary_opens_the_same_order_to_be_changed(ann: Phone, tmp_path: Path) -> None:
    ann.press("vary", made(ann, tmp_path))
    assert ann.last().key == "confirm"
    assert "a red boat" in ann.last().text
    ann.press("Other words")
    ann.say("a blue boat")
    ann.press("Make it")
    assert [job.prompt for job in Job.select().order_by(Job.id)] == ["a red boat", "a blue boat"]


def test_a_result_becomes_the_input_of_another_model(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    ann.press("use", made(ann, tmp_path))
    offered = ann.last()
    assert offered.key == "offer"
    file = InputFile.get()
    assert (file.state, file.kind, Path(file.path).is_file()) == ("ready", "image", True)
    ann.press("t:image_to_video")
    ann.press("m:")
    ann.say("the boat sails away")
    ann.press("Make it")
    assert inputs.named_in(Job.select().order_by(Job.id.desc()).get().input) == {file.id}


def test_the_file_goes_in_full_quality_as_a_document_once(ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    ann.press("file", result)
    assert (ann.last().kind, ann.notice) == ("document", "result-file-comes")
    sent = len(ann.all())
    ann.press("file", result)
    assert ann.notice == "result-file-sent"
    assert len(ann.all()) == sent


def test_a_file_that_is_not_kept_any_more_is_said_so(ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    (tmp_path / "1.png").unlink()
    ann.press("file", result)
    assert ann.notice == "history-gone"


def test_delete_takes_the_message_away(ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    ann.press("delete", result)
    assert ann.effects.delete == [(ann.chat, result.message_id)]
    assert ann.notice == "result-deleted"


def test_votes_are_kept_and_the_last_one_counts(ann: Phone, tmp_path: Path) -> None:
    result = made(ann, tmp_path)
    ann.press("up", result)
    assert ann.notice == "result-voted"
    assert votes.get(1, Account.get().id) == 1
    ann.press("down", result)
    assert votes.get(1, Account.get().id) == -1


def test_in_a_group_everybody_may_vote_and_only_the_owner_may_do_the_rest(intake: Intake, tmp_path: Path) -> None:
    ann, bob = Phone(intake, 7, chat=GROUP), Phone(intake, 8, chat=GROUP)
    result = made(ann, tmp_path)
    for action in ("again", "vary", "use", "file", "delete"):
        bob.press(action, result)
        assert bob.notice == "button-not-yours"
    bob.press("up", result)
    assert bob.notice == "result-voted"
    assert Job.select().count() == 1


@pytest.mark.parametrize(
    "data", ["r:", "r:again", "r:again:99", "r:dance:1:1", "r:use:1:9", "r:file:1:9", "w:", "w:j:1", "w:f:1", "w:x:1"]
)
def test_hostile_result_data_gets_an_answer(ann: Phone, tmp_path: Path, data: str) -> None:
    ann.press_data(data, made(ann, tmp_path))
    assert ann.notice in ("button-old", "history-gone", "model-gone")


def test_history_turns_pages_and_sends_again_without_paying(ann: Phone, tmp_path: Path) -> None:
    ann.say("/menu")
    Account.update(free=True).execute()  # no limits
    for number in range(7):
        made(ann, tmp_path, f"boat {number}")
    ann.say("/history")
    assert "page 1 of 2" in ann.last().text
    assert "boat 6" in ann.last().text
    assert "boat 1" not in ann.last().text
    ann.press("▶️")
    page = ann.last()
    assert "boat 1" in page.text
    ann.press("history:2", page)
    again = ann.last()
    assert (again.kind, "boat 1" in again.text) == ("photo", True)
    assert OutboxRow.get_by_id(again.row).payload["file"]["file_id"], "by Telegram's own reference, not uploaded again"
    assert Job.select().count() == 7


def test_a_result_without_words_has_no_dangling_dot_in_the_history(ann: Phone, tmp_path: Path) -> None:
    made(ann, tmp_path)
    Job.update(prompt="").execute()
    line = next(line for line in ann.say("/history").text.splitlines() if line.startswith("1 · "))
    assert line == f"1 · {Job.get().label}"


def test_thumbnails_come_when_somebody_asks(ann: Phone, tmp_path: Path) -> None:
    made(ann, tmp_path, "boat one")
    made(ann, tmp_path, "boat two")
    listed = ann.say("/history")
    before = len(ann.all())
    ann.press("Thumbnails", listed)
    thumbs = ann.all()[before:]
    assert [thumb.kind for thumb in thumbs] == ["photo", "photo"]
    assert {Path(OutboxRow.get_by_id(thumb.row).payload["file"]["path"]).name for thumb in thumbs} == {
        "1.small.jpg",
        "2.small.jpg",
    }
    ann.press("Send in full", thumbs[0])
    assert "boat two" in ann.last().text


def test_thumbnails_are_those_of_the_page_that_is_shown_and_come_once(ann: Phone, tmp_path: Path) -> None:
    made(ann, tmp_path, "boat one")
    listed = ann.say("/history")
    made(ann, tmp_path, "boat two")
    before = len(ann.all())
    ann.press("Thumbnails", listed)
    ann.press("Thumbnails", listed)
    assert ann.notice == "history-thumbs-sent"
    assert [data for thumb in ann.all()[before:] for _, data in thumb.buttons] == ["history:1"]


def test_thumbnails_name_only_ones_own_jobs(intake: Intake, tmp_path: Path) -> None:
    ann, bob = Phone(intake, 7), Phone(intake, 8)
    made(ann, tmp_path)
    made(bob, tmp_path)
    bob.press_data("history:thumbs:1", bob.say("/history"))
    assert bob.notice == "history-no-thumbs"


def test_what_is_not_on_the_disk_any_more_is_shown_by_telegrams_reference(ann: Phone, tmp_path: Path) -> None:
    made(ann, tmp_path)
    (tmp_path / "1.small.jpg").unlink()
    ann.press("Thumbnails", ann.say("/history"))
    assert OutboxRow.get_by_id(ann.last().row).payload["file"]["file_id"]


def test_a_sound_says_what_it_is_and_who_made_it(ann: Phone, tmp_path: Path) -> None:
    made(ann, tmp_path, "a slow waltz " * 20, mime="audio/mpeg")
    for _ in range(2):
        file = OutboxRow.get_by_id(ann.last().row).payload["file"]
        assert file["performer"] == Job.get().label
        assert file["title"].startswith("a slow waltz a slow")
        assert len(file["title"]) <= 64
        ann.press("history:1", ann.say("/history"))


def test_history_of_somebody_else_stays_closed(intake: Intake, tmp_path: Path) -> None:
    ann, bob = Phone(intake, 7), Phone(intake, 8)
    made(ann, tmp_path)
    made(bob, tmp_path)
    listed = bob.say("/history")
    bob.press_data("history:1", listed)
    assert bob.notice == "button-not-yours"


def failed(phone: Phone, words: str, code: str) -> Shown:
    """An order that the provider refused."""
    phone.say(words)
    job = Job.select().order_by(Job.id.desc()).get()
    generation.fail(jobs.get(job.id), code)
    phone.deliver()
    return phone.last()


@pytest.mark.parametrize("code", ["moderation", "input"])
def test_refused_words_are_changed_without_writing_the_rest_again(ann: Phone, code: str) -> None:
    refused = failed(ann, "/img a rude boat", code)
    assert [shown.key for shown in ann.all()] == ["job-failed"], "one message, in the place of the status"
    asked = ann.press("Change the words", refused)
    assert asked.key == "form-other-words"
    assert "a rude boat" in asked.text
    confirm = ann.say("a polite boat")
    assert confirm.key == "confirm"
    ann.press("Make it")
    first, second = Job.select().order_by(Job.id)
    assert (second.prompt, second.model, second.message_id) == ("a polite boat", first.model, ann.message_id)
    assert {**second.input, "prompt": ""} == {**first.input, "prompt": ""}


def test_refused_words_can_be_kept_and_the_parameters_changed(ann: Phone) -> None:
    ann.press("Change the words", failed(ann, "/img a rude boat", "input"))
    assert "a rude boat" in ann.press("Continue").text


def test_a_refused_order_with_a_file_is_reopened_with_it(ann: Phone) -> None:
    ann.file("photo", "/img make it rude")
    job = Job.get()
    generation.fail(job, "moderation")
    ann.deliver()
    ann.press("Change the words")
    ann.say("make it polite")
    ann.press("Make it")
    assert inputs.named_in(Job.select().order_by(Job.id.desc()).get().input) == inputs.named_in(job.input) != set()


def test_a_refused_order_is_changed_by_its_owner_only(intake: Intake) -> None:
    ann, bob = Phone(intake, 7, chat=GROUP), Phone(intake, 8, chat=GROUP)
    refused = failed(ann, "/img a rude boat", "moderation")
    bob.press("Change the words", refused)
    assert bob.notice == "button-not-yours"
    bob.press_data("job:change:99", refused)
    assert bob.notice == "button-old"


def test_jobs_offers_to_cancel_only_what_was_not_sent(ann: Phone) -> None:
    ann.say("/img a boat")
    ann.say("/img a house")
    Job.update(state="running", sent_at=1.0).where(Job.id == 1).execute()
    listed = ann.say("/jobs")
    assert [data for _, data in listed.buttons] == ["job:mute:1", "job:cancel:2"]


def test_jobs_says_how_far_each_is(ann: Phone) -> None:
    ann.say("/img a boat")
    assert "waiting" in ann.say("/jobs").text
    Job.update(state="running", progress=40).execute()
    assert "40 %" in ann.say("/jobs").text


# -- plain words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("draw a cat in a hat", "text_to_image"),
        ("Paint me a sunset", "text_to_image"),
        ("please draw a castle", "text_to_image"),
        ("generate an image of a fox", "text_to_image"),
        ("Create a picture with two boats", "text_to_image"),
        ("generate a video of waves", "text_to_video"),
        ("Сними мне видео о коте", "text_to_video"),
        ("make me a short clip of rain", "text_to_video"),
        ("нарисуй кота в шляпе", "text_to_image"),
        ("Нарисуйте, пожалуйста, дом", "text_to_image"),
        ("сгенерируй изображение леса", "text_to_image"),
        ("картинку с морем", "text_to_image"),
        ("сделай мне красивую картинку с морем", "text_to_image"),
        ("сгенерируй видео с волнами", "text_to_video"),
        ("создай короткий ролик о дожде", "text_to_video"),
        ("sing a song about the sea", "text_to_music"),
        ("Sing me a lullaby", "text_to_music"),
        ("sing about rain in spring", "text_to_music"),
        ("please compose a slow melody for piano", "text_to_music"),
        ("make me a cheerful song about cats", "text_to_music"),
        ("generate music for a birthday", "text_to_music"),
        ("make a music video about cats", "text_to_video"),
        ("спой песню о море", "text_to_music"),
        ("Спой, пожалуйста, про дождь", "text_to_music"),
        ("спой мне колыбельную", "text_to_music"),
        ("спой что-нибудь весёлое про лето", "text_to_music"),
        ("спой про кота", "text_to_music"),
        ("сделай весёлую песню про кота", "text_to_music"),
        ("сгенерируй музыку для видео о море", "text_to_music"),
        ("сочини мелодию для скрипки", "text_to_music"),
        ("озвучь: добрый вечер!", "text_to_speech"),
        ("Озвучь текст: как дела?", "text_to_speech"),
        ("озвучь «Добрый вечер»", "text_to_speech"),
        ("прочитай вслух: жили-были", "text_to_speech"),
        ("прочитай этот текст вслух:\nжили-были", "text_to_speech"),
        ("read aloud: good evening", "text_to_speech"),
        ("Please read this out loud: are you there?", "text_to_speech"),
        ('say aloud "good evening"', "text_to_speech"),
        ("спой", None),
        ("спой ещё раз", None),
        ("напиши песню о море", None),
        ("напиши слова песни", None),
        ("сделай музыку тише", None),
        ("сделай песню в плеере громче", None),
        ("какую песню спой мне", None),
        ("спойлер: он умер", None),
        ("озвучь свою позицию", None),
        ("озвучь мне варианты", None),
        ("озвучь:", None),
        ("прочитай статью и перескажи", None),
        ("прочитай вслух", None),
        ("sing", None),
        ("sing along with me", None),
        ("singing is fun", None),
        ("sing praises of the king", None),
        ("write a song about the sea", None),
        ("make the music louder", None),
        ("make music theory simple for me", None),
        ("create a track record of my runs", None),
        ("make a playlist of calm songs", None),
        ("can you sing a song?", None),
        ("what song should I sing", None),
        ("read aloud clubs are great", None),
        ("read this article: https://example.com", None),
        ("say: hello", None),
        ("draw", None),
        ("draw a conclusion from this text", None),
        ("can you draw a cat?", None),
        ("how do I draw a cat", None),
        ("drawing is fun", None),
        ("make a list of boats", None),
        ("что такое картинка", None),
        ("нарисуй", None),
        ("нарисовать кота сложно", None),
        ("видео не открывается на телефоне", None),
        ("сделай список покупок", None),
    ],
)
def test_only_words_that_clearly_begin_an_order_are_one(words: str, wanted: str | None) -> None:
    assert ordered_type(text(words)) == wanted


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("озвучь: добрый вечер!", "добрый вечер!"),
        ("озвучь «Добрый вечер»", "Добрый вечер"),
        ("read aloud: he said: come", "he said: come"),
        ("прочитай вслух:\nраз\nдва", "раз\nдва"),
    ],
)
def test_only_the_text_itself_is_read_aloud(ann: Phone, words: str, read: str) -> None:
    assert ann.say(words).key == "job-accepted"
    assert Job.get().prompt == read


def test_what_a_command_without_words_asks_for_is_said(ann: Phone) -> None:
    assert "text that I shall read aloud" in ann.say("/say").text
    assert "the music or the song" in ann.say("/music").text
    assert "what you want to get" in ann.say("/img").text


def test_plain_words_order_and_an_answer_in_words_takes_it_back(ann: Phone) -> None:
    status = ann.say("нарисуй кота")
    assert status.key == "job-accepted"
    assert Job.get().prompt == "нарисуй кота"
    ann.press("in words", status)
    assert ann.notice == "spoken-answering"
    assert ann.effects.turns
    assert Job.get().state == "cancelled"
    assert Turn.get().content[0]["text"] == "нарисуй кота"
    ann.press_data(status.data("w:j"), status)
    assert (ann.notice, Turn.select().count()) == ("spoken-answering", 1), "pressed twice: answered once"


def test_where_people_pay_plain_words_are_only_an_offer(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    confirm = ann.say("draw a cat")
    assert confirm.key == "confirm"
    ann.press("in words", confirm)
    assert ann.effects.turns
    assert ann.last().key == "form-closed"
    assert Job.select().count() == 0
    ann.press_data(confirm.data("w:f"), confirm)
    assert (ann.notice, ann.effects.turns) == ("spoken-answering", []), "a second tap of the same button"


def test_in_a_group_the_answer_in_words_is_the_owners(intake: Intake) -> None:
    ann, bob = Phone(intake, 7, chat=GROUP), Phone(intake, 8, chat=GROUP)
    status = ann.say("draw a cat")
    bob.press("in words", status)
    assert bob.notice == "button-not-yours"
    assert Job.get().state == "queued"


def test_a_forwarded_or_quoted_draw_is_talk(intake: Intake) -> None:
    more: dict[str, Any]
    for more in ({"forwarded": True}, {"reply_to": 5}):
        assert ordered_type(text("draw a cat", **more)) is None
