"""Screens of the menus: words and buttons that take each other's place in one message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import delivery
from kiebot.services.accounts import Person, may_handle, press_place
from kiebot.services.delivery import Args, Button, Place
from kiebot.services.incoming import Press
from kiebot.store import outbox
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.desk import Pressed

Rows = list[list[Button]]


@dataclass(frozen=True, slots=True)
class Screen:
    """A sentence of the locales with its buttons."""

    key: str
    args: Args = field(default_factory=dict)
    buttons: Rows = field(default_factory=list)


def post(person: Person, where: Place, screen: Screen) -> int:
    """Show it as a new message that belongs to this person. Returns the outbox row."""
    return delivery.say(where, screen.key, screen.args, lane=Lane.ANSWER, buttons=screen.buttons, owner=person.account_id)


def put(person: Person, pressed: Pressed, screen: Screen) -> int:
    """Show it in the message whose button was pressed. Returns the outbox row of that message."""
    where, row = press_place(person, pressed.press), row_of(pressed.press)
    if row is None:  # delivered as a duplicate: nobody knows which message is whose
        return post(person, where, screen)
    delivery.change(where, row.id, screen.key, screen.args, lane=Lane.ANSWER, buttons=screen.buttons)
    return int(row.id)


def repost(where: Place, row_id: int, screen: Screen) -> None:
    """Show it in a message of ours that is known by its outbox row."""
    delivery.change(where, row_id, screen.key, screen.args, lane=Lane.ANSWER, buttons=screen.buttons)


def retire(row_id: int | None) -> None:
    """What a message of ours offered is over: it keeps its words and loses its buttons."""
    look = outbox.newest_look(row_id) if row_id is not None else None
    if row_id is None or look is None or not look.payload.get("buttons") or "key" not in look.payload:
        return
    where = Place(look.chat_id, look.payload["language"], look.topic_id)
    delivery.change(where, row_id, look.payload["key"], look.payload["args"], quiet=True)


def row_of(press: Press) -> Any | None:
    """The outbox row of the message that carries the pressed button."""
    return outbox.by_message(press.chat_id, press.message_id)


def check_owner(person: Person, pressed: Pressed) -> None:
    """In a group a menu belongs to who opened it, and nothing but a menu becomes another one. Raises UserFault."""
    row = row_of(pressed.press) if pressed.press.chat_id < 0 else None
    if row is None:
        return
    owner = row.payload.get("owner") or (row.job.account_id if row.job_id is not None else 0)
    if not owner:  # an answer, a greeting: only forged data gets here
        raise UserFault("button-old")
    if not may_handle(person, owner, pressed.press.chat_id):
        raise UserFault("button-not-yours")


def in_rows(buttons: list[Button], width: int) -> Rows:
    """Buttons side by side, `width` in a row."""
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


def turning(area: str, page: int, pages: int) -> Rows:
    """Buttons that turn pages; none when there is one page."""
    if pages < 2:
        return []
    back: Button = {"text": "◀️", "data": f"{area}:{(page - 1) % pages}"}
    on: Button = {"text": "▶️", "data": f"{area}:{(page + 1) % pages}"}
    return [[back, {"text": f"{page + 1} / {pages}", "data": f"{area}:{page}"}, on]]
