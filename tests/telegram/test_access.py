"""Who is let in: everybody, those on a list, those with a code; strangers read one sentence and get nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiebot.services import guessing
from kiebot.services.access import WRONG, Rules
from kiebot.services.bonuses import Bonuses
from kiebot.services.incoming import InlineQuery, Membership, Sender
from kiebot.store import access, accounts, incidents, jobs, ledger
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import OutboxRow, SeenUpdate, Turn
from kiebot.store.order_models import Request
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.start import on_membership
from tests.telegram.phone import GROUP, Phone

ADMIN = 99


@pytest.fixture
def door(desk):
    """An intake whose configuration says this."""

    def door(mode="invite", **more):
        rules = Rules(mode, **{name: frozenset(value) if isinstance(value, list) else value for name, value in more.items()})
        return Intake(replace(desk, access=rules, admins=frozenset({ADMIN}), bonuses=Bonuses(start=10)))

    return door


@pytest.fixture
def code(data_dir):
    return access.add_code("WELCOME2026").code


def change(**live):
    with transaction():
        accounts.change_setting(access.KEY, live)


def keys(phone):
    return [shown.key for shown in phone.all()]


def forget_minute():
    """A minute goes by: the same notice may come again."""
    SeenUpdate.delete().where(SeenUpdate.key.startswith("n:")).execute()


@pytest.mark.parametrize(("mode", "sentence"), [("invite", "access-invite"), ("allow-list", "access-closed")])
def test_a_stranger_reads_one_sentence_a_minute_and_orders_asks_and_gets_nothing(door, mode, sentence):
    stranger = Phone(door(mode))
    for words in ("what is the capital of France, please?", "/img a red boat", "/balance", "/menu", "/start"):
        stranger.say(words)
    stranger.file("photo", mime="image/jpeg")
    stranger.send("voice", "")
    assert keys(stranger) == [sentence]
    assert not Turn.select().exists()
    assert not jobs.listed()
    assert ledger.balance(accounts.by_user(7).id) == 0
    forget_minute()
    assert stranger.say("hello again, is anybody here at all?").key == sentence


def test_everybody_is_let_in_where_the_bot_is_open_and_admins_everywhere(door):
    assert Phone(door("open")).say("/menu").key == "menu"
    assert Phone(door("allow-list"), ADMIN).say("/menu").key == "menu"
    assert Phone(door("allow-list", users=[7])).say("/menu").key == "menu"


def test_the_mode_and_the_list_change_at_once_without_a_restart(door):
    phone = Phone(door("open"))
    assert phone.say("/menu").key == "menu"
    change(mode="allow-list")
    assert phone.say("/menu").key == "access-closed"
    change(mode="allow-list", users=[7])
    assert phone.say("/menu").key == "menu"
    change()
    assert phone.say("/menu").key == "menu"


@pytest.mark.parametrize("words", ["/start WELCOME2026", "welcome-2026", "Welcome 2026"])
def test_a_code_opens_the_door_behind_start_and_as_a_text(door, code, words):
    guest = Phone(door())
    guest.say("hello, who are you and what can you do?")
    guest.say(words)
    assert keys(guest)[:2] == ["access-invite", "access-let-in"]
    assert "start" in keys(guest)
    assert ledger.balance(accounts.by_user(7).id) == 10  # now they are welcomed
    assert guest.say("/menu").key == "menu"
    assert access.find_code(code).used == 1


def test_a_code_that_is_used_up_over_or_revoked_lets_nobody_in(door):
    with transaction():
        access.add_code("ONLYONE", uses=1)
        access.add_code("TOOLATE", expires_at=utc_now() - 1)
        access.revoke(access.add_code("REVOKED").id)
    intake = door()
    assert Phone(intake, 8).say("/start ONLYONE").key != "access-code-used-up"
    guest = Phone(intake)
    said = [guest.say(f"/start {code}").key for code in ("ONLYONE", "TOOLATE", "REVOKED")]
    assert said == ["access-code-used-up", "access-code-over", "access-code-unknown"]
    assert not access.is_admitted(accounts.by_user(7).id)


def test_wrong_codes_are_slowed_down_and_the_operator_hears_of_it(door, code):
    guest = Phone(door())
    guest.say("hello, who are you and what can you do?")
    said = [guest.say(f"GUESS{number}").key for number in range(guessing.FREE_TRIES)]
    assert said == ["access-code-unknown"] * (guessing.FREE_TRIES - 1) + ["access-code-wait"]
    guest.say("/start WELCOME2026")
    assert not access.is_admitted(accounts.by_user(7).id)
    assert [row.kind for row in incidents.listed()] == ["invite-guessing"]
    Request.update(created_at=Request.created_at - guessing.pause_s(accounts.by_user(7).id, WRONG)).execute()
    guest.say("/start WELCOME2026")
    assert access.is_admitted(accounts.by_user(7).id)


def test_first_words_that_are_no_code_get_the_sentence_and_not_the_word_wrong(door):
    assert Phone(door()).say("Hello!").key == "access-invite"


def test_links_of_other_kinds_are_no_guesses(door):
    guest = Phone(door())
    for link in ("r_abc1234", "promo_SUMMER", "m_1a2b3c4d", "buy"):
        guest.say(f"/start {link}")
    assert keys(guest) == ["access-invite"]
    assert guessing.wrong_of(accounts.by_user(7).id, WRONG) == 0


def test_what_is_everybodys_right_stays_open_to_strangers(door):
    stranger = Phone(door())
    asked = stranger.say("/forget")
    assert asked.key == "forget"
    assert stranger.press("p:all", asked).key == "forget-sure-all"
    assert stranger.say("/export").key == "export-accepted"
    assert stranger.say("/paysupport").key.startswith("paysupport")


def test_a_button_of_better_days_is_refused_with_the_same_sentence(door):
    phone = Phone(door("open"))
    menu = phone.say("/menu")
    change(mode="allow-list")
    phone.press_data(menu.buttons[0][1], menu)
    assert phone.notice == "access-closed"


def test_inline_search_finds_nothing_for_strangers(door):
    open_door, closed = door("open"), door("allow-list", users=[8])
    assert open_door.inline(InlineQuery(1, Sender(7), "", 0, False))[0]
    assert closed.inline(InlineQuery(2, Sender(7), "", 0, False)) == ([], None)
    assert closed.inline(InlineQuery(3, Sender(8), "", 0, False))[0]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"mode": "open"}, "menu"),
        ({"mode": "open", "groups": "none"}, "access-group-none"),
        ({"mode": "open", "groups": "none", "group_ids": [GROUP]}, "access-group-none"),
        ({"mode": "open", "groups": "listed"}, "access-group-none"),
        ({"mode": "open", "groups": "listed", "group_ids": [GROUP]}, "menu"),
        ({"mode": "invite"}, "access-group-people"),
        ({"mode": "invite", "users": [7]}, "menu"),
        ({"mode": "invite", "group_ids": [GROUP]}, "menu"),
        ({"mode": "allow-list", "groups": "listed", "users": [7]}, "access-group-none"),
    ],
)
def test_what_a_group_may_do(door, rules, sentence):
    member = Phone(door(**rules), chat=GROUP)
    assert member.say("/menu").key == sentence
    assert Phone(door(**rules), ADMIN, chat=GROUP).say("/menu").key == "menu"


def test_a_code_is_not_taken_in_a_group_where_all_read_it(door, code):
    member = Phone(door(), chat=GROUP)
    assert member.say("/start WELCOME2026").key == "access-group-people"
    assert access.find_code(code).used == 0


def test_a_bot_that_is_brought_into_a_group_where_it_does_not_work_says_so(door):
    desk = door("open", groups="listed").desk
    on_membership(desk, Membership(GROUP, "supergroup", "Friends", True, Sender(7, "Ann")))
    assert [row.payload["key"] for row in OutboxRow.select()] == ["access-group-none"]
