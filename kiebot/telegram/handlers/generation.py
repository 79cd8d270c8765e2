"""/img, /video, /jobs, /cancel, /history, and the buttons of jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from kiebot.catalog.forms import complete
from kiebot.catalog.prices import price_of
from kiebot.catalog.schema import InputError, Model
from kiebot.catalog.validation import validate
from kiebot.errors import UserFault
from kiebot.services import delivery, generation
from kiebot.services.accounts import Person, place, press_place
from kiebot.services.delivery import Button, Place
from kiebot.services.generation import CancelOutcome, GenerationOrder
from kiebot.services.incoming import Incoming
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.desk import Desk, Effects, Handler, Pressed, say

SHOWN_PROMPT = 60
SHOWN_FILES = 10


def order_of(model_type: str, command: str) -> Handler:
    """The handler of a command that orders a job: the words after it are the prompt."""

    def on_order(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
        prompt = incoming.words.strip()
        if not prompt:
            say(person, incoming, f"usage-{command}")
            return
        model = desk.catalogue.default_for(model_type)
        if model is None:
            raise UserFault("no-model")
        _order(desk, person, incoming, model, prompt)

    return on_order


def _order(desk: Desk, person: Person, incoming: Incoming, model: Model, prompt: str) -> None:
    given = complete(model, {model.prompt_parameter or "prompt": prompt})
    errors = validate(model, given)
    if errors:
        raise UserFault(*_fault_of(errors[0], model))
    order = GenerationOrder(
        account_id=person.account_id,
        place=place(person, incoming),
        model_id=model.id,
        prompt=prompt,
        input=given,
        price=price_of(model, given),
        deadline_s=model.deadline_s,
        order_key=f"m:{incoming.chat_id}:{incoming.message_id}",
        label=f"{model.emoji} {model.label[person.language]}",
        message_id=incoming.message_id,
    )
    generation.request(order, queue=desk.queue, limits=desk.limits, billing_enabled=desk.billing_enabled)


def _fault_of(error: InputError, model: Model) -> tuple[str]:
    """A bare prompt can only be too short or too long; anything else is a fault of the catalogue."""
    key = {"min_length": "prompt-too-short", "max_length": "prompt-too-long"}.get(error.code)
    assert key is not None, f"{model.id}: {error.message}"
    return (key,)


def on_jobs(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/jobs: what is being made, each with a cancel button."""
    show_jobs(person, place(person, incoming))


def show_jobs(person: Person, where: Place) -> None:
    """The open jobs as one message a list, or that there are none."""
    open_jobs = generation.list_open(person.account_id)
    if not open_jobs:
        delivery.say(where, "jobs-none", lane=Lane.ANSWER)
        return
    lines = "\n".join(" · ".join(filter(None, (str(job.id), job.label, _short(job.prompt)))) for job in open_jobs)
    buttons: list[list[Button]] = [[{"text": f"✕ {job.id}", "data": f"job:cancel:{job.id}"} for job in open_jobs[:8]]]
    delivery.say(where, "jobs-open", {"lines": lines, "count": len(open_jobs)}, lane=Lane.ANSWER, buttons=buttons)


def _short(prompt: str) -> str:
    words = " ".join(prompt.split())
    return words if len(words) <= SHOWN_PROMPT else words[: SHOWN_PROMPT - 1] + "…"


def on_cancel(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/cancel: cancel all jobs that were not sent yet; the others are said to be paid for already."""
    outcomes = generation.cancel_all(person.account_id)
    cancelled, paid = outcomes.get(CancelOutcome.CANCELLED, 0), outcomes.get(CancelOutcome.PAID, 0)
    if not cancelled and not paid:
        say(person, incoming, "cancel-nothing")
        return
    say(person, incoming, "cancel-outcome", {"cancelled": cancelled, "paid": paid})


def press_job(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """job:cancel:<id>, job:mute:<id>, job:retry:<id>."""
    action, job_id = pressed.words[0] if pressed.words else "", pressed.number(1)
    if action == "cancel":
        _cancel_one(person, pressed, job_id, effects)
    elif action == "mute":
        effects.notice = "job-muted-notice" if generation.stop_notifying(job_id, person.account_id) else "button-old"
    elif action == "retry":
        generation.retry(job_id, person.account_id, queue=desk.queue, limits=desk.limits, billing_enabled=desk.billing_enabled)
        effects.notice = "job-retry-notice"
    else:
        raise UserFault("button-old")


def _cancel_one(person: Person, pressed: Pressed, job_id: int, effects: Effects) -> None:
    outcome = generation.cancel(job_id, person.account_id)
    effects.notice = f"cancel-{outcome.value}"
    if outcome is CancelOutcome.PAID:
        buttons: list[list[Button]] = [[{"key": "job-mute-button", "data": f"job:mute:{job_id}"}]]
        delivery.say(press_place(person, pressed.press), "job-paid", {"job": str(job_id)}, lane=Lane.ANSWER, buttons=buttons)


def on_history(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/history: the last results, each with a button that sends it again."""
    show_history(person, place(person, incoming))


def show_history(person: Person, where: Place) -> None:
    """The finished jobs as one message, or that there are none."""
    past = generation.history(person.account_id)
    if not past:
        delivery.say(where, "history-none", lane=Lane.ANSWER)
        return
    lines = "\n".join(f"{item.job.id} · {item.job.label} · {_short(item.job.prompt)}" for item in past)
    numbers: list[Button] = [{"text": str(item.job.id), "data": f"history:{item.job.id}"} for item in past]
    buttons = [numbers[start : start + 5] for start in range(0, len(numbers), 5)]
    delivery.say(where, "history", {"lines": lines}, lane=Lane.ANSWER, buttons=buttons)


def press_history(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """Send the files of a finished job again by Telegram's own reference; those that never went out (muted), from the disk."""
    job_id = pressed.number(0)
    past = next((item for item in generation.history(person.account_id, limit=50) if item.job.id == job_id), None)
    if past is None:
        raise UserFault("button-not-yours")
    files = [file for file in past.files if file["file_id"] or Path(file["path"]).is_file()][:SHOWN_FILES]
    if not files:
        raise UserFault("history-gone")
    for number, file in enumerate(files):
        _send_again(press_place(person, pressed.press), past.job, file, f"{pressed.press.key}:{number}")


def _send_again(where: Place, job: Any, file: dict[str, Any], key: str) -> None:
    args = {"model": job.label, "job": str(job.id)}
    kind = generation.message_kind(file)
    delivery.send_file(replace(where, reply_to=0), kind, file, "job-result", args, dedup_key=key, job_id=job.id)
