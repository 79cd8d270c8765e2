"""What people send without saying what for: photos, clips, sounds, albums, files; and files for a form that waits."""

from __future__ import annotations

from typing import Any

import pytest

from kiebot.services.accounts import person_of
from kiebot.services.pictures import files_in
from kiebot.store import accounts, inputs
from kiebot.store.models import Job, Turn
from kiebot.store.order_models import InputFile
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.drafts import Spot, begin, carried, draft_of
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.offers import types_taking
from kiebot.telegram.handlers.shelf import key_of
from tests.telegram.conftest import only_form
from tests.telegram.phone import GROUP, Phone


def order(phone: Phone) -> Any:
    """Go on until the order can be confirmed, and confirm it."""
    if phone.last().key == "form-parameters":
        phone.press("Continue")
    phone.press("Make it")
    return Job.select().order_by(Job.id.desc()).get()


def test_a_photo_with_a_caption_becomes_a_job(desk: Desk, ann: Phone) -> None:
    offered = ann.file("photo", "make it winter", width=800, height=600)
    assert offered.key == "offer"
    assert "make it winter" in offered.text
    (file_id,) = ann.effects.fetch_inputs
    ann.press("t:image_to_image")
    ann.press("m:")
    assert "make it winter" in ann.last().text
    job = order(ann)
    assert job.prompt == "make it winter"
    assert inputs.named_in(job.input) == {file_id}
    assert len(ann.all()) == 1, "all of it in one message"


def test_a_picture_that_nobody_opens_is_refused_before_it_is_fetched(ann: Phone) -> None:
    assert ann.file("document", "what is it?", mime="image/heic").key == "media-refused-heic"
    assert ann.effects.fetch_inputs == []


@pytest.mark.parametrize(
    ("kind", "mime", "wanted"),
    [
        ("photo", "", "image_to_video"),
        ("document", "image/png", "image_to_video"),
        ("video", "video/mp4", "video_to_video"),
        ("animation", "video/mp4", "video_to_video"),
        ("document", "video/mp4", "video_to_video"),
        ("audio", "audio/mpeg", "lip_sync"),
        ("document", "audio/wav", "lip_sync"),
    ],
)
def test_each_kind_of_file_is_offered_what_takes_it(ann: Phone, kind: str, mime: str, wanted: str) -> None:
    offered = ann.file(kind, mime=mime, duration_s=3)
    assert offered.key == "offer"
    assert f"t:{wanted}" in str(offered.buttons)
    assert "t:text_to" not in str(offered.buttons)


def test_every_offered_type_has_models_that_take_the_file(desk: Desk, ann: Phone) -> None:
    for kind, sent in (("image", "photo"), ("video", "video"), ("audio", "audio")):
        offered = ann.file(sent, mime=f"{kind}/mp4")
        for model_type in types_taking(desk.shelf, [kind]):
            ann.press(f"t:{model_type}", offered)
            models = [desk.shelf.known(data.split(":")[1]) for _, data in ann.last().buttons if data.startswith("m:")]
            assert models
            assert all(model is not None and any(each.media in (kind, "file") for each in model.media) for model in models)


def test_a_document_with_text_is_still_read(ann: Phone) -> None:
    assert ann.file("document", mime="application/pdf").key == "document-accepted"


def test_an_album_is_one_offer_and_all_its_pictures_go_along(desk: Desk, ann: Phone) -> None:
    for number in range(3):
        ann.file("photo", "join them" if number == 1 else "", album="one")
    offered = ann.last()
    assert "these 3 pictures" in offered.text
    assert "join them" in offered.text, "the caption may stand under any of them"
    model = next(
        model for model in desk.shelf.of_type("image_to_image") if any((each.max_items or 0) >= 3 for each in model.media)
    )
    ann.press("t:image_to_image")
    ann.press_data(f"m:{key_of(model.id)}:image_to_image", ann.last())
    assert inputs.named_in(only_form().input) == {1, 2, 3}


