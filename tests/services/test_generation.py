"""Orders of pictures and clips: what is promised together, what it costs, and what the person is told."""

from __future__ import annotations

import pytest

from kiebot.errors import ProviderErrorKind, UserFault
from kiebot.i18n import text
from kiebot.services import billing, delivery, generation, history, sending
from kiebot.services.generation import CancelOutcome
from kiebot.services.reasons import NO_USE_TO_RETRY, REASONS
from kiebot.store import accounts, incidents, jobs, outbox
from kiebot.store.models import Account, Job, LedgerEntry, OutboxRow
from kiebot.store.order_models import Request


@pytest.fixture
def request_job(order, queue, limits):
    def make(number=1, *, billing_enabled=True, **fields):
        return generation.request(order(number, **fields), queue=queue, limits=limits, billing_enabled=billing_enabled)

    return make


@pytest.fixture
def running(rich, request_job):
    """A job that the provider has taken."""

    def make(number=1):
        job_id = request_job(number)
        claimed = jobs.claim(job_id, "queued", "submitting", "boot", provider="kie")
        assert sending.sent(claimed, remote_id=f"remote-{number}", handle={"task_id": number}, next_poll_at=0)
        return jobs.get(job_id)

    return make


@pytest.fixture
def storing(running, queue):
    """A job whose results are being stored."""

    def make(number=1):
        job = running(number)
        assert generation.made(job, [{"url": "https://files/1.png"}], 4.5, queue=queue)
        return jobs.claim(job.id, "storing", "storing", "boot")

    return make


def picture(number=1, **fields):
    return {"path": f"/m/{number}.png", "mime": "image/png", "name": "1.png", "size": 1000, "width": 64, "height": 64} | fields


def said():
    """What stands in the outbox: (kind, key) in the order of writing, without what nobody will see."""
    rows = OutboxRow.select().where(OutboxRow.state != "superseded").order_by(OutboxRow.id)
    return [(row.kind, row.payload.get("key")) for row in rows]


def test_an_order_is_accepted_held_answered_and_handed_to_the_worker(rich, request_job, queue):
    job_id = request_job()
    job = jobs.get(job_id)
    assert (job.state, job.price, job.message_id, job.label) == ("queued", 30, 1, "Boat 1")
    assert billing.balance(rich.id) == 70
    assert billing.held(rich.id) == 30
    row = outbox.get(job.status_row)
    assert row.payload["key"] == "job-accepted"
    assert row.payload["buttons"] == [[{"key": "common-cancel", "data": f"job:cancel:{job_id}"}]]
    assert row.reply_to == 1
    assert queue.woken == [job_id]


def test_the_same_order_is_taken_once(rich, request_job, queue):
    assert request_job(1) == request_job(1)
    assert billing.balance(rich.id) == 70
    assert len(queue.woken) == 1
    assert said() == [("text", "job-accepted")]


def test_too_few_credits_leave_nothing_behind(account, request_job, queue):
    with pytest.raises(UserFault) as fault:
        request_job()
    assert fault.value.key == "credits-too-low"
    assert fault.value.sentence_args == {"balance": 0, "price": 30}
    assert (Job.select().count(), LedgerEntry.select().count(), said(), queue.woken) == (0, 0, [], [])


def test_a_model_without_a_price_is_sold_only_while_billing_is_off(rich, request_job):
    with pytest.raises(UserFault, match="model-without-price"):
        request_job(1, price=None)
    assert jobs.get(request_job(2, price=None, billing_enabled=False)).price == 0


@pytest.mark.parametrize("fields", [{"role": "admin"}, {"free": True}])
def test_admins_and_free_accounts_pay_nothing_and_are_not_limited(account, request_job, fields):
    Account.update(**fields).execute()
    ids = [request_job(number) for number in range(30)]
    assert len(set(ids)) == 30
    assert LedgerEntry.select().count() == 0


