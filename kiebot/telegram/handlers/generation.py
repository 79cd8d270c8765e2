"""/img, /video, /music, /say and plain words that order; /jobs, /cancel, and the buttons of jobs."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import delivery, generation, references
from kiebot.services import film as services
from kiebot.services.accounts import Person, may_handle, place, press_place
from kiebot.services.delivery import Button, Place
from kiebot.services.film_words import kind_of_chat
from kiebot.services.generation import CancelOutcome
from kiebot.services.incoming import Incoming
from kiebot.store import inputs, jobs
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers import film, form, offers
from kiebot.telegram.handlers.desk import Desk, Effects, Handler, Pressed, say
from kiebot.telegram.handlers.drafts import cost, todays_price
from kiebot.telegram.handlers.film_list import line_of
from kiebot.telegram.handlers.formscreens import advance, words_view
from kiebot.telegram.handlers.orders import payer, quick
from kiebot.telegram.handlers.results import reopened
from kiebot.telegram.handlers.spoken import prompt_of
from kiebot.telegram.handlers.views import show_anew
from kiebot.telegram.handlers.wording import shorten

SHOWN_PROMPT = 60
WITH_FILE = {  # what a command makes of a file that comes with it
    ("text_to_image", "image"): "image_edit",
    ("text_to_video", "image"): "image_to_video",
    ("text_to_video", "video"): "video_to_video",
    ("text_to_music", "audio"): "audio_to_audio",
}


def order_of(model_type: str) -> Handler:
    """The handler of a command that orders: the words after it are the prompt, a file with it is what to work on."""

    def on_order(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
        file = _file(desk, person, incoming, effects)
        wanted = model_type if file is None else WITH_FILE.get((model_type, file.kind), model_type)
        quick(desk, person, incoming, effects, wanted, incoming.words.strip(), [] if file is None else [file.id])

    return on_order


def _file(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> Any | None:
    """The file in the order's message, or the person's own file that it replies to."""
    if incoming.attachment is not None:
        return offers.take(desk, person, incoming, effects)
    if not incoming.reply_to:
        return None
    return inputs.of_message(person.account_id, incoming.chat_id, incoming.reply_to)


def on_spoken(desk: Desk, person: Person, incoming: Incoming, effects: Effects, model_type: str) -> None:
    """Plain words that order."""
    quick(desk, person, incoming, effects, model_type, prompt_of(incoming.words.strip(), model_type), [], spoken=True)


def on_jobs(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/jobs: what is being made, each with a cancel button."""
    show_jobs(person, place(person, incoming))


def show_jobs(person: Person, where: Place) -> None:
    """The open jobs and films as one message a list, or that there are none."""
    open_jobs, open_films = generation.list_open(person.account_id), services.list_open(person.account_id)
    if not open_jobs and not open_films:
        delivery.say(where, "jobs-none", lane=Lane.ANSWER)
        return
    lines = [f"🎬 {line_of(each, person.language)}" for each in open_films]
    lines += [_line(job, person.language) for job in open_jobs]
    to_films: list[Button] = [{"text": f"🎬 {each.id}", "data": f"film:open:{each.id}"} for each in open_films]
    buttons = [row for row in (to_films, [_way_out(job) for job in open_jobs[:8]]) if row]
    delivery.say(where, "jobs-open", {"lines": "\n".join(lines), "count": len(lines)}, lane=Lane.ANSWER, buttons=buttons)


def _way_out(job: Any) -> Button:
    """What was sent to a provider cannot be cancelled, only kept quiet."""
    if job.sent_at is None:
        return {"text": f"✕ {job.id}", "data": f"job:cancel:{job.id}"}
    return {"text": f"🔕 {job.id}", "data": f"job:mute:{job.id}"}


def _line(job: Any, language: str) -> str:
    state = f"{job.progress} %" if job.state == "running" and job.progress else text(language, f"state-{job.state}")
    return " · ".join(filter(None, (str(job.id), job.label, state, shorten(job.prompt, SHOWN_PROMPT))))


