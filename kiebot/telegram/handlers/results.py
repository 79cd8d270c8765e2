"""The buttons under results: again, vary, use as input, file in full quality, delete, 👍 and 👎."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import delivery, references
from kiebot.services.accounts import Person, may_handle, press_place
from kiebot.services.incoming import Incoming
from kiebot.services.results import caption_args
from kiebot.store import accounts, forms, jobs, votes
from kiebot.store.db import utc_now
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.drafts import ORDERED, SEED, Draft, Spot, begin, cost, draft_of, fresh_seed
from kiebot.telegram.handlers.formscreens import advance
from kiebot.telegram.handlers.offers import offer
from kiebot.telegram.handlers.orders import submit
from kiebot.telegram.handlers.screens import row_of
from kiebot.telegram.handlers.views import show_anew

SAME_FILE_S = 60
KINDS_SENT = {"image": "photo", "video": "video", "audio": "audio"}

Action = Callable[[Desk, Person, Pressed, Any, Effects], None]


def press_result(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """r:<action>:<job>:<number of the file>."""
    action = ACTIONS.get(pressed.words[0] if pressed.words else "")
    job = jobs.get(pressed.number(1))
    if action is None or job is None:
        raise UserFault("button-old")
    if job.state != "done":
        raise UserFault("result-not-ready")
    if not _may(person, pressed, job, action):
        raise UserFault("button-not-yours")
    action(desk, person, pressed, job, effects)


def _may(person: Person, pressed: Pressed, job: Any, action: Action) -> bool:
    """Data can be forged: what counts is the chat of the press, never the one that the job names."""
    chat_id = pressed.press.chat_id
    return may_handle(person, job.account_id, chat_id) or (action in FOR_ALL and job.chat_id == chat_id)


def _again(desk: Desk, person: Person, pressed: Pressed, job: Any, effects: Effects) -> None:
    """The same order; at once when it costs the person nothing. One at a time: a second press of an impatient finger is none."""
    if any(_same(open_job, job) for open_job in jobs.open_of(person.account_id)):
        effects.notice = "result-again-running"
        return
    draft = reopened(desk, person, pressed, job)
    if draft.chosen.get(SEED) is not None and draft.model.input[SEED].advanced:  # set by us: nobody wants the same file again
        draft = _with_fresh_seed(desk, draft)
    where = press_place(person, pressed.press)
    if draft.errors or cost(desk, person, draft.price):
        show_anew(draft, where, advance(desk, draft))
        return
    job_id = submit(desk, draft, where, effects, order_key=f"again:{pressed.press.query_id}", message_id=job.message_id)
    forms.save(draft.form.id, step=ORDERED, memo={"job": job_id})
    effects.notice = "result-ordered"


def _vary(desk: Desk, person: Person, pressed: Pressed, job: Any, effects: Effects) -> None:
    """The same order to be changed: other words, other parameters, another seed."""
    draft = _with_fresh_seed(desk, reopened(desk, person, pressed, job))
    show_anew(draft, press_place(person, pressed.press), advance(desk, draft))


def _same(one: Any, other: Any) -> bool:
    """Whether two jobs are for the same order; the seed aside, which differs each time."""
    inputs = [{name: value for name, value in job.input.items() if name != SEED} for job in (one, other)]
    return bool(one.model == other.model and inputs[0] == inputs[1])


def _with_fresh_seed(desk: Desk, draft: Draft) -> Draft:
    fresh_seed(draft.model, draft.chosen)
    draft.form.input = draft.chosen
    return draft_of(desk, draft.person, draft.form)


def reopened(desk: Desk, person: Person, pressed: Pressed, job: Any) -> Draft:
    """A form with everything as it was ordered."""
    model = desk.shelf.catalogue.get(job.model)
    if model is None:
        raise UserFault("model-gone")
    spot = Spot(pressed.press.chat_id, pressed.press.topic_id, job.message_id)
    chosen = dict(job.input)
    if model.prompt_parameter and job.prompt:  # lines of a dialogue were ordered as objects; the form has the words
        chosen[model.prompt_parameter] = job.prompt
    return draft_of(desk, person, begin(person, spot, model, model.type, chosen=chosen, memo={"silent": not job.prompt}))


def _use(desk: Desk, person: Person, pressed: Pressed, job: Any, effects: Effects) -> None:
    """Offer what can be made of the result."""
    number = max(1, pressed.number(2))
    chat_id = pressed.press.chat_id
    file = references.take_result(person.account_id, job.id, number, chat_id, data_dir=desk.data_dir, limits=desk.limits)
    if file.state == "fetching":
        effects.fetch_inputs.append(file.id)
    press = pressed.press
    incoming = Incoming(
        press.chat_id, press.chat_kind, "", 0, press.sender, KINDS_SENT.get(file.kind, "document"), topic_id=press.topic_id
    )
    offer(desk, person, incoming, [file.id], "")


def _file(desk: Desk, person: Person, pressed: Pressed, job: Any, effects: Effects) -> None:
    """The file as it was made: what Telegram shows as a photo or clip it makes smaller."""
    number = max(1, pressed.number(2))
    file = next((found for found in job.results[number - 1 : number] if "path" in found), None)
    if file is None or not Path(file["path"]).is_file():
        raise UserFault("history-gone")
    minute = int(utc_now()) // SAME_FILE_S
    if not accounts.first_seen(f"file:{job.id}:{number}:{minute}"):
        effects.notice = "result-file-sent"
        return
    where = replace(press_place(person, pressed.press), reply_to=pressed.press.message_id)
    key = f"{pressed.press.key}:file"
    plain = {name: value for name, value in file.items() if name != "thumb"}
    delivery.send_file(where, "document", plain, "job-result", caption_args(job) | {"words": ""}, dedup_key=key)
    effects.notice = "result-file-comes"


def _delete(desk: Desk, person: Person, pressed: Pressed, job: Any, effects: Effects) -> None:
    """Take the message out of the chat; the result stays in /history. Whatever the data says: only what carries this job."""
    row = row_of(pressed.press)
    if row is not None and row.job_id != job.id:
        raise UserFault("button-old")
    effects.delete.append((pressed.press.chat_id, pressed.press.message_id))
    effects.notice = "result-deleted"


def _up(desk: Desk, person: Person, pressed: Pressed, job: Any, effects: Effects) -> None:
    votes.save(job.id, person.account_id, 1)
    effects.notice = "result-voted"


def _down(desk: Desk, person: Person, pressed: Pressed, job: Any, effects: Effects) -> None:
    votes.save(job.id, person.account_id, -1)
    effects.notice = "result-voted"


ACTIONS: dict[str, Action] = {
    "again": _again,
    "vary": _vary,
    "use": _use,
    "file": _file,
    "delete": _delete,
    "up": _up,
    "down": _down,
}
FOR_ALL = frozenset({_up, _down})  # in a group everybody may say what they think of a result
