"""/models, inline search, and the short names that choose a model."""

from __future__ import annotations

from dataclasses import replace

from kiebot.services.incoming import InlineQuery, Sender
from kiebot.store.order_models import OrderForm
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.menu import PAGE
from kiebot.telegram.handlers.search import INLINE_PAGE
from kiebot.telegram.handlers.shelf import key_of
from tests.telegram.phone import Phone

ANN = Sender(7, "Ann", "", "en")


def query(words: str, offset: int = 0, *, with_bot: bool = True, language: str = "en") -> InlineQuery:
    return InlineQuery(1, replace(ANN, language_code=language), words, offset, with_bot)


def test_models_finds_by_name_vendor_and_with_typing_errors(desk: Desk, ann: Phone) -> None:
    model = next(model for model in desk.shelf.of_type("text_to_video") if len(model.family) > 5)
    misspelt = model.family[:2] + model.family[3:]
    for words in (model.label["en"], model.vendor, misspelt, model.id):
        found = ann.say(f"/models {words}")
        assert found.key == "models-found", words
        assert any(
            model.vendor in desk.shelf.known(data.split(":")[1]).vendor for _, data in found.buttons if data.startswith("m:")
        )


def test_a_found_model_can_be_chosen_and_pages_can_be_turned(ann: Phone) -> None:
    found = ann.say("/models video")
    first = [data for _, data in found.buttons if data.startswith("m:")]
    assert len(first) == PAGE
    ann.press("▶️")
    second = [data for _, data in ann.last().buttons if data.startswith("m:")]
    assert not set(first) & set(second)
    ann.press("▶️")
    assert ann.last().key == "models-found"
    ann.press("m:")
    assert ann.last().key == "form-parameters"


def test_nothing_found_is_said_and_no_words_show_everything(ann: Phone) -> None:
    assert ann.say("/models qqqqqqqq").key == "models-not-found"
    assert ann.say("/models").key == "menu"


def test_models_speaks_russian(intake: Intake) -> None:
    ann = Phone(intake, language="ru")
    assert "По запросу «видео»" in ann.say("/models видео").text


def test_inline_search_sends_a_command_that_chooses_the_model(desk: Desk, intake: Intake, ann: Phone) -> None:
    hits, _ = intake.inline(query("image"))
    assert hits
    assert hits[0].words.startswith(f"/model {hits[0].key}")
    assert hits[0].buttons == []
    ann.say(hits[0].words)
    assert key_of(OrderForm.get().model) == hits[0].key
    assert ann.last().key == "form-parameters"


def test_inline_search_in_other_chats_names_the_bot_and_brings_a_link(intake: Intake, ann: Phone) -> None:
    hits, _ = intake.inline(query("image", with_bot=False))
    assert hits[0].words.startswith(f"/model@kiebot {hits[0].key}")
    link = hits[0].buttons[0][0]["url"]
    ann.say(f"/start {link.partition('start=')[2]}")
    assert key_of(OrderForm.get().model) == hits[0].key


def test_inline_search_turns_pages_and_shows_the_usual_models_first(desk: Desk, intake: Intake) -> None:
    hits, onward = intake.inline(query("video"))
    assert (len(hits), onward) == (INLINE_PAGE, INLINE_PAGE)
    more, _ = intake.inline(query("video", INLINE_PAGE))
    assert not {hit.key for hit in hits} & {hit.key for hit in more}
    usual, _ = intake.inline(query(""))
    assert len({hit.key for hit in usual}) == len(usual) > 5
    assert intake.inline(query("qqqqqqqq")) == ([], None)


def test_a_link_to_a_model_that_is_gone_greets_as_usual(ann: Phone) -> None:
    assert ann.say("/start m_00000000").key == "start"
    assert ann.say("/start").key == "start"


def test_model_by_name_chooses_the_only_one_or_lists(desk: Desk, ann: Phone) -> None:
    assert ann.say("/model 00000000 gone").key in ("models-found", "models-not-found")
    assert ann.say("/model").key == "menu"
