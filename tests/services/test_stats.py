"""The operator's figures: what is counted, for which time, and what a day is."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from kiebot.services import stats
from kiebot.store import accounts, jobs
from kiebot.store import stats as rows
from kiebot.store.db import database, transaction, utc_now
from kiebot.store.models import Account, Incident, Job, LedgerEntry, OutboxRow, Turn
from kiebot.store.money_models import Payment

HOUR, DAY = 3600, 86_400
ALL = 0.0


def read(since=ALL, types=None, rate=1.0, timezone="UTC"):
    return stats.read(since, types=types or {}, rate=rate, timezone=timezone)


def order(account, state="done", *, waited=5.0, ago=HOUR, **fields):
    """A job that was ordered so long ago."""
    began = utc_now() - ago
    fields = {"kind": "generation", "model": "m", "price": 10, "credit_price": 1.0, **fields}
    ends = {"finished_at": began + waited} if state in ("done", "failed", "cancelled") else {}
    with transaction(durable=True):
        return jobs.add(
            order_key=f"k:{Job.select().count()}", account=account.id, chat_id=7, language="en", state=state, created_at=began,
            **ends, **fields,
        )  # fmt: skip


def ask(account, state="answered", *, waited=2.0, ago=HOUR):
    number, began = Turn.select().count(), utc_now() - ago
    database.execute_sql("INSERT OR IGNORE INTO thread VALUES (1, 7, 0, '', 1, '', 0, 0, 0)")
    ended = began + waited if state == "answered" else None
    Turn.create(
        thread=1, account=account.id, chat_id=7, message_id=number, language="en", content=[], state=state, created_at=began,
        answered_at=ended, prompt_tokens=100, completion_tokens=10,
    )  # fmt: skip


def pay(account, kind, credits, ago=HOUR):
    with transaction(durable=True):
        key = f"{kind}:{LedgerEntry.select().count()}"
        LedgerEntry.create(account=account.id, kind=kind, credits=credits, idempotency_key=key, created_at=utc_now() - ago)


def test_people_are_new_and_active_by_their_own_times(account):
    for user, created, seen in ((21, 40, 40), (22, 40, 20), (23, 5, 5), (24, 5, 0.5)):
        row = accounts.of_user(user)
        Account.update(created_at=utc_now() - created * DAY, seen_at=utc_now() - seen * DAY).where(Account.id == row.id).execute()
    accounts.mark_blocked(22)
    assert stats.people(utc_now() - 10 * DAY) == {
        "all": 5, "new": 3, "active": 3, "active_1d": 2, "active_7d": 3, "active_30d": 4, "blocked_the_bot": 1,
    }  # fmt: skip


def test_jobs_are_told_apart_by_kind_type_model_and_outcome(account):
    for model, states in (("a", ["done", "done", "failed", "cancelled", "running"]), ("b", ["done"]), ("gone", ["queued"])):
        for state in states:
            order(account, state, model=model)
    order(account, "done", kind="voice", model="")
    work = stats.work(ALL, types={"a": "text_to_image", "b": "text_to_image"}, rate=1.0)
    assert work["kinds"] == {
        "generation": {"cancelled": 1, "done": 3, "failed": 1, "open": 2},
        "voice": {"done": 1},
    }
    assert work["types"] == {
        "text_to_image": {"cancelled": 1, "done": 3, "failed": 1, "open": 1},
        "unknown": {"open": 1},
        "voice": {"done": 1},
    }
    first = work["models"][0]
    assert (first["model"], first["ordered"], first["open"], first["success"]) == ("a", 5, 1, round(2 / 3, 4))
    assert [row["model"] for row in work["models"]] == ["a", "b", "gone"]
    assert work["models"][2]["success"] is None
    assert read()["jobs"] == {"cancelled": 1, "done": 4, "failed": 1, "queued": 1, "running": 1}


@pytest.mark.parametrize("number", [1, 2, 19, 20, 21, 100])
def test_half_of_the_waits_are_within_the_median_and_95_of_100_within_p95(account, number):
    for wait in range(number, 0, -1):
        order(account, waited=float(wait))
    order(account, "failed", waited=999.0)
    wait = stats.work(ALL, types={}, rate=1.0)["wait_s"]
    assert wait == {"median": float(math.ceil(number / 2)), "p95": float(math.ceil(number * 0.95))}


def test_the_wait_of_all_models_is_that_of_all_jobs_and_not_a_mean_of_medians(account):
    for wait in (1.0, 1.0, 1.0):
        order(account, model="quick", waited=wait)
    order(account, model="slow", waited=100.0)
    work = stats.work(ALL, types={}, rate=1.0)
    assert work["wait_s"] == {"median": 1.0, "p95": 100.0}
    assert {row["model"]: row["wait_s"]["median"] for row in work["models"]} == {"quick": 1.0, "slow": 100.0}


def test_messages_wait_for_their_answers_and_count_tokens(account):
    for waited in (1.0, 2.0, 9.0):
        ask(account, waited=waited)
    ask(account, "failed")
    ask(account, ago=10 * DAY)
    found = read(utc_now() - DAY)
    assert found["messages"] == {"received": 4, "answered": 3, "failed": 1, "stopped": 0, "wait_s": {"median": 2.0, "p95": 9.0}}
    assert found["answers"] == {"answered": 3, "failed": 1}
    assert found["tokens"] == {"read": 400, "written": 40}


def test_a_job_costs_what_its_provider_says_else_what_the_catalogue_says_and_nothing_when_it_failed(account):
    order(account, provider_cost=4.0, expected_cost=99.0, credit_price=0.5)
    order(account, expected_cost=6.0, credit_price=0.5)
    order(account, expected_cost=2.0, credit_price=None)
    order(account, "failed", expected_cost=50.0)
    order(account)
    money = stats.money(ALL, rate=3.0)
    assert (money["charged"], money["cost"], money["margin"], money["cost_unknown"]) == (40, 11.0, 29.0, 1)


def test_credits_are_sold_given_spent_and_go_back(account):
    moves = (("topup", 100), ("topup", 50), ("bonus", 20), ("hold", -30), ("release", 30), ("capture", -25), ("refund", 5))
    for kind, credits in (*moves, ("reversal", -50)):
        pay(account, kind, credits)
    pay(account, "topup", 1000, ago=9 * DAY)
    found = read(utc_now() - DAY)
    names = ("sold", "given", "spent", "refunded", "taken_back")
    assert {name: found["money"][name] for name in names} == dict(zip(names, (150, 20, 25, 5, 50), strict=True))
    assert found["credits"] == {"bonus": 20, "capture": -25, "refund": 5, "reversal": -50, "topup": 150}


def test_payments_are_summed_by_way_and_currency(account):
    paid = (("stars", "XTR", 75, "paid"), ("stars", "XTR", 75, "refunded"), ("lavatop", "RUB", 300, "paid"))
    for number, (way, currency, amount, state) in enumerate((*paid, ("stars", "XTR", 9, "offered"))):
        Payment.create(
            account=account.id, provider=way, token=str(number), credits=100, amount=amount, currency=currency, state=state,
            chat_id=7, language="en", expires_at=0, paid_at=None if state == "offered" else utc_now(),
        )  # fmt: skip
    told = [(row["way"], row["currency"], row["payments"], row["amount"], row["refunded"]) for row in read()["money"]["payments"]]
    assert told == [("lavatop", "RUB", 1, 300, 0), ("stars", "XTR", 2, 150, 1)]


def test_only_newer_rows_count_and_the_sums_of_the_days_are_those_of_the_time(account):
    Account.update(created_at=utc_now() - 30 * DAY).execute()
    for ago in (0.1, 1, 2.5, 6.9, 7.1, 20):
        order(account, ago=ago * DAY)
        ask(account, ago=ago * DAY)
        pay(account, "topup", 10, ago=ago * DAY)
        pay(account, "capture", -3, ago=ago * DAY)
    found = read(utc_now() - 7 * DAY)
    days = found["days"]
    assert len(days) in (7, 8)
    sums = {name: sum(day[name] for day in days) for name in ("messages", "jobs", "sold", "spent")}
    assert sums == {"messages": 4, "jobs": 4, "sold": 40, "spent": 12}
    assert (found["work"]["ordered"], found["messages"]["received"], found["money"]["sold"]) == (4, 4, 40)


def test_a_day_begins_and_ends_by_the_operators_clock(account):
    Account.update(created_at=utc_now() - 9 * DAY).execute()
    for zone in ("UTC", "Pacific/Kiritimati", "America/St_Johns"):
        days = stats.days(utc_now() - 3 * DAY, zone)
        assert [day["day"] for day in days] == sorted({day["day"] for day in days})
        assert len(days) in (3, 4)
    assert stats.days(utc_now() - DAY, "UTC")[-1]["day"] == datetime.now(UTC).date().isoformat()


def test_days_before_anybody_came_are_left_out(account):
    days = stats.days(ALL, "UTC")
    assert 1 <= len(days) <= 2
    assert sum(day["new"] for day in days) == 1


def test_errors_are_kinds_with_the_newest_first(account):
    for number, last in ((1, HOUR), (2, 60), (3, 20 * DAY)):
        Incident.create(
            fingerprint=str(number), code=f"C{number}", process="bot", location="x.py:1", kind="E", traceback="", version="1",
            first_seen_at=utc_now() - 30 * DAY, last_seen_at=utc_now() - last, count=number,
        )  # fmt: skip
    Incident.update(first_seen_at=utc_now() - 60).where(Incident.code == "C2").execute()
    found = read(utc_now() - DAY)
    assert (found["incidents"], found["errors"]["kinds"], found["errors"]["new"]) == (2, 2, 1)
    assert [error["code"] for error in found["errors"]["newest"]] == ["C2", "C1"]


def test_the_state_has_disk_queue_and_what_waits(account, data_dir):
    class Queue:
        def depth(self):
            return 3

    (data_dir / "media" / "1").mkdir(parents=True)
    (data_dir / "media" / "1" / "1.png").write_bytes(b"x" * 5000)
    order(account, "queued")
    found = stats.state(data_dir, Queue())
    assert found["disk"]["media_bytes"] == 5000
    assert found["disk"]["database_bytes"] > 0
    assert found["disk"]["free_bytes"] > 0
    assert (found["queue"]["hints"], found["queue"]["jobs"], found["queue"]["messages"]) == (3, 1, 0)
    assert found["queue"]["oldest_job_s"] >= HOUR - 1
    assert found["heard_s"] == {"bot": None, "worker": None}


@pytest.mark.parametrize(("values", "drawn"), [([], ""), ([0, 0], "▁▁"), ([1, 2, 4], "▃▅█"), ([7], "█")])
def test_bars_are_as_high_as_their_share_of_the_highest(values, drawn):
    assert stats.bars(values) == drawn


def plan(query, *values):
    """How SQLite reads it."""
    return " ".join(row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {query}", values).fetchall())


def test_the_large_tables_are_never_read_whole(account, data_dir):
    asked = []
    database.connection().set_trace_callback(asked.append)
    try:
        read(utc_now() - DAY)
        order_open = rows.open_jobs()
    finally:
        database.connection().set_trace_callback(None)
    assert order_open == 0
    large = [
        query for query in asked if any(f" {table} " in f"{query} " for table in ("turn", "job", "ledger_entry", "outbox_row"))
    ]
    assert len(large) > 10
    scanned = [
        query for query in large if any(f"SCAN {table}" in plan(query) for table in ("turn", "ledger_entry", "outbox_row"))
    ]
    assert scanned == []


def test_messages_of_the_bot_are_counted_by_when_they_went(account):
    for state, sent in (("sent", 60), ("sent", 3 * DAY), ("failed", None), ("queued", None)):
        OutboxRow.create(
            chat_id=7, lane=0, kind="text", payload={}, random_id=OutboxRow.select().count() + 1, state=state,
            sent_at=None if sent is None else utc_now() - sent,
        )  # fmt: skip
    assert read(utc_now() - DAY)["outbox"] == {"queued": 1, "sent": 1, "failed": 1}
