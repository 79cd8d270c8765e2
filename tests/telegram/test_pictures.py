"""Questions about pictures at the intake: which words are one, which files a turn shows, and the buttons that lead on."""

from __future__ import annotations

from typing import Any

import pytest

from kiebot.services import chat, pictures
from kiebot.services.chat import Answer
from kiebot.services.context import text_of
from kiebot.services.incoming import Attachment
from kiebot.store import forms, inputs, outbox
from kiebot.store.models import Turn
from kiebot.store.order_models import OrderForm
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.wishes import is_order
from tests.telegram.phone import GROUP, Phone


def last_turn() -> Any:
    return Turn.select().order_by(Turn.id.desc()).get()


def input_file(file_id: int) -> str:
    """Telegram's reference of a file that was taken in."""
    row = inputs.get(file_id)
    assert row is not None
    return str(row.file_id)


def only_form() -> Any:
    return OrderForm.select().get()


def shown_in(turn: Any) -> list[int]:
    return pictures.files_in(turn.content)


def answered(phone: Phone, words: str = "a red boat") -> Any:
    """The bot answers the newest turn. Returns the message."""
    chat.end_answer(last_turn().id, Answer(words, "answered", "model"))
    phone.deliver()
    return phone.last()


@pytest.mark.parametrize(
    "words",
    [
        "make it winter",
        "Please remove the people in the background",
        "can you make it winter?",
        "turn this into a watercolour",
        "in the style of Van Gogh's style",
        "сделай зимой",
        "пожалуйста, убери фон",
        "можешь убрать людей?",
        "Оживите фото",
        "в стиле аниме",
    ],
)
def test_words_that_want_another_picture_are_an_order(words: str) -> None:
    assert is_order(words)


@pytest.mark.parametrize(
    "words",
    [
        "what is this?",
        "make a list of what you see",
        "Make me a short caption for this post",
        "describe the style",
        "is it a good idea to remove the tree?",
        "translate the text",
        "add up the numbers",
        "что на фото?",
        "сделай описание товара",
        "составь рецепт",
        "сделай краткий пересказ",
        "убери фон " * 200,
    ],
)
def test_words_that_want_an_answer_are_a_question(words: str) -> None:
    assert not is_order(words)


def test_a_photo_with_a_question_becomes_a_turn_that_names_the_file(ann: Phone) -> None:
    ann.file("photo", "what is this?")
    (turn,), (file_id,) = ann.effects.turns, ann.effects.fetch_inputs
    assert turn.turn_id == last_turn().id
    assert last_turn().content == [{"type": "text", "text": "what is this?"}, {"type": "picture", "file": file_id}]
    assert forms.get(1, ann.chat) is None


def test_an_image_sent_as_a_file_and_a_clip_are_asked_about_too(ann: Phone) -> None:
    for kind, mime in (("document", "image/png"), ("video", "video/mp4"), ("document", "video/mp4")):
        ann.file(kind, "what happens here?", mime)
        assert len(ann.effects.turns) == 1
    assert Turn.select().count() == 3


def test_a_forwarded_post_is_offered_and_can_be_asked(ann: Phone) -> None:
    offered = ann.file("photo", "Our new bicycle is here", forwarded=True)
    assert offered.key == "offer"
    ann.press("Ask about it")
    assert len(ann.effects.turns) == 1
    assert "Our new bicycle is here" in text_of(last_turn().content)
    ann.press("Ask about it", offered)
    assert ann.effects.turns == []
    assert Turn.select().count() == 1, "pressed twice, asked once"


def test_an_album_is_one_turn_wherever_its_words_stand(ann: Phone) -> None:
    for number in range(3):
        ann.file("photo", "compare them, which is better?" if number == 0 else "", album="first")
    assert shown_in(last_turn()) == [1, 2, 3]
    for number in range(3):
        ann.file("photo", "and these?" if number == 1 else "", album="second")
    assert shown_in(last_turn()) == [4, 5, 6]
    assert Turn.select().count() == 2
    assert last_turn().ready_at > 0, "the rest of an album is waited for"


def test_what_is_written_right_after_a_picture_is_about_it_once(ann: Phone) -> None:
    ann.file("photo")
    ann.say("what is this?")
    assert shown_in(last_turn()) == [1]
    ann.say("thanks, and now a joke")
    assert shown_in(last_turn()) == [], "it stands in the conversation already"


def test_an_order_right_after_a_picture_is_offered(ann: Phone) -> None:
    ann.file("photo")
    offered = ann.say("make it winter")
    assert offered.key == "offer"
    assert "make it winter" in offered.text


def test_an_order_that_is_about_no_picture_stays_one(ann: Phone) -> None:
    ann.file("photo")
    assert ann.say("draw a cat in a hat").key == "job-accepted"


def test_the_button_makes_the_next_message_the_question_whatever_it_says(ann: Phone) -> None:
    ann.file("photo")
    assert ann.press("Ask about it").key == "picture-ask-now"
    ann.say("draw a conclusion from it")
    assert shown_in(last_turn()) == [1]
    assert only_form().step == "offering"


