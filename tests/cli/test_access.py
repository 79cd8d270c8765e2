"""`kiebot-admin access`: what holds is shown, changed at once, and taken back; codes are made, listed and revoked."""

from __future__ import annotations

import pytest

from kiebot.services.access import Rules
from kiebot.store import access, accounts, db


@pytest.fixture
def admin(filled):
    """Ann (77) has written; the configuration lists 5 and a group."""
    filled.file.write_text(
        filled.file.read_text() + 'access.mode = "allow-list"\naccess.users = [5]\naccess.group_ids = [-100]\n'
    )
    return filled


def test_what_the_configuration_says_holds_until_it_is_changed_live_and_again_after_that_is_taken_back(admin, stored):
    assert admin.json("access", "show") == {
        "mode": "allow-list", "users": [5], "groups": "people", "group_ids": [-100], "let_in": 0, "admins": [],
        "changed_live": [], "known_groups": [],
    }  # fmt: skip
    changed = admin.json("access", "set", "mode", "invite", "--yes")
    assert changed == {"key": "mode", "was": "allow-list", "value": "invite", "kept": 0, "changed": True}
    assert stored(lambda: Rules("open").live().mode) == "invite"
    assert admin.json("access", "show")["changed_live"] == ["mode"]
    assert admin.json("access", "set", "mode", "configured", "--yes")["value"] == "allow-list"
    assert stored(access.overrides) == {}


def test_closing_the_door_can_keep_those_who_are_inside(admin, stored):
    assert admin.json("access", "set", "mode", "invite", "--keep-known", "--yes")["kept"] == 1
    assert stored(lambda: access.is_admitted(accounts.by_user(77).id))
    assert admin("access", "disallow", "77", "--yes").exit_code == 0
    assert not stored(lambda: access.is_admitted(accounts.by_user(77).id))


def test_people_and_groups_come_onto_the_list_and_off_it(admin):
    assert admin.json("access", "allow", "--yes", "77", "-200")["users"] == [5, 77]
    assert admin.json("access", "show")["group_ids"] == [-200, -100]
    taken = admin.json("access", "disallow", "--yes", "5", "-100")
    assert (taken["users"], taken["group_ids"]) == ([77], [-200])
    assert admin.json("access", "set", "users", "1, 2", "--yes")["value"] == [1, 2]


@pytest.mark.parametrize(
    "wrong", [("mode", "shut"), ("users", "@ann"), ("groups", "all"), ("colour", "red"), ("users", "1", "--keep-known")]
)
def test_what_is_no_value_is_wrong_use(admin, wrong):
    assert admin("access", "set", *wrong, "--yes").exit_code == 2


def test_a_question_that_is_refused_and_a_dry_run_change_nothing(admin, stored):
    assert admin("access", "set", "mode", "open", given="n\n").exit_code == 1
    assert admin.json("access", "set", "mode", "open", "--dry-run")["changed"] is False
    assert admin("access", "invite", "create", "--code", "HELLO", "--dry-run").exit_code == 0
    assert stored(access.overrides) == {}
    assert stored(access.codes) == []


def test_a_code_is_made_listed_and_revoked_with_whoever_came_by_it(admin, stored):
    made = admin.json(
        "access", "invite", "create", "--code", "come-in", "--uses", "2", "--expires", "30d", "--note", "x", "--yes"
    )
    assert (made["code"], made["start"], made["state"], made["uses"]) == ("COMEIN", "COMEIN", "active", 2)

    def come():
        with db.transaction():
            row = access.find_code("COMEIN")
            assert access.take_code(row.id)
            access.admit(accounts.by_user(77).id, row.id)

    stored(come)
    assert [row["used"] for row in admin.json("access", "invite", "list")] == [1]
    revoked = admin.json("access", "invite", "revoke", "COME IN", "--with-people", "--yes")
    assert revoked == {"code": "COMEIN", "was_revoked": False, "put_out": 1, "changed": True}
    assert not stored(lambda: access.is_admitted(accounts.by_user(77).id))
    assert admin.json("access", "invite", "list")[0]["state"] == "revoked"
    assert admin("access", "invite", "revoke", "NOBODYS", "--yes").exit_code == 1
    assert admin("access", "invite", "create", "--code", "comein", "--yes").exit_code == 1


def test_a_code_of_its_own_is_one_that_nobody_guesses(admin):
    assert len(admin.json("access", "invite", "create", "--yes")["code"]) == 10
    assert admin("access", "invite", "create", "--code", "ПРИВЕТ", "--yes").exit_code == 2


def test_each_change_is_on_record_with_who_made_it(admin, stored):
    admin("access", "set", "mode", "open", "--yes")
    row = stored(lambda: access.actions(1))[0]
    assert (row.action, row.detail) == ("access", {"mode": "open"})
    assert row.operator