def test_a_third_job_at_once_has_to_wait(rich, request_job):
    request_job(1)
    request_job(2)
    with pytest.raises(UserFault) as fault:
        request_job(3)
    assert (fault.value.key, fault.value.sentence_args) == ("limit-jobs", {"limit": 2})


def test_a_sixth_order_in_a_minute_is_told_how_long_to_wait(rich, account, request_job):
    for number in range(5):
        generation.cancel(request_job(number), account.id)
    with pytest.raises(UserFault) as fault:
        request_job(6)
    assert fault.value.key == "limit-minute"
    assert 55 <= fault.value.sentence_args["seconds"] <= 60
    Request.update(created_at=Request.created_at - 61).execute()
    request_job(7)


def test_the_limit_of_an_hour_counts_beyond_the_minute(rich, account, request_job):
    for number in range(20):
        generation.cancel(request_job(number), account.id)
        Request.update(created_at=Request.created_at - 61).execute()
    with pytest.raises(UserFault, match="limit-hour"):
        request_job(21)


def test_cancelling_before_it_is_sent_gives_the_credits_back_and_says_so(rich, request_job):
    job_id = request_job()
    assert generation.cancel(job_id, rich.id) is CancelOutcome.CANCELLED
    assert billing.balance(rich.id) == 100
    assert said()[-1] == ("edit", "job-cancelled")
    assert generation.cancel(job_id, rich.id) is CancelOutcome.ENDED
    assert billing.verify().problems == []


def test_a_sent_job_cannot_be_cancelled_and_keeps_its_hold(rich, running):
    assert generation.cancel(running().id, rich.id) is CancelOutcome.PAID
    assert billing.held(rich.id) == 30


def test_nobody_cancels_mutes_or_repeats_the_job_of_another_person(rich, request_job, queue, limits):
    stranger = accounts.of_user(8)
    job_id = request_job()
    assert generation.cancel(job_id, stranger.id) is CancelOutcome.NOT_YOURS
    assert not generation.stop_notifying(job_id, stranger.id)
    with pytest.raises(UserFault, match="job-not-yours"):
        generation.retry(job_id, stranger.id, price=30, queue=queue, limits=limits, billing_enabled=True)
    assert jobs.get(job_id).state == "queued"


def test_cancel_all_tells_what_became_of_each(rich, running, request_job):
    running(1)
    request_job(2)
    assert generation.cancel_all(rich.id) == {CancelOutcome.CANCELLED: 1, CancelOutcome.PAID: 1}


def test_a_finished_job_is_charged_and_its_files_wait_in_the_outbox_once(rich, storing):
    job = storing()
    assert generation.finish(job, [picture(1), picture(2, mime="video/mp4")])
    assert not generation.finish(job, [picture(1)])
    assert billing.balance(rich.id) == 70
    assert billing.held(rich.id) == 0
    assert said()[-3:] == [("edit", "job-done"), ("photo", "job-result"), ("video", "job-result")]
    assert [row.dedup_key for row in outbox.results_of(job.id)] == [f"job:{job.id}:1", f"job:{job.id}:2"]
    assert jobs.get(job.id).provider_cost == 4.5
    assert billing.verify().problems == []


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "photo"),
        ({"size": 11_000_000}, "document"),
        ({"width": 9000, "height": 9000}, "document"),
        ({"width": 2100, "height": 100}, "document"),
        ({"mime": "image/gif"}, "document"),
        ({"mime": "video/mp4"}, "video"),
        ({"mime": "video/webm"}, "document"),
        ({"mime": "audio/mpeg"}, "audio"),
        ({"mime": "application/json"}, "document"),
    ],
)
def test_each_file_goes_as_what_telegram_shows_it_best(storing, fields, kind):
    generation.finish(storing(), [picture(**fields)])
    assert said()[-1] == (kind, "job-result")


def test_a_result_in_words_is_sent_as_a_message(storing):
    generation.finish(storing(), [{"text": "**hello**"}])
    assert OutboxRow.select().order_by(OutboxRow.id.desc()).first().payload["markdown"] == "**hello**"


