"""Ordering pictures, clips and sounds: from the order to the files in the chat (DESIGN section 5).

Every function is one transaction. What promises money, a submitted job or a message that ends a job is durable. The buttons say
`job:cancel:41`, `job:mute:41`, `job:retry:41` and `job:change:41`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import billing, delivery, film, film_scenes, incidents, limits
from kiebot.services.accounts import is_for
from kiebot.services.delivery import Args, Button, Place
from kiebot.services.jobs import (
    Queue,
    change_button,
    give_up,
    place,
    retry_button,
    running_buttons,
    set_status,
    status_buttons,
)
from kiebot.services.limits import Limits
from kiebot.services.reasons import FOR_THE_OPERATOR, NO_USE_TO_RETRY, REASONS, TO_BE_CHANGED
from kiebot.services.results import show
from kiebot.store import accounts, inputs, jobs, outbox
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.failpoint import failpoint

KIND = "generation"
SHOW_MINUTES_FROM_S = 100


class CancelOutcome(StrEnum):
    """What pressing Cancel came to."""

    CANCELLED = "cancelled"
    PAID = "paid"  # it was sent already: offer `stop_notifying`
    ENDED = "ended"
    NOT_YOURS = "not-yours"


@dataclass(frozen=True, slots=True)
class GenerationOrder:
    """What a person ordered. `input` is complete and valid for the model; `price` is None when the model has none.

    Files of the person stand in `input` as "file:<id>" (services/references.py). The same `order_key` ("m:<chat>:<message>") is
    taken once. `label` is the model's name in the person's language, `speed_s` how long it takes as the catalogue says.
    `expected_cost` is what the provider will take, in its credits; one of them is worth `credit_price` of ours.
    """

    account_id: int
    place: Place
    model_id: str
    prompt: str
    input: dict[str, Any]
    price: int | None
    deadline_s: float
    order_key: str
    label: str = ""
    message_id: int = 0  # the order's message; 0: the one that `place` replies to
    speed_s: float | None = None
    files: frozenset[int] | None = None  # ids of the person's files in `input`; None: all that it names (it has no free words)
    status_row: int | None = None  # a message of ours that becomes the status of the job; None: a new one
    media_s: float | None = None  # seconds of the person's media that the price is for; None: not known, or there are none
    expected_cost: float | None = None
    credit_price: float | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a person is told of an order: `position` in the queue (1: it is next), and the usual seconds of the model if known."""

    position: int
    seconds: int | None


def expectation(model_id: str, speed_s: float | None = None) -> Expectation:
    """What an order of this model would have to expect now. `speed_s`: what the catalogue says, until it was learned."""
    learned_s = jobs.learned_run_time_s(model_id) or speed_s
    return Expectation(jobs.ahead(KIND) + 1, None if learned_s is None else max(1, round(learned_s)))


def request(order: GenerationOrder, *, queue: Queue, limits: Limits, billing_enabled: bool) -> int:
    """Take an order: limits, price, hold, row and the first status message at once. Returns the job's id.

    Files that were swept or did not come are to be fetched again: references.missing(job). Raises UserFault: limit-minute,
    limit-hour, limit-jobs, credits-too-low, model-without-price, order-nobody-pays, reference-gone.
    """
    return _take(order, queue, limits, billing_enabled)


def _take(order: GenerationOrder, queue: Queue, allowed: Limits, billing_enabled: bool, retry_of: int | None = None) -> int:
    with transaction(durable=True):
        earlier = jobs.by_order(order.order_key)
        if earlier is not None:
            return int(earlier.id)
        account = accounts.get(order.account_id)
        limits.check(account, KIND, allowed)
        credits = billing.price_for(account, order.price, enabled=billing_enabled)
        expected = expectation(order.model_id, order.speed_s)
        job = _add(order, price=credits, retry_of=retry_of, next_poll_at=_wait_for_files(order))
        limits.count(order.account_id, KIND, credits)
        billing.hold(order.account_id, job.id, credits)
        args = {"job": str(job.id), "model": job.label, "credits": credits, **_expected_args(expected)}
        jobs.change(job.id, status_row=_say_accepted(job, args, order.status_row))
        failpoint("job-accepting")
        after_commit(lambda: queue.wake(job.id))
    failpoint("job-accepted")
    return int(job.id)


def _add(order: GenerationOrder, **fields: Any) -> Any:
    job = jobs.add(
        order_key=order.order_key,
        account=order.account_id,
        kind=KIND,
        chat_id=order.place.chat_id,
        topic_id=order.place.topic_id,
        message_id=order.message_id or order.place.reply_to,
        language=order.place.language,
        model=order.model_id,
        label=order.label or order.model_id,
        prompt=order.prompt,
        input=order.input,
        deadline_s=order.deadline_s,
        media_s=order.media_s,
        expected_cost=order.expected_cost,
        credit_price=order.credit_price,
        **fields,
    )
    inputs.attach(job.id, _files(order))
    return job


