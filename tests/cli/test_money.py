"""kiebot-admin promo, ledger, users: what the operator sees and gives."""

from __future__ import annotations

import json

import pytest

from kiebot.services import promo as codes
from kiebot.store import accounts, db, ledger
from kiebot.store.models import Account, LedgerEntry, OutboxRow
from kiebot.store.money_models import PromoCode
from tests.cli.conftest import look
from tests.stores import open_new_store


@pytest.fixture
def money(run_admin):
    """Ann has been given credits, been charged and has something held; Bob's Telegram id is the number of Ann's account."""
    open_new_store(run_admin.data_dir)
    with db.transaction(durable=True):
        ann = accounts.of_user(77, name="Ann", username="ann_a")
        accounts.of_user(ann.id, name="Bob", username="bob")
        ledger.add(ann.id, "bonus", 100, "start:1")
        ledger.hold(ann.id, "turn:5", 30)
        ledger.capture("turn:5", 20)
        ledger.hold(ann.id, "turn:6", 10)
    db.close_store()
    return run_admin


def test_a_code_is_made_listed_and_disabled(money):
    made = money.json("promo", "create", "--credits", "50", "--code", "sum-mer", "--total", "10", "--note", "for June", "--yes")
    assert (made["code"], made["start"], made["state"], made["total"], made["per_user"]) == (
        "SUMMER", "promo_SUMMER", "active", 10, 1,
    )  # fmt: skip
    assert [row["code"] for row in money.json("promo", "list")] == ["SUMMER"]
    assert money.json("promo", "disable", "Summer", "--yes") == {"code": "SUMMER", "was_disabled": False, "changed": True}
    assert money.json("promo", "disable", "SUMMER", "--yes")["changed"] is False
    assert money.json("promo", "list")[0]["state"] == "disabled"
    assert money.json("promo", "list", "--active") == []


def test_a_code_without_a_name_is_one_that_nobody_guesses(money):
    made = money.json("promo", "create", "--credits", "5", "--yes")
    assert len(made["code"]) == codes.GENERATED_LENGTH
    assert made["total"] is None
    assert made["expires"] is None


def test_a_code_ends_with_its_last_day_on_the_operators_clock(money):
    money.file.write_text(money.file.read_text() + 'timezone = "Asia/Tokyo"\n')
    money.json("promo", "create", "--credits", "5", "--code", "LAST", "--expires", "2099-12-31", "--yes")
    assert look(money, lambda: PromoCode.get().expires_at) == 4102412400.0, "2099-12-31 15:00 UTC is midnight in Tokyo"
    days = money.json("promo", "create", "--credits", "5", "--code", "DAYS", "--expires", "30d", "--yes")
    assert days["expires"] is not None


def test_a_code_without_an_end_says_so_in_words(money):
    tried = money("promo", "create", "--credits", "5", "--code", "EVER", "--dry-run")
    assert "worth 5 credits, without an end" in tried.output
    assert "without an end" in money("promo", "create", "--credits", "5", "--code", "EVER", "--yes").output
    assert "without an end" in money("promo", "list").output
    assert money.json("promo", "list")[0]["expires"] is None
    ending = money("promo", "create", "--credits", "5", "--expires", "2099-12-31", "--dry-run")
    assert "worth 5 credits, until 2100-01-01 00:00:00" in ending.output
    assert "without an end" in money("access", "invite", "create", "--yes").output
    assert "without an end" in money("access", "invite", "list").output


@pytest.mark.parametrize("absurd", ["9999-12-31", "9999-12-30", "99999d", "2150-01-01"])
@pytest.mark.parametrize("command", [("promo", "create", "--credits", "5"), ("access", "invite", "create")])
def test_an_end_that_nobody_lives_to_see_is_refused_with_what_to_do_instead(money, command, absurd):
    tried = money(*command, "--expires", absurd, "--yes")
    assert tried.exit_code == 2
    assert "more than 100 years away: leave it out for a code without an end" in tried.output


@pytest.mark.parametrize(
    "wrong",
    [
        ("--credits", "0"), ("--credits", "x"), (), ("--credits", "5", "--code", "ab"), ("--credits", "5", "--code", "x" * 33),
        ("--credits", "5", "--expires", "tomorrow"), ("--credits", "5", "--expires", "2020-01-01"),
        ("--credits", "5", "--expires", "9999-12-31"), ("--credits", "5", "--total", "0"),
    ],
)  # fmt: skip
def test_a_wrong_code_is_wrong_use_and_makes_nothing(money, wrong):
    assert money("promo", "create", *wrong, "--yes").exit_code == 2
    assert look(money, PromoCode.select().count) == 0


def test_a_code_that_exists_is_not_made_again_and_one_that_does_not_is_not_disabled(money):
    money("promo", "create", "--credits", "5", "--code", "ONCE", "--yes")
    again = money("promo", "create", "--credits", "9", "--code", "оnce", "--yes")
    assert (again.exit_code, "already" in again.stderr) == (1, True), "the Cyrillic o looks the same"
    assert money("promo", "disable", "OTHER", "--yes").exit_code == 1


