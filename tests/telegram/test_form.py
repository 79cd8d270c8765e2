"""Forms of orders: parameters, words, confirmation, and whatever a person does in another order than expected."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from kiebot.catalog.examples import minimal
from kiebot.catalog.forms import complete
from kiebot.catalog.schema import Model
from kiebot.catalog.validation import validate
from kiebot.config.keys import Billing
from kiebot.services import accounts as services
from kiebot.services import generation
from kiebot.services.chat import LONG_PART_CHARS
from kiebot.services.incoming import Sender
from kiebot.services.pricing import Tariff
from kiebot.store import forms, jobs, ledger, overrides, preferences
from kiebot.store.db import transaction
from kiebot.store.models import Account, Incident, Job
from kiebot.store.order_models import OrderForm
from kiebot.telegram.handlers import improving
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.drafts import Spot, begin, draft_of
from kiebot.telegram.handlers.formscreens import FIRST_FIELDS, MANY_FIELDS, advance
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.shelf import Shelf, key_of
from kiebot.telegram.handlers.values import asked
from tests.telegram.conftest import PAID, only_form
from tests.telegram.phone import GROUP, Phone, Shown


def model_with(desk: Desk, model_type: str, *kinds: str) -> Model:
    """A model of the type that asks for parameters of all these kinds."""
    return next(model for model in desk.shelf.of_type(model_type) if set(kinds) <= {field.kind for field in asked(model)})


def choose(phone: Phone, model: Model) -> Shown:
    return phone.say(f"/model {key_of(model.id)}")


def test_from_a_model_to_the_queue(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    assert ann.last().key == "form-parameters"
    ann.press("Continue")
    assert ann.last().key == "form-ask-words"
    assert ann.last().text.count("•") == 2, "two examples"
    confirm = ann.say("a lighthouse in a storm")
    assert confirm.key == "confirm"
    assert "a lighthouse in a storm" in confirm.text
    assert "Usually ready in" in confirm.text
    ann.press("Make it")
    assert ann.notice == "form-accepted"
    status = ann.last()
    assert (status.row, status.key) == (confirm.row, "job-accepted"), "the form became the status of the job"
    job = Job.get()
    assert (job.prompt, job.message_id, job.state) == ("a lighthouse in a storm", ann.message_id, "queued")
    assert validate(desk.shelf.catalogue.models[job.model], job.input) == []


def test_words_before_any_button_become_the_prompt(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_video", "choice"))
    assert ann.say("waves").key == "confirm"
    assert not ann.effects.turns


def test_choices_switches_and_numbers_are_set_by_buttons(desk: Desk, ann: Phone) -> None:
    model = model_with(desk, "text_to_video", "choice", "toggle", "number")
    choose(ann, model)
    for field in asked(model):
        if field.kind == "choice":
            ann.press(f":e:{key_of(field.name)}")
            ann.press(next(data for words, data in ann.last().buttons if ":s:" in data and "✓" not in words))
            assert ann.last().key == "form-parameters"
            assert only_form().input[field.name] in field.values
        elif field.kind == "toggle":
            ann.press(f":s:{key_of(field.name)}")
            assert only_form().input[field.name] is (not field.default)
        elif field.kind == "number" and field.values:
            ann.press(f":e:{key_of(field.name)}")
            ann.press(":s:")
            assert only_form().input[field.name] == field.values[0]


def test_numbers_can_be_typed_and_nonsense_is_explained(desk: Desk, ann: Phone) -> None:
    model = model_with(desk, "text_to_video", "number")
    field = next(field for field in asked(model) if field.kind == "number")
    choose(ann, model)
    ann.press(f":e:{key_of(field.name)}")
    assert ann.say("many").key == "form-no-such-value"
    assert ann.last().data("menu:home")
    wrong = ann.say("987654")
    assert wrong.key == "form-no-such-value"
    assert "at most" in wrong.text
    assert field.name not in only_form().input
    ann.say(str(int(field.parameter.max or 5)))
    assert only_form().input[field.name] == field.parameter.max
    assert ann.last().key == "form-parameters"


def test_a_choice_can_be_typed_in_any_case(desk: Desk, ann: Phone) -> None:
    model = model_with(desk, "text_to_image", "choice")
    field = next(field for field in asked(model) if field.kind == "choice")
    choose(ann, model)
    ann.press(f":e:{key_of(field.name)}")
    ann.say(str(field.values[-1]).upper())
    assert only_form().input[field.name] == field.values[-1]


def test_the_last_parameters_are_remembered_for_the_model(desk: Desk, ann: Phone) -> None:
    model = model_with(desk, "text_to_image", "choice")
    field = next(field for field in asked(model) if field.kind == "choice" and len(field.values) > 1)
    choose(ann, model)
    ann.press(f":e:{key_of(field.name)}")
    ann.press([data for words, data in ann.last().buttons if ":s:" in data and "✓" not in words][-1])
    chosen = only_form().input[field.name]
    ann.say("a boat")
    ann.press("Make it")
    assert preferences.get(Account.get().id, model.id)[field.name] == chosen
    choose(ann, model)
    assert only_form().input == preferences.get(Account.get().id, model.id)
    assert "a boat" not in ann.last().text, "the words are new each time"


def test_a_second_press_on_the_confirmation_orders_nothing_more(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    confirm = ann.say("a boat")
    ann.press("Make it", confirm)
    ann.press("Make it", confirm)
    assert (ann.notice, ann.effects.alert) == ("form-accepted", False), "two taps are one order"
    ann.intake = Intake(desk)
    ann.press("Make it", confirm)
    assert (ann.notice, ann.effects.alert) == ("form-ordered", True), "it was ordered before this life of the bot"
    assert Job.select().count() == 1
    assert ann.say("thank you").key == "job-accepted"
    assert ann.effects.turns, "what is written after the order is talk"


def test_an_old_forms_buttons_say_that_it_is_closed(desk: Desk, ann: Phone) -> None:
    model = model_with(desk, "text_to_image", "choice")
    old = choose(ann, model)
    choose(ann, model)
    ann.press("Continue", old)
    assert ann.notice == "form-gone"


@pytest.mark.parametrize(
    "data", ["f:", "f:x", "f:1", "f:1:q", "f:1:e:zz", "f:1:s:zz:1", "f:1:s", "f:1:j:1:1", "f:1:y", "o:1", "o:x", "o:"]
)
def test_hostile_form_data_gets_an_answer(desk: Desk, ann: Phone, data: str) -> None:
    shown = choose(ann, model_with(desk, "text_to_image", "choice"))
    ann.press_data(data.replace("1", str(only_form().id), 1), shown)
    assert ann.notice in ("button-old", "form-gone", "improve-late", "form-changed")
    assert Incident.select().count() == 0


def test_text_in_the_wrong_moment_is_told_what_is_awaited(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    ann.say("a boat")
    waiting = ann.say("how are you?")
    assert waiting.key == "form-waits-confirm"
    assert [data.split(":")[0] for _, data in waiting.buttons] == ["menu", "f"], "main menu and cancel"
    assert not ann.effects.turns
    ann.press("Cancel", waiting)
    assert OrderForm.select().count() == 0
    ann.say("how are you?")
    assert ann.effects.turns


def test_the_main_menu_out_of_the_wrong_moment_leaves_the_order(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    ann.say("a boat")
    ann.press("Main menu", ann.say("how are you?"))
    assert ann.last().key == "menu"
    assert OrderForm.select().count() == 0


def test_a_form_that_nobody_touched_for_long_lets_people_talk(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    OrderForm.update(updated_at=0).execute()
    ann.say("hello")
    assert ann.effects.turns


def test_cancel_closes_the_form_first_and_the_jobs_second(desk: Desk, ann: Phone) -> None:
    ann.say("/img a boat")
    choose(ann, model_with(desk, "text_to_image", "choice"))
    assert ann.say("/cancel").key == "form-closed-jobs"
    assert Job.get().state == "queued"
    ann.say("/cancel")
    assert Job.get().state == "cancelled"


def test_another_model_takes_the_words_along(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    ann.say("a boat at dawn")
    ann.press("Models")
    assert ann.last().key == "models"
    ann.press([data for _, data in ann.last().buttons if data.startswith("m:")][3])
    assert "a boat at dawn" in ann.last().text
    ann.press("Continue")
    assert ann.last().key == "confirm"


def test_words_that_are_too_long_are_refused_before_anything_is_sent(desk: Desk, ann: Phone) -> None:
    model = min(
        (model for model in desk.shelf.of_type("text_to_image") if model.prompt_parameter),
        key=lambda model: model.input[model.prompt_parameter or ""].max_length or 10**6,
    )
    choose(ann, model)
    wrong = ann.say("boat " * 600)
    assert wrong.key == "confirm-wrong"
    assert "⚠️" in wrong.text
    assert "Make it" not in str(wrong.buttons)
    ann.press("Other words")
    assert ann.say("a boat").key == "confirm"


def test_a_price_is_shown_and_confirmed_where_people_pay(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    shown = ann.say("/img a boat")
    assert shown.key == "confirm", "nothing that costs is made without a yes"
    ann.press("Make it")
    assert ann.notice == "credits-too-low"
    with transaction(durable=True):
        ledger.add(Account.get().id, "topup", 1000, "topup:1")
    ann.press("Make it", shown)
    assert ann.last().key == "job-accepted"
    price = Job.get().price
    assert price > 0
    assert f"{price} credit" in shown.text
    assert ledger.held(Account.get().id) == price


def test_a_form_in_a_group_belongs_to_its_owner(desk: Desk, intake: Intake) -> None:
    ann, bob = Phone(intake, 7, chat=GROUP), Phone(intake, 8, chat=GROUP)
    model = model_with(desk, "text_to_image", "choice")
    choose(ann, model)
    confirm = ann.say("a boat")
    bob.press("Make it", confirm)
    assert bob.notice == "button-not-yours"
    bob.press("Cancel", confirm)
    assert bob.notice == "button-not-yours"
    assert Job.select().count() == 0
    choose(bob, model)
    bob.say("a house")
    assert {form.input[model.prompt_parameter or ""] for form in OrderForm.select()} == {"a boat", "a house"}
    ann.press("Make it", confirm)
    assert Job.get().prompt == "a boat"


def test_limits_are_told_and_the_form_stays(desk: Desk, ann: Phone) -> None:
    ann.say("/img one")
    ann.say("/img two")
    choose(ann, model_with(desk, "text_to_image", "choice"))
    confirm = ann.say("three")
    ann.press("Make it")
    assert ann.notice == "limit-jobs"
    for job in jobs.open_of(Account.get().id):
        with transaction(durable=True):
            jobs.move(job.id, ("queued",), "cancelled")
    ann.press("Make it", confirm)
    assert ann.last().key == "job-accepted"


def test_improving_shows_the_better_words_to_be_taken_or_not(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    ann.say("a boat")
    ann.press("Improve")
    assert ann.last().key == "improve-working"
    (form_id,) = ann.effects.improve
    wish = improving.wish_of(desk, form_id)
    assert wish is not None
    assert wish.words == "a boat"
    improving.answered(desk, wish, '"A red wooden boat at dawn,\nsoft light."')
    ann.deliver()
    shown = ann.last()
    assert "A red wooden boat at dawn, soft light." in shown.text
    ann.press("Keep mine", shown)
    assert "«a boat»" in ann.last().text
    ann.press("Improve")
    improving.answered(desk, replace(wish, words="a boat"), "A red wooden boat.")
    ann.deliver()
    ann.press("Take it")
    assert "«A red wooden boat.»" in ann.last().text
    improving.answered(desk, wish, "too late")
    assert "too late" not in ann.last().text


def test_a_few_words_can_be_improved_before_they_become_the_prompt(desk: Desk, ann: Phone) -> None:
    ann.say("/video")
    assert ann.last().key == "form-ask-words"
    ann.press("Improve")
    assert ann.last().key == "improve-ask"
    ann.say("waves")
    assert ann.last().key == "improve-working"
    assert ann.effects.improve == [only_form().id]


def test_an_answer_of_the_text_model_that_is_empty_keeps_the_words(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    ann.say("a boat")
    ann.press("Improve")
    wish = improving.wish_of(desk, only_form().id)
    assert wish is not None
    improving.answered(desk, wish, "  ")
    ann.deliver()
    assert ann.last().key == "improve-failed"
    ann.press("Keep mine")
    assert ann.last().key == "confirm"


def test_every_models_smallest_order_can_be_confirmed(desk: Desk) -> None:
    """Whatever the catalogue says is enough for an order is enough for the form."""
    urls = {kind: f"https://example.com/{kind}" for kind in ("image", "video", "audio", "file")}
    for model in desk.shelf.catalogue.models.values():
        if not model.offered:
            continue
        with transaction():
            person = services.meet(Sender(7, "Ann", "", "en"), frozenset())
            chosen = minimal(model, urls)
            form = begin(person, Spot(7), model, model.type, chosen=chosen, memo={"silent": True})
        draft = draft_of(desk, person, form)
        assert (model.id, advance(desk, draft).screen.key) == (model.id, "confirm"), draft.errors
    assert forms.get(person.account_id, 7) is not None


@pytest.mark.parametrize("nothing", ["\u200b\u2060\u200d", "\ufeff \u00a0", "\u3164"])
def test_words_that_nobody_can_see_are_no_words(desk: Desk, ann: Phone, nothing: str) -> None:
    ann.say(f"/img {nothing}")
    assert not Job.select().exists()
    assert ann.last().key == "form-ask-words"
    ann.say(nothing)
    assert "prompt" not in only_form().input
    ann.say("a red boat")
    ann.edit(nothing)
    assert only_form().input["prompt"] == "a red boat"


def test_words_that_are_edited_change_in_the_form(desk: Desk, ann: Phone) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    confirm = ann.say("a boat")
    ann.edit("a blue boat")
    assert ann.last().row == confirm.row
    assert "«a blue boat»" in ann.last().text
    ann.press("Make it")
    assert ann.edit("a green boat").key == "form-changed-late"
    assert Job.get().prompt == "a blue boat"


def test_a_long_text_that_telegram_cut_is_one_prompt(desk: Desk, ann: Phone) -> None:
    model = max(
        (model for model in desk.shelf.of_type("text_to_video") if model.prompt_parameter),
        key=lambda model: model.input[model.prompt_parameter or ""].max_length or 0,
    )
    choose(ann, model)
    confirm = ann.say("a" * LONG_PART_CHARS)
    ann.say("and the end")
    assert only_form().input[model.prompt_parameter or ""].endswith("a and the end")
    assert ann.last().row == confirm.row


def test_a_caption_that_is_edited_goes_along(desk: Desk, ann: Phone) -> None:
    offered = ann.file("photo", "make it winter")
    ann.edit("make it summer", kind="photo")
    ann.press("t:image_to_image", offered)
    ann.press("m:")
    assert "make it summer" in ann.last().text


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_paid(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    confirm = ann.say("/img a boat")
    with transaction(durable=True):
        ledger.add(Account.get().id, "topup", 1000, "topup:1")
        overrides.save(only_form().model, price={"unit": "image", "credits": 77})
    ann.intake = Intake(replace(desk, tariff=PAID, shelf=Shelf(desk.shelf.catalogue)))
    ann.press("Make it", confirm)
    assert ann.notice == "form-changed"
    assert "77 credits" in ann.last().text
    assert Job.select().count() == 0
    ann.press("Make it")
    assert Job.get().price == 77


def test_what_was_shown_as_free_is_shown_again_before_it_is_paid(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    ann.say("/menu")
    Account.update(free=True).execute()
    choose(ann, desk.shelf.of_type("text_to_image")[0])
    shown = ann.say("a boat")
    assert shown.key == "confirm"
    Account.update(free=False).execute()
    with transaction(durable=True):
        ledger.add(Account.get().id, "topup", 1000, "topup:1")
    ann.press("Make it", shown)
    assert (ann.notice, Job.select().count()) == ("form-changed", 0)
    ann.press("Make it")
    assert Job.get().price > 0


def test_a_file_may_be_a_link(desk: Desk, ann: Phone) -> None:
    model = next(
        model for model in desk.shelf.of_type("upscale") if any(each.media == "image" and each.required for each in model.media)
    )
    choose(ann, model)
    ann.press("Continue")
    assert ann.say("https://127.0.0.1/secret.png").key == "form-no-such-value", "only what the internet can reach"
    ann.say("https://example.com/boat.png")
    assert ann.last().key in ("confirm", "form-ask-words")
    assert "https://example.com/boat.png" in str(only_form().input)


def test_of_a_link_whose_length_nobody_knows_the_most_that_it_can_cost_is_shown(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    model = desk.shelf.catalogue.get("topaz/video-upscale")
    assert model is not None
    choose(ann, model)
    ann.press("Continue")
    confirm = ann.say("https://example.com/film.mp4")
    assert f"Price: at most {PAID.price_of(model, {})} credits" in confirm.text


def test_a_dialogue_is_ordered_and_varied_in_words(desk: Desk, ann: Phone) -> None:
    model = next(
        model for model in desk.shelf.of_type("text_to_speech") if model.input[model.prompt_parameter or ""].type == "array"
    )
    choose(ann, model)
    confirm = ann.say("Good evening!\nGood evening to you.")
    assert confirm.key == "confirm"
    ann.press("Make it")
    job = Job.get()
    assert job.prompt == "Good evening!\nGood evening to you."
    assert len(job.input[model.prompt_parameter or ""]) == 2


def failed_order(desk: Desk, ann: Phone) -> tuple[Any, Shown]:
    """A paid order that came to nothing, and its message."""
    ann.say("/menu")
    with transaction(durable=True):
        ledger.add(Account.get().id, "bonus", 1000, "grant:1")
    ann.say("/img a boat")
    ann.press("Make it")
    status = ann.last()
    job = Job.get()
    assert generation.fail(job, "capacity")
    return job, status


def test_what_failed_is_ordered_again_at_once_for_the_price_that_was_shown(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    job, status = failed_order(desk, ann)
    ann.press_data(f"job:retry:{job.id}", status)
    again = Job.select().order_by(Job.id.desc()).get()
    assert (ann.notice, again.retry_of_id, again.price) == ("job-retry-notice", job.id, job.price)


def test_what_failed_and_costs_something_else_today_is_shown_before_it_is_ordered_again(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    job, status = failed_order(desk, ann)
    ann.intake = Intake(replace(desk, tariff=Tariff(Billing(enabled=True, margin=3))))
    ann.press_data(f"job:retry:{job.id}", status)
    confirm = ann.last()
    assert (ann.notice, confirm.key, Job.select().count()) == ("job-retry-price", "confirm", 1)
    assert ledger.held(Account.get().id) == 0
    ann.press("Make it", confirm)
    again = Job.select().order_by(Job.id.desc()).get()
    assert again.price > 2 * job.price
    assert f"{again.price} credits" in confirm.text
    assert ledger.held(Account.get().id) == again.price


def test_what_the_provider_takes_is_noted_beside_what_the_person_pays(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=Tariff(Billing(enabled=True, credit_price=0.5, margin=4)))))
    job, _ = failed_order(desk, ann)
    assert job.credit_price == 0.5
    assert job.price == math.ceil(job.expected_cost * 2)


def test_what_was_switched_off_meanwhile_is_not_ordered_again(desk: Desk, ann: Phone) -> None:
    shown = ann.say("/img a boat")
    job = Job.get()
    with transaction(durable=True):
        Job.update(state="failed").execute()
        overrides.save(job.model, enabled=False)
    ann.intake = Intake(replace(desk, shelf=Shelf(desk.shelf.catalogue)))
    ann.press_data(f"job:retry:{job.id}", shown)
    assert ann.notice == "model-off"
    assert Job.select().count() == 1


def test_only_the_newest_message_of_a_form_has_buttons(desk: Desk, ann: Phone) -> None:
    chosen = choose(ann, model_with(desk, "text_to_image", "choice"))
    asked_words = ann.press("Continue", chosen)
    confirm = ann.say("a boat")
    aside = ann.say("and a lighthouse")
    assert aside.key == "form-waits-confirm"
    confirm = ann.press("Other words", confirm)
    newest = ann.say("a boat and a lighthouse")
    assert newest.key == "confirm"
    assert {shown.row for shown in ann.all() if shown.buttons} == {newest.row}
    assert asked_words.row == chosen.row
    assert [shown.text for shown in ann.all()][-2:] == [aside.text, newest.text], "the words stay"
    ann.press("Make it", newest)
    assert {shown.key for shown in ann.all() if shown.buttons} == {"job-accepted"}


@pytest.mark.parametrize("leaving", ["/cancel", "/menu", "/img a house", "/video"])
def test_a_form_that_ends_leaves_no_button_behind(desk: Desk, ann: Phone, leaving: str) -> None:
    choose(ann, model_with(desk, "text_to_image", "choice"))
    confirm = ann.say("a boat")
    ann.say(leaving)
    assert [shown.buttons for shown in ann.all() if shown.row <= confirm.row] == [[], []]


def test_nonsense_for_a_value_leaves_no_buttons_once_the_value_is_set(desk: Desk, ann: Phone) -> None:
    model = model_with(desk, "text_to_video", "number")
    field = next(field for field in asked(model) if field.kind == "number")
    choose(ann, model)
    ann.press(f":e:{key_of(field.name)}")
    wrong = ann.say("many")
    ann.say(str(int(field.parameter.max or 5)))
    assert [shown.buttons for shown in ann.all() if shown.row <= wrong.row] == [[], []]


def test_the_price_is_shown_from_the_first_screen_on_where_people_pay(desk: Desk) -> None:
    ann = Phone(Intake(replace(desk, tariff=PAID)))
    model = desk.shelf.of_type("text_to_image")[0]
    first = choose(ann, model)
    price = PAID.price_of(model, complete(model, {}), None)
    assert f"As it stands: {price} credit" in first.text
    assert f"Price: {price} credit" in ann.say("a boat").text


def test_words_for_a_form_that_waits_for_a_file_are_kept_and_said_to_be(desk: Desk, ann: Phone) -> None:
    model = next(
        model
        for model in desk.shelf.of_type("image_to_video")
        if model.prompt_parameter and any(each.media == "image" and each.required for each in model.media)
    )
    choose(ann, model)
    ann.press("Continue")
    assert ann.last().key == "form-field"
    asked_again = ann.say("the waves come in")
    assert asked_again.key == "form-field"
    assert 'I keep your words: "the waves come in"' in asked_again.text
    assert "Send" in asked_again.text
    second = ann.say("and a gull")
    assert (second.key, [data.split(":")[0] for _, data in second.buttons]) == ("form-waits-media", ["menu", "f"])
    assert only_form().input[model.prompt_parameter] == "the waves come in"
    ann.file("photo", width=800, height=600)
    assert ann.last().key == "confirm"
    assert "«the waves come in»" in ann.last().text


def test_a_form_with_many_fields_begins_with_the_most_needed_and_shows_the_rest_on_demand(desk: Desk, ann: Phone) -> None:
    model = max(desk.shelf.of_type("text_to_music"), key=lambda model: len(asked(model)))
    assert len(asked(model)) > MANY_FIELDS
    shown = choose(ann, model)
    fields = [data for _, data in shown.buttons if ":e:" in data or ":s:" in data]
    assert len(fields) == FIRST_FIELDS
    assert f":{key_of('instrumental')}" in str(fields), "a switch that many need"
    ann.press("More settings", shown)
    fields = [data for _, data in ann.last().buttons if ":e:" in data or ":s:" in data]
    assert len(fields) == len(asked(model))
    ann.press(f":e:{key_of('style')}")
    ann.say("waltz")
    assert "More settings" not in str(ann.last().buttons), "what was opened stays open"