def test_a_form_that_waits_for_a_picture_takes_it(desk: Desk, ann: Phone) -> None:
    model = next(
        model for model in desk.shelf.of_type("upscale") if any(each.media == "image" and each.required for each in model.media)
    )
    ann.say(f"/model {key_of(model.id)}")
    ann.press("Continue")
    asked = ann.last()
    assert asked.key == "form-field"
    assert "picture" in asked.text
    assert ann.say("here it is").key == "form-waits-media"
    ann.file("photo", width=400, height=300)
    assert ann.last().key in ("confirm", "form-ask-words")
    assert inputs.named_in(only_form().input) == {1}


def test_a_file_of_another_kind_is_offered_what_can_be_made_of_it(desk: Desk, ann: Phone) -> None:
    model = next(model for model in desk.shelf.of_type("upscale") if {each.media for each in model.media} == {"image"})
    ann.say(f"/model {key_of(model.id)}")
    assert ann.file("audio", mime="audio/mpeg").key == "offer"


def test_a_file_that_does_not_fit_is_explained_before_the_order(desk: Desk, ann: Phone) -> None:
    model = next(
        model
        for model in desk.shelf.of_type("image_to_video")
        if any(each.media == "image" and each.accept and each.required for each in model.media)
    )
    ann.say(f"/model {key_of(model.id)}")
    ann.press("Continue")
    ann.file("document", mime="image/x-strange")
    if ann.last().key == "form-ask-words":
        ann.say("waves")
    assert ann.last().key == "confirm-wrong"
    assert "formats" in ann.last().text


def test_img_with_a_photo_works_on_it(ann: Phone) -> None:
    assert ann.file("photo", "/img make it blue").key == "job-accepted"
    job = Job.get()
    assert inputs.named_in(job.input) == {1}
    assert job.prompt == "make it blue"


def test_img_in_reply_to_ones_own_photo_works_on_it(ann: Phone) -> None:
    ann.file("photo")
    photo = ann.message_id
    assert ann.say("/img make it blue", reply_to=photo).key == "job-accepted"
    assert inputs.named_in(Job.get().input) == {1}


def test_a_file_that_is_too_big_is_refused_in_words(ann: Phone) -> None:
    assert ann.file("video", mime="video/mp4", size_bytes=200 * 2**20).key == "reference-too-big"
    assert InputFile.select().count() == 0


def test_a_photo_in_a_group_is_offered_only_when_the_bot_is_meant(intake: Intake) -> None:
    ann = Phone(intake, chat=GROUP)
    assert ann.file("photo", "make it blue").key == "offer"
    before = len(ann.all())
    ann.file("photo", mentioned=False)
    assert len(ann.all()) == before


def test_words_that_look_like_the_name_of_a_file_are_words(desk: Desk, intake: Intake, ann: Phone) -> None:
    Phone(intake, 8).file("photo", width=800, height=600)
    strange = InputFile.get().id
    model = desk.shelf.of_type("text_to_image")[0]
    form = begin(person_of(accounts.of_user(7)), Spot(7), model, "text_to_image", words=f"file:{strange}")
    assert carried(form, model) == (f"file:{strange}", [])
    assert draft_of(desk, person_of(accounts.of_user(7)), form).media == {}


def test_words_that_look_like_the_name_of_a_file_are_ordered_as_words(intake: Intake, ann: Phone) -> None:
    Phone(intake, 8).file("photo", width=800, height=600)
    words = f"file:{InputFile.get().id}"
    assert ann.say(f"/img {words}").key == "job-accepted"
    job = Job.get()
    assert (job.prompt, inputs.of_job(job.id)) == (words, [])
    assert inputs.with_urls(job.input, {}) == job.input


def test_the_button_of_an_older_offer_works_on_its_own_picture_and_words(desk: Desk, ann: Phone) -> None:
    first = ann.file("photo", "make it winter")
    second = ann.file("photo", "make it summer")
    ann.file("audio", mime="audio/mpeg", duration_s=3)
    for offered, words, file_id in ((first, "make it winter", 1), (second, "make it summer", 2), (first, "make it winter", 1)):
        ann.press("t:image_to_image", offered)
        ann.press("m:")
        assert ann.last().row == offered.row
        assert words in ann.last().text
        assert inputs.named_in(only_form().input) == {file_id}
        ann.press("Models")
    assert order_of_first(ann).prompt == "make it winter"


def order_of_first(ann: Phone) -> Any:
    ann.press("m:")
    return order(ann)


