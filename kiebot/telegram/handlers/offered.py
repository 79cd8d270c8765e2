"""Offers of what can be made of files. The newest is an open form; each also lies with its message, so that a button of an older
one still finds its own files and words after others came."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.services.accounts import Person
from kiebot.store import forms, inputs, outbox
from kiebot.telegram.handlers.desk import Pressed
from kiebot.telegram.handlers.drafts import OFFERING, ORDERED, Spot, replace_form
from kiebot.telegram.handlers.screens import row_of


def begin_offer(account_id: int, spot: Spot, row_id: int, files: list[int], **memo: Any) -> Any:
    """Files are offered in the message of this row."""
    form = replace_form(account_id, spot, files=files, memo=memo, step=OFFERING, status_row=row_id)
    note_offer(form.id)
    return form


def note_offer(form_id: int) -> None:
    """Lay what is offered with its message, as it is now."""
    form = forms.by_id(form_id)
    if form is not None and form.status_row is not None:
        memo = {"words": form.memo.get("words", ""), "album": form.memo.get("album", "")}
        outbox.keep(form.status_row, offer={"files": form.files, "memo": memo, "message": form.order_message_id})


def end_offer(row_id: int | None) -> None:
    """The message of this row shows something else for good."""
    if row_id is not None:
        outbox.keep(row_id, offer=None)


def shown_form(person: Person, pressed: Pressed) -> Any | None:
    """The person's form, if it is shown in the message whose button was pressed; an older offer is taken up again.

    Raises UserFault when the offered files are gone.
    """
    press = pressed.press
    form, row = forms.get(person.account_id, press.chat_id, press.topic_id), row_of(press)
    if row is None:
        return None
    if form is not None and form.status_row == row.id:
        return None if form.step == ORDERED else form
    offer = row.payload.get("offer")
    if not offer:
        return None
    if len(inputs.many(offer["files"])) < len(offer["files"]):
        raise UserFault("reference-gone")
    return begin_offer(
        person.account_id, Spot(press.chat_id, press.topic_id, offer["message"]), row.id, offer["files"], **offer["memo"]
    )