def test_a_muted_job_is_charged_and_kept_in_the_history_but_nothing_is_sent(rich, storing):
    job = storing()
    assert generation.stop_notifying(job.id, rich.id)
    before = said()
    generation.finish(job, [picture()])
    assert said() == before
    assert before[-1] == ("edit", "job-muted")
    assert billing.balance(rich.id) == 70
    assert [past.job.id for past in history.finished(rich.id)] == [job.id]


def test_the_history_knows_telegrams_own_reference_of_what_was_sent(rich, storing):
    job = storing()
    generation.finish(job, [picture()])
    outbox.sent(outbox.results_of(job.id)[0].id, 5, "FILE")
    assert history.finished(rich.id)[0].files[0]["file_id"] == "FILE"


def test_what_was_first_sent_from_the_history_has_telegrams_own_reference_afterwards(rich, storing):
    job = storing()
    assert generation.stop_notifying(job.id, rich.id)
    generation.finish(job, [picture()])
    (file,) = history.finished(rich.id)[0].files
    assert file["file_id"] == ""
    row = delivery.send_file(generation.place(job), "photo", file, "job-result", {}, dedup_key="c:1:0", job_id=job.id)
    outbox.sent(row, 5, "FILE")
    assert history.finished(rich.id)[0].files[0]["file_id"] == "FILE"


@pytest.mark.parametrize("kind", list(ProviderErrorKind))
def test_every_way_to_fail_gives_the_credits_back_and_has_its_sentence(rich, running, kind):
    job = running()
    assert generation.fail(job, kind.value, message="their words")
    assert billing.balance(rich.id) == 100
    assert said()[-1] == ("text", "job-failed")
    assert ("edit", "job-failed") not in said(), "one message says it all, in the place of the status"
    row = OutboxRow.select().order_by(OutboxRow.id.desc()).first()
    assert row.payload["instead_of"] == job.status_row
    assert text("en", REASONS[kind.value]) in text("en", row.payload["key"], **row.payload["args"])
    assert "30" in text("ru", row.payload["key"], **row.payload["args"])
    buttons = [button["data"].split(":")[1] for line in row.payload["buttons"] for button in line]
    assert ("retry" in buttons) == (kind.value not in NO_USE_TO_RETRY)
    assert ("change" in buttons) == (kind.value in ("input", "moderation"))
    assert jobs.get(job.id).fail_message == "their words"


@pytest.mark.parametrize("code", list(REASONS))
def test_every_reason_to_fail_is_said_in_both_languages(code):
    key = REASONS[code]
    numbers = {"seconds": 21, "credits": 21, "held": 7} if code == "longer" else {}
    english, russian = text("en", key, **numbers), text("ru", key, **numbers)
    assert key not in (english, russian)
    assert english != russian


def test_an_ended_job_does_not_fail_again(running):
    job = running()
    assert generation.fail(job, "capacity")
    assert not generation.fail(job, "capacity")
    assert said().count(("text", "job-failed")) == 1


def test_a_claim_that_was_overtaken_changes_nothing(rich, storing, queue):
    old = storing()
    Job.update(boot_id="").execute()
    new = jobs.claim(old.id, "storing", "storing", "next life")
    assert not generation.finish(old, [picture()])
    assert not generation.fail(old, "result")
    assert generation.finish(new, [picture()])


def test_a_retry_is_a_new_job_taken_once(rich, running, queue, limits):
    job = running()
    generation.fail(job, "capacity")
    first = generation.retry(job.id, rich.id, price=30, queue=queue, limits=limits, billing_enabled=True)
    again = generation.retry(job.id, rich.id, price=30, queue=queue, limits=limits, billing_enabled=True)
    new = jobs.get(first)
    assert again == first
    assert (new.retry_of_id, new.prompt, new.input, new.price) == (job.id, job.prompt, job.input, 30)
    assert billing.held(rich.id) == 30
    assert queue.woken[-1] == first


