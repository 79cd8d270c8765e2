"""From a finished draft to a job: one transaction, the message of the form becomes the status of the job."""

from __future__ import annotations

from dataclasses import replace

from kiebot.catalog.prices import provider_credits
from kiebot.catalog.schema import Model
from kiebot.errors import UserFault
from kiebot.services import generation, references
from kiebot.services.accounts import Person, person_of, place
from kiebot.services.delivery import Place
from kiebot.services.generation import GenerationOrder
from kiebot.services.incoming import Incoming
from kiebot.services.jobs import SPOKEN
from kiebot.store import accounts, forms
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.drafts import (
    CONFIRMING,
    ORDERED,
    Draft,
    Spot,
    begin,
    cost,
    draft_of,
    files_in,
    leave,
    own,
    remember,
)
from kiebot.telegram.handlers.formscreens import advance
from kiebot.telegram.handlers.offered import end_offer
from kiebot.telegram.handlers.screens import check_owner, row_of
from kiebot.telegram.handlers.shelf import usual_s
from kiebot.telegram.handlers.views import show, show_anew
from kiebot.telegram.handlers.wording import name_of


def press_order(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """o:<form>: make it. Nothing but this transaction stands between the button and the queue."""
    check_owner(person, pressed)
    form = own(person, pressed)
    draft = draft_of(desk, payer(person, form.account_id), form)
    shown = form.memo.get("price"), form.memo.get("pays")
    now = draft.price, cost(desk, draft.person, draft.price)
    if form.step != CONFIRMING or draft.errors or shown != now:  # what was shown is not what it is now
        effects.notice, effects.alert = "form-changed", True
        show(draft, pressed, advance(desk, draft))
        return
    row = row_of(pressed.press)
    where = Place(form.chat_id, person.language, form.topic_id)
    job_id = submit(
        desk, draft, where, effects, order_key=f"form:{form.id}", message_id=form.order_message_id, status_row=row and row.id
    )
    leave(form, stays=row and row.id)
    end_offer(row and row.id)
    forms.save(form.id, step=ORDERED, awaiting="", memo={"job": job_id})
    effects.notice = "form-accepted"


def payer(person: Person, account_id: int) -> Person:
    """In whose name it is ordered: what was begun in a group's name stays in it, whoever presses."""
    if account_id == person.account_id:
        return person
    return replace(person_of(accounts.get(account_id)), language=person.language)


def submit(
    desk: Desk,
    draft: Draft,
    where: Place,
    effects: Effects,
    *,
    order_key: str,
    message_id: int = 0,
    status_row: int | None = None,
) -> int:
    """Order what the draft says. Raises UserFault when limits or credits do not allow it. Returns the job's id."""
    model, person = draft.model, draft.person
    cost_there = provider_credits(model, draft.given, draft.media_s)
    order = GenerationOrder(
        account_id=person.account_id,
        place=where,
        model_id=model.id,
        prompt=draft.words,
        input=draft.given,
        price=draft.price,
        deadline_s=model.deadline_s,
        order_key=order_key,
        label=name_of(model, person.language),
        message_id=message_id,
        speed_s=usual_s(model),
        status_row=status_row,
        files=frozenset(files_in(model, draft.given)),
        media_s=draft.media_s,
        expected_cost=None if cost_there is None else float(cost_there),
        credit_price=desk.tariff.rates.credit_price,
    )
    job_id = generation.request(order, queue=desk.queue, limits=desk.limits, billing_enabled=desk.tariff.enabled)
    remember(person.account_id, model, draft.chosen)
    effects.fetch_inputs += references.missing(job_id)
    return job_id


def quick(
    desk: Desk,
    person: Person,
    incoming: Incoming,
    effects: Effects,
    model_type: str,
    words: str,
    files: list[int],
    *,
    spoken: bool = False,
) -> None:
    """The short way: a type, words and perhaps files. What costs the person nothing is made at once, else it is shown first."""
    model = default_of(desk, model_type)
    memo = {"spoken": True} if spoken else {}
    spot = Spot(incoming.chat_id, incoming.topic_id, incoming.message_id)
    form = begin(person, spot, model, model_type, words=words, files=files, memo=memo)
    draft = draft_of(desk, person, form)
    where = place(person, incoming)
    if draft.errors or draft.wants_words or form.files or cost(desk, person, draft.price):
        show_anew(draft, where, advance(desk, draft))
        return
    kind = SPOKEN if spoken else "m"
    order_key = f"{kind}:{incoming.chat_id}:{incoming.message_id}"
    job_id = submit(desk, draft, where, effects, order_key=order_key, message_id=incoming.message_id)
    forms.save(form.id, step=ORDERED, memo={"job": job_id})


def default_of(desk: Desk, model_type: str) -> Model:
    """The model that serves a type when nobody chose one. Raises UserFault when there is none."""
    models = desk.shelf.of_type(model_type)
    if not models:
        raise UserFault("no-model")
    return models[0]