def on_cancel(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/cancel: the order that is being put together; without one all jobs that were not sent yet. Films are asked about."""
    if form.give_up(person, incoming.chat_id, incoming.topic_id):
        say(person, incoming, "form-closed-jobs" if generation.list_open(person.account_id) else "form-closed")
        return
    if given_up := film.give_up(person, incoming.chat_id, incoming.topic_id):
        say(person, incoming, given_up, {"where": kind_of_chat(incoming.chat_id)})
        return
    outcomes = generation.cancel_jobs(person.account_id)
    cancelled, paid = outcomes.get(CancelOutcome.CANCELLED, 0), outcomes.get(CancelOutcome.PAID, 0)
    asked = film.ask_to_cancel(person, place(person, incoming))
    if cancelled or paid:
        say(person, incoming, "cancel-outcome", {"cancelled": cancelled, "paid": paid})
    elif not asked:
        say(person, incoming, "cancel-nothing")


def press_job(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """job:cancel:<id>, job:mute:<id>, job:retry:<id>, job:change:<id>."""
    action, job_id = pressed.words[0] if pressed.words else "", pressed.number(1)
    if action == "cancel":
        _cancel_one(person, pressed, job_id, effects)
    elif action == "mute":
        muted = generation.stop_notifying(job_id, person.account_id, pressed.press.chat_id)
        effects.notice = "job-muted-notice" if muted else "button-old"
    elif action == "retry":
        _order_again(desk, person, pressed, job_id, effects)
    elif action == "change":
        _change(desk, person, pressed, job_id)
    else:
        raise UserFault("button-old")


def _order_again(desk: Desk, person: Person, pressed: Pressed, job_id: int, effects: Effects) -> None:
    """At the price that was shown; what costs something else today is shown first."""
    job = generation.to_repeat(job_id, person.account_id, pressed.press.chat_id)
    model = desk.shelf.catalogue.get(job.model)
    if model is None:
        raise UserFault("model-gone")
    if not model.offered:  # switched off since then
        raise UserFault("model-off", model=model.label[person.language])
    price, pays = todays_price(desk, model, job.input), payer(person, job.account_id)
    if cost(desk, pays, price) != job.price and jobs.by_order(generation.retry_key(job_id)) is None:
        draft = reopened(desk, pays, pressed, job)
        show_anew(draft, press_place(person, pressed.press), advance(desk, draft))
        effects.notice, effects.alert = "job-retry-price", True
        return
    again = generation.retry(
        job_id, person.account_id, pressed.press.chat_id,
        price=price, queue=desk.queue, limits=desk.limits, billing_enabled=desk.tariff.enabled,
    )  # fmt: skip
    effects.fetch_inputs += references.missing(again)
    effects.notice = "job-retry-notice"


def _change(desk: Desk, person: Person, pressed: Pressed, job_id: int) -> None:
    """What was refused, to be ordered in other words: nothing has to be written twice."""
    job = jobs.get(job_id)
    if job is None or job.kind != generation.KIND or job.state != "failed":
        raise UserFault("button-old")
    if not may_handle(person, job.account_id, pressed.press.chat_id):
        raise UserFault("button-not-yours")
    draft = reopened(desk, person, pressed, job)
    view = words_view(draft) if draft.words else advance(desk, draft)
    show_anew(draft, press_place(person, pressed.press), view)


def _cancel_one(person: Person, pressed: Pressed, job_id: int, effects: Effects) -> None:
    outcome = generation.cancel(job_id, person.account_id, pressed.press.chat_id)
    effects.notice = f"cancel-{outcome.value}"
    if outcome is CancelOutcome.PAID:
        buttons: list[list[Button]] = [[{"key": "job-mute-button", "data": f"job:mute:{job_id}"}]]
        delivery.say(press_place(person, pressed.press), "job-paid", {"job": str(job_id)}, lane=Lane.ANSWER, buttons=buttons)
