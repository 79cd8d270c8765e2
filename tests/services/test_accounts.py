"""Who is writing."""

from __future__ import annotations

from kiebot.services import accounts as services
from kiebot.services.incoming import Incoming, Press, Sender
from kiebot.store import accounts

ANN = Sender(7, "Ann Lee", "ann", "ru-RU")


def test_the_first_message_makes_an_account_in_the_language_of_the_app(data_dir):
    person = services.meet(ANN, frozenset())
    assert (person.user_id, person.name, person.language) == (7, "Ann Lee", "ru")
    assert [person.admin, person.free, person.banned] == [False] * 3
    assert services.meet(ANN, frozenset()).account_id == person.account_id
    assert accounts.count() == 1


def test_a_chosen_language_stays_whatever_the_app_says(data_dir):
    person = services.meet(ANN, frozenset())
    services.choose_language(person.account_id, "en")
    assert services.meet(ANN, frozenset()).language == "en"
    services.choose_language(person.account_id, "")
    assert services.meet(ANN, frozenset()).language == "ru"


def test_names_are_kept_up_to_date_and_not_emptied(data_dir):
    services.meet(ANN, frozenset())
    assert services.meet(Sender(7, "Anna", "", ""), frozenset()).name == "Anna"
    assert accounts.by_user(7).username == "ann"


def test_admins_of_the_configuration_are_admins_and_pay_nothing(data_dir):
    services.meet(ANN, frozenset())
    person = services.meet(ANN, frozenset({7}))
    assert person.admin
    assert person.free
    assert [row.user_id for row in accounts.admins()] == [7], "so that incidents find them"


def test_answers_are_replies_in_groups_only(data_dir):
    person = services.meet(ANN, frozenset())
    private = Incoming(7, "private", "", 5, ANN, "text")
    group = Incoming(-9, "group", "", 5, ANN, "text", topic_id=3)
    assert services.place(person, private).reply_to == 0
    assert (services.place(person, group).reply_to, services.place(person, group).topic_id) == (5, 3)
    assert services.press_place(person, Press(1, -9, "group", 5, ANN, "x", topic_id=3)).reply_to == 0


def test_who_is_no_admin_of_the_configuration_any_more_loses_the_role(data_dir):
    services.meet(ANN, frozenset({7, 8}))
    services.meet(Sender(8, "Bob", "", "en"), frozenset({7, 8}))
    services.keep_admins([8])
    assert [row.user_id for row in accounts.admins()] == [8]
    assert not services.meet(ANN, frozenset({8})).admin