def test_an_older_offer_can_still_be_asked_about_its_own_picture(ann: Phone) -> None:
    first = ann.file("photo")
    ann.file("photo")
    ann.press("v:ask", first)
    ann.say("who is this?")
    (turn,) = ann.effects.turns
    assert files_in(Turn.get_by_id(turn.turn_id).content) == [1]


def test_a_caption_that_was_changed_stays_with_its_offer(ann: Phone) -> None:
    first = ann.file("photo", "make it winter")
    ann.edit("make it spring", kind="photo")
    ann.file("photo")
    ann.press("t:image_to_image", first)
    ann.press("m:")
    assert "make it spring" in ann.last().text


def test_an_older_offer_whose_picture_is_gone_says_so(ann: Phone) -> None:
    first = ann.file("photo")
    ann.file("photo")
    InputFile.delete().where(InputFile.id == 1).execute()
    ann.press("t:image_to_image", first)
    assert ann.notice == "reference-gone"


def test_what_was_given_up_for_the_main_menu_does_not_come_back(ann: Phone) -> None:
    offered = ann.file("photo", "make it winter")
    ann.press("Main menu", offered)
    ann.press("g:pictures")
    ann.press("t:image_to_image")
    ann.press("m:")
    assert "make it winter" not in ann.last().text
    assert only_form().input == {}


def test_an_album_that_is_older_keeps_all_its_pictures(ann: Phone) -> None:
    for _ in range(3):
        ann.file("photo", album="one")
    album = ann.last()
    ann.file("photo")
    ann.press("t:image_to_image", album)
    assert only_form().files == [1, 2, 3]


def test_a_picture_for_an_open_order_is_said_to_be_added(desk: Desk, ann: Phone) -> None:
    model = next(
        model for model in desk.shelf.of_type("image_to_image") if any((each.max_items or 0) >= 2 for each in model.media)
    )
    ann.say(f"/model {key_of(model.id)}")
    assert "The picture is added to this order." in ann.file("photo", width=800, height=600).text
    assert "which has 2 files now." in ann.file("photo", width=800, height=600).text


def list_model(desk: Desk, most: int) -> Any:
    """A model that takes only a list of at most so many pictures."""
    return next(
        model
        for model in desk.shelf.of_type("image_to_image")
        if len(model.media) == 1 and model.media[0].type == "array" and 2 <= (model.media[0].max_items or 0) <= most
    )


def test_an_album_with_more_than_the_model_takes_says_how_many_are_used(desk: Desk, ann: Phone) -> None:
    model = list_model(desk, 9)
    most = model.media[0].max_items
    for _ in range(10):
        ann.file("photo", "make it winter", album="one", width=800, height=600)
    ann.press("t:image_to_image")
    ann.press_data(f"m:{key_of(model.id)}:image_to_image", ann.last())
    assert f"{most} of 10 files are used" in ann.last().text
    ann.press("Continue")
    assert (ann.last().key, f"{most} of 10 files are used" in ann.last().text) == ("confirm", True)


@pytest.mark.parametrize("waits", [True, False])
def test_an_album_for_an_open_order_says_how_many_are_used(desk: Desk, ann: Phone, waits: bool) -> None:
    model = list_model(desk, 9)
    most = model.media[0].max_items
    ann.say(f"/model {key_of(model.id)}")
    if waits:
        ann.press(f":e:{key_of(model.media[0].name)}")
    for _ in range(10):
        ann.file("photo", album="one", width=800, height=600)
    assert len(ann.all()) == 2, "one sign for the album"
    shown = ann.press(":p") if waits else ann.last()
    assert f"{most} of 10 files are used" in shown.text
    assert len(only_form().input[model.media[0].name]) == most


def test_an_album_of_pictures_and_clips_is_files_and_offers_what_takes_both(desk: Desk, ann: Phone) -> None:
    ann.file("photo", album="one")
    offered = ann.file("video", album="one", mime="video/mp4")
    assert "these 2 files" in offered.text
    types = [data.removeprefix("t:") for _, data in offered.buttons if data.startswith("t:")]
    assert types == types_taking(desk.shelf, ["image", "video"])
    for model_type in types:
        ann.press(f"t:{model_type}", offered)
        assert any(data.startswith("m:") for _, data in ann.last().buttons)
