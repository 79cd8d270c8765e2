"""From the main menu to a model, for every type and model of the catalogue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiebot.catalog.schema import ORDERED_TYPES, TYPES
from kiebot.i18n import LANGUAGES, text
from kiebot.services import accounts as services
from kiebot.services.incoming import Sender
from kiebot.store import forms, overrides
from kiebot.store.db import transaction
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.drafts import Spot, begin, draft_of
from kiebot.telegram.handlers.formscreens import confirm_view, field_view, parameters_view, words_view
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.menu import EMOJI, GROUPS, PAGE, group_screen, models_screen
from kiebot.telegram.handlers.screens import Screen
from kiebot.telegram.handlers.shelf import Shelf
from kiebot.telegram.handlers.values import asked
from tests.telegram.conftest import PAID
from tests.telegram.phone import GROUP, Phone

MOST_BUTTONS, MOST_CHARS, MOST_DATA = 100, 4096, 64


def check(screen: Screen, language: str) -> None:
    """Telegram takes it: length of the text, number of buttons, size of their data."""
    assert len(text(language, screen.key, **screen.args)) <= MOST_CHARS
    buttons = [button for row in screen.buttons for button in row]
    assert len(buttons) <= MOST_BUTTONS
    for button in buttons:
        assert len(button.get("data", "").encode()) <= MOST_DATA
        assert button.get("text") or text(language, button["key"])


def restarted(desk: Desk) -> Intake:
    """The bot after a restart: it looks at once what the operator changed, not after a second."""
    return Intake(replace(desk, shelf=Shelf(desk.shelf.catalogue)))


def test_every_type_stands_in_one_group_and_has_a_sign() -> None:
    placed = [model_type for types in GROUPS.values() for model_type in types]
    assert sorted(placed) == sorted(TYPES)
    assert set(EMOJI) == set(TYPES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_every_type_can_be_shown(desk: Desk, language: str) -> None:
    for group, types in GROUPS.items():
        check(group_screen(desk.shelf, group, language), language)
        for model_type in types:
            for page in range(len(desk.shelf.of_type(model_type)) // PAGE + 2):
                check(models_screen(desk, model_type, page, language), language)


def test_all_offered_models_are_found_by_turning_pages(desk: Desk) -> None:
    for model_type in TYPES:
        models = desk.shelf.of_type(model_type)
        pages = range(max(1, -(-len(models) // PAGE)))
        screens = [models_screen(desk, model_type, page, "en") for page in pages]
        chosen = {
            button["data"] for screen in screens for row in screen.buttons for button in row if button["data"].startswith("m:")
        }
        assert len(chosen) == len(models)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_of_every_model_can_be_shown(desk: Desk, language: str) -> None:
    for model in desk.shelf.catalogue.models.values():
        if not model.offered:
            continue
        with transaction():
            person = services.meet(Sender(7, "Ann", "", language), frozenset())
            draft = draft_of(desk, person, begin(person, Spot(7), model, model.type, words="a red boat"))
        views = [parameters_view(draft), words_view(draft), confirm_view(desk, draft)]
        views += [field_view(desk, draft, field) for field in asked(model)]
        for view in views:
            check(view.screen, language)


def test_the_ordered_types_are_served_or_say_that_they_are_not(desk: Desk) -> None:
    for model_type in ORDERED_TYPES:
        screen = models_screen(desk, model_type, 0, "en")
        assert screen.key == ("models" if desk.shelf.catalogue.of_type(model_type) else screen.key)
        assert screen.key in ("models", "models-nearest", "models-none")


def test_the_menu_changes_one_message_on_the_way_to_a_model(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    ann.say("/menu")
    assert "Pictures" in str(ann.last().buttons)
    ann.press("g:pictures")
    ann.press("t:text_to_image")
    listed = ann.last()
    assert "cr" in listed.text, "prices are shown"
    assert "~" in listed.text, "and how long it takes"
    assert len([data for _, data in listed.buttons if data.startswith("m:")]) == PAGE
    ann.press("▶️")
    ann.press("m:")
    assert ann.last().key == "form-parameters"
    assert len(ann.all()) == 1


def test_the_menu_speaks_russian(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)), language="ru")
    ann.say("/menu")
    ann.press("🎬 Видео")
    assert "что сделаем" in ann.last().text
    ann.press("t:text_to_video")
    assert "Видео по описанию" in ann.last().text
    assert " кр." in ann.last().text


def test_where_nobody_pays_no_price_is_shown_anywhere(intake: Intake) -> None:
    ann = Phone(intake)
    ann.say("/menu")
    ann.press("g:pictures")
    ann.press("t:text_to_image")
    seen = [ann.last().text, ann.say("/models flux").text, ann.press("m:").text, ann.say("a boat").text]
    assert ann.last().key == "confirm"
    assert [text for text in seen if " cr" in text or "credit" in text.lower() or "Price" in text] == []


def test_home_leads_back_and_closes_the_form(intake: Intake) -> None:
    ann = Phone(intake)
    ann.say("/menu")
    ann.press("g:sound")
    ann.press("menu:home")
    assert ann.last().key == "menu"
    ann.press("g:pictures")
    ann.press("t:text_to_image")
    ann.press("m:")
    ann.say("/menu")
    assert ann.say("hello").key != "confirm", "the order was left: this is talk"
    assert ann.effects.turns


def test_a_menu_in_a_group_belongs_to_who_opened_it(intake: Intake) -> None:
    ann, bob = Phone(intake, 7, chat=GROUP), Phone(intake, 8, chat=GROUP)
    menu = ann.say("/menu")
    bob.press("g:pictures", menu)
    assert bob.notice == "button-not-yours"
    assert ann.last().key == "menu"
    ann.press("g:pictures", menu)
    assert ann.last().key == "types"


@pytest.mark.parametrize(
    "data", ["g:", "g:none", "t:", "t:none:1", "m:", "m:00000000:text_to_image", "m:zz", "s:1", "s:", "t:upscale:99999"]
)
def test_hostile_or_old_menu_data_gets_an_answer(intake: Intake, data: str) -> None:
    ann = Phone(intake)
    menu = ann.say("/menu")
    ann.press_data(data, menu)
    assert ann.notice in ("button-old", "model-gone") or ann.last().key == "models"


def test_a_model_that_was_switched_off_is_not_listed_and_its_old_button_says_so(intake: Intake, desk: Desk) -> None:
    ann = Phone(intake)
    ann.say("/menu")
    ann.press("g:pictures")
    listed = ann.press("t:text_to_image")
    old = listed.data("m:")
    model = desk.shelf.known(old.split(":")[1])
    assert model is not None
    with transaction():
        overrides.save(model.id, enabled=False, reason="broken")
    ann.intake = restarted(desk)
    ann.press_data(old, listed)
    assert (ann.notice, ann.effects.notice_args) == ("model-off", {"model": model.label["en"]})
    ann.press("t:text_to_image:0", listed)
    assert old not in str(ann.last().buttons)


def test_a_form_whose_model_was_switched_off_meanwhile_says_so(intake: Intake, desk: Desk) -> None:
    ann = Phone(intake)
    ann.say("/img")
    model_id = forms.by_id(1).model
    with transaction():
        overrides.save(model_id, enabled=False)
    ann.intake = restarted(desk)
    ann.press(":p")
    assert ann.notice == "model-off"
    ann.say("a boat")
    assert ann.effects.turns, "what is written goes to the text model"


def test_start_in_a_group_says_how_to_call_the_bot_there(intake: Intake) -> None:
    ann = Phone(intake, chat=GROUP)
    started = ann.say("/start")
    assert started.key == "greeting-group"
    assert "@kiebot" in started.text
    ann.press("g:pictures", started)
    assert ann.last().key == "types"
    assert Phone(intake, 8).say("/start").key == "start"
