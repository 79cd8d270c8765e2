"""Steps of a generation job: sent once, stored, delivered; and every way in which that goes wrong."""

from __future__ import annotations

import pytest

from kiebot.services import billing, pauses
from kiebot.store import accounts, incidents, jobs, outbox, overrides
from kiebot.store.models import Job, OutboxRow
from tests.fakes.kie import mp4
from tests.worker.conftest import MODEL, said, state, wait_for


def settled(job_id):
    return lambda: state(job_id) in ("done", "failed", "storing")


@pytest.fixture
def stored(parts, order):
    """Bring a job to its end."""

    def run(**fields):
        job_id = order(**fields)
        parts.runner.run(job_id)
        parts.poll()
        wait_for(settled(job_id))
        parts.runner.run(job_id)
        return jobs.get(job_id)

    return run


def test_a_picture_is_sent_polled_stored_charged_and_put_into_the_outbox(stored, kie, account, data_dir):
    job = stored()
    assert (job.state, job.stuck_claims) == ("done", 0)
    assert kie.created == [("google/nano-banana", {"prompt": "a red boat"})]
    assert (job.remote_id, job.provider, job.provider_cost) == ("task-1", "kie", 4)
    (row,) = outbox.results_of(job.id)
    assert row.kind == "photo"
    file = row.payload["file"]
    assert file["path"] == str(data_dir / "media" / str(job.id) / "1.png")
    assert (file["mime"], file["width"], file["height"]) == ("image/png", 64, 48)
    assert billing.balance(account.id) == 70
    assert billing.verify().problems == []
    assert [event.state for event in jobs.events(job.id)] == ["queued", "submitting", "running", "storing", "done"]
    assert not any({"attempt", "try", "again_in_s"} & event.detail.keys() for event in jobs.events(job.id)), (
        "nothing was tried again"
    )


def test_a_clip_has_its_length_and_a_thumbnail(stored, kie):
    kie.file = mp4()
    job = stored(model="grok-imagine/text-to-video")
    (row,) = outbox.results_of(job.id)
    assert row.kind == "video"
    assert row.payload["file"]["duration_s"] == pytest.approx(1, abs=0.2)
    assert row.payload["file"]["thumb"].endswith(".jpg")


@pytest.mark.parametrize("file", [b"<html>sorry</html>", b"\x89PNG\r\n\x1a\n" + b"broken" * 20, mp4()])
def test_a_result_that_is_no_picture_fails_and_nothing_is_charged(stored, kie, account, file):
    kie.file = file
    job = stored()
    assert (job.state, job.fail_code) == ("failed", "result")
    assert billing.balance(account.id) == 100
    assert said("job-failed-result") == ["job-failed-result"]


def test_a_download_that_may_pass_is_tried_again_later(stored, kie, parts):
    kie.file_faults = 1
    job = stored()
    assert (job.state, job.handle["tries"], job.boot_id) == ("storing", 1, "")
    parts.runner.run(job.id)
    assert kie.calls["file"] == 1, "not before its time"
    jobs.change(job.id, next_poll_at=0)
    parts.runner.run(job.id)
    assert state(job.id) == "done"
    told = [(event.state, event.detail.get("again_in_s")) for event in jobs.events(job.id)]
    assert told[-3:] == [("storing", None), ("storing", 15), ("done", None)]


@pytest.mark.parametrize(
    ("code", "fail_code"), [(422, "input"), (404, "not_found"), (402, "provider_funds"), (401, "auth"), (413, "moderation")]
)
def test_a_refused_order_gives_the_credits_back_and_is_not_sent_again(stored, kie, account, code, fail_code):
    kie.answers = [code]
    job = stored()
    assert (job.state, job.fail_code) == ("failed", fail_code)
    assert said(f"provider-{fail_code}") == [f"provider-{fail_code}"]
    assert billing.balance(account.id) == 100
    assert kie.calls["create"] == 1


@pytest.mark.parametrize("code", [429, 455])
def test_an_order_that_was_not_accepted_waits_in_its_row_and_is_sent_again(parts, order, kie, account, code):
    kie.answers = [code]
    job_id = order()
    parts.runner.run(job_id)
    job = jobs.get(job_id)
    assert (job.state, billing.held(account.id)) == ("queued", 30)
    parts.runner.run(job_id)
    assert kie.calls["create"] == 1, "not before its time"
    jobs.change(job_id, next_poll_at=0)
    parts.runner.run(job_id)
    assert state(job_id) == "running"


def test_an_order_that_is_never_accepted_ends_at_its_deadline(parts, order, kie, account):
    kie.answers = [429]
    job_id = order(deadline_s=0.001)
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).fail_code) == ("failed", "rate_limit")
    assert billing.balance(account.id) == 100