def _say_accepted(job: Any, args: dict[str, Any], status_row: int | None) -> int:
    """The first status: a message of its own, or in the place of the form that was filled in."""
    if status_row is None:
        return delivery.say(place(job), key="job-accepted", args=args, buttons=status_buttons(job), job_id=job.id)
    delivery.change(
        place(job), status_row, key="job-accepted", args=args, lane=outbox.Lane.ANSWER, buttons=status_buttons(job), job_id=job.id
    )
    return status_row


def _files(order: GenerationOrder) -> set[int]:
    return inputs.named_in(order.input) if order.files is None else set(order.files)


def _wait_for_files(order: GenerationOrder) -> float | None:
    """When the job may be taken: never, while a file of the person is not here. The bot sets it free (references.fetched)."""
    wanted = _files(order)
    rows = [row for row in inputs.many(wanted) if is_for(order.account_id, row.account_id, order.place.chat_id)]
    if len(rows) < len(wanted):
        raise UserFault("reference-gone")
    for row in rows:
        inputs.change(row.id, inputs.AWAY, state="fetching")
    return None if all(row.state == "ready" for row in rows) else jobs.NEVER


def _expected_args(expected: Expectation) -> dict[str, int]:
    """0: nothing is known, or nobody is before it."""
    seconds = expected.seconds or 0
    return {
        "ahead": expected.position - 1,
        "seconds": seconds if seconds < SHOW_MINUTES_FROM_S else 0,
        "minutes": round(seconds / 60) if seconds >= SHOW_MINUTES_FROM_S else 0,
    }


def to_repeat(job_id: int, account_id: int, chat_id: int = 0) -> Any:
    """The job that can be ordered once more. Raises UserFault: job-not-yours, job-not-ended."""
    job = _own(job_id, account_id, chat_id)
    if job.state not in ("failed", "cancelled") or job.kind != KIND:
        raise UserFault("job-not-ended")
    return job


def retry(
    job_id: int, account_id: int, chat_id: int = 0, *, price: int | None, queue: Queue, limits: Limits, billing_enabled: bool
) -> int:
    """Order the same once more in the same name, at a `price` that was shown. A second press returns the job of the first.

    Raises UserFault: job-not-yours, job-not-ended, and what request() raises.
    """
    old = to_repeat(job_id, account_id, chat_id)
    order = GenerationOrder(
        account_id=old.account_id,
        place=place(old),
        model_id=old.model,
        prompt=old.prompt,
        input=old.input,
        price=price,
        deadline_s=old.deadline_s,
        order_key=retry_key(old.id),
        label=old.label,
        message_id=old.message_id,
        media_s=old.media_s,
        expected_cost=old.expected_cost,
        credit_price=old.credit_price,
        files=frozenset(row.id for row in inputs.of_job(old.id)),
    )
    return _take(order, queue, limits, billing_enabled, retry_of=old.id)


def retry_key(job_id: int) -> str:
    """The order key of the job that repeats another: there is one at most."""
    return f"retry:{job_id}"


def _own(job_id: int, account_id: int, chat_id: int) -> Any:
    job = jobs.get(job_id)
    if job is None or not is_for(account_id, job.account_id, chat_id):
        raise UserFault("job-not-yours")
    return job


def cancel(job_id: int, account_id: int, chat_id: int = 0) -> CancelOutcome:
    """Cancel what was not sent yet: the hold is released and the status message says so. `chat_id`: where it was pressed."""
    with transaction(durable=True):
        job = jobs.get(job_id)
        if job is None or job.kind in jobs.HIDDEN or not is_for(account_id, job.account_id, chat_id):
            return CancelOutcome.NOT_YOURS
        local = job.kind != KIND  # nobody was paid for reading a document: it can be stopped at any time
        unsent = jobs.move(job_id, ("queued", "submitting"), "cancelled", unsent=True)  # files may still be on their way up
        if unsent or (local and jobs.move(job_id, ("storing",), "cancelled")):
            credits = billing.give_back(job)
            set_status(job, "job-cancelled", credits=credits)
            return CancelOutcome.CANCELLED
        return CancelOutcome.ENDED if job.state in jobs.ENDED_STATES else CancelOutcome.PAID


def cancel_all(account_id: int) -> dict[CancelOutcome, int]:
    """Cancel all open jobs and films of an account. Returns how many had which outcome."""
    return _counted([*_cancel_jobs(account_id), *[CancelOutcome.CANCELLED] * film.cancel_all(account_id)])


def cancel_jobs(account_id: int) -> dict[CancelOutcome, int]:
    """Cancel all open jobs of an account, but no film: that may be hours of work. Returns how many had which outcome."""
    return _counted(_cancel_jobs(account_id))


def _cancel_jobs(account_id: int) -> list[CancelOutcome]:
    return [cancel(job.id, account_id) for job in jobs.open_of(account_id)]


