"""What the limits count: kept over a restart, cheap on the path of every message."""

from __future__ import annotations

import time

from kiebot.store import accounts, requests
from kiebot.store.db import close_store, database, open_store, transaction, utc_now
from kiebot.store.order_models import Request


def test_free_requests_are_kept_but_do_not_count(data_dir):
    account = accounts.of_user(7)
    requests.add(account.id, "generation", 0)
    for kind in ("chat", "voice", "document"):
        requests.add(account.id, kind, 0)
    assert requests.nth_newest_at(account.id, 1) is not None
    assert requests.nth_newest_at(account.id, 2) is None
    requests.add(account.id, "chat", 3)
    assert requests.nth_newest_at(account.id, 2) is not None
    assert Request.select().count() == 5


def test_requests_survive_a_restart_and_are_forgotten_after_a_while(data_dir):
    account = accounts.of_user(7)
    requests.add(account.id, "generation", 1)
    at = requests.nth_newest_at(account.id, 1)
    close_store()
    open_store(data_dir)
    assert requests.nth_newest_at(account.id, 1) == at
    assert requests.forget_before(utc_now() + 1) == 1
    assert requests.nth_newest_at(account.id, 1) is None


def test_the_requests_that_count_are_found_by_their_index_alone(data_dir):
    query = "SELECT created_at FROM request WHERE account_id = ? AND " + requests.COUNTED + " ORDER BY created_at DESC LIMIT 1"
    plan = database.execute_sql(f"EXPLAIN QUERY PLAN {query}", (1,)).fetchall()
    assert "request_counted" in plan[0][3]
    assert not any("TEMP B-TREE" in row[3] for row in plan)


def test_counting_a_chat_message_costs_less_than_a_tenth_of_a_millisecond(data_dir):
    account = accounts.of_user(7)
    with transaction():
        requests.add(account.id, "chat", 0)
        best_s = min(timed(account.id) for _ in range(200))
    assert best_s < 0.0001


def timed(account_id):
    started = time.perf_counter()
    requests.add(account_id, "chat", 0)
    return time.perf_counter() - started