def test_silence_after_sending_is_unclear_and_ends_at_its_deadline_without_a_second_order(parts, order, kie, account):
    kie.answers = ["silent"]
    job_id = order(deadline_s=0.01)
    parts.runner.run(job_id)
    assert (state(job_id), billing.held(account.id)) == ("unclear", 30)
    assert incidents.listed()[0].kind == "job-unclear"
    parts.runner.run(job_id)
    parts.sweeps.heal()
    assert (state(job_id), billing.balance(account.id)) == ("failed", 100)
    assert said("job-failed-silent") == ["job-failed-silent"]
    assert kie.calls["create"] == 1


def test_a_server_nobody_reaches_is_tried_again(parts, order, kie, data_dir):
    parts.providers["kie"]._base = "http://127.0.0.1:9"
    job_id = order()
    parts.runner.run(job_id)
    assert state(job_id) == "queued"


def test_an_empty_balance_pauses_the_provider_and_alerts_the_admins_once(parts, order, kie):
    accounts.set_role(accounts.of_user(99).id, "admin")
    kie.answers = [402]
    first, second = order(1), order(2)
    parts.runner.run(first)
    parts.runner.run(second)
    assert kie.calls["create"] == 1
    assert jobs.get(second).fail_code == "provider_funds"
    assert said("incident-new") == ["incident-new"]
    pause = pauses.of("kie")
    assert pause is not None
    assert pause.kind == "provider_funds"
    ends = [row for row in OutboxRow.select() if row.payload["key"] == "job-failed"]
    for row in ends:
        assert 0 < row.payload["args"]["reason"]["args"]["seconds"] <= pauses.PAUSE_S, "each says for how long"
    assert said("provider-provider_funds") == ["provider-provider_funds"] * 2


def test_a_model_that_the_provider_does_not_know_alarms_the_operator_once_and_pauses_nothing(parts, order, kie):
    accounts.set_role(accounts.of_user(99).id, "admin")
    kie.answers = [404, 404]
    first, second = order(1), order(2)
    parts.runner.run(first)
    parts.runner.run(second)
    assert kie.calls["create"] == 2
    assert [jobs.get(job_id).fail_code for job_id in (first, second)] == ["not_found", "not_found"]
    assert said("incident-new") == ["incident-new"]
    (incident,) = incidents.listed()
    assert (incident.kind, incident.location, incident.count) == ("provider-not_found", MODEL, 2)
    assert pauses.of("kie") is None


def test_a_model_that_left_the_catalogue_fails_in_words(parts, order, account):
    job_id = order(model="gone/model")
    parts.runner.run(job_id)
    assert jobs.get(job_id).fail_code == "not_found"
    assert billing.balance(account.id) == 100


def test_a_model_that_was_switched_off_since_the_order_is_not_used_and_the_hold_goes_back(parts, order, kie, account):
    job_id = order()
    overrides.save(MODEL, enabled=False, reason="bad pictures")
    parts.runner.run(job_id)
    job = jobs.get(job_id)
    assert (job.state, job.fail_code, job.fail_message) == ("failed", "model_off", f"{MODEL} is disabled: bad pictures")
    assert (kie.calls["create"], billing.balance(account.id), billing.held(account.id)) == (0, 100, 0)
    row = OutboxRow.select().order_by(OutboxRow.id.desc()).first()
    assert (row.payload["args"]["reason"]["key"], row.payload["buttons"]) == ("job-failed-model-off", [])


def test_a_task_that_failed_at_the_provider_says_why(stored, kie, account):
    kie.fails_with = "430"
    job = stored()
    assert (job.state, job.fail_message) == ("failed", "their words")
    assert billing.balance(account.id) == 100


def test_a_job_whose_turn_is_taken_is_left_alone(parts, order, kie):
    job_id = order()
    assert jobs.claim(job_id, "queued", "submitting", "another thread")
    parts.runner.run(job_id)
    parts.runner.run(12345)
    assert kie.calls["create"] == 0


def test_local_work_that_breaks_is_done_again_and_ends_in_quarantine(parts, order, account, data_dir):
    accounts.set_role(accounts.of_user(99).id, "admin")
    job_id = order()
    Job.update(state="storing", handle={"results": [{"nonsense": 1}]}).where(Job.id == job_id).execute()
    for _ in range(4):
        parts.runner.run(job_id)
        jobs.change(job_id, next_poll_at=0)
    job = jobs.get(job_id)
    assert (job.state, job.fail_code) == ("failed", "stuck")
    assert billing.balance(account.id) == 100
    assert {row.kind for row in incidents.listed()} == {"KeyError", "job-stuck"}
    assert OutboxRow.select().where(OutboxRow.chat_id == 99).count() == 2
