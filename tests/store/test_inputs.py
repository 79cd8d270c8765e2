"""People's files: how inputs name them, who waits for them, when they go."""

from __future__ import annotations

import pytest
from playhouse.migrations import Runner

from kiebot.store import accounts, inputs, jobs
from kiebot.store.db import MIGRATIONS, close_store, connect, database, migrate_store, transaction, utc_now
from kiebot.store.models import Job
from kiebot.store.order_models import InputFile


@pytest.fixture
def file(data_dir):
    account = accounts.of_user(7)

    def file(message=1, **fields):
        return inputs.add(account=account.id, chat_id=7, message_id=message, kind="image", file_id="F", **fields)

    return file


def job_with(*file_ids, number=1, state="queued"):
    with transaction():
        place = {"chat_id": 7, "language": "en", "kind": "generation"}
        job = jobs.add(order_key=f"m:7:{number}", account=accounts.of_user(7).id, **place)
        inputs.attach(job.id, file_ids)
        Job.update(state=state).where(Job.id == job.id).execute()
    return job.id


def test_the_store_is_asked_for_files_only_where_there_are_any(file):
    asked: list[str] = []
    kept = file()
    database.connection().set_trace_callback(asked.append)
    assert inputs.many([]) == []
    assert asked == []
    assert inputs.many([kept.id, kept.id + 1]) == [kept]
    database.connection().set_trace_callback(None)


def test_an_input_names_files_however_deep_and_gets_addresses_in_their_place():
    given = {
        "image_urls": ["file:3", "https://x.example/1.png"],
        "shots": [{"first": "file:12"}],
        "prompt": "file:3 is mine",
        "n": 3,
    }
    assert inputs.named_in(given) == {3, 12}
    assert inputs.with_urls(given, {3: "https://up/3", 12: "https://up/12"}) == {
        "image_urls": ["https://up/3", "https://x.example/1.png"],
        "shots": [{"first": "https://up/12"}],
        "prompt": "file:3 is mine",
        "n": 3,
    }


def test_a_file_knows_the_queued_jobs_that_need_it(file):
    one, other = file(1), file(2)
    first, second = job_with(one.id, other.id), job_with(one.id, one.id, number=2)
    job_with(one.id, number=3, state="done")
    assert inputs.waiting_jobs(one.id) == [first, second]
    assert inputs.waiting_jobs(other.id) == [first]
    assert [row.id for row in inputs.of_job(first)] == [one.id, other.id]


def test_only_what_nobody_has_to_send_any_more_may_go(file):
    used, unused, fresh = file(1, state="ready"), file(2, state="ready"), file(3, state="ready")
    InputFile.update(created_at=utc_now() - 100).where(InputFile.id.in_((used.id, unused.id))).execute()
    job_id = job_with(used.id)
    assert [row.id for row in inputs.ready_before(utc_now() - 50)] == [unused.id]
    Job.update(state="done").where(Job.id == job_id).execute()
    assert [row.id for row in inputs.ready_before(utc_now() - 50)] == [used.id, unused.id]
    assert fresh.id


def test_rows_that_no_job_names_are_forgotten(file):
    named, stray, here = file(1, state="swept"), file(2, state="failed"), file(3, state="ready")
    job_with(named.id, state="done")
    assert inputs.forget_before(utc_now() + 1) == 1
    assert (inputs.get(stray.id), inputs.get(named.id).id, inputs.get(here.id).id) == (None, named.id, here.id)


OLD_ACCOUNT = """
INSERT INTO account (user_id, name, username, language, language_code, role, free, banned, created_at, seen_at)
VALUES (7, '', '', '', '', 'user', 0, 0, ?, ?)
"""
OLD_JOB = """
INSERT INTO job (account_id, chat_id, topic_id, message_id, language, kind, model, label, prompt, input, state, attempt,
    finished_steps, stuck_claims, boot_id, deadline_s, provider, polls, progress, price, results, fail_code, fail_message, notify,
    order_key, created_at, submitted_at)
VALUES (1, 7, 0, 1, 'en', 'generation', 'a/b', '', '', '{}', ?, 1, 0, 0, '', 300, 'kie', 0, 0, 30, '[]', '', '', 1, ?, ?, ?)
"""


def test_the_second_schema_counts_the_orders_of_the_last_hour_and_takes_over_what_was_sent(tmp_path):
    connect(tmp_path)
    Runner(database, str(MIGRATIONS)).up(target="0001_initial")
    now = utc_now()
    database.execute_sql(OLD_ACCOUNT, (now, now))
    database.execute_sql(OLD_JOB, ("running", "m:7:1", now - 60, now - 50))
    database.execute_sql(OLD_JOB, ("queued", "m:7:2", now - 7200, None))
    assert migrate_store()[0] == "0002_models"
    assert database.execute_sql("SELECT kind, cost FROM request").fetchall() == [("generation", 30)]
    assert [row.sent_at for row in Job.select().order_by(Job.id)] == [now - 50, None]
    close_store()
