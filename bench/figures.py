"""How long `kiebot-admin stats` takes on a store with a million rows in each large table: `python -m bench.figures [ROWS]`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kiebot.services import stats
from kiebot.store.db import close_store, database, open_store

DAYS = 90
DAY_S = 86_400.0
_NUMBERS = "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < {rows})"
_AT = "{start} + i * {step}"
FILL = {  # each row at its own moment; what is not read is as long as in real ones
    "account": """
        INSERT INTO account (id, user_id, name, username, language, language_code, role, free, banned, blocked_at,
            created_at, seen_at)
        SELECT i, i, 'Name', 'name', '', 'en', 'user', 0, 0, CASE WHEN i % 20 = 0 THEN {now} END, {at},
            {at} + abs(random()) % CAST({now} - {at} + 1 AS INT)
        FROM k WHERE i <= {rows} / 10""",
    "turn": """
        INSERT INTO turn (id, thread_id, account_id, chat_id, topic_id, message_id, language, state, ready_at, album, content,
            answer, attempts, fail_key, model, prompt_tokens, completion_tokens, forgotten, created_at, answered_at)
        SELECT i, 1, 1 + i % ({rows} / 10), i, 0, i, 'en', CASE WHEN i % 40 THEN 'answered' ELSE 'failed' END, 0, '',
            hex(zeroblob(100)), hex(zeroblob(200)), 1, '', 'm', 900, 200, 0, {at}, {at} + abs(random()) % 300 / 10.0
        FROM k""",
    "job": """
        INSERT INTO job (id, account_id, chat_id, topic_id, message_id, language, kind, model, label, prompt, input, state,
            attempt, finished_steps, stuck_claims, boot_id, deadline_s, provider, polls, progress, price, expected_cost,
            provider_cost, credit_price, results, fail_code, fail_message, notify, order_key, created_at, finished_at)
        SELECT i, 1 + i % ({rows} / 10), i, 0, i, 'en', CASE WHEN i % 10 THEN 'generation' ELSE 'document' END,
            CASE WHEN i % 10 THEN 'vendor/model-' || (i % 59) ELSE '' END, 'Model', hex(zeroblob(50)), hex(zeroblob(100)),
            CASE WHEN i % 17 = 0 THEN 'failed' WHEN i % 31 = 0 THEN 'cancelled' ELSE 'done' END, 3, 3, 0, '', 600, 'kie', 9, 100,
            i % 30, i % 30 * 0.7, CASE WHEN i % 2 THEN i % 30 * 0.7 END, 1.0, hex(zeroblob(60)), '', '', 1, 'm:' || i, {at},
            {at} + abs(random()) % 3000 / 10.0
        FROM k""",
    "ledger_entry": """
        INSERT INTO ledger_entry (id, account_id, kind, credits, reason, idempotency_key, created_at)
        SELECT i, 1 + i % ({rows} / 10), CASE i % 4 WHEN 0 THEN 'hold' WHEN 1 THEN 'release' WHEN 2 THEN 'capture'
            ELSE 'topup' END, CASE WHEN i % 4 IN (0, 2) THEN -10 ELSE 10 END, '', 'key:' || i, {at}
        FROM k""",
    "outbox_row": """
        INSERT INTO outbox_row (id, chat_id, topic_id, reply_to, lane, kind, payload, random_id, state, attempts, not_before,
            message_id, file_id, error, created_at, sent_at)
        SELECT i, i, 0, 0, 0, 'text', hex(zeroblob(100)), i, CASE WHEN i % 500 THEN 'sent' ELSE 'failed' END, 1, 0, i, '',
            '', {at}, CASE WHEN i % 500 THEN {at} END
        FROM k""",
}


def fill(rows: int) -> None:
    """Write so many rows into each table, spread evenly over the days until now."""
    now = time.time()
    places = {"rows": rows, "now": now, "at": _AT.format(start=now - DAYS * DAY_S, step=DAYS * DAY_S / rows)}
    database.execute_sql("PRAGMA synchronous=OFF")
    database.execute_sql("PRAGMA foreign_keys=OFF")
    for table, statement in FILL.items():
        started = time.monotonic()
        with database.atomic():
            database.execute_sql(f"{_NUMBERS} {statement}".format(**places))
        print(f"{table}: filled in {time.monotonic() - started:.0f} s", flush=True)


def main() -> None:
    """Fill a store of its own, and read the figures of a week and of all days."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="kiebot-figures-") as folder:
        open_store(Path(folder))
        fill(rows)
        for days in (1, 7, 30, DAYS):
            since = time.time() - days * DAY_S
            _timed(f"{days} days", partial(stats.read, since, types={}, rate=1.0, timezone="Europe/Berlin"))
            for read in (stats.people, stats.messages, stats.errors):
                _timed(f"    {read.__name__}", partial(read, since))
            _timed("    jobs", partial(stats.work, since, types={}, rate=1.0))
            _timed("    money", partial(stats.money, since, rate=1.0))
            _timed("    charts", partial(stats.days, since, "Europe/Berlin"))
        close_store()


def _timed(name: str, read: Callable[[], object]) -> None:
    started, cpu = time.monotonic(), time.process_time()
    read()
    print(f"{name}: {time.monotonic() - started:.2f} s, {time.process_time() - cpu:.2f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