def test_dry_runs_and_refused_questions_change_nothing(money):
    assert money("promo", "create", "--credits", "5", "--code", "MAYBE", "--dry-run").exit_code == 0
    refused = money("promo", "create", "--credits", "5", "--code", "MAYBE", given="n\n")
    assert (refused.exit_code, "as often as people come, without an end" in refused.stderr) == (1, True)
    assert money.json("users", "grant", "77", "--credits", "5", "--reason", "r", "--dry-run")["balance"] == 75
    assert money("users", "grant", "77", "--credits", "5", "--reason", "r", given="n\n").exit_code == 1
    assert look(money, lambda: (PromoCode.select().count(), LedgerEntry.select().count())) == (0, 5)


def test_a_grant_is_written_once_with_its_reason_and_told(money):
    done = money.json("users", "grant", "@ANN_A", "--credits", "5", "--reason", " for the trouble ", "--yes")
    assert done == {"account": 1, "credits": 5, "was": 70, "balance": 75, "changed": True}
    entry = look(money, lambda: LedgerEntry.select().order_by(LedgerEntry.id.desc()).get())
    assert (entry.kind, entry.credits, entry.reason) == ("bonus", 5, "for the trouble")
    assert look(money, lambda: OutboxRow.get().payload["key"]) == "grant-given"


def test_a_negative_grant_may_take_more_than_there_is(money):
    assert money.json("users", "grant", "@bob", "--credits", "-100", "--reason", "fraud", "--yes")["balance"] == -100
    assert money.json("users", "show", "@bob")["balance"] == -100


@pytest.mark.parametrize(
    "wrong",
    [
        ("--credits", "5"),
        ("--reason", "r"),
        ("--credits", "0", "--reason", "r"),
        ("--credits", "5", "--reason", " "),
        ("--credits", "5", "--reason", "r" * 201),
    ],
)
def test_a_grant_without_credits_or_reason_is_wrong_use(money, wrong):
    assert money("users", "grant", "77", *wrong, "--yes").exit_code == 2


def test_a_group_gets_nothing(money):
    look(money, lambda: accounts.of_user(-100500, name="Group"))
    assert money("users", "grant", "account:3", "--credits", "5", "--reason", "r", "--yes").exit_code == 1


@pytest.mark.parametrize("user", ["77", "@ann_a", "@Ann_A", "telegram:77", "account:1"])
def test_a_person_is_found_by_telegram_id_name_or_account(money, user):
    assert money.json("users", "show", user)["name"] == "Ann"


@pytest.mark.parametrize("user", ["78", "@nobody", "@", "", "account:77", "telegram:", "boo:7", "²", "9" * 40])
def test_nobody_is_found_by_anything_else(money, user):
    done = money("users", "show", user)
    assert done.exit_code == 1
    assert "users list" in done.stderr


def test_a_number_or_a_name_that_may_mean_two_people_is_refused(money):
    done = money("users", "show", "1")
    assert (done.exit_code, "account:1 (Ann" in done.stderr, "account:2 (Bob" in done.stderr) == (1, True, True)
    look(money, lambda: Account.update(username="ann_a").execute())
    assert money("users", "grant", "@ann_a", "--credits", "5", "--reason", "r", "--yes").exit_code == 1


def test_people_are_listed_with_their_balances_and_found_by_name(money):
    rows = {row["name"]: row for row in money.json("users", "list")}
    assert (rows["Ann"]["balance"], rows["Ann"]["held"]) == (70, 10)
    assert (rows["Bob"]["balance"], rows["Bob"]["held"]) == (0, 0)
    assert [row["name"] for row in money.json("users", "list", "--find", "@ann")] == ["Ann"]
    assert money.json("users", "list", "--find", "%") == []


def test_the_ledger_shows_each_entry_with_the_balance_after_it(money):
    shown = money.json("ledger", "show", "77")
    assert (shown["balance"], shown["held"]) == (70, 10)
    assert [(entry["kind"], entry["credits"], entry["balance"]) for entry in shown["entries"]] == [
        ("bonus", 100, 100), ("hold", -30, 70), ("release", 30, 100), ("capture", -20, 80), ("hold", -10, 70),
    ]  # fmt: skip
    assert [entry["balance"] for entry in money.json("ledger", "show", "77", "--limit", "2")["entries"]] == [80, 70]
    assert "start:1" in money("ledger", "show", "77").stdout
    assert money.json("ledger", "show", "@bob")["entries"] == []


def test_verify_says_what_it_looked_at_and_fails_when_something_is_wrong(money):
    broken = money("ledger", "verify")
    assert broken.exit_code == 1
    assert "turn 6 (forgotten): 1 holds of 10 credits stand open" in broken.stdout
    found = json.loads(money("ledger", "verify", "--json").stdout)
    assert (found["ok"], found["accounts"], found["entries"], len(found["problems"])) == (False, 2, 5, 1)


def test_verify_is_content_with_grants_and_codes(run_admin):
    db.open_store(run_admin.data_dir)
    ann = accounts.of_user(77)
    db.close_store()
    run_admin("promo", "create", "--credits", "5", "--code", "SUMMER", "--yes")
    run_admin("users", "grant", "77", "--credits", "-50", "--reason", "r", "--yes")
    look(run_admin, lambda: codes.redeem(ann.id, "summer"))
    assert run_admin.json("ledger", "verify") == {"ok": True, "accounts": 1, "entries": 2, "problems": [], "notes": []}
    assert "all add up" in run_admin("ledger", "verify").stdout


def test_stats_count_codes_and_credits(money):
    found = money.json("stats")
    assert found["promo_codes"] == {"used": 0, "wrong_24h": 0, "people_wrong_24h": 0}
    assert found["credits"] == {"bonus": 100, "capture": -20}