def test_back_from_the_question_is_the_offer(ann: Phone) -> None:
    ann.file("photo")
    ann.press("Ask about it")
    assert ann.press("Back").key == "offer"


def test_a_reply_to_ones_own_earlier_picture(ann: Phone) -> None:
    ann.file("photo", "make it winter")
    photo = ann.message_id
    ann.file("photo", "make it summer")
    ann.say("what is this?", reply_to=photo)
    assert shown_in(last_turn()) == [1]
    assert ann.say("make it autumn", reply_to=photo).key == "offer"


def test_a_reply_to_a_picture_of_ours(ann: Phone) -> None:
    file = {"mime": "image/png", "name": "1.png", "path": "/gone"}
    payload = {"file": file, "markdown": "", "language": "en", "buttons": []}
    row = outbox.add(ann.chat, "photo", payload, lane=outbox.Lane.RESULT)
    outbox.sent(row.id, 777, "tg-ours")
    ann.say("what did you draw here?", reply_to=777)
    (file_id,) = shown_in(last_turn())
    assert ann.effects.fetch_inputs == [file_id]
    assert input_file(file_id) == "tg-ours"


def test_in_a_group_a_mention_under_somebody_elses_picture(intake: Intake) -> None:
    ann = Phone(intake, chat=GROUP)
    theirs = Attachment("tg-bobs", "", "", 1000)
    ann.say("what is this?", reply_to=55, replied=theirs, replied_kind="photo", reply_text="my wall")
    (file_id,) = shown_in(last_turn())
    assert input_file(file_id) == "tg-bobs"
    assert text_of(last_turn().content).endswith("Ann: what is this?")


def test_changed_words_keep_the_picture(ann: Phone) -> None:
    ann.file("photo", "what is thsi?")
    ann.edit("what is this?", "photo")
    assert shown_in(last_turn()) == [1]
    assert text_of(last_turn().content) == "what is this?"


def test_the_answer_leads_on_to_an_edit_and_to_everything_else(ann: Phone) -> None:
    ann.file("photo", "as a winter evening")
    said = answered(ann)
    ann.press("Edit it so", said)
    form = only_form()
    assert (form.type, inputs.named_in(form.input)) == ("image_edit", {1})
    assert "as a winter evening" in str(form.input)
    offered = ann.press("More", said)
    assert offered.key == "offer"
    assert "as a winter evening" in offered.text
    ann.say("a word in between")
    assert shown_in(last_turn()) == [], "what was answered is not asked again by itself"


def test_a_prompt_is_made_in_the_chosen_kind_and_changed_by_a_reply(ann: Phone) -> None:
    ann.file("photo")
    ann.press("Prompt from it")
    offered = ann.press("A clip")
    assert offered.key == "offer"
    asked = last_turn()
    assert shown_in(asked) == [1]
    assert "clips" in pictures.instructions(asked.content)
    assert "English" in pictures.instructions(asked.content)
    assert asked.message_id < 0
    said = answered(ann, '"A red boat\non waves"')
    assert said.text == "```\nA red boat on waves\n```"
    ann.say("at night", reply_to=said.message_id)
    assert "at night" in text_of(last_turn().content)
    assert "A red boat on waves" in text_of(last_turn().content)
    ann.press("In Russian", said)
    assert "Russian" in pictures.instructions(last_turn().content)


def test_the_button_takes_the_next_message_for_the_change(ann: Phone) -> None:
    ann.file("photo")
    ann.press("Prompt from it")
    ann.press("A picture")
    said = answered(ann)
    ann.press("Change it", said)
    ann.say("make it winter")
    assert "make it winter" in text_of(last_turn().content)
    assert pictures.prompt_part(last_turn().content) is not None
    answered(ann, "a boat in winter")
    ann.say("thanks")
    assert pictures.prompt_part(last_turn().content) is None


@pytest.mark.parametrize(("words", "model_type"), [("Make a picture", "text_to_image"), ("Make a clip", "text_to_video")])
def test_a_prompt_fills_the_form_that_makes_it(ann: Phone, words: str, model_type: str) -> None:
    ann.file("photo")
    ann.press("Prompt from it")
    ann.press("A picture")
    said = answered(ann)
    ann.press(words, said)
    form = only_form()
    assert form.type == model_type
    assert "a red boat" in str(form.input)


def test_buttons_of_others_and_forged_ones_do_nothing(intake: Intake) -> None:
    ann, bob = Phone(intake, chat=GROUP), Phone(intake, user_id=8, chat=GROUP)
    ann.file("photo", "what is this?")
    said = answered(ann)
    bob.press("Edit it so", said)
    assert bob.notice == "button-not-yours"
    for data in ("v:", "v:edit", "v:edit:99", "v:in:1:en", "v:make:1:image", "v:for:image", "v:change:1", "v:nonsense:1"):
        ann.press_data(data, said)
        assert ann.notice == "button-old", data


def test_a_prompt_button_of_a_question_is_no_prompt_to_be_changed(ann: Phone) -> None:
    ann.file("photo", "what is this?")
    said = answered(ann)
    ann.say("and the left side?", reply_to=said.message_id)
    assert pictures.prompt_part(last_turn().content) is None
    assert Turn.get_by_id(1).answer == "a red boat"
