"""Promo codes: how they are read, their limits under many processes, and what guessing costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kiebot.services import billing, guessing, promo
from kiebot.store import accounts, ledger
from kiebot.store import promo as codes
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Incident, LedgerEntry
from kiebot.store.money_models import PromoCode, PromoRedemption
from kiebot.store.order_models import Request

# Each child is a process of its own, with a connection of its own: they are forked before the store is opened.
RACE = """
import os, sys
from pathlib import Path
from kiebot.services import promo
from kiebot.store.db import open_store
folder, code, accounts = Path(sys.argv[1]), sys.argv[2], [int(number) for number in sys.argv[3:]]
gate, start = os.pipe()
children = []
for account in accounts:
    child = os.fork()
    if child == 0:
        os.close(start)
        open_store(folder)
        os.read(gate, 1)
        os._exit(promo.redeem(account, code).key == "promo-done")
    children.append(child)
os.close(start)
print(sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def race(folder, code, account_ids):
    """Let so many processes use a code at once; how many got something."""
    command = [sys.executable, "-c", RACE, str(folder), code, *map(str, account_ids)]
    return int(subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout)


def make(code="SUMMER", credits=50, **fields):
    return codes.add(code, credits, **fields)


def sums():
    return [
        LedgerEntry.select().where(LedgerEntry.kind == "bonus").count(),
        PromoRedemption.select().count(),
        PromoCode.get().used,
    ]


def test_64_processes_at_once_get_no_more_than_the_code_has(data_dir):
    people = [accounts.of_user(100 + number).id for number in range(64)]
    make(total_limit=10)
    assert race(data_dir, "summer", people) == 10
    assert sums() == [10, 10, 10]
    assert sum(ledger.balance(account) for account in people) == 500
    assert billing.verify().problems == []


def test_one_person_in_many_processes_uses_a_code_as_often_as_one_may(account, data_dir):
    make(per_user_limit=2, total_limit=100)
    assert race(data_dir, "SUMMER", [account.id] * 24) == 2
    assert sums() == [2, 2, 2]
    assert ledger.balance(account.id) == 100


@pytest.mark.parametrize(
    "typed", ["SUMMER26", "summer26", " Summer-26 ", "sum mer\u00a026", "SUМMЕR26", "ｓｕｍｍｅｒ26", "s-u-m\u2013m\u2014e-r-2-6"]
)
def test_a_code_is_read_as_people_write_it(account, typed):
    make("SUMMER26")
    assert promo.redeem(account.id, typed).key == "promo-done"


def test_a_cyrillic_code_is_found_whatever_letters_it_is_typed_with(account):
    make(promo.folded("лето-2026"))
    assert promo.redeem(account.id, "ЛETO2026").key == "promo-done"


def test_using_a_code_says_what_it_gave_and_leaves_an_entry_that_names_it(account):
    make()
    answer = promo.redeem(account.id, "summer")
    assert answer.args == {"code": "SUMMER", "credits": 50, "balance": 50}
    entry = LedgerEntry.get()
    assert (entry.kind, entry.credits, entry.reason) == ("bonus", 50, "SUMMER")
    assert entry.idempotency_key == f"promo:{PromoCode.get().id}:{account.id}:1"


def test_each_refusal_has_its_own_words_and_changes_nothing(account):
    make("USED")
    make("OVER", expires_at=utc_now() - 1)
    make("OFF", disabled=True)
    make("FULL", total_limit=1, used=1)
    assert promo.redeem(account.id, "used").key == "promo-done"
    said = [promo.redeem(account.id, code).key for code in ("used", "over", "off", "full", "none")]
    assert said == ["promo-used", "promo-over", "promo-over", "promo-used-up", "promo-unknown"]
    assert ledger.balance(account.id) == 50
    assert promo.wrong_codes(account.id) == 1, "only a code that there is not is a guess"


def test_from_the_fifth_wrong_code_on_the_pause_doubles_and_the_operator_hears_of_it(account):
    make()
    for _ in range(4):
        assert promo.redeem(account.id, "guess").key == "promo-unknown"
    assert Incident.select().count() == 0
    fifth = promo.redeem(account.id, "guess")
    assert (fifth.key, fifth.args) == ("promo-wait", {"minutes": 1, "hours": 0})
    assert Incident.get().kind == "promo-guessing"
    assert promo.redeem(account.id, "summer").key == "promo-wait", "in the pause the right code is not taken either"
    assert promo.wrong_codes(account.id) == 5, "and nothing is counted"
    pauses = []
    for _ in range(7):
        Request.update(created_at=Request.created_at - guessing.pause_s(account.id, promo.WRONG)).execute()
        pauses.append(promo.redeem(account.id, "guess").args["minutes"])
    assert pauses == [2, 4, 8, 16, 32, 64, 128]
    assert promo.redeem(account.id, "guess").args["hours"] == 3


def test_after_the_pause_the_right_code_is_taken_and_after_a_day_all_is_forgotten(account):
    make()
    for _ in range(5):
        promo.redeem(account.id, "guess")
    Request.update(created_at=utc_now() - 61).execute()
    assert promo.redeem(account.id, "summer").key == "promo-done"
    Request.update(created_at=utc_now() - guessing.REMEMBERED_S - 1).execute()
    assert promo.redeem(account.id, "guess").key == "promo-unknown"


def test_guessing_is_each_persons_own(account, data_dir):
    make()
    for _ in range(5):
        promo.redeem(account.id, "guess")
    assert promo.redeem(accounts.of_user(8).id, "summer").key == "promo-done"


def test_many_who_guess_a_little_are_told_to_the_operator(data_dir):
    for number in range(guessing.CROWD // 4):
        account = accounts.of_user(100 + number).id
        assert Incident.select().count() == 0
        assert {promo.redeem(account, "guess").key for _ in range(4)} == {"promo-unknown"}, "nobody is locked out by the others"
    assert Incident.get().kind == "promo-guessing"
    assert promo.counts(0) == {"used": 0, "wrong_24h": guessing.CROWD, "people_wrong_24h": guessing.CROWD // 4}


@pytest.mark.parametrize("words", ["", "-", "\U0001f381", "x" * 100_000, "'; DROP TABLE promo_code; --", "%", "\x00"])
def test_whatever_is_sent_as_a_code_gets_an_answer(account, words):
    make()
    assert promo.redeem(account.id, words).key == "promo-unknown"
    assert ledger.balance(account.id) == 0


def test_generated_codes_differ_and_can_be_read_aloud():
    made = {promo.generated() for _ in range(100)}
    assert len(made) == 100
    assert all(promo.folded(code) == code and promo.is_code(code) and not set(code) & set("01IO") for code in made)


def test_a_code_that_is_disabled_while_somebody_uses_it_gives_nothing(account):
    row = make()
    with transaction(durable=True):
        assert codes.disable(row.id)
        assert not codes.take(row.id)
    assert not codes.disable(row.id), "it was disabled before"
