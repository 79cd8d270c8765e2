"""/admin: the figures in the chat, for admins only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kiebot.i18n import LANGUAGES
from kiebot.jobqueue import JobQueue
from kiebot.services import aloud, documents, export, incidents, links, voices
from kiebot.services.incoming import Press
from kiebot.store import accounts, feedback, jobs, ledger, votes
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Job
from kiebot.telegram.handlers.admin import SECTIONS
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.late import show
from tests.telegram.conftest import CATALOGUE
from tests.telegram.phone import GROUP, Phone

MODEL = next(model for model in CATALOGUE.models.values() if model.type == "text_to_image" and model.offered)


@pytest.fixture
def intake(desk: Desk) -> Iterator[Intake]:
    queue = JobQueue(desk.data_dir)
    yield Intake(replace(desk, admins=frozenset({9}), queue=queue))
    queue.close()


@pytest.fixture
def boss(intake: Intake) -> Phone:
    return Phone(intake, user_id=9)


@pytest.fixture
def ann(intake: Intake) -> Phone:
    """Somebody who has ordered, paid and said something."""
    phone = Phone(intake)
    phone.say("/menu")
    account = accounts.of_user(7).id
    with transaction(durable=True):
        ledger.add(account, "topup", 100, "topup:stars:1")
        for number, state in enumerate(("done", "done", "done", "failed", "queued"), 1):
            job = jobs.add(
                order_key=f"m:{number}", account=account, chat_id=7, language="en", kind="generation", model=MODEL.id,
                state=state, price=10, expected_cost=3.0, credit_price=2.0,
            )  # fmt: skip
            if state in ("done", "failed"):
                Job.update(finished_at=utc_now() + 10 * number).where(Job.id == job.id).execute()
    votes.save(1, account, 1)
    feedback.add(account, 7, "more boats")
    return phone


def test_whoever_is_no_admin_gets_a_plain_sentence_and_no_figures(ann: Phone, boss: Phone) -> None:
    assert ann.say("/admin").key == "admin-only"
    menu = boss.say("/admin")
    for _, data in menu.buttons:
        ann.press_data(data, menu)
        assert ann.notice in ("admin-only", "broadcast-admins"), data
    assert {shown.key for shown in ann.all()} == {"menu", "admin-only"}


def test_in_a_group_nothing_is_shown(intake: Intake, boss: Phone) -> None:
    in_group = Phone(intake, user_id=9, chat=GROUP)
    assert in_group.say("/admin").key == "admin-private"
    in_group.press_data("a:people:7", boss.say("/admin"))
    assert in_group.notice == "admin-only"


def test_a_press_reads_no_figures_in_the_turn_of_others(intake: Intake, boss: Phone) -> None:
    menu = boss.say("/admin")
    effects = intake.press(Press(1, 9, "private", menu.message_id, boss.sender, "a:people:7"))
    boss.deliver()
    assert boss.last() == menu
    [reading] = effects.readings
    show(reading, reading.read())
    boss.deliver()
    assert boss.last().key == "admin-people"


def test_every_section_opens_in_the_same_message_in_both_languages_and_leads_back(
    intake: Intake, ann: Phone, boss: Phone
) -> None:
    for phone in (boss, Phone(intake, user_id=9, language="ru")):
        menu = phone.say("/admin")
        for name in SECTIONS:
            opened = phone.press(f"a:{name}:7")
            assert (opened.row, opened.key) == (menu.row, f"admin-{name}"), name
            assert phone.press("a:home").key == "admin"


def test_with_nothing_on_record_every_section_says_so(boss: Phone) -> None:
    boss.say("/admin")
    keys = []
    for name in SECTIONS:
        keys.append(boss.press(f"a:{name}:7").key)
        boss.press("a:home")
    assert {"admin-models-none", "admin-feedback-none"} <= set(keys)


def test_the_figures_are_those_of_the_store(ann: Phone, boss: Phone) -> None:
    boss.say("/admin")
    assert "People: 2\nNew: 2\nActive: 2" in boss.press("a:people:7").text
    boss.press("a:home")
    work = boss.press("a:work:7").text
    assert "ordered: 5\nDone: 3\nFailed: 1\nCancelled: 0\nUnder way: 1\nSuccess: 75 %" in work
    assert "half within 20 s, 95 % within 30 s" in work
    boss.press("a:home")
    assert f"{MODEL.label['en']}: 3 done, 1 failed, 75 %, 20 s (30 s), 👍 1 👎 0" in boss.press("a:models:7").text
    boss.press("a:home")
    money = boss.press("a:money:7").text
    assert "Sold: 100" in money
    assert "brought 30, their providers took 18: 12 are left." in money
    boss.press("a:home")
    assert "Ann: more boats" in boss.press("a:feedback:7").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_job_has_a_name_in_words(ann: Phone, boss: Phone, language: str) -> None:
    kinds = (documents.KIND, voices.KIND, aloud.KIND, export.KIND, links.KIND, jobs.LOCAL, jobs.INNER)
    with transaction(durable=True):
        accounts.set_language(accounts.of_user(9).id, language)
        for kind in kinds:
            jobs.add(order_key=f"k:{kind}", account=accounts.of_user(7).id, chat_id=7, language="en", kind=kind, state="queued")
        Job.update(model="gone").where(Job.state == "failed").execute()
    boss.say("/admin")
    lines = boss.press("a:work:7").text.split("\n\n")[-1].splitlines()
    assert len(lines) == len(kinds) + 2
    assert all(not line[0].isascii() for line in lines)


def test_another_span_counts_anew_and_its_button_is_marked(ann: Phone, boss: Phone) -> None:
    Job.update(created_at=utc_now() - 3 * 86_400).execute()
    boss.say("/admin")
    assert "ordered: 5" in boss.press("a:work:7").text
    shown = boss.press("a:work:1")
    assert "ordered: 0" in shown.text
    assert [words for words, _ in shown.buttons if words.startswith("✓")] == ["✓ 24 hours"]


def test_errors_are_named_by_their_codes(boss: Phone) -> None:
    boss.say("/admin")
    assert boss.press("a:errors:7").text.endswith("New: 0")
    boss.press("a:home")
    code = incidents.alarm("auth", "kie", process="worker")
    boss.press("a:errors:7", on=next(shown for shown in boss.all() if shown.key == "admin"))
    shown = next(shown for shown in boss.all() if shown.key == "admin-errors")
    assert f"{code} · auth · kie · ×1" in shown.text


@pytest.mark.parametrize("data", ["a", "a:", "a:people", "a:people:0", "a:people:365", "a:nothing:7", "a:people:seven"])
def test_forged_data_opens_nothing(boss: Phone, data: str) -> None:
    menu = boss.say("/admin")
    assert boss.press_data(data, menu).key == "admin"
    assert boss.notice == "button-old"


def test_a_long_list_fits_into_one_message(ann: Phone, boss: Phone) -> None:
    account = accounts.of_user(7).id
    for number in range(40):
        feedback.add(account, 7, f"{number} " + "words " * 200)
    boss.say("/admin")
    assert len(boss.press("a:feedback:7").text) < 3000