def test_a_running_job_cannot_be_repeated(rich, running, queue, limits):
    with pytest.raises(UserFault, match="job-not-ended"):
        generation.retry(running().id, rich.id, price=30, queue=queue, limits=limits, billing_enabled=True)


def test_a_job_nobody_answered_for_keeps_its_hold_and_person_and_admin_hear_once(rich, request_job):
    accounts.set_role(accounts.of_user(99).id, "admin")
    claimed = jobs.claim(request_job(), "queued", "submitting", "boot", provider="kie")
    assert sending.mark_unclear(claimed, why="no answer")
    assert not sending.mark_unclear(claimed, why="no answer")
    assert billing.held(rich.id) == 30
    assert said()[1:] == [("edit", "job-unclear"), ("text", "incident-new")]
    assert incidents.listed()[0].kind == "job-unclear"


def test_a_quarantined_job_gives_the_hold_back(rich, storing):
    assert generation.quarantine(storing())
    assert billing.balance(rich.id) == 100
    assert said()[-1] == ("text", "job-failed")


def test_that_the_administrator_knows_is_said_only_where_there_is_one(rich, storing, running, request_job):
    def words():
        row = OutboxRow.select().order_by(OutboxRow.id.desc()).first()
        return text("en", row.payload["key"], **row.payload["args"])

    generation.quarantine(storing())
    assert "broke on my side" in words()
    assert "administrator" not in words()
    accounts.set_role(accounts.of_user(99).id, "admin")
    generation.fail(running(2), "auth", wait_s=42.2)
    assert "not set up correctly. The administrator has been told. It makes sense to try again in 43 seconds." in words()
    generation.fail(running(3), "capacity")
    assert "administrator" not in words()


def test_a_job_that_the_provider_has_taken_offers_no_cancelling(rich, running):
    job = running()
    for _ in range(2):
        look = outbox.newest_look(job.status_row)
        assert [button["data"] for line in look.payload["buttons"] for button in line] == [f"job:mute:{job.id}"]
        generation.show_progress(job.id, 40)


def test_progress_replaces_progress_that_nobody_has_seen(rich, running):
    job = running()
    for percent in (10, 40, 70):
        generation.show_progress(job.id, percent)
    assert said() == [("text", "job-accepted"), ("edit", "job-progress")]
    generation.fail(jobs.get(job.id), "capacity")
    generation.show_progress(job.id, 90)
    assert said() == [("text", "job-accepted"), ("text", "job-failed")]


def test_two_jobs_never_share_a_remote_id(rich, running, request_job):
    running(1)
    claimed = jobs.claim(request_job(2), "queued", "submitting", "boot", provider="kie")
    with pytest.raises(ValueError, match="remote-1"):
        sending.sent(claimed, remote_id="remote-1", handle={}, next_poll_at=0)
    assert jobs.get(claimed.id).state == "submitting"


def test_an_order_says_how_many_are_before_it_and_how_long_it_usually_takes(rich, account, request_job, order):
    assert generation.expectation("boat-1", 40) == generation.Expectation(1, 40)
    assert generation.expectation("boat-1") == generation.Expectation(1, None)
    request_job(1)
    request_job(2, speed_s=150)
    row = outbox.get(jobs.get(2).status_row)
    assert {name: row.payload["args"][name] for name in ("ahead", "seconds", "minutes")} == {
        "ahead": 1,
        "seconds": 0,
        "minutes": 2,
    }
    assert "1 job is before it. It usually takes about 2 minutes." in text("en", "job-accepted", **row.payload["args"])


def test_what_was_learned_counts_more_than_what_the_catalogue_says_also_after_a_restart(rich, request_job):
    Account.update(free=True).execute()
    for number in range(3):
        job_id = request_job(number)
        Job.update(state="done", submitted_at=1000.0, finished_at=1000.0 + 10 * (number + 1)).where(Job.id == job_id).execute()
    assert generation.expectation("boat-1", 99).seconds == 20
