"""/forget and /export: people see, take along and take away what is kept about them."""

from __future__ import annotations

from kiebot.errors import UserFault
from kiebot.services import billing, delivery, erasure, export, forgetting
from kiebot.services.accounts import Person, place, press_place
from kiebot.services.delivery import Button
from kiebot.services.incoming import Incoming
from kiebot.store import accounts
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, notice
from kiebot.telegram.handlers.screens import Rows, Screen, check_owner, post, put

HERE, EVERYWHERE, ACCOUNT, YES, NO = "here", "all", "account", "yes", "no"
IN_PRIVATE = (EVERYWHERE, ACCOUNT)


def on_forget(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/forget: what can be taken away; nothing goes before a second press."""
    buttons: Rows = [[_wipe_button(HERE)]]
    if incoming.private:
        buttons.append([_wipe_button(EVERYWHERE)])
    buttons.append([{"key": "forget-one-document", "data": "d:page:0"}])
    if incoming.private:
        buttons.append([_wipe_button(ACCOUNT)])
    post(person, place(person, incoming), Screen("forget" if incoming.private else "forget-group", {}, buttons))


def _wipe_button(scope: str) -> Button:
    return {"key": f"forget-scope-{scope}", "data": f"p:{scope}"}


def press_privacy(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """p:here, p:all and p:account ask once more, p:yes:<scope> forgets, p:no does not."""
    check_owner(person, pressed)
    word = pressed.words[0] if pressed.words else ""
    if word in (HERE, *IN_PRIVATE):
        _check_scope(pressed, word)
        buttons: Rows = [[{"key": "forget-yes", "data": f"p:{YES}:{word}"}, {"key": "forget-no", "data": f"p:{NO}"}]]
        args = _account_args(person) if word == ACCOUNT else {}
        put(person, pressed, Screen(f"forget-sure-{word}" if pressed.press.chat_id > 0 else "forget-sure-group", args, buttons))
    elif word == YES:
        _forget(desk, person, pressed, effects)
    elif word == NO:
        put(person, pressed, Screen("forget-kept"))
    else:
        raise UserFault("button-old")


def _forget(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    scope = pressed.words[1] if len(pressed.words) > 1 else ""
    _check_scope(pressed, scope)
    if scope == ACCOUNT:
        erasure.check(accounts.get(person.account_id))
        ended = erasure.erase(person.account_id, desk.data_dir, desk.so_far)
        delivery.say(press_place(person, pressed.press), "forget-account-done", lane=Lane.ANSWER)
    else:
        if scope == EVERYWHERE:
            ended = forgetting.forget_everywhere(person.account_id, person.user_id, desk.data_dir, desk.so_far)
        else:
            ended = forgetting.forget_here(person.account_id, pressed.press.chat_id, desk.data_dir, desk.so_far)
        put(person, pressed, Screen("forget-done", {"charged": ended.charged}))
    effects.stop.extend(ended.turns)


def _account_args(person: Person) -> dict[str, str | int]:
    """What is said before an account is deleted. Raises UserFault when it cannot be now."""
    erasure.check(accounts.get(person.account_id))
    return {"credits": max(0, billing.balance(person.account_id))}


def _check_scope(pressed: Pressed, scope: str) -> None:
    if scope not in (HERE, *IN_PRIVATE) or (scope in IN_PRIVATE and pressed.press.chat_id < 0):
        raise UserFault("button-old")


def on_export(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/export: everything kept about the person as a ZIP file, in the private chat only."""
    if not incoming.private:
        notice(person, incoming, "export-private")
        return
    order_key = f"e:{incoming.chat_id}:{incoming.message_id}"
    export.request(person.account_id, place(person, incoming), order_key=order_key, queue=desk.queue)