def _counted(outcomes: list[CancelOutcome]) -> dict[CancelOutcome, int]:
    return {outcome: outcomes.count(outcome) for outcome in CancelOutcome if outcome in outcomes}


def stop_notifying(job_id: int, account_id: int, chat_id: int = 0) -> bool:
    """The person does not want to hear of this job any more: its result is stored, charged and kept in /history."""
    with transaction(durable=True):
        job = jobs.get(job_id)
        if job is None or not is_for(account_id, job.account_id, chat_id) or job.state not in jobs.OPEN_STATES:
            return False
        set_status(job, "job-muted")
        jobs.change(job_id, notify=False)
        return True


def list_open(account_id: int) -> list[Any]:
    """The account's jobs that have not ended, oldest first."""
    return jobs.open_of(account_id)


def show_progress(job_id: int, percent: int) -> None:
    """Say in the status message how far a running job is."""
    with transaction(durable=True):
        job = jobs.get(job_id)
        if job is not None and job.state == "running":
            set_status(job, "job-progress", percent=str(percent), model=job.label, buttons=running_buttons(job))


def made(job: Any, results: list[dict[str, Any]], provider_cost: float | None, *, queue: Queue) -> bool:
    """The provider finished: its results wait to be stored. submitting | running -> storing."""
    with transaction(durable=True):
        handle = {**(job.handle or {}), "results": results}
        fields: dict[str, Any] = {
            "handle": handle,
            "provider_cost": provider_cost,
            "boot_id": "",
            "next_poll_at": None,
            "stuck_claims": 0,
        }
        if job.submitted_at is None:
            fields["submitted_at"] = utc_now()
        if not jobs.move(job.id, ("submitting", "running"), "storing", attempt=job.attempt, **fields):
            return False
        wake = queue.wake_later if job.kind == jobs.INNER else queue.wake
        after_commit(lambda: wake(job.id))
    failpoint("job-storing")
    return True


def finish(job: Any, results: list[dict[str, Any]]) -> bool:
    """The results are on disk: charge, and write what the person gets. storing -> done."""
    with transaction(durable=True):
        if not jobs.move(job.id, ("storing",), "done", attempt=job.attempt, results=results, handle=None):
            return False
        billing.settle(job)
        failpoint("job-finishing")
        job = jobs.get(job.id)
        if job.kind == jobs.INNER:
            film_scenes.made(job, results)
        elif job.notify:
            set_status(job, "job-done", model=job.label, credits=job.price)
            show(job, results)
    failpoint("job-done")
    return True


def lower_price(job: Any, price: int) -> bool:
    """Less is charged than was held, since there is less to do. False when the claim is lost (the person cancelled)."""
    with transaction(durable=True):
        if not jobs.is_held(job.id, job.attempt, "submitting"):
            return False
        jobs.change(job.id, price=price)
        job.price = price
    return True


def fail(job: Any, code: str, *, message: str = "", args: Args | None = None, wait_s: float = 0) -> bool:
    """The job ends without a result: the hold goes back, the person is told why (with `args`) in one message, with the way on.

    `message`: for the admin. `wait_s`: for how long it makes no sense to try again.
    """
    with transaction(durable=True):
        fields: dict[str, Any] = {"fail_code": code, "fail_message": incidents.redact(message)[:500], "handle": None}
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, **fields):
            return False
        credits = billing.give_back(job)
        job = jobs.get(job.id)
        if job.kind == jobs.INNER:
            film_scenes.failed(job, code, wait_s)
        elif job.notify:
            said: dict[str, Any] = {"job": str(job.id), "credits": credits, "reason": _reason(code, wait_s, args)}
            buttons = [*([] if code in NO_USE_TO_RETRY else retry_button(job.id)), *_way_on(job, code)]
            key = f"job:{job.id}:failed"
            delivery.say_instead(place(job), job.status_row, "job-failed", said, buttons=buttons, dedup_key=key, job_id=job.id)
    failpoint("job-failed")
    return True


def _reason(code: str, wait_s: float, given: Args | None) -> dict[str, Any]:
    """Why it failed: a sentence within the sentence that ends the job."""
    key, args = REASONS.get(code, REASONS["internal"]), dict(given or {})
    if code in FOR_THE_OPERATOR:
        key, args = incidents.told(key)
    if wait_s > 0:
        key, args = "job-failed-wait", {"sentence": {"key": key, "args": args}, "seconds": math.ceil(wait_s)}
    return {"key": key, "args": args}


def _way_on(job: Any, code: str) -> list[list[Button]]:
    return change_button(job) if code in TO_BE_CHANGED else []


def quarantine(job: Any) -> bool:
    """Each try to go on with this job ended the worker: stop trying, give the hold back, tell the person and the admins."""
    return give_up(job, lambda: fail(job, "stuck"))
