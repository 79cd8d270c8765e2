"""Films as a person sees and steers them while they are made: questions, failed scenes, redoing, stops, the list of films."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiebot.config.keys import Billing
from kiebot.services import film_screens, film_stages, film_work
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, films, ledger, preferences, voices
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import OutboxRow, Turn
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from tests.services.filming import SCENES, Crew
from tests.telegram.phone import GROUP, Phone, Shown
from tests.telegram.test_film import IDEA, account_of, open_studio


class Set(Crew):
    """A film crew whose person sits at a phone."""

    def __init__(self, phone: Phone, desk: Desk) -> None:
        super().__init__(accounts.of_user(phone.sender.user_id), desk.data_dir, desk.queue)
        self.phone = phone
        preferences.save(self.account.id, "film", {"seconds": 5 * SCENES})
        self.order = phone.say(f"/film {IDEA}")
        self.film_id = films.listed(limit=1)[0].id
        self.status = phone.press("film:start:", self.order)

    def to_script(self) -> Shown:
        self.write()
        return self.seen()

    def to_pictures(self, **how: Any) -> Shown:
        self.phone.press("go on", self.to_script())
        self.make_all("picture", **how)
        return self.seen()

    def to_animation(self, **how: Any) -> Shown:
        self.phone.press("go on", self.to_pictures())
        self.make_all("clip", **how)
        return self.seen()

    def to_done(self) -> Shown:
        self.phone.press("go on", self.to_animation())
        self.make_all("music")
        self.speak()
        self.assemble()
        return self.seen()

    def seen(self) -> Shown:
        """What stands in the chat last."""
        self.phone.deliver()
        return self.phone.last()

    @property
    def albums(self) -> list[list[str]]:
        """The captions of every album, in order."""
        rows = OutboxRow.select().where(OutboxRow.kind == "album").order_by(OutboxRow.id)
        return [[each["args"]["words"] for each in (row.payload, *row.payload["album"])] for row in rows]


@pytest.fixture
def crew(desk: Desk) -> Set:
    desk = open_studio(replace(desk, speaks=True))
    return Set(Phone(Intake(desk)), desk)


@pytest.fixture
def paid(desk: Desk) -> Set:
    """Where people pay, with credits."""
    desk = open_studio(replace(desk, speaks=True, tariff=Tariff(Billing(enabled=True))))
    with transaction(durable=True):
        ledger.add(accounts.of_user(7, name="Ann", language_code="en").id, "bonus", 50_000, "grant:7")
    return Set(Phone(Intake(desk)), desk)


def on(crew: Set, part: str) -> Shown:
    """Press a button of the question that stands now."""
    row = crew.film.approval_row
    question = next(message for message in crew.phone.all() if message.row == row)
    return crew.phone.press(part, question)


# -- the script ----------------------------------------------------------------------------------------------------------------


def test_the_script_is_readable_in_full_before_the_question(crew: Set) -> None:
    question = crew.to_script()
    assert question.key == "film-ask-script"
    assert "4 scenes, 0:20" in question.text
    assert "ordinary chat" in question.text
    script = crew.phone.all()[-2]
    assert all(f"words {number}" in script.text for number in range(1, SCENES + 1))
    assert [words for words, _ in question.buttons] == ["✅ Good, go on", "✏️ Change", "🔄 Rewrite", "❌ Cancel the film"]


def test_a_long_script_comes_as_a_file_too(crew: Set) -> None:
    job = crew.claimed()
    lines = [f"scene {number}" for number in range(1, SCENES + 1)]
    film_work.outline_kept(job, title="The Light", look={"characters": [], "look": "grey"}, lines=lines, percent=20)
    rows = [
        {"number": n, "narration": "the sea " * 200, "image_prompt": "a sea", "motion_prompt": "slow"}
        for n in range(1, SCENES + 1)
    ]
    film_work.script_kept(job, rows, percent=100)
    film_work.stage_done(job)
    crew.phone.deliver()
    parts = [message.text for message in crew.phone.all() if "the sea" in message.text and message.kind == "text"]
    assert [part.count("0:") // 2 for part in parts] == [2, 2], "two scenes a message, none is parted"
    file = next(message for message in crew.phone.all() if message.kind == "document")
    payload = OutboxRow.get_by_id(file.row).payload["file"]
    assert payload["name"] == "The Light.md"
    assert "a sea" in payload["text"], "with what the models that draw are told"


def test_approving_turns_the_question_into_the_progress(crew: Set) -> None:
    question = crew.to_script()
    shown = crew.phone.press("go on", question)
    assert shown.row == question.row
    assert "Drawing the pictures" in shown.text
    assert "0 / 4" in shown.text
    assert crew.phone.notice == "film-approved-notice"


def test_a_second_press_and_an_old_button_get_an_answer(crew: Set) -> None:
    question = crew.to_script()
    crew.phone.press("go on", question)
    crew.phone.press_data(f"film:approve:{crew.film_id}:script", question)
    assert (crew.phone.notice, crew.phone.effects.alert) == ("film-approved-notice", False)
    crew.phone.press_data(f"film:approve:{crew.film_id}:voice", question)
    assert (crew.phone.notice, crew.phone.effects.alert) == ("film-late", True)
    assert crew.film.stage == "pictures"


def test_a_wish_is_the_next_message_after_the_button(crew: Set) -> None:
    crew.to_script()
    asked = on(crew, "✏️")
    assert asked.key == "film-ask-wish"
    crew.phone.say("make scene 2 darker")
    work = crew.open("revise")
    assert [each.job.input["words"] for each in work] == ["make scene 2 darker"]
    assert crew.film.state == "working"


def test_a_spoken_wish_counts_like_a_written_one(crew: Set) -> None:
    crew.phone.intake.desk.shelf.hears = True
    crew.to_script()
    on(crew, "✏️")
    crew.phone.file("voice", duration_s=3)
    voice = voices.of_job(crew.phone.effects.fetch[0])
    voices.change(voice.id, ("hearing",), text="make it funnier", state="heard")
    crew.phone.intake.heard(voice.id)
    assert [each.job.input["words"] for each in crew.open("revise")] == ["make it funnier"]


def test_without_the_button_words_are_talk(crew: Set) -> None:
    crew.to_script()
    crew.phone.say("make scene 2 darker")
    assert crew.open("revise") == []
    assert Turn.select().count() == 1


def test_who_changes_their_mind_wants_nothing_changed(crew: Set) -> None:
    crew.to_script()
    crew.phone.press("nothing", on(crew, "✏️"))
    crew.phone.say("make scene 2 darker")
    assert crew.open("revise") == []


def test_cancel_ends_the_wait_for_a_wish_and_not_the_film(crew: Set) -> None:
    crew.to_script()
    on(crew, "✏️")
    assert crew.phone.say("/cancel").key == "film-no-wish"
    assert (crew.film.state, crew.film.stage) == ("waiting", "script")
    crew.phone.say("make scene 2 darker")
    assert crew.open("revise") == []


def test_a_wish_that_comes_too_late_is_answered_and_does_not_stay(crew: Set) -> None:
    crew.to_script()
    on(crew, "✏️")
    with transaction(durable=True):
        film_stages.fall_asleep(crew.film)
    assert crew.phone.say("make scene 2 darker").key == "film-words-late"
    crew.phone.say("hello")
    assert Turn.select().count() == 1


def test_of_a_changed_script_only_the_changed_scenes_are_shown(crew: Set) -> None:
    crew.to_script()
    on(crew, "✏️")
    crew.phone.say("make scene 2 darker")
    job = crew.claimed()
    film_work.script_kept(job, [{"number": 2, "narration": "dark words", "image_prompt": "p", "motion_prompt": "m"}], percent=90)
    film_work.stage_done(job)
    crew.phone.deliver()
    script = [message for message in crew.phone.all() if "dark words" in message.text][-1]
    assert "words 3" not in script.text
    assert crew.seen().key == "film-ask-script"


def test_of_a_scene_that_only_looks_different_is_told_what_will_be_drawn(crew: Set) -> None:
    crew.to_script()
    on(crew, "✏️")
    crew.phone.say("make scene 2 darker")
    job = crew.claimed()
    row = {"number": 2, "narration": "words 2", "image_prompt": "a sea at night", "motion_prompt": "slow"}
    film_work.script_kept(job, [row], percent=90)
    film_work.stage_done(job)
    crew.phone.deliver()
    assert any("words 2" in message.text and "🖼 a sea at night" in message.text for message in crew.phone.all())


def test_another_script_can_be_wanted(crew: Set) -> None:
    crew.to_script()
    shown = on(crew, "Rewrite")
    assert "Writing the script" in shown.text
    assert [each.kind for each in crew.open()] == ["script"]


# -- pictures and clips --------------------------------------------------------------------------------------------------------


def test_the_first_pictures_come_as_an_album_then_the_question(crew: Set) -> None:
    question = crew.to_pictures()
    assert question.key == "film-ask-pictures"
    assert "4 of 4 pictures are ready" in question.text
    assert crew.albums == [["words 1", "words 2", "words 3", "words 4"]]


def test_progress_is_one_message_with_a_bar(crew: Set) -> None:
    shown = crew.phone.press("go on", crew.to_script())
    crew.make(crew.open("picture")[0])
    crew.phone.deliver()
    now = next(message for message in crew.phone.all() if message.row == shown.row)
    assert "▰▰▱▱▱▱▱▱▱▱ 1 / 4" in now.text


def test_each_ten_scenes_leave_a_line(crew: Set) -> None:
    with transaction():
        film_screens.progress(crew.film, 27, 48)
    assert "✔️ 10 / 48\n✔️ 20 / 48" in crew.seen().text


def test_all_pictures_are_shown_once_a_minute(crew: Set) -> None:
    crew.to_pictures()
    on(crew, "Show all")
    on(crew, "Show all")
    assert crew.phone.notice == "film-sent-notice"
    assert len(crew.albums) == 2


def test_a_contact_sheet_is_ordered(crew: Set) -> None:
    crew.to_pictures()
    on(crew, "Contact sheet")
    assert crew.phone.notice == "film-soon-notice"
    assert [each.kind for each in crew.open()] == ["sheet"]


def test_the_first_three_clips_are_shown(crew: Set) -> None:
    question = crew.to_animation()
    assert question.key == "film-ask-animation"
    assert crew.albums[-1] == ["words 1", "words 2", "words 3"]


def test_one_picture_is_redone_by_its_number(crew: Set) -> None:
    crew.to_pictures()
    asked = on(crew, "Redo one")
    assert asked.key == "film-which-scene"
    assert crew.phone.say("scene 77").key == "film-no-such-scene"
    one = crew.phone.say("3")
    assert one.key == "film-one-scene"
    assert "picture 3" in one.text, "the words by which it was drawn"
    crew.phone.press("🖼 The picture", one)
    assert [each.number for each in crew.open("picture")] == [3]
    crew.make_all("picture")
    assert crew.seen().key == "film-ask-pictures"
    newest = OutboxRow.select().where(OutboxRow.kind == "photo").order_by(OutboxRow.id.desc()).first()
    assert newest.payload["args"]["scene"] == 3, "only what is new is shown again"


def test_one_picture_is_redone_by_other_words(crew: Set) -> None:
    crew.to_pictures()
    one = crew.phone.press("film:one:", on(crew, "Redo one"))
    asked = crew.phone.press("Another picture", one)
    assert asked.key == "film-ask-reword"
    assert crew.phone.say("a red lighthouse").key == "film-redo-taken"
    assert films.scene(crew.film_id, 1).image_prompt == "a red lighthouse"
    assert [each.number for each in crew.open("picture")] == [1]


def test_what_redoing_costs_is_on_the_button(paid: Set) -> None:
    question = paid.to_pictures()
    assert "of those already reserved" in question.text
    one = paid.phone.press("film:one:", on(paid, "Redo one"))
    assert any("credit" in words for words, _ in one.buttons)


# -- scenes that failed --------------------------------------------------------------------------------------------------------


def test_failed_scenes_are_named_and_have_their_choices(crew: Set) -> None:
    question = crew.to_animation(but=(2, 3))
    assert "Scenes 2, 3 did not work out" in question.text
    words = [words for words, _ in question.buttons]
    assert words[:5] == ["🔁 Again", "🤖 Other model", "🏞 Picture with motion", "✂️ Leave out", "🔢 One by one"]
    crew.phone.press_data(f"film:approve:{crew.film_id}:animation", question)
    assert crew.phone.notice == "film-undecided"


def test_each_failed_scene_can_be_decided_by_itself(crew: Set) -> None:
    crew.to_animation(but=(2, 3))
    listed = on(crew, "One by one")
    assert "Scene 2:" in listed.text
    one = crew.phone.press("film:fail:", listed)
    crew.phone.press("motion", one)
    listed = next(message for message in crew.phone.all() if message.row == listed.row)
    assert "Scene 3:" in listed.text
    assert "Scene 2:" not in listed.text
    assert films.scene(crew.film_id, 2).treatment == "still"
    crew.phone.press("Leave out", crew.phone.press("film:fail:", listed))
    assert films.scene(crew.film_id, 3).treatment == "left_out"
    on(crew, "go on")
    assert crew.film.stage == "voice"


def test_failed_scenes_are_tried_again_together(crew: Set) -> None:
    crew.to_animation(but=(2, 3))
    shown = on(crew, "Again")
    assert "2 / 4" in shown.text
    assert {each.number for each in crew.open("clip")} == {2, 3}


def test_another_model_can_be_chosen_from_pages(crew: Set) -> None:
    question = crew.to_animation(but=(2,))
    models = crew.phone.press("Other model", question)
    assert models.key == "film-other-models"
    models = crew.phone.press("▶️", models)
    label, data = next((words, data) for words, data in models.buttons if ":model:" in data)
    crew.phone.press_data(data, models)
    assert films.scene(crew.film_id, 2).clip_model
    assert (crew.phone.chat, models.message_id) in crew.phone.effects.delete
    assert label


# -- stops and restarts --------------------------------------------------------------------------------------------------------


def test_cancelling_asks_first_and_says_what_stays_charged(paid: Set) -> None:
    question = paid.to_script()
    sure = paid.phone.press("Cancel the film", question)
    assert "7 credits" in sure.text or "credits for finished stages" in sure.text or paid.film.prices["script"] == 0
    paid.phone.press("No, go on", sure)
    assert paid.film.state == "waiting"
    paid.phone.press_data(f"film:stop:{paid.film_id}", sure)
    assert paid.film.state == "cancelled"
    assert paid.seen().key == "film-cancelled"
    assert ledger.held(account_of(paid.phone)) == 0


def test_a_film_that_sleeps_is_woken_and_asks_again(crew: Set) -> None:
    crew.to_script()
    with transaction(durable=True):
        film_stages.fall_asleep(crew.film)
    asleep = crew.seen()
    assert asleep.key == "film-fell-asleep"
    assert "7 more days" in asleep.text
    assert "charged" not in asleep.text, "nobody pays here"
    crew.phone.press_data(f"film:approve:{crew.film_id}:script", asleep)
    assert crew.phone.notice == "film-asleep"
    assert crew.phone.press("Resume", asleep).key == "film-ask-script"
    assert crew.film.state == "waiting"


def test_a_stage_that_did_not_work_out_can_be_tried_again(crew: Set) -> None:
    with transaction(durable=True):
        film_stages.rest(crew.film, "script")
    rested = crew.seen()
    assert rested.key == "film-rested"
    assert "did not give a usable script" in rested.text
    shown = crew.phone.press("Try again", rested)
    assert "Writing the script" in shown.text
    assert crew.film.state == "working"


@pytest.mark.parametrize("code", ["transient", "moderation", "deadline", "gone", "something-new"])
def test_every_reason_has_its_words(crew: Set, code: str) -> None:
    with transaction(durable=True):
        film_stages.rest(crew.film, code)
    assert "did not work out. " in crew.seen().text


# -- the finished film ---------------------------------------------------------------------------------------------------------


def test_the_film_comes_as_a_video_with_what_can_be_done_with_it(crew: Set) -> None:
    done = crew.to_done()
    assert (done.kind, done.key) == ("video", "film-done")
    assert "“The Light” · 0:20" in done.text
    assert [words for words, _ in done.buttons] == ["🔁 Redo a scene", "📐 Other aspect", "📦 All parts"]
    row = OutboxRow.get_by_id(done.row)
    assert row.reply_to == crew.film.message_id


def test_a_scene_of_the_finished_film_is_redone_with_new_words(crew: Set) -> None:
    done = crew.to_done()
    one = crew.phone.press("film:one:", crew.phone.press("Redo a scene", done))
    assert [words for words, _ in one.buttons][:3] == ["🖼 Picture and clip", "🎞 The clip", "🗣 The narrator's words"]
    asked = crew.phone.press("narrator", one)
    assert asked.key == "film-ask-narration"
    crew.phone.say("new words for the first scene")
    assert films.scene(crew.film_id, 1).narration == "new words for the first scene"
    assert (crew.film.state, crew.film.stage) == ("working", "voice")
    crew.speak()
    crew.assemble()
    assert crew.film.version == 2
    assert crew.seen().key == "film-done"


def test_another_aspect_and_all_parts_are_ordered(crew: Set) -> None:
    done = crew.to_done()
    aspects = crew.phone.press("Other aspect", done)
    assert [words for words, _ in aspects.buttons] == ["9:16", "1:1"]
    assert crew.phone.press("9:16", aspects).key == "film-aspect-taken"
    crew.phone.press("All parts", done)
    assert crew.phone.notice == "film-soon-notice"
    assert sorted(each.kind for each in crew.open()) == ["aspect", "parts"]


# -- the list ------------------------------------------------------------------------------------------------------------------


def test_films_lists_them_and_opens_the_question_anew(crew: Set) -> None:
    crew.to_script()
    listed = crew.phone.say("/films")
    assert listed.key == "film-list"
    assert "“The Light” · ❓ waits for your answer" in listed.text
    assert crew.phone.press("film:open:", listed).key == "film-ask-script"
    assert crew.phone.press(f"film:approve:{crew.film_id}").key == "film-status"


def test_films_shows_anew_how_far_a_film_is(crew: Set) -> None:
    crew.to_script()
    on(crew, "go on")
    crew.make(crew.open("picture")[0])
    shown = crew.phone.press("film:open:", crew.phone.say("/films"))
    assert shown.key == "film-status"
    assert "1 / 4" in shown.text
    assert shown.row == crew.phone.all()[-1].row, "below what was written since"
    crew.make_all("picture")
    assert crew.seen().key == "film-ask-pictures"


@pytest.mark.parametrize(("state", "key"), [("asleep", "film-fell-asleep"), ("resting", "film-rested")])
def test_films_opens_what_waits_to_be_woken(crew: Set, state: str, key: str) -> None:
    crew.to_script()
    with transaction(durable=True):
        if state == "asleep":
            film_stages.fall_asleep(crew.film)
        else:
            film_stages.rest(crew.film, "transient")
    shown = crew.phone.press("film:open:", crew.phone.say("/films"))
    assert shown.key == key
    assert len([message for message in crew.phone.all() if message.key == key]) == 1, "the former one is gone"


def test_a_change_of_the_finished_film_can_be_given_up(crew: Set) -> None:
    done = crew.to_done()
    one = crew.phone.press("film:one:", crew.phone.press("Redo a scene", done))
    crew.phone.press("Picture and clip", one)
    status = next(message for message in crew.phone.all() if message.row == crew.film.status_row)
    crew.phone.press("Yes", crew.phone.press("Cancel the change", status))
    assert crew.film.state == "done"
    assert crew.seen().key == "film-redo-cancelled"


def test_films_sends_the_finished_one_again_without_an_upload(crew: Set) -> None:
    crew.to_done()
    Path(crew.film.result["path"]).unlink()
    again = crew.phone.press("film:open:", crew.phone.say("/films"))
    assert (again.kind, again.key) == ("video", "film-done")
    assert OutboxRow.get_by_id(again.row).payload["file"]["file_id"].startswith("sent-")


def test_films_says_of_a_film_on_its_way_that_it_is_and_sends_it_once(crew: Set) -> None:
    crew.phone.press("go on", crew.to_animation())
    crew.make_all("music")
    listed = crew.phone.say("/films")
    crew.speak()
    crew.assemble()
    crew.phone.press("film:open:", listed)
    assert crew.phone.notice == "film-coming-notice"
    assert OutboxRow.select().where(OutboxRow.kind == "video").count() == 1
    crew.phone.press("film:open:", listed)
    assert crew.phone.notice == "film-taken-notice"


def test_films_that_are_over_say_so(crew: Set) -> None:
    crew.phone.press("Yes", crew.phone.press("Cancel the film", crew.status))
    listed = crew.phone.say("/films")
    crew.phone.press("film:open:", listed)
    assert crew.phone.notice == "film-over-cancelled"


def test_without_films_the_list_offers_the_first(desk: Desk) -> None:
    phone = Phone(Intake(open_studio(desk)))
    listed = phone.say("/films")
    assert listed.key == "film-list-none"
    assert phone.press("menu:film", listed).key == "film-ask-idea"


def test_jobs_shows_the_film_and_leads_to_it(crew: Set) -> None:
    listed = crew.phone.say("/jobs")
    assert f"🎬 {crew.film_id} · “" in listed.text
    assert [data for _, data in listed.buttons] == [f"film:open:{crew.film_id}"]
    assert crew.phone.press("film:open:", listed).key == "film-status"


def test_cancel_asks_before_it_ends_a_film(crew: Set) -> None:
    sure = crew.phone.say("/cancel")
    assert sure.key == "film-sure"
    assert crew.film.state == "working"
    crew.phone.press("Yes", sure)
    assert crew.film.state == "cancelled"
    assert crew.phone.say("/cancel").key == "cancel-nothing"


# -- groups --------------------------------------------------------------------------------------------------------------------


def test_in_a_group_others_may_not_answer(desk: Desk) -> None:
    desk = open_studio(replace(desk, speaks=True))
    intake = Intake(desk)
    crew = Set(Phone(intake, chat=GROUP), desk)
    bob = Phone(intake, user_id=9, chat=GROUP)
    question = crew.to_script()
    for part in ("go on", "✏️", "Rewrite", "Cancel the film"):
        bob.press(part, question)
        assert bob.notice == "film-not-yours", part
    bob.press("film:open:", crew.phone.say("/films"))
    assert bob.notice == "film-not-yours"
    on(crew, "✏️")
    bob.say("make it about me", reply_to=question.message_id)
    assert crew.open("revise") == []
    crew.phone.say("make it darker", reply_to=question.message_id)
    assert len(crew.open("revise")) == 1
    row = OutboxRow.get_by_id(question.row)
    assert row.reply_to == crew.film.message_id, "the person is told"
    assert utc_now() > crew.film.created_at


def test_a_group_is_told_to_reply_because_other_messages_do_not_reach_the_bot(desk: Desk) -> None:
    crew = Set(Phone(Intake(open_studio(replace(desk, speaks=True))), chat=GROUP), desk)
    assert crew.phone.say("/film").text.count("in reply to this message") == 1
    assert "in reply to this message" in crew.phone.say(f"/film {IDEA}").text
    crew.to_script()
    wish = on(crew, "✏️").text
    assert "Reply to this message" in wish
    assert "next message" not in wish


@pytest.mark.parametrize("chat", [GROUP, 8])
@pytest.mark.parametrize(("language", "talk", "reply"), [("en", "ordinary", "eply to this"), ("ru", "обычн", "на это сообщение")])
def test_in_a_group_a_question_wants_replies_and_speaks_of_no_ordinary_chat(
    desk: Desk, chat: int, language: str, talk: str, reply: str
) -> None:
    """Other messages of a group do not reach the bot."""
    phone = Phone(Intake(open_studio(replace(desk, speaks=True))), user_id=8, language=language, chat=chat)
    crew, private = Set(phone, desk), chat > 0
    questions = [crew.to_script()]
    for made in ("picture", "clip"):
        phone.press("film:approve:", questions[-1])
        crew.make_all(made)
        questions.append(crew.seen())
    assert [talk in question.text for question in questions] == [private] * 3
    which = phone.press("film:redo:", questions[-1])
    assert (reply in which.text, reply in phone.say("77").text) == (not private, not private)
    assert (talk in phone.press("film:nothing:", which).text) is private
    phone.press("film:redo:", questions[-1])
    with transaction(durable=True):
        film_stages.fall_asleep(crew.film)
    assert (talk in phone.say("2").text) is private
