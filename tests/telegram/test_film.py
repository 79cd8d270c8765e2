"""Films as a person begins them: the idea, the choices, the price, the start. Real store, real catalogue, real services."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiebot.config.keys import Billing, Film
from kiebot.payments.orders import Pack
from kiebot.services import film_studio
from kiebot.services.film_studio import Studio
from kiebot.services.payments import Shop
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, films, forms, ledger, threads, voices
from kiebot.store.db import transaction
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.spoken import film_idea
from tests.telegram.phone import GROUP, Phone, Shown

IDEA = "a lighthouse keeper finds a letter from himself"


def open_studio(desk: Desk, **rules: Any) -> Desk:
    """Films are made of what the desk offers."""
    studio = Studio(Film(**rules), desk.limits, desk.tariff, desk.shelf.live, desk.queue, desk.data_dir, desk.speaks)
    film_studio.bind(studio)
    return desk


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return open_studio(replace(desk, speaks=True))


@pytest.fixture
def payer(desk: Desk) -> Phone:
    """Somebody who has 5,000 credits where people pay."""
    desk = open_studio(replace(desk, tariff=Tariff(Billing(enabled=True))))
    phone = Phone(Intake(desk), user_id=8)
    account = accounts.of_user(8, name="Bob", language_code="en")
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 5000, "grant:8")
    return phone


def account_of(phone: Phone) -> int:
    return int(accounts.of_user(phone.sender.user_id).id)


def newest() -> Any:
    return films.listed(limit=1)[0]


# -- the idea ------------------------------------------------------------------------------------------------------------------


def test_an_idea_with_the_command_shows_the_whole_order(ann: Phone) -> None:
    shown = ann.say(f"/film {IDEA}")
    assert shown.key == "film-draft"
    assert IDEA in shown.text
    assert "4:00 · 48 scenes · 📐 16:9 · 🎨 Cinema" in shown.text
    assert "credit" not in shown.text, "nobody pays here"
    assert [words for words, _ in shown.buttons] == ["▶️ Start", "⚙️ Change", "❌ Cancel"]
    assert newest().state == "draft"


def test_quotation_marks_of_an_idea_are_the_inner_ones_wherever_it_is_quoted(intake: Intake) -> None:
    phone = Phone(intake, language="ru")
    order = phone.say("/film Ледокол «Ленин» во льдах")
    assert "«Ледокол „Ленин“ во льдах»" in order.text
    phone.press("film:start:", order)
    assert "«Ледокол „Ленин“ во льдах»" in phone.say("/films").text


def test_without_an_idea_it_asks_for_one_and_takes_the_next_words(ann: Phone) -> None:
    assert ann.say("/film").key == "film-ask-idea"
    assert ann.say(IDEA).key == "film-draft"
    assert newest().idea == IDEA


def test_the_menu_leads_to_it_too(ann: Phone) -> None:
    menu = ann.say("/menu")
    assert ann.press("menu:film", menu).key == "film-ask-idea"
    assert ann.say(IDEA).key == "film-draft"


@pytest.mark.parametrize(
    ("words", "language"),
    [("сними фильм о маяке", "ru"), ("Пожалуйста, сделай мне короткий мультфильм про кота", "ru"),
     ("make a film about bees", "en"),
     ("please shoot me a short movie about the sea", "en")],
)  # fmt: skip
def test_plain_words_begin_a_film(intake: Intake, words: str, language: str) -> None:
    phone = Phone(intake, language=language)
    assert phone.say(words).key == "film-draft"
    assert newest().idea == words


def test_plain_words_without_an_idea_are_asked_for_one(ann: Phone) -> None:
    assert ann.say("make a film").key == "film-ask-idea"


@pytest.mark.parametrize(
    "words",
    ["make a film poster for my band", "какой фильм посмотреть вечером", "сделай фильм короче", "снимите показания счётчика",
     "create a movie list for the weekend", "what is a film about bees called", "сними фильм о море?"],
)  # fmt: skip
def test_other_talk_of_films_is_no_order(ann: Phone, words: str) -> None:
    ann.say(words)
    assert films.listed() == []


def test_what_was_said_of_the_film_is_its_idea() -> None:
    assert film_idea("сними фильм") == ""
    assert film_idea("сними фильм о море") == "сними фильм о море"


def test_a_voice_message_is_an_idea_too(intake: Intake, ann: Phone) -> None:
    intake.desk.shelf.hears = True
    for begins, words in (("/film", IDEA), ("", "make a film about bees")):
        if begins:
            ann.say(begins)
        ann.file("voice", duration_s=3)
        voice = voices.of_job(ann.effects.fetch[0])
        voices.change(voice.id, ("hearing",), text=words, state="heard")
        intake.heard(voice.id)
        ann.deliver()
        assert ann.last().key == "film-draft"
        assert newest().idea == words
        ann.press("film:drop:", ann.last())


def test_who_only_wanted_to_talk_gets_an_answer(ann: Phone) -> None:
    ann.say("make a film about bees")
    shown = ann.press("No, just answer")
    assert shown.key == "film-dropped"
    assert [turn.turn_id for turn in ann.effects.turns] != []
    assert films.listed() == []


def test_another_idea_takes_the_place_of_the_first(ann: Phone) -> None:
    first = ann.say(f"/film {IDEA}")
    shown = ann.say("rather a film about bees")
    assert "bees" in shown.text
    assert newest().idea == "rather a film about bees"
    assert len(films.listed()) == 1
    old = next(message for message in ann.all() if message.row == first.row)
    assert old.buttons == []


def test_a_long_idea_that_the_app_cut_into_messages_is_one(ann: Phone) -> None:
    first, rest = "A keeper of bees. " * 220, "And then it rains."
    ann.say("/film")
    ann.say(first)
    ann.say(rest)
    assert newest().idea == f"{first.strip()} {rest}"
    assert len(films.listed()) == 1


def test_words_that_were_taken_for_another_idea_can_be_answered_instead(ann: Phone) -> None:
    ann.say(f"/film {IDEA}")
    assert "No, just answer" not in str(ann.last().buttons)
    ann.say("tell me which film to watch tonight")
    asked = ann.message_id
    ann.press("No, just answer", ann.last())
    assert [turn.turn_id for turn in ann.effects.turns] != []
    assert threads.turn_of_message(ann.chat, asked) is not None, "the question is answered, not the idea before it"
    assert films.listed() == []


@pytest.mark.parametrize(
    ("words", "key"),
    [("draw a red boat", "job-accepted"), ("Сними видео про кота", "job-accepted"), ("make a film", "film-ask-idea")],
)
def test_words_that_order_something_else_are_no_other_idea(ann: Phone, words: str, key: str) -> None:
    ann.say(f"/film {IDEA}")
    assert ann.say(words).key == key
    assert newest().idea == IDEA


def test_a_question_below_a_film_that_has_not_started_is_answered(ann: Phone) -> None:
    shown = ann.say(f"/film {IDEA}")
    ann.say("How do bees find their way home?")
    assert [turn.turn_id for turn in ann.effects.turns] != []
    assert newest().idea == IDEA
    ann.say("rather a film about bees")
    assert newest().idea == "rather a film about bees", "it still waits"
    ann.say("what if bees ruled the world?", reply_to=ann.last().message_id)
    assert newest().idea == "what if bees ruled the world?", "who replies to it means it"
    assert shown.key == "film-draft"


def test_the_message_with_the_newest_idea_can_be_changed(ann: Phone) -> None:
    ann.say(f"/film {IDEA}")
    ann.say("rather bees")
    assert "wasps" in ann.edit("wasps").text
    assert newest().idea == "wasps"


def test_a_changed_message_changes_the_idea(ann: Phone) -> None:
    ann.say(f"/film {IDEA}")
    ann.say("/film")
    ann.say("bees")
    assert "wasps" in ann.edit("wasps").text
    assert newest().idea == "wasps"


def test_a_picture_is_politely_refused_where_an_idea_is_wanted(ann: Phone) -> None:
    ann.say("/film")
    assert ann.file("photo").key == "film-no-pictures"
    assert ann.say(IDEA).key == "film-draft", "it still waits for the words"


def test_the_caption_of_a_picture_is_an_idea(ann: Phone) -> None:
    ann.say("/film")
    assert ann.file("photo", IDEA).key == "film-draft"
    assert [message.key for message in ann.all()][-2] == "film-no-pictures"


def test_whatever_else_is_begun_ends_the_wait(ann: Phone) -> None:
    ann.say("/film")
    ann.say("/img")
    ann.say("a red boat")
    assert films.listed() == []


def test_an_idea_that_is_too_long_is_refused_in_words(ann: Phone) -> None:
    assert ann.say("/film " + "very long " * 1300).key == "chat-too-long"


def test_cancel_ends_the_wait_and_drops_the_draft(ann: Phone) -> None:
    order = ann.say(f"/film {IDEA}")
    assert ann.say("/cancel").key == "film-dropped"
    assert films.listed() == []
    assert next(message.buttons for message in ann.all() if message.row == order.row) == [], "there is nothing to be started"
    ann.say("what is a lighthouse")
    assert films.listed() == []


def test_without_a_text_model_no_film_begins(desk: Desk) -> None:
    desk.shelf.writes = False
    assert Phone(Intake(desk)).say(f"/film {IDEA}").key == "film-no-writer"


# -- the start -----------------------------------------------------------------------------------------------------------------


def choose(phone: Phone, field: str, value: str) -> Shown:
    if phone.last().key == "film-draft":
        phone.press("film:change:")
    phone.press(f":{field}", phone.last())
    return phone.press(value, phone.last())


def test_old_and_forged_buttons_get_an_answer(ann: Phone) -> None:
    shown = ann.say(f"/film {IDEA}")
    film = newest().id
    for data in ("film", "film:nothing-such:1", f"film:set:{film}:seconds:7", f"film:set:{film}:x:y", f"film:pick:{film}:x"):
        ann.press_data(data, shown)
        assert ann.notice == "button-old", data
    ann.press_data("film:start:999:0", shown)
    assert ann.notice == "film-gone"
    ann.press("film:drop", shown)
    ann.press_data(f"film:start:{film}:0", shown)
    assert ann.notice == "film-gone"


def test_start_begins_with_the_script_in_the_same_message(ann: Phone) -> None:
    order = ann.say(f"/film {IDEA}")
    shown = ann.press("Start")
    assert shown.row == order.row
    assert shown.key == "film-status"
    assert "Writing the script" in shown.text
    assert ann.notice == "film-started-notice"
    assert (newest().state, newest().stage) == ("working", "script")
    assert forms.get(account_of(ann), ann.chat) is None, "what is written now is talk"


def test_a_second_press_starts_no_second_film(ann: Phone) -> None:
    order = ann.say(f"/film {IDEA}")
    ann.press("Start", order)
    ann.press_data(f"film:start:{newest().id}:0", order)
    assert (ann.notice, ann.effects.alert) == ("film-started-notice", False), "two taps are one wish"
    assert len(films.listed()) == 1


def test_the_start_of_a_film_that_began_before_says_that_it_is_over(ann: Phone, desk: Desk) -> None:
    order = ann.say(f"/film {IDEA}")
    ann.press("Start", order)
    later = Phone(Intake(desk))
    later.press_data(f"film:start:{newest().id}:0", order)
    assert (later.notice, later.effects.alert) == ("film-late", True)
    assert len(films.listed()) == 1


def test_the_price_is_shown_stage_by_stage_and_held(payer: Phone) -> None:
    payer.say(f"/film {IDEA}")
    shown = choose(payer, "seconds", "0:30")
    shown = payer.press("film:back", shown)
    stages = [line for line in shown.text.splitlines() if line.startswith(("🖼 Pictures,", "🎞 Clips,"))]
    assert len(stages) == 2
    assert all("credit" in line for line in stages)
    start = shown.data("Start for")
    before = ledger.balance(account_of(payer))
    payer.press("Start for", shown)
    assert before - ledger.balance(account_of(payer)) == int(start.rpartition(":")[2]) > 0


def test_too_few_credits_offer_what_is_missing(desk: Desk) -> None:
    desk = open_studio(replace(desk, tariff=Tariff(Billing(enabled=True))))
    phone = Phone(Intake(desk), user_id=9)
    shown = phone.say(f"/film {IDEA}")
    assert "You have 0 credits" in shown.text
    phone.press("Start for", shown)
    assert phone.notice == "credits-too-low"
    assert newest().state == "draft"


def test_a_price_that_changed_is_shown_before_anything_starts(payer: Phone) -> None:
    shown = payer.say(f"/film {IDEA}")
    payer.press_data(f"film:start:{newest().id}:1", shown)
    assert payer.notice == "film-price-changed"
    assert newest().state == "draft"


def test_one_film_at_a_time_unless_the_operator_allows_more(ann: Phone) -> None:
    ann.say(f"/film {IDEA}")
    ann.press("Start")
    ann.say("/film another one")
    ann.press("Start")
    assert ann.notice == "film-limit-user"


# -- groups --------------------------------------------------------------------------------------------------------------------


def test_in_a_group_only_the_film_s_person_may_press(intake: Intake) -> None:
    ann, bob = Phone(intake, chat=GROUP), Phone(intake, user_id=9, chat=GROUP)
    order = ann.say(f"/film {IDEA}")
    bob.press("Start", order)
    assert bob.notice == "film-not-yours"
    assert newest().state == "draft"
    ann.press("Start", order)
    assert newest().state == "working"


def test_in_a_topic_everything_stays_in_the_topic(intake: Intake) -> None:
    ann = Phone(intake, chat=GROUP)
    ann.say("/film", topic_id=5)
    order = ann.say(IDEA, topic_id=5)
    assert order.key == "film-draft"
    ann.press("Start", order)
    assert newest().topic_id == 5


def test_in_a_group_a_file_belongs_to_a_film_when_it_replies_to_its_question(intake: Intake) -> None:
    ann = Phone(intake, chat=GROUP)
    asked = ann.say("/film")
    ann.file("photo", "what is this?")
    assert "film-no-pictures" not in [message.key for message in ann.all()]
    assert films.listed() == []
    assert ann.file("photo", reply_to=asked.message_id).key == "film-no-pictures"


def test_what_a_group_began_in_its_own_name_everybody_there_may_steer(intake: Intake) -> None:
    group, ann = Phone(intake, GROUP, chat=GROUP), Phone(intake, chat=GROUP)
    order = group.say(f"/film {IDEA}")
    ann.press("Change", order)
    ann.press("film:back:")
    ann.press("Start", order)
    assert newest().state == "working"
    assert newest().account_id == account_of(group)
    group.say("/film another one")
    assert group.last().key == "film-draft"


def test_what_is_missing_can_be_bought_from_the_order(desk: Desk) -> None:
    shop = Shop(billing=True, stars=(Pack(500, 100, "XTR"), Pack(5000, 900, "XTR")))
    desk = open_studio(replace(desk, tariff=Tariff(Billing(enabled=True)), shop=shop))
    shown = Phone(Intake(desk), user_id=9).say(f"/film {IDEA}")
    assert shown.data("menu:buy")
    assert len(shown.buttons) == 5, "a pack that is enough, all packs, start, change, cancel"
    in_group = Phone(Intake(desk), user_id=9, chat=GROUP).say(f"/film {IDEA}")
    assert len(in_group.buttons) == 4, "packs are bought in private"
    assert "You have 0" not in in_group.text, "others read along"
