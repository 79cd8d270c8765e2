"""A form on the screen: what it shows in which message, and what it waits for meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiebot.services.delivery import Button, Place
from kiebot.store import forms
from kiebot.telegram.handlers.desk import Pressed
from kiebot.telegram.handlers.drafts import ASIDES, FILLING, Draft, leave
from kiebot.telegram.handlers.screens import Screen, post, put, repost, row_of


@dataclass(frozen=True, slots=True)
class View:
    """A screen, and what the form waits for while it is shown. `chain`: the form is on its way to the confirmation."""

    screen: Screen
    step: str = FILLING
    awaiting: str = ""
    chain: bool = False
    pays: int | None = None  # what the screen says that the person pays


def show(draft: Draft, pressed: Pressed, view: View) -> None:
    """Show it in the message whose button was pressed."""
    row = row_of(pressed.press)
    leave(draft.form, stays=row and row.id)
    _keep(draft, view, put(draft.person, pressed, view.screen))


def show_anew(draft: Draft, where: Place, view: View) -> None:
    """Show it below what the person has written; the messages that showed the form before lose their buttons."""
    leave(draft.form)
    _keep(draft, view, post(draft.person, where, view.screen))


def show_again(draft: Draft, where: Place, view: View) -> None:
    """Show it in the message that shows the form already."""
    leave(draft.form, stays=draft.form.status_row)
    repost(where, draft.form.status_row, view.screen)
    _keep(draft, view, draft.form.status_row)


def aside(draft: Draft, where: Place, screen: Screen) -> None:
    """Say something about the form in a message of its own: the form stays where it is."""
    asides = [*draft.form.memo.get(ASIDES, []), post(draft.person, where, screen)]
    forms.save(draft.form.id, memo={**draft.form.memo, ASIDES: asides})


def _keep(draft: Draft, view: View, row: int) -> None:
    memo = {**draft.form.memo, "chain": view.chain, "price": draft.price, "pays": view.pays, ASIDES: []}
    forms.save(
        draft.form.id,
        input=draft.chosen,
        files=draft.form.files,
        memo=memo,
        step=view.step,
        awaiting=view.awaiting,
        status_row=row,
    )


def data(draft: Draft, action: str, *words: str | int) -> str:
    """The data of a button of this form."""
    return ":".join(("f", str(draft.form.id), action, *map(str, words)))


def noted(view: View, note: str) -> View:
    """The same screen, with what has just happened above it."""
    if not note or "model" not in view.screen.args:
        return view
    args = {**view.screen.args, "model": f"{note}\n\n{view.screen.args['model']}"}
    return replace(view, screen=replace(view.screen, args=args))


def cancel_button(draft: Draft) -> Button:
    """Gives the order up."""
    return {"key": "form-cancel", "data": data(draft, "x")}
